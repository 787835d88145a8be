//! What all kinds of objects share: names, comments, owners, grants, options.

use serde_json::Value;

use super::{
    super::{Alteration, Change, Step, quote},
    acl::{self, On},
    security_label,
};
use crate::{
    dialect::Unwritable,
    model::{Key, Object},
};

/// The facets that [`redress`] takes care of.
pub const DRESS: [&str; 4] = ["comment", "grants", "owner", security_label::FACET];

/// `schema.name` of an object, or of the object that it is a part of.
pub fn qualified(key: &Key) -> String {
    quote::qualified(&key.path()[..key.path().len().min(2)])
}

/// The object's own name, quoted.
pub fn own_name(key: &Key) -> String {
    quote::name(key.name())
}

/// A routine's `schema.name(types)`: its key holds the types as the server printed them.
pub fn routine(key: &Key) -> String {
    let signature = key.name();
    let name_end = signature_start(signature);
    format!("{}.{}{}", quote::name(key.root()), quote::name(&signature[..name_end]), &signature[name_end..])
}

/// A routine's name without its argument types.
pub fn routine_name(key: &Key) -> String {
    key.name()[..signature_start(key.name())].to_owned()
}

/// Where the argument list of `name(types)` starts. Types never hold an unbalanced parenthesis,
/// so it is the one that the last character closes.
fn signature_start(signature: &str) -> usize {
    let mut depth = 0;
    for (at, c) in signature.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    signature.len()
}

/// An object's facets as the struct of its kind.
pub fn typed<T: serde::de::DeserializeOwned>(object: &Object) -> Result<T, Unwritable> {
    object.facets.typed().map_err(|error| Unwritable::new(object, error))
}

/// What is put on an object after it was made: its comment and its grants. `label` is what
/// `COMMENT ON` takes; `on` what `GRANT … ON` takes, where the object has grants.
pub fn dress(object: &Object, label: &str, on: Option<&str>) -> Vec<Step> {
    let mut steps: Vec<Step> =
        object.facets.text("comment").map(|text| comment(label, Some(text))).into_iter().collect();
    if let Some(on) = on {
        steps.extend(acl::change(&[], &texts(object, "grants"), On::own(on), None));
    }
    steps.extend(security_label::labelled(object, label));
    steps
}

/// The steps for the facets of [`DRESS`] that a change touches.
pub fn redress(change: &Change<'_>, label: &str, on: Option<&str>) -> Vec<Step> {
    let mut steps = Vec::new();
    if change.touches("owner")
        && let Some(owner) = change.to.facets.text("owner")
    {
        steps.push(owned_by(label, owner));
    }
    if change.touches("comment") {
        steps.push(comment(label, change.to.facets.text("comment")));
    }
    steps.extend(security_label::relabelled(change, label));
    if let (true, Some(on)) = (change.touches("grants"), on) {
        let (mut old, new) = (texts(change.from, "grants"), texts(change.to, "grants"));
        if let (true, Some(owner)) = (change.touches("owner"), change.to.facets.text("owner")) {
            old = acl::passed_on(&old, owner);
        }
        steps.extend(acl::change(&old, &new, owned(change.to, on), None));
    }
    steps
}

/// How an object changes of which PostgreSQL can alter the facets of [`DRESS`] alone.
pub fn redress_or_replace(change: &Change<'_>, label: &str, on: Option<&str>) -> Alteration {
    if change.only(&DRESS) { Alteration::InPlace(redress(change, label, on)) } else { Alteration::Replace }
}

/// The steps for grants on columns. Taking a privilege on the relation away, as `steps` may, takes
/// it away on its columns too: those are given anew.
pub fn redress_columns(change: &Change<'_>, on: &str, steps: &[Step]) -> Vec<Step> {
    let (mut old, new) = (texts(change.from, "column grants"), texts(change.to, "column grants"));
    if steps.iter().any(|step| step.sql.starts_with("REVOKE ")) {
        old.retain(|grant| !new.contains(grant));
    }
    acl::change_columns(&old, &new, owned(change.to, on))
}

/// What `GRANT … ON` takes for an object that is there, and its owner.
fn owned<'a>(object: &'a Object, on: &'a str) -> On<'a> {
    On { clause: on, owner: object.facets.text("owner") }
}

/// `ALTER … OWNER TO`, for an object that is brought back and had another owner than the one who
/// runs the plan.
pub fn owned_by(label: &str, owner: &str) -> Step {
    Step::new(format!("ALTER {label} OWNER TO {}", quote::name(owner)))
}

/// `COMMENT ON`.
pub fn comment(label: &str, text: Option<&str>) -> Step {
    let text = text.map_or_else(|| "NULL".to_owned(), quote::literal);
    Step::new(format!("COMMENT ON {label} IS {text}"))
}

/// A facet that is a list of texts.
pub fn texts(object: &Object, facet: &str) -> Vec<String> {
    let items = object.facets.get(facet).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `name = 'value', …` from the server's `name=value` texts, each part quoted.
pub fn options(options: &[String]) -> String {
    let parts: Vec<String> = options
        .iter()
        .map(|option| match option.split_once('=') {
            Some((name, value)) => format!("{} = {}", option_name(name), quote::literal(value)),
            None => option_name(option),
        })
        .collect();
    parts.join(", ")
}

fn option_name(name: &str) -> String {
    quote::qualified(&name.split('.').collect::<Vec<_>>())
}

/// ` WITH (…)`, or nothing without options.
pub fn with(options: &[String]) -> String {
    if options.is_empty() { String::new() } else { format!(" WITH ({})", self::options(options)) }
}

/// The steps from one list of storage options to another; `alter` is `ALTER TABLE name` or alike.
pub fn change_options(alter: &str, from: &[String], to: &[String]) -> Vec<Step> {
    let name = |option: &String| option.split('=').next().unwrap_or_default().to_owned();
    let new: Vec<String> = to.iter().filter(|option| !from.contains(option)).cloned().collect();
    let kept: Vec<String> = to.iter().map(name).collect();
    let gone: Vec<String> =
        from.iter().map(name).filter(|name| !kept.contains(name)).map(|n| option_name(&n)).collect();
    let mut steps = Vec::new();
    if !gone.is_empty() {
        steps.push(Step::new(format!("{alter} RESET ({})", gone.join(", "))));
    }
    if !new.is_empty() {
        steps.push(Step::new(format!("{alter} SET ({})", options(&new))));
    }
    steps
}

/// A statement as the server printed it, without the closing semicolon and blanks around.
pub fn statement(text: &str) -> &str {
    text.trim().trim_end_matches(';').trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn a_routine_name_with_parentheses_is_quoted_up_to_its_arguments() {
        let key = Key::new(Kind::of("function"), ["public", "odd(name)(numeric(10,2), text)"]);
        assert_eq!(routine(&key), "public.\"odd(name)\"(numeric(10,2), text)");
    }

    #[test]
    fn options_change_by_set_and_reset() {
        let from = ["fillfactor=70".to_owned(), "user_catalog_table=true".to_owned()];
        let to = ["fillfactor=80".to_owned()];
        let sql: Vec<String> =
            change_options("ALTER TABLE t", &from, &to).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            ["ALTER TABLE t RESET (user_catalog_table)", "ALTER TABLE t SET (fillfactor = '80')"]
        );
    }
}
