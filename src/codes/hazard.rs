//! The hazards: what a statement of a plan can hurt.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Code, Family};

/// What a statement can hurt. The codes are stable: scripts may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HazardCode {
    /// Rows or values are gone afterwards.
    LosesData,
    /// What running applications send can fail afterwards.
    BreaksClients,
    /// The table's storage is written anew.
    RewritesTable,
    /// Nobody can read the relation while the statement runs.
    BlocksReads,
    /// Nobody can write the relation while the statement runs.
    BlocksWrites,
    /// Rows that exist can make the statement fail.
    MayFail,
    /// Who may see or do what is changed.
    ChangesAccess,
    /// What others get by replication is changed.
    ChangesReplication,
    /// Queries that are fast today can become slow.
    SlowsQueries,
}

impl HazardCode {
    /// Every code, gravest first.
    pub const ALL: [HazardCode; 9] = [
        HazardCode::LosesData,
        HazardCode::BreaksClients,
        HazardCode::RewritesTable,
        HazardCode::BlocksReads,
        HazardCode::BlocksWrites,
        HazardCode::MayFail,
        HazardCode::ChangesAccess,
        HazardCode::ChangesReplication,
        HazardCode::SlowsQueries,
    ];

    /// The stable code, for example `loses-data`.
    pub const fn code(self) -> &'static str {
        self.about().code
    }

    /// What the code means, with what to do.
    pub const fn about(self) -> &'static Code {
        match self {
            HazardCode::LosesData => &LOSES_DATA,
            HazardCode::BreaksClients => &BREAKS_CLIENTS,
            HazardCode::RewritesTable => &REWRITES_TABLE,
            HazardCode::BlocksReads => &BLOCKS_READS,
            HazardCode::BlocksWrites => &BLOCKS_WRITES,
            HazardCode::MayFail => &MAY_FAIL,
            HazardCode::ChangesAccess => &CHANGES_ACCESS,
            HazardCode::ChangesReplication => &CHANGES_REPLICATION,
            HazardCode::SlowsQueries => &SLOWS_QUERIES,
        }
    }
}

impl fmt::Display for HazardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A word that is no code of a hazard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no hazard with the code {0}")]
pub struct ParseHazardCodeError(String);

impl FromStr for HazardCode {
    type Err = ParseHazardCodeError;

    fn from_str(text: &str) -> Result<Self, ParseHazardCodeError> {
        let known = HazardCode::ALL.into_iter().find(|code| code.code() == text);
        known.ok_or_else(|| ParseHazardCodeError(text.to_owned()))
    }
}

/// The hazards as a part of the table.
pub(super) fn family() -> Family {
    Family {
        name: "hazard",
        about: "Said of a statement of a plan: what running it on the target can hurt.",
        codes: HazardCode::ALL.map(HazardCode::about).to_vec(),
    }
}

const LOSES_DATA: Code = Code {
    code: "loses-data",
    title: "Rows or values are gone afterwards",
    meaning: "The statement takes away something that holds data: a table, a column, a sequence with its \
              place, an attribute of a composite type, an extension with what it made. No reverse plan \
              brings the data back.",
    advice: "Make a backup, or leave the difference out. Stop using the object first, wait a release, and \
             drop it then. `plan --check` tells how many rows would be lost.",
    squawk: &[
        "ban-drop-table",
        "ban-drop-column",
        "ban-drop-schema",
        "ban-drop-sequence",
        "ban-drop-extension",
    ],
};

const BREAKS_CLIENTS: Code = Code {
    code: "breaks-clients",
    title: "What running applications send can fail afterwards",
    meaning: "Something that statements can name is gone or has another name: a table, a view, a column, a \
              routine, a type, a schema. The database knows what else in it uses the object, and the plan \
              takes care of that; it does not know what applications send.",
    advice: "Deploy applications that do without the old name first. A renamed table or column can be kept \
             under its old name by a view until nobody asks for it.",
    squawk: &[
        "renaming-column",
        "renaming-table",
        "renaming-object",
        "ban-drop-table",
        "ban-drop-column",
        "ban-drop-view",
        "ban-drop-function",
        "ban-drop-type",
        "ban-drop-domain",
        "ban-drop-schema",
        "adding-required-field",
    ],
};

const REWRITES_TABLE: Code = Code {
    code: "rewrites-table",
    title: "The table's storage is written anew",
    meaning: "Every row is copied into new storage, and every index is built anew. It takes time and, until \
              the end, disk space in proportion to the table's size.",
    advice: "Use the online style: it changes the type of a column in steps, by one beside it that is filled \
             in batches and then takes its place. What it leaves open takes a window of maintenance.",
    squawk: &["changing-column-type", "adding-field-with-default", "ban-alter-generated-expression"],
};

const BLOCKS_READS: Code = Code {
    code: "blocks-reads",
    title: "Nobody can read the relation while the statement works",
    meaning: "The statement holds an ACCESS EXCLUSIVE lock for as long as it reads or writes the rows: \
              nobody else can read or write meanwhile. A statement that takes such a lock for a moment \
              only is not marked; what it locks is among what was observed.",
    advice: "Use the online style, which adds constraints as NOT VALID and validates them without blocking. \
             Set a lock_timeout, so that a wait for the lock does not hold up everyone behind it.",
    squawk: &[
        "adding-not-nullable-field",
        "changing-column-type",
        "constraint-missing-not-valid",
        "disallowed-unique-constraint",
        "adding-serial-primary-key-field",
    ],
};

const BLOCKS_WRITES: Code = Code {
    code: "blocks-writes",
    title: "Nobody can write the relation while the statement works",
    meaning: "The statement holds a SHARE or SHARE ROW EXCLUSIVE lock for as long as it reads the rows: \
              others can read, and wait with INSERT, UPDATE and DELETE.",
    advice: "Use the online style, which builds indexes CONCURRENTLY and adds foreign keys in two steps. On \
             a small table it does not matter.",
    squawk: &[
        "require-concurrent-index-creation",
        "adding-foreign-key-constraint",
        "constraint-missing-not-valid",
        "require-concurrent-reindex",
    ],
};

const MAY_FAIL: Code = Code {
    code: "may-fail",
    title: "Rows that exist can make the statement fail",
    meaning: "The statement holds only if the rows allow it: no NULL, no duplicate, no row without a parent, \
              no value that does not fit the new type. A scratch copy has no rows, so the proof says \
              nothing about it.",
    advice: "Ask the target first: `plan --check` counts the rows that are in the way, in a session that can \
             only read. Repair them before the plan is run. In a transaction a failure leaves nothing behind.",
    squawk: &[
        "adding-not-nullable-field",
        "adding-required-field",
        "adding-foreign-key-constraint",
        "changing-column-type",
        "constraint-missing-not-valid",
        "disallowed-unique-constraint",
        "ban-alter-domain-with-add-constraint",
        "ban-new-write-restriction",
    ],
};

const CHANGES_ACCESS: Code = Code {
    code: "changes-access",
    title: "Who may see or do what is changed",
    meaning: "The statement changes privileges, row security or policies: afterwards someone can see or \
              change what they could not, or no longer can.",
    advice: "Have it read by whoever answers for access. Try what each role can do afterwards before the \
             applications find out.",
    squawk: &[
        "ban-revoke",
        "ban-create-policy",
        "ban-drop-policy",
        "ban-alter-policy-condition",
        "ban-alter-policy-roles",
        "ban-alter-row-level-security",
    ],
};

const CHANGES_REPLICATION: Code = Code {
    code: "changes-replication",
    title: "What others get by replication is changed",
    meaning: "The statement changes a publication, a subscription, a replica identity, or whether a table is \
              logged. Subscribers can stop getting rows, or UPDATE and DELETE on a published table can fail \
              for want of an identity.",
    advice: "Look at who subscribes first. After a publication has grown, each subscriber needs ALTER \
             SUBSCRIPTION … REFRESH PUBLICATION.",
    squawk: &["ban-replica-identity"],
};

const SLOWS_QUERIES: Code = Code {
    code: "slows-queries",
    title: "Queries that are fast today can become slow",
    meaning: "An index or a set of extended statistics is gone afterwards, and plans that rely on it with it.",
    advice: "Look into pg_stat_user_indexes whether the index is used, on the replicas too. Keep its \
             definition at hand: building it anew takes time.",
    squawk: &["ban-drop-index", "require-concurrent-index-deletion"],
};
