//! The codes of findings: what `verify` found at a target.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Code, Family};

/// Declares the codes with all that is known about each, so that none can be forgotten.
macro_rules! codes {
    ($($variant:ident $code:literal $title:literal $meaning:literal $advice:literal)*) => {
        /// What kind of finding it is. The codes are stable: scripts and policies may rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $(#[doc = $title] $variant,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[FindingCode] = &[$(FindingCode::$variant),*];

            /// What the code means, with what to do.
            pub const fn about(self) -> &'static Code {
                match self {
                    $(FindingCode::$variant => const {
                        &Code { code: $code, title: $title, meaning: $meaning, advice: $advice, squawk: &[] }
                    })*
                }
            }
        }
    };
}

codes! {
    ExtensionMismatch "extension-mismatch"
        "An extension differs"
        "An extension is missing, extra, or of another version or schema than canonical says. Types, functions and operators that others rely on may be other ones."
        "Install or update it with `schemascope plan --only 'extension:*'`, or write it into the canonical schema."
    TableMissing "table-missing"
        "A table is missing"
        "Canonical has a table that the target does not have: a migration has not run there, or the table was dropped or renamed by hand."
        "Run the migration, or make the table with `schemascope plan --only 'table:…'`. Where it was renamed, rename it back rather than losing its rows."
    TableExtra "table-extra"
        "A table that canonical does not have"
        "The target has a table that is in no agreed schema: a copy that was kept by hand, a table of a tool, or a change that never got into the repository."
        "Adopt it with `schemascope plan --direction canonical-follows`, drop it, ignore it under [rules] if a tool owns it, or accept it with `schemascope baseline add`."
    TableChanged "table-changed"
        "A table differs"
        "A property of the table itself differs: its persistence, partitioning, storage options, owner, grants or comment."
        "Look at the facets in the finding, and close it with `schemascope plan --only 'table:…'`."
    ColumnMissing "column-missing"
        "A column is missing"
        "Canonical has a column that the target's table does not have. Programs that were written for the canonical schema will fail there."
        "Run the migration that adds it, or plan it with `schemascope plan --only 'column:…'`."
    ColumnExtra "column-extra"
        "A column that canonical does not have"
        "The target's table has a column that is in no agreed schema. Whoever inserts rows without it, or reads `*`, sees another table."
        "Adopt it into the canonical schema, drop it, or accept it with a reason."
    ColumnChanged "column-changed"
        "A column differs"
        "The column is there with another type, default, nullability, identity or collation. The same statement can mean something else at this target."
        "Look at the facets in the finding: a change of type can rewrite the table, NOT NULL can fail on rows."
    ConstraintMismatch "constraint-mismatch"
        "A constraint differs"
        "A primary key, unique, foreign key, check or exclusion constraint is missing, extra, or says something else. Rows that canonical forbids may already be in."
        "Find the rows that break it first; `schemascope plan --style online` adds it as NOT VALID and validates it afterwards."
    IndexMismatch "index-mismatch"
        "An index differs"
        "An index is missing, extra, or of another definition. A unique index is also a rule about rows; any other is about speed."
        "Build it with `schemascope plan --style online --only 'index:…'`, which does not block writes."
    FunctionMismatch "function-mismatch"
        "A function differs"
        "A function, procedure or aggregate is missing, extra, or of another body or signature: the same call does something else at this target."
        "Compare both bodies with `schemascope diff`; a hotfix made by hand belongs into the canonical schema."
    TriggerMismatch "trigger-mismatch"
        "A trigger differs"
        "A trigger or an event trigger is missing, extra, disabled, or of another definition, so that writes have other effects at this target."
        "Close it with `schemascope plan --only 'trigger:…'`, and ask what was written while it was missing."
    RowSecurityMissing "row-security-missing"
        "Row security is off where it has to be on"
        "Canonical has row security enabled on the table, or forced on its owner, and the target does not: whoever may read the table reads every row, whatever its policies say."
        "Enable it at once with `schemascope plan --only 'table:…'`, and find out who has read the table meanwhile."
    RowSecurityExtra "row-security-extra"
        "Row security is on where canonical has it off"
        "The target has row security that canonical does not have: rows may be hidden from those who have to see them, and without policies all of them are."
        "Write it into the canonical schema with its policies, or turn it off."
    PolicyMismatch "policy-mismatch"
        "A policy differs"
        "A row security policy is missing, extra, or lets other rows through than canonical says."
        "Close it with `schemascope plan --only 'policy:…'`; look at policies that are extra first, because policies add up."
    ObjectMismatch "object-mismatch"
        "Another object differs"
        "A view, type, sequence, schema, privilege or another kind of object is missing, extra, or differs."
        "Look at it with `schemascope diff`, and close it with `schemascope plan --only KIND:NAME`."
    NotCompared "not-compared"
        "An object could not be compared"
        "The object is there, or may be, but could not be read: the role has no right to, or somebody holds a lock on it."
        "Read with a role that may see it, or try again later. The exit status is 2, because nobody knows whether it drifted."
    MigrationChecksum "migration-checksum"
        "A migration was edited after it was applied"
        "The file of an applied migration is not the one that was applied: its checksum in the history table is another."
        "Restore the file from version control, and put the change into a new migration."
    MigrationMissing "migration-missing"
        "An applied migration has no file"
        "The history table of the target lists a migration of which there is no file: it was deleted, or applied from another branch."
        "Bring the file back from version control, or merge the branch that has it."
    MigrationFailed "migration-failed"
        "A migration failed half-way"
        "The history table says that a migration was begun and did not come to its end, so that a part of it may have happened."
        "Compare the target with canonical to see which part, put that right, and mark the migration as your tool does."
    MigrationDuplicate "migration-duplicate"
        "Two migrations have one version"
        "Two files of the folder have the same version, so that a tool runs only one of them, or refuses both."
        "Give the younger one a new version."
    MigrationOutOfOrder "migration-out-of-order"
        "A migration is older than one that was applied"
        "A pending migration has a version before one that the target has already applied: it came in from another branch. Some tools never run it."
        "Give it a new version, or let your tool run it out of order if it can."
    MigrationPending "migration-pending"
        "A migration is pending"
        "The folder has a migration that the target has not applied yet."
        "Apply it with your migration tool. In a check before a deployment this is as it has to be."
    MigrationHistory "migration-history"
        "The history of migrations could not be read"
        "The target has no history table of a known tool, or one of an unexpected shape, or the folder could not be read."
        "Check the folder of migrations and the role's right to read the history table."
}

impl FindingCode {
    /// The stable code, for example `table-extra`.
    pub const fn code(self) -> &'static str {
        self.about().code
    }
}

/// The findings as a part of the table.
pub(super) fn family() -> Family {
    Family {
        name: "finding",
        about: "Said by `verify` of a difference or of a migration; `[verify]` in `schemascope.toml` says how grave each is.",
        codes: FindingCode::ALL.iter().map(|code| code.about()).collect(),
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// A word that is no code of a finding.
#[derive(Debug, thiserror::Error)]
#[error("there is no finding with the code {0}")]
pub struct ParseFindingCodeError(String);

impl FromStr for FindingCode {
    type Err = ParseFindingCodeError;

    fn from_str(text: &str) -> Result<Self, ParseFindingCodeError> {
        FindingCode::ALL
            .iter()
            .copied()
            .find(|it| it.code() == text)
            .ok_or_else(|| ParseFindingCodeError(text.to_owned()))
    }
}

impl Serialize for FindingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for FindingCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
