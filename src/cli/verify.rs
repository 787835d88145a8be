//! `schemascope verify`: passes or fails for each component of each target.

mod history;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Error, Outcome,
    arguments::Sides,
    console::write_file,
    load,
    sides::{Named, Setup},
};
use crate::{
    dialect::{self, Dialect},
    plan::{self, Request},
    report::{Compared, Comparison, Side},
    source::Source,
    verify::{
        Checked, Component, FailOn, Looked, Report, Verification, Verified,
        format::{Files, Format, format},
        verify,
    },
};

pub(super) const HELP: &str = "\
What counts as a failure is a policy, the section [verify] of schemascope.toml; by default
everything that differs does. Accepted differences (see schemascope baseline) are listed and do
not fail.

Examples:
  schemascope verify schema.sql prod-eu
  schemascope verify                                   all targets of schemascope.toml
  schemascope verify --format sarif=drift.sarif --format junit=drift.xml --format text
  schemascope verify --migrations migrations/ schema.sql
      do the migrations, replayed from nothing, lead to exactly that schema?

Exit status: 0 passed, 1 failed, 2 something could not be compared.";

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    sides: Sides,
    /// Replay this folder of migrations from nothing, and verify that it leads to CANONICAL; and
    /// hold the histories of TARGETs against it
    #[arg(long, value_name = "DIR")]
    migrations: Option<PathBuf>,
    /// How to print it: text, json, junit, sarif, markdown or github; with =FILE into a file
    ///
    /// Can be given more than once: everything is read once, and written in each format.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = form)]
    format: Vec<Form>,
    /// The least severity that makes it fail: error, warning, note, or never
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
}

/// A format, and the file that it goes to.
#[derive(Clone, Debug)]
struct Form {
    format: Format,
    file: Option<PathBuf>,
}

fn form(text: &str) -> Result<Form, String> {
    let (format, file) = match text.split_once('=') {
        Some((format, file)) if !file.is_empty() => (format, Some(PathBuf::from(file))),
        Some(_) => return Err("name a file behind the =".to_owned()),
        None => (text, None),
    };
    let names = Format::ALL.map(Format::name).join(", ");
    let format = format.parse().map_err(|error| format!("{error}; choose one of {names}"))?;
    Ok(Form { format, file })
}

/// Compares, judges and prints.
///
/// # Errors
/// Where the canonical schema cannot be read, or a result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Verify, json: bool) -> Result<Outcome, Error> {
    let forms = forms(arguments, json)?;
    let (canonical, targets) = sides(setup, arguments).await?;
    let comparison = load::compare(setup, &canonical, &targets).await?;
    for target in &comparison.targets {
        if let Err(problem) = &target.result {
            setup.console.error(&format!("{}: {problem}", target.name));
        }
    }
    let verification = judged(setup, arguments, &comparison, &targets).await?;
    let here = setup.current_folder();
    let files = Files {
        base: repository(here),
        here,
        canonical: canonical.source.as_ref().ok().and_then(|source| match source {
            Source::SqlFile(path) | Source::Folder(path) | Source::Inventory(path) => Some(path.as_path()),
            _ => None,
        }),
    };
    for form in &forms {
        let paint = if form.file.is_some() { Default::default() } else { setup.console.paint() };
        let text = format(&verification, form.format, files, paint).map_err(|error| Error::new(error, ""))?;
        match &form.file {
            Some(file) => {
                write_file(file, &text)?;
                setup.console.note(&format!("{} was written.", file.display()));
            }
            None => setup.console.result(&text)?,
        }
    }
    Ok(verification.outcome())
}

fn forms(arguments: &Verify, json: bool) -> Result<Vec<Form>, Error> {
    let mut forms = arguments.format.clone();
    if forms.is_empty() {
        let format = if json { Format::Json } else { Format::Text };
        forms.push(Form { format, file: None });
    }
    if forms.iter().filter(|form| form.file.is_none()).count() > 1 {
        return Err(Error::new(
            "Two formats would be printed into one another.",
            "Give all but one of them a file, as in --format junit=report.xml.",
        ));
    }
    Ok(forms)
}

/// The sides, and the folder of migrations among the targets.
async fn sides(setup: &Setup<'_>, arguments: &Verify) -> Result<(Named, Vec<Named>), Error> {
    let Sides { canonical, targets } = &arguments.sides;
    let Some(folder) = &arguments.migrations else {
        return setup.sides(canonical.as_deref(), targets).await;
    };
    let folder = setup.folder(folder);
    match canonical {
        Some(canonical) if targets.is_empty() => Ok((setup.single(canonical).await?, vec![folder])),
        canonical => {
            let (canonical, mut targets) = setup.sides(canonical.as_deref(), targets).await?;
            targets.insert(0, folder);
            Ok((canonical, targets))
        }
    }
}

async fn judged(
    setup: &Setup<'_>,
    arguments: &Verify,
    comparison: &Comparison,
    sides: &[Named],
) -> Result<Verification, Error> {
    let canonical = &comparison.canonical;
    let dialect = dialect::by_name(&canonical.snapshot.dialect)
        .ok_or_else(|| Error::new("The dialect of the schema is not known.", ""))?;
    let policy = &setup.config.verify;
    check_kinds(setup, dialect)?;
    let folder = arguments.migrations.as_deref().or(policy.migrations.as_deref());
    let mut targets = Vec::new();
    for (target, side) in comparison.targets.iter().zip(sides) {
        let result = match &target.result {
            Ok(compared) => {
                let mut reports = reports(setup, dialect, &comparison.canonical, &target.name, compared);
                reports.push(history::history(setup, folder, side).await);
                Ok(reports)
            }
            Err(problem) => Err(problem.clone()),
        };
        targets.push(Verified {
            name: target.name.clone(),
            took: setup.stopwatch.took(&target.name),
            result,
        });
    }
    setup.console.clear_progress();
    Ok(Verification {
        canonical: canonical.name.clone(),
        fail_on: arguments.fail_on.unwrap_or(policy.fail_on),
        made_at: (setup.now)(),
        targets,
    })
}

fn reports(
    setup: &Setup<'_>,
    dialect: &'static dyn Dialect,
    canonical: &Side,
    name: &str,
    compared: &Compared,
) -> Vec<Report> {
    let (canonical, policy) = (&canonical.snapshot, &setup.config.verify);
    let hazards = match policy.asks_for_hazards() {
        true => {
            let selection = plan::every_difference(&compared.drift);
            let drift = &compared.drift;
            let request = Request::new(dialect, canonical, &compared.snapshot, drift, &selection);
            let hazards = plan::hazards(&request).into_iter();
            hazards.map(|(key, hazards)| (key, hazards.iter().map(|hazard| hazard.code).collect())).collect()
        }
        false => BTreeMap::new(),
    };
    let checked = Checked { canonical, name, compared, policy, hazards: &hazards };
    verify(checked, &looked(setup, dialect, name))
}

/// How long the objects of each component took to be read at a target.
fn looked(setup: &Setup<'_>, dialect: &dyn Dialect, name: &str) -> Looked {
    let mut looked = Looked::new();
    for (phase, took) in setup.stopwatch.phases(name) {
        let kind = dialect.kinds().iter().find(|kind| kind.plural() == phase);
        if let Some(kind) = kind {
            *looked.entry(Component::of(kind.kind())).or_default() += took;
        }
    }
    looked
}

/// Refuses a policy for kinds that there are not: a misspelled one would let everything pass.
fn check_kinds(setup: &Setup<'_>, dialect: &dyn Dialect) -> Result<(), Error> {
    let known: BTreeSet<&str> = dialect.kinds().iter().map(|kind| kind.kind().name()).collect();
    for written in setup.config.verify.kinds.keys() {
        if !known.contains(written.as_str()) {
            let nearest = crate::config::nearest(written, known.iter().copied());
            let hint = nearest.map_or(String::new(), |kind| format!("Did you mean {kind:?}?"));
            let message = format!("The database has no kind of object called {written:?}.");
            let setting = format!("verify.kinds.{written}");
            return Err(Error::new(setup.config.fault(&setting, message, &hint).to_string(), ""));
        }
    }
    Ok(())
}

/// The folder that paths in reports start at: that of the repository, else the current one.
fn repository(here: &Path) -> &Path {
    here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(here)
}
