//! PostgreSQL, 13 to 18.

pub mod connect;
pub mod inspect;
pub mod session;

use super::{Dialect, ObjectKind};
use crate::model::Object;

/// PostgreSQL.
pub struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn kinds(&self) -> &'static [&'static dyn ObjectKind] {
        &[]
    }

    fn names_taken(&self, _object: &Object) -> Vec<String> {
        Vec::new()
    }
}
