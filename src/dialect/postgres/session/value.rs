//! Texts of the simple protocol as values of their column's type.

use serde_json::Value;
use sqlx::{
    ValueRef,
    postgres::{PgTypeInfo, PgValueRef},
};

/// How the text of a column becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Boolean,
    Number,
    Texts,
    Json,
    Text,
}

impl Shape {
    /// The shape of a column, by the OID of its type (`pg_type.dat` of PostgreSQL's sources: OIDs of
    /// built-in types never change).
    pub(super) fn of(column: &PgTypeInfo) -> Self {
        match column.oid().map(|oid| oid.0) {
            Some(16) => Shape::Boolean,
            // int8, int2, int4, oid
            Some(20 | 21 | 23 | 26) => Shape::Number,
            // "char"[], name[], text[], bpchar[], varchar[]
            Some(1002 | 1003 | 1009 | 1014 | 1015) => Shape::Texts,
            // json, jsonb
            Some(114 | 3802) => Shape::Json,
            _ => Shape::Text,
        }
    }

    /// The value of a column of this shape.
    pub(super) fn value(self, value: &PgValueRef<'_>) -> Value {
        if value.is_null() {
            return Value::Null;
        }
        // A database in SQL_ASCII may hold bytes that are no UTF-8.
        let bytes = value.as_bytes().unwrap_or_default();
        self.of_text(&String::from_utf8_lossy(bytes))
    }

    fn of_text(self, text: &str) -> Value {
        let value = match self {
            Shape::Boolean => Some(Value::Bool(text == "t")),
            Shape::Number => text.parse::<i64>().ok().map(Value::from),
            Shape::Texts => texts(text).map(Value::Array),
            Shape::Json => serde_json::from_str(text).ok(),
            Shape::Text => None,
        };
        value.unwrap_or_else(|| Value::from(text))
    }
}

/// Reads an array of one dimension as the server prints it: `{a,"b \"c\"",NULL}` (section 8.15.6 of
/// the PostgreSQL manual). Nothing where it is of another form.
fn texts(text: &str) -> Option<Vec<Value>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut items = Vec::new();
    if inner.is_empty() {
        return Some(items);
    }
    let mut chars = inner.chars();
    loop {
        let mut item = String::new();
        let (mut quoted, mut inside) = (false, false);
        let end = loop {
            match chars.next() {
                None => break None,
                Some(',') if !inside => break Some(','),
                Some('"') => (quoted, inside) = (true, !inside),
                Some('\\') => item.push(chars.next()?),
                Some('{') if !inside => return None,
                Some(c) => item.push(c),
            }
        };
        if inside {
            return None;
        }
        items.push(if !quoted && item == "NULL" { Value::Null } else { Value::from(item) });
        if end.is_none() {
            return Some(items);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arrays_are_read_as_the_server_prints_them() {
        for (text, items) in [
            ("{}", json!([])),
            ("{a,b c}", json!(["a", "b c"])),
            (r#"{"a,b","c\"d","e\\f","{g}"}"#, json!(["a,b", "c\"d", "e\\f", "{g}"])),
            (r#"{NULL,"NULL",null,""}"#, json!([null, "NULL", "null", ""])),
            ("{\"line\nend\",ü}", json!(["line\nend", "ü"])),
        ] {
            assert_eq!(Shape::Texts.of_text(text), items, "{text}");
        }
    }

    #[test]
    fn what_has_another_form_stays_text() {
        assert_eq!(Shape::Texts.of_text("{{a,b},{c,d}}"), json!("{{a,b},{c,d}}"));
        assert_eq!(Shape::Texts.of_text("[0:1]={a,b}"), json!("[0:1]={a,b}"));
        assert_eq!(Shape::Number.of_text("NaN"), json!("NaN"));
        assert_eq!(Shape::Json.of_text("{\"a\": 1}"), json!({"a": 1}));
        assert_eq!(Shape::Boolean.of_text("f"), json!(false));
    }
}
