//! Tells without reading it whether a source is still what it was.

use super::{Source, SourceError};
use crate::dialect::postgres::{
    connect::ConnectionUrl,
    fingerprint::CatalogMark,
    session::{ServerError, Session},
};

/// What a source was at one moment, to be asked later whether it still is.
///
/// Take it *before* the source is read: what changes in between then counts as a change, and none
/// is missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(CatalogMark);

/// The mark of a source; nothing where there is no cheaper way to tell than to read it again:
/// for everything but a PostgreSQL database.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn mark(source: &Source) -> Result<Option<Mark>, SourceError> {
    let Source::Postgres(url) = source else { return Ok(None) };
    let mut session = Session::reader(url).await.map_err(SourceError::Connect)?;
    let mark = CatalogMark::take(&mut session).await;
    session.close().await;
    Ok(Some(Mark(mark.map_err(|error| failed(url, error))?)))
}

/// Asks a source for nothing but whether it lets us in. What is no server always does.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn ping(source: &Source) -> Result<(), SourceError> {
    let Source::Postgres(url) = source else { return Ok(()) };
    Session::reader(url).await.map_err(SourceError::Connect)?.close().await;
    Ok(())
}

/// Whether a source may have changed since a mark; `false` says that it has certainly not. The mark
/// is then that of now, so that the next question is about the time from now on.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn changed_since(source: &Source, mark: &mut Mark) -> Result<bool, SourceError> {
    let Source::Postgres(url) = source else { return Ok(true) };
    let mut session = Session::reader(url).await.map_err(SourceError::Connect)?;
    let renewed = mark.0.renew(&mut session).await;
    session.close().await;
    renewed.map(|same| !same).map_err(|error| failed(url, error))
}

fn failed(url: &ConnectionUrl, error: ServerError) -> SourceError {
    SourceError::Server {
        doing: format!("Asking {} whether its schema has changed", url.redacted()),
        error: error.into(),
    }
}
