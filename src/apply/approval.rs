//! Approvals of plans: who agreed that a plan is run, and why, in a file beside the plan.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The format of the file.
const FORMAT: u32 = 1;

/// One person's agreement to one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The hash of the plan.
    pub plan: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, as [`super::written`] writes it.
    pub at: String,
}

/// The approvals beside a plan. Those of other hashes are of what the plan was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// All of them, in the order in which they were given.
    pub all: Vec<Approval>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    approvals: Vec<Approval>,
}

/// Why approvals could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The approvals in {} cannot be read: {problem}.", path.display())]
pub struct ApprovalError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
}

/// The file of a plan's approvals: `fix.json` → `fix.approvals.json`.
pub fn file_of(plan: &Path) -> PathBuf {
    plan.with_extension("approvals.json")
}

impl Approvals {
    /// Reads those of a plan; there are none where there is no file.
    ///
    /// # Errors
    /// As [`ApprovalError`] says.
    pub fn read(plan: &Path) -> Result<Self, ApprovalError> {
        let path = file_of(plan);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Approvals::default()),
            Err(error) => return Err(ApprovalError { path, problem: error.to_string() }),
        };
        let document: Document = serde_json::from_str(&text)
            .map_err(|error| ApprovalError { path: path.clone(), problem: error.to_string() })?;
        if document.format > FORMAT {
            let problem =
                format!("they are of format {}, and this schemascope reads {FORMAT}", document.format);
            return Err(ApprovalError { path, problem });
        }
        Ok(Approvals { all: document.approvals })
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        let document = Document { format: FORMAT, approvals: self.all.clone() };
        // Texts and numbers always have a JSON form.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    /// Those of a plan, by its hash.
    pub fn of<'a>(&'a self, hash: &'a str) -> impl Iterator<Item = &'a Approval> {
        self.all.iter().filter(move |approval| approval.plan == hash)
    }

    /// How many people have agreed to a plan: nobody counts twice.
    pub fn people(&self, hash: &str) -> usize {
        self.of(hash).map(|approval| approval.by.trim().to_lowercase()).collect::<BTreeSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_counts_twice_and_other_plans_not_at_all() {
        let approval = |plan: &str, by: &str| Approval {
            plan: plan.to_owned(),
            by: by.to_owned(),
            reason: "why not".to_owned(),
            at: super::super::written(7),
        };
        let all =
            vec![approval("a", "Ann"), approval("a", "ann "), approval("a", "Bob"), approval("b", "Cid")];
        let approvals = Approvals { all };
        assert_eq!((approvals.people("a"), approvals.people("b"), approvals.people("c")), (2, 1, 0));
    }

    #[test]
    fn approvals_read_back_from_beside_their_plan() {
        let folder = tempfile::tempdir().unwrap();
        let plan = folder.path().join("fix.json");
        assert_eq!(Approvals::read(&plan).unwrap(), Approvals::default());
        let approval = Approval {
            plan: "a".into(),
            by: "Ann".into(),
            reason: "incident 97".into(),
            at: super::super::written(7),
        };
        let approvals = Approvals { all: vec![approval] };
        fs::write(folder.path().join("fix.approvals.json"), approvals.to_json()).unwrap();
        assert_eq!(Approvals::read(&plan).unwrap(), approvals);
        fs::write(file_of(&plan), "{").unwrap();
        assert!(Approvals::read(&plan).unwrap_err().to_string().contains("fix.approvals.json"));
    }
}
