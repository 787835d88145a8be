//! Procedures.

use super::{acl::Grantable, inspect::Reader, routine::RoutineKind};
use crate::model::Kind;

/// The kind of procedures.
pub const KIND: Kind = Kind::of("procedure");

/// How procedures are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "procedures",
    class: "pg_proc",
    sql: include_str!("procedure.sql"),
    grantable: Some(Grantable::Routine),
};

/// What is known about procedures.
pub const PROCEDURE: RoutineKind = RoutineKind { reader: &READER, word: "PROCEDURE" };
