//! PostgreSQL, 13 to 18.
//!
//! One file a kind of object, with the catalog query that reads it beside it. Adding a kind is
//! such a pair and one line in the list below.

mod acl;
mod ancestry;
mod ask;
mod bounds;
mod common;
pub mod connect;
mod effects;
mod expand;
pub mod expression;
pub mod fingerprint;
mod generated;
mod idempotent;
mod inherited;
pub mod inspect;
mod meaning;
mod not_null;
mod online;
mod options;
mod overlap;
mod partition_names;
mod persistence;
mod presence;
mod printed;
mod relocation;
mod rename;
mod retype;
pub mod role;
mod routine;
mod security_label;
pub mod session;
pub mod size;
pub mod trial;
mod underlying;
mod versions;
pub mod writer;

use std::time::Duration;

use super::{
    Action, Dialect, Expansion, Family, Hazard, ObjectKind, Scene, Step, Style, Superseding, Timeouts,
    Unwritable, Versions, quote,
};
use crate::model::{Catalog, Key, Kind, Object};

/// Declares the kinds, in the order in which a reader expects them to be created.
macro_rules! kinds {
    ($($module:ident::$kind:ident),+ $(,)?) => {
        $(mod $module;)+
        /// How each kind is read.
        const READERS: &[inspect::Reader] = &[$($module::READER),+];
        const KINDS: &[&dyn ObjectKind] = &[&role::Role, $(&$module::$kind),+];
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
    base_type::BaseType,
    enum_type::EnumType,
    composite::Composite,
    domain::Domain,
    range::Range,
    sequence::Sequence,
    function::FUNCTION,
    procedure::PROCEDURE,
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

    fn title(&self) -> &'static str {
        "PostgreSQL"
    }

    fn kinds(&self) -> &'static [&'static dyn ObjectKind] {
        KINDS
    }

    fn same_meaning(&self, kind: Kind, facet: &str, a: &serde_json::Value, b: &serde_json::Value) -> bool {
        expression::same_meaning(kind, facet, a, b)
    }

    fn same_but_for_casts(&self, kind: Kind, facet: &str, a: &str, b: &str) -> bool {
        expression::same_form(kind, facet, a, b, meaning::Printed::WithoutCasts)
    }

    fn why_too_new(&self, object: &Object, server: u32) -> Option<String> {
        versions::why_too_new(object, server)
    }

    fn carried_across(
        &self,
        versions: Versions,
        facet: &str,
        wanted: &serde_json::Value,
        has: Option<&serde_json::Value>,
    ) -> serde_json::Value {
        versions::carried_across(versions, facet, wanted, has)
    }

    fn same_across(
        &self,
        versions: Versions,
        kind: Kind,
        facet: &str,
        a: Option<&serde_json::Value>,
        b: Option<&serde_json::Value>,
    ) -> bool {
        versions::same_across(versions, kind, facet, a, b)
    }

    /// Relations share one name space with indexes, types another with the row types of relations.
    fn effect(&self, from: &Object, to: Option<&Object>, action: Action) -> Option<Hazard> {
        effects::effect(from, to, action)
    }

    fn names_taken(&self, catalog: &Catalog, object: &Object) -> Vec<String> {
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
            "base type" | "enum" | "domain" | "range type" => vec![r#type],
            "role" => vec![format!("role {name}")],
            "function" | "procedure" | "aggregate" => vec![format!("routine {schema}.{name}")],
            // A partitioned table's trigger is one of each partition too.
            "trigger" => {
                let tables =
                    object.parent.as_ref().map(|table| catalog.with_heirs(table)).unwrap_or_default();
                let has_it = |table: &&Key| {
                    let bound = catalog.get(table).and_then(|table| table.facets.get("bound"));
                    bound.is_some() || object.parent.as_ref() == Some(table)
                };
                tables
                    .into_iter()
                    .filter(has_it)
                    .map(|table| format!("trigger {}", table.child(object.key.kind(), name)))
                    .collect()
            }
            "constraint" => match object.facets.text("type") {
                Some("PRIMARY KEY" | "UNIQUE" | "EXCLUDE") => vec![relation],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn completed(
        &self,
        from: &Catalog,
        to: &Catalog,
        server: u32,
    ) -> Result<Option<(Catalog, Catalog)>, Unwritable> {
        let moved = relocation::followed(from, to).map(|from| (from, to.clone()));
        let (from, to) = moved.as_ref().map_or((from, to), |(from, to)| (from, to));
        let kept = persistence::followed(from, to, server);
        let (from, to) = kept.as_ref().map_or((from, to), |(from, to)| (from, to));
        Ok(ancestry::completed(from, to)?.or(kept).or(moved))
    }

    fn born_with(&self, before: &Catalog, after: &Catalog, role: &str, object: &Object) -> Vec<String> {
        default_privileges::born_with(before, after, role, object)
    }

    fn is_held_by(&self, from: &Object, to: &Object, user: &Object) -> bool {
        let allows = from.facets.flag("not null") && !to.facets.flag("not null");
        allows && from.key.kind() == column::KIND && user.facets.text("type") == Some("PRIMARY KEY")
    }

    fn overlap(&self, one: &Object, other: &Object) -> Option<bool> {
        overlap::overlap(one.facets.text("bound")?, other.facets.text("bound")?)
    }

    fn without_part(&self, whole: &Object, part: &Key) -> Option<Object> {
        let grants = common::texts(whole, "column grants");
        let on_part =
            |grant: &String| acl::column_and_grant(grant).is_some_and(|(name, _)| name == part.name());
        if part.kind() != column::KIND || !grants.iter().any(on_part) {
            return None;
        }
        let others: Vec<String> = grants.into_iter().filter(|grant| !on_part(grant)).collect();
        let mut whole = whole.clone();
        whole.facets.set("column grants", others);
        Some(whole)
    }

    fn tablespace<'a>(&self, object: &'a Object) -> Option<&'a str> {
        object.facets.text("tablespace")
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

    fn rehearsed(&self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        object.facets.set(security_label::FACET, serde_json::Value::Null);
        if object.key.kind() == extension::KIND {
            object.facets.set("version", serde_json::Value::Null);
        }
        (object.key.kind() != role::KIND).then_some(object)
    }

    fn untried(&self, key: &Key, sql: &str) -> Option<&'static str> {
        if key.kind() == role::KIND {
            return Some(
                "It changes the whole server, and was not tried: a scratch copy is of one database.",
            );
        }
        let labels = sql.starts_with(security_label::STATEMENT);
        labels.then_some("It was not tried: a scratch server has no provider of security labels.")
    }

    /// Bodies may speak of what comes later in the plan.
    fn preamble(&self) -> &'static [&'static str] {
        &["SET check_function_bodies = off"]
    }

    /// The catalogs are asked how things stand, and they print names as seen from the search path.
    fn style_preamble(&self, style: Style) -> &'static [&'static str] {
        match style {
            Style::Idempotent => &["SET search_path = pg_catalog"],
            Style::Plain | Style::Online => &[],
        }
    }

    fn restyle(&self, style: Style, scene: &Scene<'_>, steps: Vec<Step>) -> Result<Vec<Step>, Unwritable> {
        match style {
            Style::Plain => Ok(steps),
            Style::Idempotent => Ok(idempotent::restyled(scene, steps)),
            Style::Online => online::restyled(scene, steps),
        }
    }

    fn expanded(
        &self,
        style: Style,
        scene: &Scene<'_>,
        steps: &[Step],
    ) -> Result<Option<Expansion>, Unwritable> {
        match style {
            Style::Plain | Style::Idempotent => Ok(None),
            Style::Online => online::expanded(scene, steps),
        }
    }

    fn rename(&self, object: &Object, value: Option<&str>, to: &Key) -> Option<Step> {
        rename::rename(object, value, to)
    }

    fn named_after(&self, old: &Object, new: &Key, server: u32) -> Option<(&'static str, String)> {
        not_null::named_after(old, new, server)
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

/// Takes from what was read of a throwaway engine what a script that says nothing of it leaves as the
/// server made it.
pub fn leave_open(catalog: &mut Catalog) {
    let public = catalog.get(&Key::new(schema::KIND, ["public"])).map(|object| Object::clone(object));
    if let Some(mut public) = public.filter(|public| public.facets.text("owner") == Some(schema::FIRST_OWNER))
    {
        public.facets.set("owner", serde_json::Value::Null);
        catalog.insert(public);
    }
}

/// How a new version of a type takes the place of the old one: by name. `word` is what the type is
/// called in `ALTER` and `DROP`.
fn superseding(
    kind: &dyn ObjectKind,
    from: &Family<'_>,
    to: &Family<'_>,
    word: &str,
) -> Result<Superseding, Unwritable> {
    let (old, aside) = (&from.object.key, aside(&from.object.key));
    let renamed = format!("ALTER {word} {} RENAME TO {}", common::qualified(old), quote::name(aside.name()));
    let mut before = vec![Step::new(renamed)];
    before.extend(kind.create(to.object, &to.parts)?);
    before.extend(kind.restore(to.object));
    let after = vec![Step::new(format!("DROP {word} {}", common::qualified(&aside)))];
    Ok(Superseding { before, after })
}

/// The name under which a type is set aside while a new one takes its place.
fn aside(key: &Key) -> Key {
    // Names are cut at 63 bytes: keep the tail that makes it another name.
    let name = key.name();
    let room = (0..=name.len().min(52)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    Key::new(key.kind(), [key.root().to_owned(), format!("{}__replaced", &name[..room])])
}
