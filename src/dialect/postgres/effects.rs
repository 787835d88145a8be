//! What it means to others that an object goes for good, or that replication is changed.

use super::{
    aggregate, column, composite, domain, enum_type, foreign_table, function, index, materialized_view,
    procedure, publication, range, schema, sequence, statistics, subscription, table, view,
};
use crate::{
    dialect::{Action, Hazard, HazardCode},
    model::{Kind, Object},
};

/// What statements of applications can name.
const NAMED: [Kind; 14] = [
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
    enum_type::KIND,
    composite::KIND,
    domain::KIND,
    range::KIND,
];

/// The hazard of what happens to an object, beside those of its statements.
pub fn effect(object: &Object, action: Action) -> Option<Hazard> {
    let (kind, name) = (object.key.kind(), object.key.dotted());
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
