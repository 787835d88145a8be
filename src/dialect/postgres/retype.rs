//! What it takes to turn values of one type into values of another.

/// How a column's values get from one type to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// The stored bytes stay as they are: no rewrite (`ALTER TABLE` in the manual).
    Binary,
    /// By a cast that the server applies by itself.
    Assignment,
    /// By a cast that has to be asked for.
    Explicit,
    /// There is no cast between them: through their texts.
    ThroughText,
}

/// The cast between two types as `format_type` prints them.
pub fn cast(from: &str, to: &str) -> Cast {
    if from == to {
        return Cast::Binary;
    }
    let (from_base, from_limit) = split(from);
    let (to_base, to_limit) = split(to);
    if from_base == to_base {
        let wider = match (from_limit, to_limit) {
            (_, None) => true,
            (Some(a), Some(b)) => widens(from_base, a, b),
            (None, Some(_)) => false,
        };
        let grows = ["character varying", "bit varying", "numeric"].contains(&from_base) && wider;
        return if grows { Cast::Binary } else { Cast::Assignment };
    }
    let (source, target) = (family(from_base), family(to_base));
    match (source, target) {
        (Family::Text, Family::Text)
            if to_limit.is_none() && from_base != "character" && to_base != "character" =>
        {
            Cast::Binary
        }
        (_, Family::Text) | (Family::Number, Family::Number) | (Family::Time, Family::Time) => {
            Cast::Assignment
        }
        (Family::Text, _) | (Family::Json, Family::Json) => Cast::Explicit,
        (Family::Number, Family::Boolean) | (Family::Boolean, Family::Number)
            if [from_base, to_base].contains(&"integer") =>
        {
            Cast::Explicit
        }
        (Family::Network, Family::Network) => Cast::Assignment,
        _ => Cast::ThroughText,
    }
}

/// Whether a type holds text of any kind.
pub fn is_text(r#type: &str) -> bool {
    family(split(r#type).0) == Family::Text
}

#[derive(PartialEq)]
enum Family {
    Text,
    Number,
    Time,
    Boolean,
    Json,
    Network,
    Other,
}

fn family(base: &str) -> Family {
    match base {
        "text" | "character varying" | "character" | "\"char\"" | "name" | "citext" => Family::Text,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" => {
            Family::Number
        }
        "date" | "timestamp without time zone" | "timestamp with time zone" => Family::Time,
        "boolean" => Family::Boolean,
        "json" | "jsonb" => Family::Json,
        "inet" | "cidr" => Family::Network,
        _ => Family::Other,
    }
}

/// `numeric(10,2)` → `numeric`, `10,2`; `timestamp(3) without time zone` keeps its words.
fn split(text: &str) -> (&str, Option<&str>) {
    match (text.find('('), text.rfind(')')) {
        (Some(open), Some(close)) if close + 1 == text.len() => (&text[..open], Some(&text[open + 1..close])),
        _ => (text, None),
    }
}

fn widens(base: &str, from: &str, to: &str) -> bool {
    let numbers =
        |text: &str| -> Vec<i64> { text.split(',').filter_map(|part| part.trim().parse().ok()).collect() };
    match (base, numbers(from).as_slice(), numbers(to).as_slice()) {
        ("numeric", [a, s], [b, t]) => s == t && b >= a,
        (_, [a], [b]) => b >= a,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_is_as_cheap_as_the_server_allows() {
        for (from, to, expected) in [
            ("character varying(50)", "character varying(120)", Cast::Binary),
            ("character varying(120)", "character varying(50)", Cast::Assignment),
            ("character varying(50)", "text", Cast::Binary),
            ("numeric(10,2)", "numeric(12,2)", Cast::Binary),
            ("numeric(10,2)", "numeric(12,3)", Cast::Assignment),
            ("integer", "bigint", Cast::Assignment),
            ("text", "integer", Cast::Explicit),
            ("integer", "uuid", Cast::ThroughText),
            ("integer", "boolean", Cast::Explicit),
            ("json", "jsonb", Cast::Explicit),
            ("public.mood", "public.feeling", Cast::ThroughText),
        ] {
            assert_eq!(cast(from, to), expected, "{from} to {to}");
        }
    }
}
