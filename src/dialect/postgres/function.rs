//! Functions, window functions among them.

use super::{acl::Grantable, inspect::Reader, routine::RoutineKind};
use crate::model::Kind;

/// The kind of functions.
pub const KIND: Kind = Kind::of("function");

/// How functions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "functions",
    class: "pg_proc",
    sql: include_str!("function.sql"),
    grantable: Some(Grantable::Routine),
};

/// What is known about functions.
pub const FUNCTION: RoutineKind = RoutineKind { reader: &READER, word: "FUNCTION" };
