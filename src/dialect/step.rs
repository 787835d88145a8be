//! What a dialect answers when it is asked for SQL: steps, and what they can hurt.

use std::{collections::BTreeSet, fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub use crate::codes::HazardCode;
use crate::model::{Catalog, Object};

/// One SQL statement with what has to be known about it before it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The statement, without a closing semicolon.
    pub sql: String,
    /// What it can hurt.
    pub hazards: Vec<Hazard>,
    /// What to ask the target before it is run, where rows can make it fail or are lost.
    pub check: Option<Check>,
    /// How it gets along with a transaction.
    pub transaction: Transaction,
    /// How long it may wait and take, where the style of the plan limits that.
    pub patience: Patience,
    /// What has to be run before it can be tried again after it failed.
    pub before_retry: Option<String>,
    /// A condition in SQL that holds as long as the statement has something to do, for a style that
    /// asks before it does. None where the statement itself tells.
    pub pending: Option<String>,
}

/// How long a statement may wait and take, and how often it may be tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// How long it may wait for a lock.
    pub lock: Option<Duration>,
    /// How long it may take in all.
    pub whole: Option<Duration>,
    /// How often it may be tried again after it could not have a lock in time.
    pub retries: u32,
}

impl Step {
    /// A statement without hazards that runs in a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Step {
            sql: sql.into(),
            hazards: Vec::new(),
            check: None,
            transaction: Transaction::Inside,
            patience: Patience::default(),
            before_retry: None,
            pending: None,
        }
    }

    /// Says by which condition one can tell that the statement has something to do.
    pub fn pending(mut self, condition: impl Into<String>) -> Self {
        self.pending = Some(condition.into());
        self
    }

    /// Adds a hazard.
    pub fn hazard(mut self, code: HazardCode, message: impl Into<String>) -> Self {
        self.hazards.push(Hazard { code, message: message.into() });
        self
    }

    /// Adds what to ask the target before the statement is run.
    pub fn check(mut self, check: impl Into<Option<Check>>) -> Self {
        self.check = check.into();
        self
    }

    /// Says how the statement gets along with a transaction.
    pub fn transaction(mut self, transaction: Transaction) -> Self {
        self.transaction = transaction;
        self
    }
}

/// A question to the target about the rows that it has now, for a session that can only read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is asked, for people: `How many rows of public.orders have no total?`
    pub question: String,
    /// A query of one row with one number. Nothing is in the way where that is zero.
    pub sql: String,
    /// The query for servers that do not know a function of the first: PostgreSQL before 16. It
    /// fails where something is in the way, and the server names the first of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// What the target answered, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What the target answered to a [`Check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// So many.
    Count(u64),
    /// Nothing: a full sentence that says why, for example that the time was up.
    Failed(String),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Count(0) => f.write_str("none"),
            Answer::Count(count) => write!(f, "{count}"),
            Answer::Failed(reason) => write!(f, "not answered: {reason}"),
        }
    }
}

impl Check {
    /// A question, and the query that answers it.
    pub fn new(question: impl Into<String>, sql: impl Into<String>) -> Self {
        Check { question: question.into(), sql: sql.into(), otherwise: None, answer: None }
    }
}

/// How a statement gets along with a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transaction {
    /// It may share one with other statements.
    #[default]
    Inside,
    /// It may share one, but nothing that builds on it may come before the commit:
    /// `ALTER TYPE … ADD VALUE` in PostgreSQL.
    CommitBeforeUse,
    /// It takes long, and runs in a transaction of its own so that nothing waits for it that others
    /// of the plan have locked: `VALIDATE CONSTRAINT` in PostgreSQL.
    Alone,
    /// The database refuses it in a transaction.
    Outside,
}

impl Transaction {
    /// Whether the statement can share a transaction with others.
    pub fn is_shared(self) -> bool {
        matches!(self, Transaction::Inside | Transaction::CommitBeforeUse)
    }
}

/// What a statement can hurt, and in what way here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The stable code.
    pub code: HazardCode,
    /// A full sentence about this statement.
    pub message: String,
}

/// What a statement does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Takes it away.
    Drop,
    /// Makes it.
    Create,
    /// Changes it in place.
    Alter,
}

/// Two states of one object, and the facets in which they differ in meaning.
pub struct Change<'a> {
    /// The object as it is.
    pub from: &'a Object,
    /// The object as it has to be.
    pub to: &'a Object,
    /// The names of the facets that differ.
    pub facets: BTreeSet<&'a str>,
    /// Who uses the object as it is, as far as that is known.
    pub users: Vec<&'a Object>,
    /// Everything before the plan and after it, where that is known.
    pub catalogs: Option<[&'a Catalog; 2]>,
    /// The version of the server that is to make the change, as it numbers it; 0 where that is not
    /// known.
    pub server: u32,
}

impl<'a> Change<'a> {
    /// The change between two states of an object: every facet that is not equal to the letter.
    pub fn between(from: &'a Object, to: &'a Object) -> Self {
        let names = from.facets.names(&to.facets);
        let facets = names.filter(|name| from.facets.get(name) != to.facets.get(name)).collect();
        Change { from, to, facets, users: Vec::new(), catalogs: None, server: 0 }
    }

    /// Whether a facet differs.
    pub fn touches(&self, facet: &str) -> bool {
        self.facets.contains(facet)
    }

    /// Whether nothing but these facets differs.
    pub fn only(&self, facets: &[&str]) -> bool {
        self.facets.iter().all(|facet| facets.contains(facet))
    }
}

/// A change in two goes: expand and contract.
pub struct Expansion {
    /// What makes everything ready while everybody works on.
    pub expand: Vec<Step>,
    /// What then takes the old one's place at once. What uses the object steps aside around it.
    pub contract: Vec<Step>,
}

/// How an object gets from one state to another.
pub enum Alteration {
    /// By these statements, in place.
    InPlace(Vec<Step>),
    /// By dropping and creating it: its dependents are taken away and brought back.
    Replace,
    /// By putting a new version in its place under what uses it (see
    /// [`super::ObjectKind::supersede`]). For types, whose users hold data.
    Supersede,
    /// By rebuilding its parent, or itself where it has none (see [`super::ObjectKind::rebuild`]).
    RebuildParent,
}
