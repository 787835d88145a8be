//! What two servers of different major versions know or print differently though the same was meant.

use serde_json::Value;

use super::{
    acl, column, common, constraint, domain, expression::same_form, extension, index, materialized_view,
    meaning::Printed, operator_class, operator_family, publication, role, sequence, view,
};
use crate::{
    dialect::Versions,
    model::{Kind, Object},
};

/// Whether two values of a facet differ only by the versions of the servers that they were read from.
pub fn same_across(
    versions: Versions,
    kind: Kind,
    facet: &str,
    a: Option<&Value>,
    b: Option<&Value>,
) -> bool {
    let across = |major: u32| versions.across(major * 10_000);
    match (facet, kind) {
        // An extension comes with its server.
        ("version", extension::KIND) => versions.majors_differ(),
        // Ranges have had multiranges since 14.
        ("multirange", _) if across(14) => a.is_none() || b.is_none(),
        ("compression" | "column compression", _) if across(14) => true,
        // Not-null constraints have names and more since 18, those of domains since 17.
        (_, column::KIND) if across(18) && facet.starts_with("not null ") => true,
        (_, domain::KIND) if across(17) && facet.starts_with("not null ") => true,
        // Memberships have options beside ADMIN since 16.
        ("member of", role::KIND) if across(16) => administered(a) == administered(b),
        // MAINTAIN came with 17, and is a part of ALL since then.
        ("grants" | "column grants", _) if across(17) => maintained(a) == maintained(b),
        // Since 14, operators that are not of a class's own type belong to its family.
        ("members", operator_class::KIND | operator_family::KIND) if across(14) => {
            let (a, b) = (items(a), items(b));
            a.iter().all(|item| b.contains(item)) || b.iter().all(|item| a.contains(item))
        }
        // EXTRACT gives a numeric since 14.
        ("columns", view::KIND | materialized_view::KIND) if across(14) => {
            a.map(with_numeric) == b.map(with_numeric)
        }
        _ if across(14) => match (a.and_then(Value::as_str), b.and_then(Value::as_str)) {
            (Some(a), Some(b)) => same_form(kind, facet, a, b, Printed::Across14),
            _ => false,
        },
        _ => false,
    }
}

/// Why a server cannot have an object as it is meant, if it is too old for it.
pub fn why_too_new(object: &Object, server: u32) -> Option<String> {
    let (kind, facets) = (object.key.kind(), &object.facets);
    let of_rows = [constraint::KIND, index::KIND].contains(&kind);
    let says = |words: &str| of_rows && facets.text("definition").is_some_and(|sql| sql.contains(words));
    let is = |one: Kind, facet: &str| kind == one && facets.get(facet).is_some();
    let narrowed = |table: &&Value| table.get("columns").or_else(|| table.get("where")).is_some();
    let options = common::texts(object, "options");
    let asks = [
        ("a body of SQL", 14, facets.get("sql body").is_some()),
        ("NULLS NOT DISTINCT", 15, says(" NULLS NOT DISTINCT")),
        ("SET NULL of some columns", 15, says(" SET NULL (")),
        ("SET DEFAULT of some columns", 15, says(" SET DEFAULT (")),
        ("publications of schemas", 15, is(publication::KIND, "schemas")),
        ("row filters and lists of columns", 15, items(facets.get("tables")).iter().any(narrowed)),
        ("security_invoker", 15, options.iter().any(|option| option.starts_with("security_invoker="))),
        ("unlogged sequences", 15, is(sequence::KIND, "unlogged")),
        ("virtual columns", 18, is(column::KIND, "virtual")),
        ("NOT ENFORCED", 18, says(" NOT ENFORCED")),
        ("WITHOUT OVERLAPS", 18, says(" WITHOUT OVERLAPS")),
        ("PERIOD", 18, says("(PERIOD ") || says(", PERIOD ")),
    ];
    let (what, since, _) = asks.into_iter().find(|(_, since, asked)| *asked && server < since * 10_000)?;
    Some(format!("PostgreSQL {} does not know {what}, which came with {since}", server / 10_000))
}

/// What a target can have of a facet that canonical has as `wanted`: what only one of the two servers
/// knows stays as it is at the target.
pub fn carried_across(versions: Versions, facet: &str, wanted: &Value, has: Option<&Value>) -> Value {
    if ["compression", "column compression"].contains(&facet) && versions.across(140_000) {
        return has.cloned().unwrap_or_default();
    }
    if !["grants", "column grants"].contains(&facet) || !versions.across(170_000) {
        return wanted.clone();
    }
    let kept = items(has).into_iter().filter_map(Value::as_str).filter(|grant| acl::is_of(grant, "MAINTAIN"));
    let mut grants: Vec<&str> = maintained(Some(wanted)).into_iter().chain(kept).collect();
    grants.sort_unstable();
    Value::from(grants)
}

fn items(list: Option<&Value>) -> Vec<&Value> {
    list.and_then(Value::as_array).into_iter().flatten().collect()
}

fn administered(memberships: Option<&Value>) -> Vec<(Option<&Value>, Option<&Value>)> {
    items(memberships).into_iter().map(|one| (one.get("role"), one.get("admin"))).collect()
}

fn maintained(grants: Option<&Value>) -> Vec<&str> {
    let texts = items(grants).into_iter().filter_map(Value::as_str);
    texts.filter(|grant| !acl::is_of(grant, "MAINTAIN")).collect()
}

fn with_numeric(value: &Value) -> Value {
    match value {
        Value::String(r#type) if r#type == "double precision" => Value::from("numeric"),
        Value::Array(items) => items.iter().map(with_numeric).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(versions: (u32, u32), kind: Kind, facet: &str, a: Value, b: Value) -> bool {
        let given = |value: &Value| !value.is_null();
        let versions = Versions::new(versions.0 * 10_000, versions.1 * 10_000);
        same_across(versions, kind, facet, Some(&a).filter(|a| given(a)), Some(&b).filter(|b| given(b)))
    }

    #[test]
    fn a_privilege_that_the_older_server_does_not_know_is_no_difference() {
        let table = Kind::of("table");
        let (all, most) = (json!(["MAINTAIN to app", "SELECT to app"]), json!(["SELECT to app"]));
        assert!(same((16, 17), table, "grants", most.clone(), all.clone()));
        assert!(same((17, 16), table, "grants", json!(null), json!(["MAINTAIN to app"])));
        assert!(!same((17, 18), table, "grants", most.clone(), all));
        assert!(!same((16, 17), table, "grants", most, json!(["INSERT to app"])));
    }

    #[test]
    fn a_privilege_that_one_server_does_not_know_is_neither_given_nor_taken() {
        let across = Versions::new(150_000, 180_000);
        let all = json!(["MAINTAIN to app", "SELECT to app"]);
        let carried = |versions, wanted, has| carried_across(versions, "grants", &wanted, has);
        assert_eq!(carried(across, all.clone(), None), json!(["SELECT to app"]));
        let (less, kept) =
            (json!(["no MAINTAIN to OWNER"]), json!(["SELECT to app", "no MAINTAIN to OWNER"]));
        assert_eq!(carried(across, json!(["SELECT to app"]), Some(&less)), kept);
        assert_eq!(carried(Versions::new(170_000, 180_000), all.clone(), None), all);
    }

    #[test]
    fn what_a_server_brings_is_compared_with_its_like_alone() {
        assert!(same((15, 16), extension::KIND, "version", json!("1.7"), json!("1.8")));
        assert!(!same((15, 15), extension::KIND, "version", json!("1.7"), json!("1.8")));
        let range = Kind::of("range type");
        assert!(same((13, 18), range, "multirange", json!(null), json!("spans")));
        assert!(!same((14, 18), range, "multirange", json!("other"), json!("spans")));
    }

    #[test]
    fn a_not_null_constraint_has_a_name_where_both_servers_know_it() {
        let named = |versions, kind| same(versions, kind, "not null name", json!("filled"), json!(null));
        assert!(named((15, 18), column::KIND) && named((17, 18), column::KIND));
        assert!(!named((18, 18), column::KIND) && !named((17, 18), domain::KIND));
        assert!(named((16, 17), domain::KIND));
        assert!(!same((15, 18), column::KIND, "not null", json!(true), json!(null)));
    }

    #[test]
    fn a_part_of_a_date_changed_its_type_with_14() {
        let (before, after) = (json!([["year", "double precision"]]), json!([["year", "numeric"]]));
        assert!(same((13, 14), view::KIND, "columns", before.clone(), after.clone()));
        assert!(!same((14, 15), view::KIND, "columns", before, after));
    }
}
