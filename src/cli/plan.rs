//! `schemascope plan`: prints the SQL that closes selected differences.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Error, Outcome, arguments, check,
    console::write_file,
    load, renames, selection,
    sides::{Named, Setup, with_hint},
};
use crate::{
    dialect,
    diff::Status,
    model::Key,
    plan::{Direction, Plan, Proof, Request, Sides, leads_to, partly, plan, proof::prove, reverse},
    report::{Compared, Side, plan_json, script},
};

/// Compares, plans, proves and prints.
///
/// # Errors
/// Where nothing was selected, a side cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &arguments::Plan, json: bool) -> Result<Outcome, Error> {
    selection::require(&arguments.selection)?;
    let file = selection::read(&arguments.selection)?;
    let (sides, canonical, compared) = compare(setup, arguments).await?;
    let target = sides.target.name.clone();
    let Some(dialect) = dialect::by_name(&canonical.snapshot.dialect) else {
        return Err(Error::new("The dialect of the schema is not known.", ""));
    };
    let nothing = BTreeSet::new();
    let request = Request::new(dialect, &canonical.snapshot, &compared.snapshot, &compared.drift, &nothing);
    let renames = renames::confirmed(&arguments.shape.rename, file.as_ref(), &request)?;
    let request = Request { style: arguments.shape.style, renames: &renames, ..request };
    let turned;
    let (request, leads, follows) = match arguments.shape.direction {
        Direction::TargetFollows => (request, &canonical.name, &target),
        Direction::CanonicalFollows => {
            turned = Sides::turned(&request);
            (turned.request(&request), &target, &canonical.name)
        }
    };
    let selected = selection::select(setup, &arguments.selection, file.as_ref(), &request, &compared.drift);
    for pattern in &selected.idle_patterns {
        setup.console.note(&format!("The pattern {pattern} fits no difference."));
    }
    let request = Request { selection: &selected.keys, ..request };
    let parts = partly(&request, &selected.parts);
    let request = parts.as_ref().map_or(request, |sides| sides.request(&request));
    let back;
    let (request, mut plan) = if arguments.shape.reverse {
        back = Sides::back_from(&request);
        (back.request(&request), reverse(&request))
    } else {
        (request, plan(&request))
    };
    plan.leads_to = if plan.is_empty() { None } else { leads_to(&request, &plan) };
    plan.canonical.clone_from(leads);
    plan.target.clone_from(follows);
    let proof = match (plan.is_empty(), arguments.no_prove) {
        (true, _) => Proof::NotTried { reason: "there is nothing to run.".to_owned() },
        (false, true) => Proof::NotTried { reason: "--no-prove was given.".to_owned() },
        (false, false) => {
            setup.console.progress(follows, "proving the SQL on a scratch copy", 0);
            prove(&request, &plan, &setup.scratch).await
        }
    };
    plan.learn(&proof);
    if arguments.check {
        let changed = match arguments.shape.direction {
            Direction::TargetFollows => &sides.target,
            Direction::CanonicalFollows => &sides.canonical,
        };
        check::run(setup, &mut plan, changed, Duration::from_secs(arguments.check_timeout)).await?;
    }
    explain(setup, &plan, &proof);
    count(setup, &canonical, &compared, &selected.keys);
    let decisions = compared.decisions(&canonical.snapshot, &plan, &selected.keys, &selected.parts);
    let now = (setup.now)();
    let sql = script(&plan, &proof, now);
    if let Some(file) = &arguments.output {
        write_file(file, &sql)?;
        setup.console.note(&format!("{} was written.", file.display()));
    }
    if json {
        let made_at = crate::apply::written(now);
        let target = Side { name: target, snapshot: compared.snapshot };
        setup.console.result(&plan_json(&canonical, &target, &plan, &proof, &decisions, &made_at))?;
    } else if arguments.output.is_none() {
        setup.console.result(&sql)?;
    }
    Ok(if selected.keys.is_empty() { Outcome::Same } else { Outcome::Drift })
}

/// The words that a plan is made of: who leads, and who follows.
struct Words {
    canonical: Named,
    target: Named,
}

async fn compare(setup: &Setup<'_>, arguments: &arguments::Plan) -> Result<(Words, Side, Compared), Error> {
    let targets: Vec<String> = arguments.target.iter().cloned().collect();
    let (canonical, targets) = setup.sides(arguments.canonical.as_deref(), &targets).await?;
    if targets.len() > 1 {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        return Err(Error::new(
            format!("A plan is for one target, and the configuration names {}.", names.join(", ")),
            "Name both sides: schemascope plan CANONICAL TARGET",
        ));
    }
    let comparison = load::compare(setup, &canonical, &targets).await?;
    let target = comparison.targets.into_iter().next();
    let target = target.ok_or_else(|| Error::new("There is no target.", ""))?;
    let compared = target.result.map_err(|problem| Error::new(format!("{}: {problem}", target.name), ""))?;
    let named = targets.into_iter().next().ok_or_else(|| Error::new("There is no target.", ""))?;
    Ok((Words { canonical, target: named }, comparison.canonical, compared))
}

/// Says on standard error what the SQL holds beside the selection, and what it leaves open.
fn explain(setup: &Setup<'_>, plan: &Plan, proof: &Proof) {
    let console = setup.console;
    for (key, reason) in &plan.refused {
        console.note(&format!("left open: {key}: {reason}"));
    }
    for (key, by) in &plan.needed {
        console.note(&format!("not selected, but {}: {key}", plan.came_along(key, by)));
    }
    if let Proof::Failed { engine, reason } = proof {
        console.error(&with_hint(
            &format!("The SQL did not prove to do what it says, on {engine}: {reason}"),
            Some("Read it with care before you run it; its first lines say the same."),
        ));
    }
}

/// Says how much of the drift was selected.
fn count(setup: &Setup<'_>, canonical: &Side, compared: &Compared, selected: &BTreeSet<Key>) {
    let whole: Vec<(&Key, Status)> =
        compared.whole(&canonical.snapshot).map(|(key, difference)| (key, difference.status)).collect();
    let (unknown, known): (Vec<_>, Vec<_>) = whole.iter().partition(|(_, status)| *status == Status::Unknown);
    if !unknown.is_empty() {
        let count = unknown.len();
        setup.console.note(&format!("{count} objects could not be compared, and are not in the plan."));
    }
    let chosen = known.iter().filter(|(key, _)| selected.contains(key)).count();
    if chosen < known.len() {
        setup.console.note(&format!("{chosen} of {} differences selected.", known.len()));
    }
}
