//! PostgreSQL, 13 to 18.
//!
//! One file a kind of object, with the catalog query that reads it beside it. Adding a kind is
//! such a pair and one line in the list below.

mod acl;
mod common;
pub mod connect;
pub mod expression;
pub mod fingerprint;
mod inherited;
pub mod inspect;
mod options;
mod retype;
mod routine;
pub mod session;
pub mod size;

use std::time::Duration;

use super::{Dialect, ObjectKind, Timeouts};
use crate::model::{Catalog, Key, Kind, Object};

/// Declares the kinds, in the order in which a reader expects them to be created.
macro_rules! kinds {
    ($($module:ident::$kind:ident),+ $(,)?) => {
        $(mod $module;)+
        /// How each kind is read.
        const READERS: &[inspect::Reader] = &[$($module::READER),+];
        const KINDS: &[&dyn ObjectKind] = &[$(&$module::$kind),+];
    };
}

kinds![
    schema::Schema,
    extension::Extension,
    collation::Collation,
    language::Language,
    access_method::AccessMethod,
    foreign_data_wrapper::ForeignDataWrapper,
    foreign_server::ForeignServer,
    user_mapping::UserMapping,
    enum_type::EnumType,
    composite::Composite,
    domain::Domain,
    range::Range,
    sequence::Sequence,
    function::Function,
    procedure::Procedure,
    aggregate::Aggregate,
    transform::Transform,
    cast::Cast,
    conversion::Conversion,
    operator::Operator,
    operator_family::OperatorFamily,
    operator_class::OperatorClass,
    text_search_parser::TextSearchParser,
    text_search_template::TextSearchTemplate,
    text_search_dictionary::TextSearchDictionary,
    text_search_configuration::TextSearchConfiguration,
    table::Table,
    foreign_table::ForeignTable,
    column::Column,
    constraint::Constraint,
    index::Index,
    view::View,
    materialized_view::MaterializedView,
    statistics::Statistics,
    rule::Rule,
    trigger::Trigger,
    policy::Policy,
    event_trigger::EventTrigger,
    publication::Publication,
    subscription::Subscription,
    default_privileges::DefaultPrivileges,
];

/// PostgreSQL.
pub struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn kinds(&self) -> &'static [&'static dyn ObjectKind] {
        KINDS
    }

    fn same_meaning(&self, kind: Kind, facet: &str, a: &serde_json::Value, b: &serde_json::Value) -> bool {
        expression::same_meaning(kind, facet, a, b)
    }

    /// Relations share one name space with indexes, types another with the row types of relations.
    fn names_taken(&self, object: &Object) -> Vec<String> {
        let name = object.key.name();
        let schema = object.key.root();
        let relation = format!("relation {schema}.{name}");
        let r#type = format!("type {schema}.{name}");
        match object.key.kind().name() {
            "table" | "foreign table" | "view" | "materialized view" | "composite type" => {
                vec![relation, r#type]
            }
            "sequence" | "index" => vec![relation],
            "column" => {
                column::identity_sequence(object).map(|name| format!("relation {name}")).into_iter().collect()
            }
            "enum" | "domain" | "range type" => vec![r#type],
            "function" | "procedure" | "aggregate" => vec![format!("routine {schema}.{name}")],
            "constraint" => match object.facets.text("type") {
                Some("PRIMARY KEY" | "UNIQUE" | "EXCLUDE") => vec![relation],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn born_with(&self, before: &Catalog, after: &Catalog, role: &str, object: &Object) -> Vec<String> {
        default_privileges::born_with(before, after, role, object)
    }

    fn roles(&self, object: &Object) -> Vec<String> {
        let owner = object.facets.text("owner").map(str::to_owned);
        let policy = common::texts(object, "roles").into_iter().filter(|role| role != "public");
        let grants = ["grants", "column grants"].into_iter().flat_map(|facet| common::texts(object, facet));
        let named = match object.key.kind() {
            default_privileges::KIND => Some(default_privileges::role(&object.key).to_owned()),
            user_mapping::KIND => user_mapping::role(&object.key).map(str::to_owned),
            _ => None,
        };
        owner
            .into_iter()
            .chain(named)
            .chain(policy)
            .chain(grants.filter_map(|grant| acl::grantee(&grant)))
            .collect()
    }

    /// Bodies may speak of what comes later in the plan.
    fn preamble(&self) -> &'static [&'static str] {
        &["SET check_function_bodies = off"]
    }

    fn timeouts(&self, from: Timeouts, to: Timeouts) -> Vec<String> {
        let set = |name: &str, from: Option<Duration>, to: Option<Duration>| {
            let value = to.map_or_else(|| "DEFAULT".to_owned(), |time| format!("'{}ms'", time.as_millis()));
            (from != to).then(|| format!("SET {name} = {value}"))
        };
        [set("lock_timeout", from.0, to.0), set("statement_timeout", from.1, to.1)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The name under which a type is set aside while a new one takes its place.
fn aside(key: &Key) -> Key {
    // Names are cut at 63 bytes: keep the tail that makes it another name.
    let name = key.name();
    let room = (0..=name.len().min(52)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    Key::new(key.kind(), [key.root().to_owned(), format!("{}__replaced", &name[..room])])
}
