//! What it means to others that an object goes for good, or that replication is changed.

use serde_json::Value;

use super::{
    aggregate, base_type, column, composite, domain, enum_type, foreign_table, function, generated, index,
    materialized_view, procedure, publication, range, schema, sequence, statistics, subscription, table,
    view,
};
use crate::{
    dialect::{Action, Hazard, HazardCode},
    model::{Kind, Object},
};

/// What statements of applications can name.
const NAMED: [Kind; 15] = [
    schema::KIND,
    table::KIND,
    foreign_table::KIND,
    column::KIND,
    view::KIND,
    materialized_view::KIND,
    sequence::KIND,
    function::KIND,
    procedure::KIND,
    aggregate::KIND,
    base_type::KIND,
    enum_type::KIND,
    composite::KIND,
    domain::KIND,
    range::KIND,
];

/// The hazard of what happens to an object, beside those of its statements. `to` is what becomes of it.
pub fn effect(from: &Object, to: Option<&Object>, action: Action) -> Option<Hazard> {
    let (kind, name) = (from.key.kind(), from.key.dotted());
    if let Some(hazard) = generated::no_longer_computed(from, to, action) {
        return Some(hazard);
    }
    if let (Action::Create, Some(to)) = (action, to) {
        let gone = gone_columns(from, to);
        let plural = if gone.len() == 1 { "column" } else { "columns" };
        let message =
            format!("Whoever still names the {plural} {} of {name} gets an error.", gone.join(", "));
        return (!gone.is_empty()).then_some(Hazard { code: HazardCode::BreaksClients, message });
    }
    let goes = action == Action::Drop;
    let (code, message) = if goes && NAMED.contains(&kind) {
        (HazardCode::BreaksClients, format!("Whoever still names {name} gets an error."))
    } else if goes && [index::KIND, statistics::KIND].contains(&kind) {
        (HazardCode::SlowsQueries, format!("Queries that rely on {name} get slower."))
    } else if action != Action::Create && [publication::KIND, subscription::KIND].contains(&kind) {
        (HazardCode::ChangesReplication, format!("What is replicated by {name} changes."))
    } else {
        return None;
    };
    Some(Hazard { code, message })
}

/// The columns of a view that are not there any more when it comes back.
fn gone_columns(from: &Object, to: &Object) -> Vec<String> {
    if ![view::KIND, materialized_view::KIND].contains(&from.key.kind()) {
        return Vec::new();
    }
    let columns = |object: &Object| -> Vec<String> {
        let columns = object.facets.get("columns").and_then(Value::as_array);
        let name = |column: &Value| Some(column.get(0)?.as_str()?.to_owned());
        columns.into_iter().flatten().filter_map(name).collect()
    };
    let left = columns(to);
    columns(from).into_iter().filter(|name| !left.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Key;

    #[test]
    fn a_view_that_loses_a_column_breaks_who_names_it() {
        let view = |columns: Value| {
            let facets = [("columns".to_owned(), columns)].into_iter().collect();
            Object::new(Key::new(view::KIND, ["public", "totals"].map(str::to_owned)), None, facets)
        };
        let (two, one) = (view(json!([["id", "bigint"], ["n", "bigint"]])), view(json!([["id", "bigint"]])));
        let hazard = effect(&two, Some(&one), Action::Create).unwrap();
        assert_eq!(hazard.code, HazardCode::BreaksClients);
        assert_eq!(hazard.message, "Whoever still names the column n of public.totals gets an error.");
        assert_eq!(effect(&one, Some(&two), Action::Create), None);
        assert!(effect(&one, None, Action::Drop).is_some());
    }
}
