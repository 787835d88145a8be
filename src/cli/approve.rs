//! `schemascope approve`: writes down who agrees that a plan is run.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{Error, Outcome, apply::read_plan, console::write_file, sides::Setup};
use crate::apply::approval::{Approval, Approvals, file_of};

/// What stands below the help of `approve`.
pub const HELP: &str = "\
The approval goes into a file beside the plan and is tied to the plan's hash: a plan that is edited or
made anew has to be approved anew. How many approvals a target needs is said in schemascope.toml:

  [targets.prod-eu]
  url = \"postgres://app@db-eu.example/app\"
  protected = true
  approvals = 1

Example:
  schemascope approve fix.json --by ann --reason 'incident 97: read it, tried it on staging'";

/// What `approve` takes.
#[derive(Debug, Args)]
pub struct Approve {
    /// The plan, as `plan --json` wrote it
    plan: PathBuf,
    /// Who agrees
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Adds the approval to the file beside the plan.
///
/// # Errors
/// Where the plan is none, was edited, or the file cannot be written.
pub fn run(setup: &Setup<'_>, arguments: &Approve, json: bool) -> Result<Outcome, Error> {
    let (by, reason) = (arguments.by.trim(), arguments.reason.trim());
    if by.is_empty() || reason.is_empty() {
        return Err(Error::new(
            "An approval says who agrees and why.",
            "schemascope approve PLAN --by NAME --reason 'why'",
        ));
    }
    let plan = read_plan(&arguments.plan)?;
    let mut approvals = Approvals::read(&arguments.plan)
        .map_err(|error| Error::new(error.to_string(), "Repair or remove it."))?;
    let approval = Approval {
        plan: plan.hash.clone(),
        by: by.to_owned(),
        reason: reason.to_owned(),
        at: crate::apply::written((setup.now)()),
    };
    approvals.all.push(approval);
    let file = file_of(&arguments.plan);
    write_file(&file, &approvals.to_json())?;
    let people = approvals.people(&plan.hash);
    if json {
        let document = Document {
            format: 1,
            command: "approve",
            plan: &plan.hash,
            by,
            reason,
            approvals: people,
            file: &file,
        };
        setup.console.result(&super::json(&document))?;
    } else {
        let hash: String = plan.hash.chars().take(12).collect();
        let plural = if people == 1 { "1 person has".to_owned() } else { format!("{people} people have") };
        let sentence = format!(
            "{} approved the plan {hash} for {}. {plural} approved it: {}\n",
            crate::report::clean(by),
            crate::report::clean(&plan.target.name),
            file.display()
        );
        setup.console.result(&sentence)?;
    }
    Ok(Outcome::Same)
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    plan: &'a str,
    by: &'a str,
    reason: &'a str,
    approvals: usize,
    file: &'a PathBuf,
}
