//! What `[smoke]` says: who is tried, and what they may do.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What a smoke test tries, and what has to come of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Smoke {
    /// The roles that are tried; without them, those that grants and policies name.
    pub roles: Vec<String>,
    /// Patterns of the tables, views and functions that are tried; without them, all.
    pub only: Vec<String>,
    /// Whether rows are inserted to see what row security says, and rolled back.
    pub writes: bool,
    /// What a role's token claims, by the role, as policies read it from `request.jwt.claims`.
    pub claims: BTreeMap<String, BTreeMap<String, Value>>,
    /// Settings of the session, by the role, as in `app.tenant`.
    pub settings: BTreeMap<String, BTreeMap<String, String>>,
    /// What roles may and may not do, whatever canonical says.
    pub expect: Vec<Expect>,
    /// Statements of one's own.
    pub check: Vec<OwnCheck>,
    /// How many rows of each foreign key are looked at; 1,000 if nothing is said.
    pub sample: Option<u32>,
}

/// What a role may do with objects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// The role.
    pub role: String,
    /// A pattern for the objects, as in `table:public.*`.
    pub on: String,
    /// What has to be allowed: of `select`, `insert`, `update`, `delete`, `execute`.
    #[serde(default)]
    pub may: Vec<Verb>,
    /// What has to be denied.
    #[serde(default)]
    pub may_not: Vec<Verb>,
}

/// Something that a role can try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Read rows.
    Select,
    /// Add rows.
    Insert,
    /// Change rows.
    Update,
    /// Remove rows.
    Delete,
    /// Call a function.
    Execute,
}

impl Verb {
    /// As SQL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Select => "SELECT",
            Verb::Insert => "INSERT",
            Verb::Update => "UPDATE",
            Verb::Delete => "DELETE",
            Verb::Execute => "EXECUTE",
        }
    }
}

/// A statement and what has to come of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnCheck {
    /// What it is called in the result.
    pub name: String,
    /// Who runs it; without it, whoever connects.
    pub role: Option<String>,
    /// Claims for this check, in place of the role's.
    pub claims: Option<BTreeMap<String, Value>>,
    /// One statement. It is rolled back.
    pub sql: String,
    /// What has to come of it.
    pub expect: Outcome,
    /// What the first column of the first row has to be, as text.
    pub value: Option<String>,
}

/// What comes of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It runs.
    Allowed,
    /// It is refused for want of a privilege, or by row security.
    Denied,
    /// It runs and returns rows.
    Rows,
    /// It runs and returns none.
    NoRows,
    /// It fails, whatever the reason.
    Fails,
}
