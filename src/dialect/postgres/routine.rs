//! What functions and procedures share: all but a word.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, owned_by, redress, routine, statement, texts, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// A kind of routines.
pub struct RoutineKind {
    /// How they are read.
    pub reader: &'static Reader,
    /// What SQL calls them: `FUNCTION`.
    pub word: &'static str,
}

impl RoutineKind {
    fn label(&self, object: &Object) -> String {
        format!("{} {}", self.word, routine(&object.key))
    }
}

impl ObjectKind for RoutineKind {
    fn kind(&self) -> Kind {
        self.reader.kind
    }

    fn plural(&self) -> &'static str {
        self.reader.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Routine = typed(object)?;
        let label = self.label(object);
        let mut steps = vec![Step::new(facets.define(&format!("CREATE {}", self.word), object))];
        steps.extend(dress(object, &label, Some(&label)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", self.label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Routine, Routine) = (typed(change.from)?, typed(change.to)?);
        if !same_call(&from, &to) {
            return Ok(Alteration::Replace);
        }
        let mut steps = Vec::new();
        if !change.only(&DRESS) {
            let verb = format!("CREATE OR REPLACE {}", self.word);
            steps.push(Step::new(to.define(&verb, change.to)));
        }
        let label = self.label(change.to);
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&self.label(object), owner)).into_iter().collect()
    }
}

/// The facets of a function or procedure.
#[derive(Deserialize)]
struct Routine {
    name: String,
    #[serde(default, rename = "window")]
    window: bool,
    #[serde(default)]
    arguments: String,
    returns: Option<String>,
    language: String,
    volatility: Option<String>,
    #[serde(default)]
    strict: bool,
    #[serde(default, rename = "security definer")]
    security_definer: bool,
    #[serde(default)]
    leakproof: bool,
    parallel: Option<String>,
    cost: Option<String>,
    rows: Option<String>,
    support: Option<String>,
    library: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(rename = "sql body")]
    sql_body: Option<String>,
}

impl Routine {
    /// The whole `CREATE … FUNCTION` or `CREATE … PROCEDURE`, after that verb.
    fn define(&self, verb: &str, object: &Object) -> String {
        let name = quote::qualified(&[object.key.root(), &self.name]);
        let mut sql = format!("{verb} {name}({})", self.arguments);
        if let Some(returns) = &self.returns {
            sql.push_str(&format!("\n RETURNS {returns}"));
        }
        sql.push_str(&format!("\n LANGUAGE {}", quote::name(&self.language)));
        let transforms = texts(object, "transforms");
        if !transforms.is_empty() {
            let types: Vec<String> = transforms.iter().map(|name| format!("FOR TYPE {name}")).collect();
            sql.push_str(&format!("\n TRANSFORM {}", types.join(", ")));
        }
        for option in self.options() {
            sql.push_str(&format!("\n {option}"));
        }
        for setting in texts(object, "configuration") {
            sql.push_str(&format!("\n {}", configured(&setting)));
        }
        match (&self.sql_body, &self.library) {
            (Some(body), _) => sql.push_str(&format!("\n{}", statement(body))),
            (None, Some(library)) => {
                sql.push_str(&format!("\nAS {}, {}", quote::literal(library), quote::literal(&self.body)));
            }
            (None, None) => sql.push_str(&format!("\nAS {}", quote::dollar(&self.body))),
        }
        sql
    }

    fn options(&self) -> Vec<String> {
        let word = |set: bool, word: &str| set.then(|| word.to_owned());
        let number = |word: &str, value: &Option<String>| {
            value.as_ref().and_then(|value| value.parse::<f64>().ok()).map(|value| format!("{word} {value}"))
        };
        let volatility = match self.volatility.as_deref() {
            Some("IMMUTABLE") => Some("IMMUTABLE".to_owned()),
            Some("STABLE") => Some("STABLE".to_owned()),
            _ => None,
        };
        let parallel = match self.parallel.as_deref() {
            Some("SAFE") => Some("PARALLEL SAFE".to_owned()),
            Some("RESTRICTED") => Some("PARALLEL RESTRICTED".to_owned()),
            _ => None,
        };
        [
            word(self.window, "WINDOW"),
            volatility,
            word(self.leakproof, "LEAKPROOF"),
            word(self.strict, "STRICT"),
            word(self.security_definer, "SECURITY DEFINER"),
            parallel,
            number("COST", &self.cost),
            number("ROWS", &self.rows),
            self.support.as_ref().map(|name| format!("SUPPORT {name}")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `SET name TO value` from the catalog's `name=value`. Settings that are lists keep their items
/// apart: the catalog holds them quoted already (`pg_get_functiondef` does the same).
pub fn configured(setting: &str) -> String {
    const LISTS: [&str; 7] = [
        "datestyle",
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    ];
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    let quoted_name = quote::qualified(&name.split('.').collect::<Vec<_>>());
    let value = if LISTS.contains(&name.to_lowercase().as_str()) {
        let items: Vec<String> = list_items(value).iter().map(|item| quote::literal(item)).collect();
        if items.is_empty() { "''".to_owned() } else { items.join(", ") }
    } else {
        quote::literal(value)
    };
    format!("SET {quoted_name} TO {value}")
}

/// The items of a list such as `"$user", public`, without their quotes.
fn list_items(list: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut chars = list.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
        let mut item = String::new();
        match chars.peek() {
            None => return items,
            Some('"') => {
                chars.next();
                while let Some(c) = chars.next() {
                    if c != '"' {
                        item.push(c);
                    } else if chars.next_if_eq(&'"').is_some() {
                        item.push('"');
                    } else {
                        break;
                    }
                }
            }
            Some(_) => {
                while let Some(c) = chars.next_if(|c| *c != ',') {
                    item.push(c);
                }
                item.truncate(item.trim_end().len());
            }
        }
        items.push(item);
    }
}

/// Whether `CREATE OR REPLACE` can get from one to the other: the same result, the same names of
/// arguments, and no default taken away.
fn same_call(from: &Routine, to: &Routine) -> bool {
    if from.returns != to.returns || from.window != to.window {
        return false;
    }
    let (old, new) = (arguments(&from.arguments), arguments(&to.arguments));
    let names_kept = |(old, new): (&(String, bool), &(String, bool))| old.0 == new.0 && (!old.1 || new.1);
    old.len() == new.len() && old.iter().zip(&new).all(names_kept)
}

/// Each argument without its default, and whether it has one.
fn arguments(list: &str) -> Vec<(String, bool)> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quote) = (0, None);
    for c in list.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let split = |part: String| match part.split_once(" DEFAULT ") {
        Some((name, _)) => (name.trim().to_owned(), true),
        None => (part.trim().to_owned(), false),
    };
    parts.into_iter().map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_stays_a_list() {
        assert_eq!(configured("search_path=public, pg_temp"), "SET search_path TO 'public', 'pg_temp'");
        assert_eq!(configured("search_path=\"\""), "SET search_path TO ''");
        assert_eq!(configured("search_path=\"$user\", public"), "SET search_path TO '$user', 'public'");
        assert_eq!(configured("work_mem=64MB"), "SET work_mem TO '64MB'");
    }

    #[test]
    fn arguments_are_split_at_the_outer_commas() {
        let expected = [
            ("a integer".to_owned(), false),
            ("b text".to_owned(), true),
            ("c numeric(10,2)".to_owned(), false),
        ];
        assert_eq!(arguments("a integer, b text DEFAULT 'x, y'::text, c numeric(10,2)"), expected);
    }
}
