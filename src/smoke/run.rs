//! Runs probes as each role and tells what came of them.

use std::{collections::BTreeMap, time::Instant};

use serde_json::Value;

use super::{Probe, Verdict};
use crate::{
    config::smoke::{Smoke, Verb},
    dialect::postgres::{session::ServerError, trial::Trial},
};

/// What came of one probe as one role.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The verdict.
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// Tries every probe as every role. The verdicts are by role and by the probe's place.
///
/// # Errors
/// Where the connection is lost.
pub async fn observe(
    trial: &mut Trial,
    probes: &[Probe],
    roles: &[String],
    smoke: &Smoke,
) -> Result<BTreeMap<(String, usize), Observed>, ServerError> {
    let mut all = BTreeMap::new();
    for role in roles {
        let refused = match trial.become_role(Some(role), &settings(smoke, role)).await {
            Ok(()) => None,
            Err(error) if error.is_disconnect() => return Err(error),
            Err(error) => Some(Verdict::Untried { reason: format!("the role cannot be taken on: {error}") }),
        };
        for (at, probe) in probes.iter().enumerate() {
            let begun = Instant::now();
            let verdict = match &refused {
                Some(verdict) => verdict.clone(),
                None => tried(trial, probe).await?,
            };
            let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            all.insert((role.clone(), at), Observed { verdict, micros });
        }
    }
    Ok(all)
}

async fn tried(trial: &mut Trial, probe: &Probe) -> Result<Verdict, ServerError> {
    let plan = match trial.attempt(&probe.explain).await {
        Ok(plan) => plan,
        Err(error) if error.is_disconnect() => return Err(error),
        // Of a probe that asks for the privilege itself: it is missing.
        Err(error) if probe.verb == Verb::Execute && error.sqlstate == DIVISION_BY_ZERO => {
            return Ok(Verdict::Denied);
        }
        Err(error) if error.sqlstate == INSUFFICIENT_PRIVILEGE => return on_columns(trial, probe).await,
        Err(error) => return Ok(failed(error)),
    };
    // EXPLAIN prints it for a query that cannot have rows; its words are never translated.
    let empty = plan.iter().any(|row| row.text("QUERY PLAN").is_some_and(|line| line.trim() == NEVER));
    if empty && probe.verb != Verb::Insert {
        return Ok(Verdict::NoRows);
    }
    let tried = match &probe.run {
        Some(sql) => trial.attempt(sql).await.map(drop),
        None => Ok(()),
    };
    match tried {
        Ok(()) => unless_guarded(trial, probe).await,
        Err(error) if error.is_disconnect() => Err(error),
        // The privilege is there, so it is row security that refuses.
        Err(error) if error.sqlstate == INSUFFICIENT_PRIVILEGE => Ok(Verdict::RowRefused),
        // Row security let the row in, and then it was incomplete.
        Err(error) if probe.verb == Verb::Insert && error.sqlstate.starts_with(CONSTRAINT) => {
            Ok(Verdict::Allowed)
        }
        Err(error) => Ok(failed(error)),
    }
}

/// What is allowed may still be so on some rows only.
async fn unless_guarded(trial: &mut Trial, probe: &Probe) -> Result<Verdict, ServerError> {
    let Some(query) = &probe.guarded else { return Ok(Verdict::Allowed) };
    match trial.attempt(query).await {
        Ok(rows) if rows.first().is_some_and(|row| row.flag("active")) => Ok(Verdict::Guarded),
        Ok(_) => Ok(Verdict::Allowed),
        Err(error) if error.is_disconnect() => Err(error),
        Err(error) => Ok(failed(error)),
    }
}

/// A grant on some columns is no grant on the whole, and still one.
async fn on_columns(trial: &mut Trial, probe: &Probe) -> Result<Verdict, ServerError> {
    let Some(query) = &probe.columns else { return Ok(Verdict::Denied) };
    match trial.attempt(query).await {
        Ok(rows) if rows.is_empty() => Ok(Verdict::Denied),
        Ok(rows) => {
            let columns = rows.iter().filter_map(|row| row.text("name")).map(str::to_owned).collect();
            Ok(Verdict::Columns { columns })
        }
        Err(error) if error.is_disconnect() => Err(error),
        // Not even the schema may be looked into.
        Err(_) => Ok(Verdict::Denied),
    }
}

fn failed(error: ServerError) -> Verdict {
    Verdict::Fails { sqlstate: error.sqlstate, message: error.message }
}

const NEVER: &str = "One-Time Filter: false";
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const DIVISION_BY_ZERO: &str = "22012";
/// The class "integrity constraint violation".
const CONSTRAINT: &str = "23";

/// The settings of a role: what its token claims, in both forms that policies read (as PostgREST
/// sets them), and those of the configuration.
pub fn settings(smoke: &Smoke, role: &str) -> Vec<(String, String)> {
    let mut settings = smoke.claims.get(role).map(claims).unwrap_or_default();
    let own = smoke.settings.get(role).into_iter().flatten();
    settings.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    settings
}

/// Claims as `request.jwt.claims`, and each as `request.jwt.claim.NAME`.
pub fn claims(claims: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let whole = serde_json::to_string(claims).unwrap_or_default();
    let mut settings = vec![("request.jwt.claims".to_owned(), whole)];
    for (name, value) in claims {
        // A setting's name takes no other characters.
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            settings.push((format!("request.jwt.claim.{name}"), text));
        }
    }
    settings
}

/// What roles can do beyond what they are granted: `(role, superuser, bypasses row security,
/// member of)`. It belongs to the cluster and not to the schema, so a scratch copy has to have it
/// as the target does.
///
/// # Errors
/// What the server said.
pub async fn attributes(trial: &mut Trial) -> Result<Vec<Attributes>, ServerError> {
    let rows = trial.attempt(include_str!("roles.sql")).await?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            Some(Attributes {
                role: row.text("role")?.to_owned(),
                superuser: row.flag("superuser"),
                bypasses: row.flag("bypasses"),
                inherits: row.flag("inherits"),
                member_of: row.texts("member_of"),
            })
        })
        .collect())
}

/// What a role can do beyond what it is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The role.
    pub role: String,
    /// Nothing is denied to it.
    pub superuser: bool,
    /// Row security does not apply to it.
    pub bypasses: bool,
    /// It has what the roles have that it is a member of.
    pub inherits: bool,
    /// The roles that it is a member of.
    pub member_of: Vec<String>,
}
