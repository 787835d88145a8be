//! Puts the questions of a plan to a live database: how many rows are in the way of a statement.

use std::time::Duration;

use super::{Source, SourceError};
use crate::dialect::{
    Answer, Check,
    postgres::session::{Limits, ServerError, Session},
};

/// Asks, one question after the other, in one session that can only read. Each has so much time;
/// what the server refuses to answer is an answer, too.
///
/// # Errors
/// Where the database cannot be reached, or goes away meanwhile.
pub async fn ask(
    source: &Source,
    checks: Vec<&mut Check>,
    time: Duration,
    progress: &super::Progress<'_>,
) -> Result<(), SourceError> {
    let Source::Postgres(url) = source else {
        for check in checks {
            check.answer = Some(Answer::Failed("This is no live PostgreSQL database.".to_owned()));
        }
        return Ok(());
    };
    progress("connecting", 0);
    let limits = Limits { statement: time, ..Limits::default() };
    let mut session = Session::reader_within(url, &limits).await.map_err(SourceError::Connect)?;
    for check in checks {
        progress("asking about its rows", 0);
        let answer = answer(&mut session, check, time).await;
        check.answer = Some(answer.map_err(|error| SourceError::Server {
            doing: format!("Asking {} about its rows", url.redacted()),
            error: error.into(),
        })?);
    }
    session.close().await;
    Ok(())
}

async fn answer(session: &mut Session, check: &Check, time: Duration) -> Result<Answer, ServerError> {
    let first = count(session, &check.sql).await?;
    let result = match (&first, &check.otherwise) {
        (Err(error), Some(otherwise)) if error.sqlstate == UNDEFINED_FUNCTION => {
            count(session, otherwise).await?
        }
        _ => first,
    };
    Ok(match result {
        Ok(Some(count)) => Answer::Count(count),
        Ok(None) => Answer::Failed("The answer was no number.".to_owned()),
        Err(error) => Answer::Failed(reason(&error, time)),
    })
}

/// One query inside a savepoint, so that the next can be asked whatever happens to it.
async fn count(session: &mut Session, sql: &str) -> Result<Result<Option<u64>, ServerError>, ServerError> {
    session.execute("SAVEPOINT question").await?;
    let result = session.rows(sql).await;
    if let Err(error) = &result
        && error.is_disconnect()
    {
        return Err(error.clone());
    }
    session.execute("ROLLBACK TO question; RELEASE question").await?;
    Ok(result.map(|rows| {
        let value = rows.first().and_then(|row| row.values.first());
        value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
    }))
}

const UNDEFINED_FUNCTION: &str = "42883";

/// Why there is no number, by the class of the server's error (appendix A of the manual).
fn reason(error: &ServerError, time: Duration) -> String {
    match &error.sqlstate[..] {
        "57014" => format!("It took longer than {} s.", time.as_secs_f64()),
        "55P03" => "A lock on the relation was not to be had in time.".to_owned(),
        "42501" => format!("The role may not read it: {}.", error.message),
        "42P01" | "42703" | "42704" | "3F000" => {
            format!("It can only be asked when statements before it have been run: {}.", error.message)
        }
        // What does not fit is what the question is about.
        class if class.starts_with("22") => format!("At least one is in the way: {}.", error.message),
        _ => format!("{error}."),
    }
}
