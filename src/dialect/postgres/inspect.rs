//! Reads a PostgreSQL catalog into a snapshot.

use super::session::{ServerError, Session};
use crate::model::Snapshot;

/// Tells how far a reading has come: what is being read, and how many objects there are so far.
pub type Progress<'a> = dyn Fn(&str, usize) + Send + Sync + 'a;

/// Reads everything that schemascope knows of from a session.
///
/// # Errors
/// What the server said.
pub async fn inspect(_session: &mut Session, _progress: &Progress<'_>) -> Result<Snapshot, ServerError> {
    todo!()
}
