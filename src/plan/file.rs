//! A plan as a file: sealed with the hash of what it says, so that an edited one is noticed.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Decisions, Plan, Proof};

/// The format of the document that this program writes and reads.
const FORMAT: u64 = 1;

/// Fields that the hash leaves out: itself, and the moment, so that a plan that is made anew for the
/// same state is the same plan.
const UNSEALED: [&str; 2] = ["hash", "made_at"];

/// A plan that was read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFile {
    /// The hash of what it says, in hexadecimal.
    pub hash: String,
    /// The plan.
    pub plan: Plan,
    /// What was known about it when it was written.
    pub proof: Proof,
    /// What became of each difference; an older schemascope did not say.
    pub decisions: Decisions,
    /// When it was made, as `2026-03-09T17:05:00Z`; an older schemascope did not say.
    pub made_at: Option<String>,
    /// The side that it was made to follow.
    pub canonical: SideNote,
    /// The side that it changes.
    pub target: SideNote,
}

/// What a plan file says about a side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SideNote {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Where it was read from, without a password.
    #[serde(default)]
    pub source: String,
    /// How it is spelled.
    #[serde(default)]
    pub dialect: String,
}

/// A text that is no plan file that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// It is an SQL script.
    #[error("it is an SQL script, and a script does not carry what is needed to run it safely")]
    Script,
    /// It is not JSON, or cut off.
    #[error("it is not a plan that schemascope wrote: {0}")]
    NotAPlan(String),
    /// It has no hash.
    #[error("it carries no hash: an older schemascope wrote it")]
    Unsealed,
    /// Its hash is not that of what it says.
    #[error("it was edited after it was written: what it says has the hash {now}, and it carries {carried}")]
    Edited {
        /// The hash that it carries.
        carried: String,
        /// The hash of what it says.
        now: String,
    },
    /// A later version wrote it.
    #[error("it is of format {0}, and this schemascope reads format {FORMAT}")]
    Newer(u64),
}

impl PlanFileError {
    /// What to do next, as full sentences.
    pub fn hint(&self) -> &'static str {
        match self {
            PlanFileError::Script | PlanFileError::NotAPlan(_) | PlanFileError::Unsealed => {
                "Write one with: schemascope plan CANONICAL TARGET --all --json > plan.json"
            }
            PlanFileError::Edited { .. } => {
                "Make the plan anew: only what was compared, planned and proven is run. To change it, change the selection."
            }
            PlanFileError::Newer(_) => "Use the schemascope that wrote it.",
        }
    }
}

/// Puts its hash into a document, and tells it.
pub fn seal(document: &mut Map<String, Value>) -> String {
    let hash = hash(document);
    document.insert("hash".to_owned(), Value::String(hash.clone()));
    hash
}

/// Reads a plan file.
///
/// # Errors
/// As [`PlanFileError`] says.
pub fn read(text: &str) -> Result<PlanFile, PlanFileError> {
    let start = text.trim_start();
    if start.starts_with("--") || start.starts_with("BEGIN") {
        return Err(PlanFileError::Script);
    }
    if start.is_empty() {
        return Err(PlanFileError::NotAPlan("it is empty".to_owned()));
    }
    let not_a_plan = |problem: serde_json::Error| PlanFileError::NotAPlan(problem.to_string());
    let document: Map<String, Value> = serde_json::from_str(text).map_err(not_a_plan)?;
    if document.get("command").and_then(Value::as_str) != Some("plan") {
        return Err(PlanFileError::NotAPlan("it does not say that it is one".to_owned()));
    }
    match document.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(newer) => return Err(PlanFileError::Newer(newer)),
        None => return Err(PlanFileError::NotAPlan("it has no format".to_owned())),
    }
    let carried = document.get("hash").and_then(Value::as_str).ok_or(PlanFileError::Unsealed)?.to_owned();
    let now = hash(&document);
    if carried != now {
        return Err(PlanFileError::Edited { carried, now });
    }
    let Parts { plan, proof, decisions, made_at, canonical, target } =
        serde_json::from_value(Value::Object(document)).map_err(not_a_plan)?;
    Ok(PlanFile { hash: carried, plan, proof, decisions, made_at, canonical, target })
}

#[derive(Deserialize)]
struct Parts {
    plan: Plan,
    proof: Proof,
    #[serde(default)]
    decisions: Decisions,
    made_at: Option<String>,
    canonical: SideNote,
    target: SideNote,
}

fn hash(document: &Map<String, Value>) -> String {
    let mut sealed = document.clone();
    sealed.retain(|name, _| !UNSEALED.contains(&name.as_str()));
    // What was read as JSON can be written as JSON; blanks between the values do not count.
    blake3::hash(Value::Object(sealed).to_string().as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sealed() -> String {
        let document = json!({
            "format": 1, "command": "plan", "made_at": "1970-01-01T00:00:07Z",
            "canonical": { "name": "schema.sql", "source": "schema.sql" }, "target": { "name": "prod" },
            "plan": Plan { made_for: "abc".to_owned(), ..Plan::default() },
            "proof": Proof::NotTried { reason: "x".to_owned() },
        });
        let Value::Object(mut document) = document else { panic!() };
        seal(&mut document);
        serde_json::to_string_pretty(&document).unwrap()
    }

    #[test]
    fn a_sealed_plan_reads_back() {
        let file = read(&sealed()).unwrap();
        assert_eq!((file.plan.made_for.as_str(), file.target.name.as_str()), ("abc", "prod"));
    }

    #[test]
    fn blanks_and_the_moment_are_no_edit() {
        let Value::Object(mut document) = serde_json::from_str(&sealed()).unwrap() else { panic!() };
        document.insert("made_at".to_owned(), json!("1970-01-01T00:00:08Z"));
        let (later, sealed) = (read(&Value::Object(document).to_string()).unwrap(), read(&sealed()).unwrap());
        assert_eq!((later.hash, later.plan), (sealed.hash, sealed.plan));
    }

    #[test]
    fn whatever_else_is_changed_is_noticed() {
        let edited = sealed().replace("abc", "abd");
        assert!(matches!(read(&edited), Err(PlanFileError::Edited { .. })));
        assert_eq!(read("-- SQL\nBEGIN;"), Err(PlanFileError::Script));
        assert!(matches!(read("{\"format\": 1}"), Err(PlanFileError::NotAPlan(_))));
        assert!(matches!(read(&sealed()[..40]), Err(PlanFileError::NotAPlan(_))));
        assert_eq!(read("{\"format\": 2, \"command\": \"plan\"}"), Err(PlanFileError::Newer(2)));
        assert_eq!(read("{\"format\": 1, \"command\": \"plan\"}"), Err(PlanFileError::Unsealed));
    }
}
