//! Statements of the configuration, and what has to come of them.

use std::time::Instant;

use super::{Area, Check, Outcome, run};
use crate::{
    config::smoke::{self, OwnCheck, Smoke},
    dialect::{
        postgres::{session::ServerError, trial::Trial},
        row::Row,
    },
};

/// Runs each of them, as its role and with its claims, and takes back what it did.
///
/// # Errors
/// Where the connection is lost.
pub async fn check(trial: &mut Trial, smoke: &Smoke) -> Result<Vec<Check>, ServerError> {
    let mut checks = Vec::new();
    for own in &smoke.check {
        let begun = Instant::now();
        let role = own.role.as_deref();
        let mut settings = role.map(|role| run::settings(smoke, role)).unwrap_or_default();
        if let Some(claims) = &own.claims {
            settings.extend(run::claims(claims));
        }
        let (outcome, sentence) = match trial.become_role(role, &settings).await {
            Err(error) if error.is_disconnect() => return Err(error),
            Err(error) => (Outcome::Unknown, format!("{}: the role cannot be taken on: {error}.", own.name)),
            Ok(()) => match trial.attempt_theirs(&own.sql).await {
                Err(error) if error.is_disconnect() => return Err(error),
                result => judged(own, &result),
            },
        };
        checks.push(Check {
            area: Area::Own,
            role: own.role.clone(),
            verb: None,
            subject: own.name.clone(),
            outcome,
            sentence,
            micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
    if !smoke.check.is_empty() {
        trial.become_role(None, &[]).await?;
    }
    Ok(checks)
}

fn judged(own: &OwnCheck, result: &Result<Vec<Row>, ServerError>) -> (Outcome, String) {
    let (passes, wanted) = match own.expect {
        smoke::Outcome::Allowed => (result.is_ok(), "it has to run"),
        smoke::Outcome::Denied => {
            (result.as_ref().is_err_and(|error| error.sqlstate == "42501"), "it has to be denied")
        }
        smoke::Outcome::Rows => (result.as_ref().is_ok_and(|rows| !rows.is_empty()), "it has to return rows"),
        smoke::Outcome::NoRows => (result.as_ref().is_ok_and(Vec::is_empty), "it has to return no row"),
        smoke::Outcome::Fails => (result.is_err(), "it has to fail"),
    };
    let seen = match result {
        Ok(rows) if rows.is_empty() => "it ran and returned no row".to_owned(),
        Ok(rows) => {
            format!("it ran and returned {} row{}", rows.len(), if rows.len() == 1 { "" } else { "s" })
        }
        Err(error) => format!("the server said: {error}"),
    };
    if !passes {
        return (Outcome::Fail, format!("{}: {seen}; {wanted}.", own.name));
    }
    let found = result.as_ref().ok().and_then(|rows| rows.first()).and_then(first_value);
    match &own.value {
        Some(value) if found.as_ref() != Some(value) => {
            let found = found.map_or("nothing".to_owned(), |found| format!("{found:?}"));
            (Outcome::Fail, format!("{}: the first value is {found}; it has to be {value:?}.", own.name))
        }
        _ => (Outcome::Pass, format!("{}: {seen}.", own.name)),
    }
}

fn first_value(row: &Row) -> Option<String> {
    match row.values.first()? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
