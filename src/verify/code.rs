//! Which code a finding has, and how grave it is where no policy says otherwise.

use super::{component::Component, severity::Severity};
pub use crate::codes::{FindingCode as Code, ParseFindingCodeError as ParseCodeError};
use crate::diff::Status;

/// The code of a difference of a component's object.
pub fn of(component: Component, status: Status) -> Code {
    match (component, status) {
        (_, Status::Unknown) => Code::NotCompared,
        (Component::Extensions, _) => Code::ExtensionMismatch,
        (Component::Tables, Status::Missing) => Code::TableMissing,
        (Component::Tables, Status::Extra) => Code::TableExtra,
        (Component::Tables, _) => Code::TableChanged,
        (Component::Columns, Status::Missing) => Code::ColumnMissing,
        (Component::Columns, Status::Extra) => Code::ColumnExtra,
        (Component::Columns, _) => Code::ColumnChanged,
        (Component::Constraints, _) => Code::ConstraintMismatch,
        (Component::Indexes, _) => Code::IndexMismatch,
        (Component::Functions, _) => Code::FunctionMismatch,
        (Component::Triggers, _) => Code::TriggerMismatch,
        (Component::RowSecurity, Status::Extra) => Code::RowSecurityExtra,
        (Component::RowSecurity, _) => Code::RowSecurityMissing,
        (Component::Policies, _) => Code::PolicyMismatch,
        (Component::Migrations, _) => Code::MigrationHistory,
        (Component::Others, _) => Code::ObjectMismatch,
    }
}

/// How grave a finding is by default: all of it fails, but what a deployment is going to put right.
pub fn default_severity(code: Code) -> Severity {
    match code {
        Code::MigrationPending | Code::MigrationOutOfOrder => Severity::Warning,
        _ => Severity::Error,
    }
}
