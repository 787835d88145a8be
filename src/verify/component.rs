//! The components of a schema that a verification passes or fails one by one.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::Kind;

/// A part of a schema that people look at as one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// Extensions.
    Extensions,
    /// Tables: also foreign and virtual ones.
    Tables,
    /// Columns.
    Columns,
    /// Primary keys, foreign keys, unique, check and exclusion constraints.
    Constraints,
    /// Indexes.
    Indexes,
    /// Functions, procedures and aggregates.
    Functions,
    /// Triggers and event triggers.
    Triggers,
    /// Whether tables have row security enabled, and forced on their owners.
    RowSecurity,
    /// Row security policies.
    Policies,
    /// Everything else: schemas, types, views, sequences, privileges.
    Others,
    /// The history of migrations.
    Migrations,
}

impl Component {
    /// Every component, in the order in which it is reported.
    pub const ALL: [Component; 11] = [
        Component::Extensions,
        Component::Tables,
        Component::Columns,
        Component::Constraints,
        Component::Indexes,
        Component::Functions,
        Component::Triggers,
        Component::RowSecurity,
        Component::Policies,
        Component::Others,
        Component::Migrations,
    ];

    /// The component that objects of a kind belong to.
    pub fn of(kind: Kind) -> Component {
        match kind.name() {
            "extension" => Component::Extensions,
            "table" | "foreign table" | "virtual table" => Component::Tables,
            "column" => Component::Columns,
            "constraint" | "primary key" | "foreign key" | "unique" | "check" => Component::Constraints,
            "index" => Component::Indexes,
            "function" | "procedure" | "aggregate" => Component::Functions,
            "trigger" | "event trigger" => Component::Triggers,
            "policy" => Component::Policies,
            _ => Component::Others,
        }
    }

    /// Its name for people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Component::Extensions => "extensions",
            Component::Tables => "tables",
            Component::Columns => "columns",
            Component::Constraints => "constraints",
            Component::Indexes => "indexes",
            Component::Functions => "functions",
            Component::Triggers => "triggers",
            Component::RowSecurity => "row security",
            Component::Policies => "policies",
            Component::Others => "other objects",
            Component::Migrations => "migration history",
        }
    }
}

/// The facets of a table that belong to [`Component::RowSecurity`].
pub const ROW_SECURITY: [&str; 2] = ["row security", "force row security"];

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Component {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
