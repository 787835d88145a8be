//! Everything that has to hold before the first statement is run.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Apply, Error, Extent, Setup, text};
use crate::{
    apply::{approval::Approvals, backup, journal::last_run},
    cli::{load, sides::Named},
    dialect::writer::Writer,
    plan::{
        Proof,
        file::{self, PlanFile},
    },
    source::Source,
};

/// What is known about a run before it begins.
pub struct Facts {
    /// The target.
    pub target: Named,
    /// Where it is, without a password.
    pub source: String,
    /// The plan.
    pub file: PlanFile,
    /// The fingerprint of the target's schema.
    pub before: String,
    /// Who runs it: the user of the machine, and the role in the database.
    pub who: String,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// The backup that was made.
    pub backup: Option<PathBuf>,
}

/// A plan that may be run, and the session for it, which holds the lock.
pub struct Ready {
    /// What is known.
    pub facts: Facts,
    /// The session.
    pub writer: Writer,
}

/// Reads a plan file.
///
/// # Errors
/// Where it cannot be read, was edited, or is none.
pub fn read_plan(path: &Path) -> Result<PlanFile, Error> {
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::new(
            format!("There is no plan file {}.", path.display()),
            "Write one with: schemascope plan CANONICAL TARGET --all --json > plan.json",
        ),
        _ => Error::new(format!("The plan file {} could not be read: {error}.", path.display()), ""),
    })?;
    file::read(&text)
        .map_err(|error| Error::new(format!("{} cannot be used: {error}.", path.display()), error.hint()))
}

/// Checks everything, shows what will happen, asks, and makes the backup. Nothing where there is
/// nothing to run, or it was only to be shown.
///
/// # Errors
/// Where anything does not hold, or nobody agreed.
pub async fn prepare(setup: &Setup<'_>, arguments: &Apply, json: bool) -> Result<Option<Ready>, Error> {
    let file = read_plan(&arguments.plan)?;
    let target = setup.named_or_same(&arguments.target).await?;
    if file.plan.is_empty() {
        setup.console.note("The plan has no statements: there is nothing to run.");
        return Ok(None);
    }
    let target = with_password(setup, target).await?;
    let mut writer = open(arguments, &target, &file).await?;
    let result = agreed(setup, arguments, json, target, file, &mut writer).await;
    match result {
        Ok(Some(facts)) => Ok(Some(Ready { facts, writer })),
        Ok(None) => {
            writer.close().await;
            Ok(None)
        }
        Err(error) => {
            writer.close().await;
            Err(error)
        }
    }
}

/// What has to hold while the lock is held, up to the word of the user.
async fn agreed(
    setup: &Setup<'_>,
    arguments: &Apply,
    json: bool,
    target: Named,
    file: PlanFile,
    writer: &mut Writer,
) -> Result<Option<Facts>, Error> {
    lock(&target, writer).await?;
    let before = fingerprint(setup, &target).await?;
    if file.plan.made_for != before {
        return Err(outdated(setup, arguments, &target, &file, &before));
    }
    let protected = target.target.as_ref().is_some_and(|target| target.protected);
    proven(arguments, &target, &file, protected)?;
    let approved_by = approved(setup, arguments, &target, &file)?;
    let shown = text::preview(&target.name, &file, &approved_by, setup.console.paint());
    if json && !arguments.dry_run {
        setup.console.note(shown.trim_end());
    } else {
        setup.console.result(&shown)?;
    }
    if arguments.dry_run {
        setup.console.note("Nothing was run: --dry-run.");
        return Ok(None);
    }
    let asked = confirm(setup, arguments, &target, &file, protected).await?;
    // Whoever thinks before answering gives others time to change things.
    if asked && fingerprint(setup, &target).await? != before {
        return Err(changed(&target, "while the question was open"));
    }
    let backup = match arguments.backup {
        Some(extent) => Some(back_up(setup, arguments, &target, extent, writer).await?),
        None => None,
    };
    let user =
        ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| setup.environment().variable(name));
    let role = writer.role().map_or(String::new(), |role| format!(" as role {role}"));
    let who = format!("{}{role}", user.unwrap_or("somebody"));
    let source = target.source.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Some(Facts { target, source, file, before, who, approved_by, backup }))
}

/// The target with its password, which is asked for once where the server wants one.
async fn with_password(setup: &Setup<'_>, target: Named) -> Result<Named, Error> {
    let Ok(Source::Postgres(url)) = &target.source else { return Ok(target) };
    use crate::dialect::postgres::session::{Fault, Session};
    match Session::reader(url).await {
        Ok(session) => {
            session.close().await;
            Ok(target)
        }
        Err(error) if error.fault == Fault::PasswordWanted => {
            let asked = load::ask_password(setup.console, &target).await;
            asked.ok_or_else(|| Error::new(format!("{}: {}", target.name, error.message), error.hint))
        }
        Err(error) => Err(Error::new(format!("{}: {}", target.name, error.message), error.hint)),
    }
}

async fn open(arguments: &Apply, target: &Named, file: &PlanFile) -> Result<Writer, Error> {
    let name = &target.name;
    let source = target.source.as_ref().map_err(|problem| Error::new(format!("{name}: {problem}"), ""))?;
    let dialect = match source {
        Source::Postgres(_) => "postgres",
        Source::Sqlite(_) => "sqlite",
        _ => {
            return Err(Error::new(
                format!("{name} is not a database: a plan is run on a PostgreSQL or SQLite database."),
                "To change files, write a migration: schemascope migrations create",
            ));
        }
    };
    if file.plan.dialect != dialect {
        let other = &file.plan.dialect;
        return Err(Error::new(format!("The plan is for a {other} database, and {name} is {dialect}."), ""));
    }
    let failed = |message: String, hint: String| Error::new(format!("{name}: {message}"), hint);
    match source {
        Source::Postgres(url) => {
            Writer::postgres(url).await.map_err(|error| failed(error.message, error.hint))
        }
        Source::Sqlite(path) => {
            Writer::sqlite(path, patience(arguments)).await.map_err(|error| failed(error.message, error.hint))
        }
        _ => Err(Error::new(format!("{name} is not a database."), "")),
    }
}

/// How long an SQLite file that somebody holds is waited for: 0 is for ever, which a week comes to.
fn patience(arguments: &Apply) -> Duration {
    let week = Duration::from_secs(7 * 24 * 3600);
    if arguments.lock_timeout.is_zero() { week } else { arguments.lock_timeout }
}

async fn lock(target: &Named, writer: &mut Writer) -> Result<(), Error> {
    let name = &target.name;
    let failed = |error: crate::dialect::writer::WriteError| {
        Error::new(format!("{name}: The lock for applying plans could not be taken: {error}."), "")
    };
    if let Some(reason) = writer.read_only().await.map_err(failed)? {
        return Err(Error::new(
            format!("{name} cannot be written to: {reason}."),
            "Connect to the primary server, or as a role that may write.",
        ));
    }
    match writer.lock().await.map_err(failed)? {
        Ok(()) => Ok(()),
        Err(holder) => Err(Error::new(
            format!("Another apply is at work on {name}: {holder}."),
            "Wait until it has ended. If it hangs, end its session: the lock goes with it.",
        )),
    }
}

async fn fingerprint(setup: &Setup<'_>, target: &Named) -> Result<String, Error> {
    let side = load::one(setup, target).await?;
    Ok(side.snapshot.catalog.fingerprint().to_string())
}

/// Why a plan that was made for another schema is not run.
fn outdated(setup: &Setup<'_>, arguments: &Apply, target: &Named, file: &PlanFile, before: &str) -> Error {
    let journal = super::journal_file(setup, arguments.journal.as_deref());
    if let Some(at) = journal.and_then(|path| last_run(&path, &file.hash, &target.name)) {
        let message = format!("This plan was run on {} already, on {at}. Nothing was run now.", target.name);
        return Error::new(message, "If there is drift again, make a new plan.");
    }
    let what = format!(
        "since the plan was made: it was made for the schema {}, and there is {}",
        text::short(&file.plan.made_for),
        text::short(before)
    );
    changed(target, &what)
}

fn changed(target: &Named, when: &str) -> Error {
    Error::new(
        format!("The schema of {} has changed {when}. Nothing was run.", target.name),
        "Make the plan anew, and read it anew.",
    )
}

fn proven(arguments: &Apply, target: &Named, file: &PlanFile, protected: bool) -> Result<(), Error> {
    let reason = match &file.proof {
        Proof::Proven { .. } => return Ok(()),
        Proof::NotTried { reason } => format!("was not proven: {reason}"),
        Proof::Failed { engine, reason } => {
            format!("did not prove to do what it says, on {engine}: {reason}")
        }
    };
    let failed = matches!(file.proof, Proof::Failed { .. });
    if arguments.unproven || !(failed || protected) {
        return Ok(());
    }
    let name = &target.name;
    let why = if failed { String::new() } else { format!(", and {name} is protected") };
    Err(Error::new(
        format!("The plan {reason}{why}."),
        "Make one that is proven, or say --unproven if you know better.",
    ))
}

/// Who approved the plan, where the target needs that.
fn approved(
    setup: &Setup<'_>,
    arguments: &Apply,
    target: &Named,
    file: &PlanFile,
) -> Result<Vec<String>, Error> {
    let wanted = target.target.as_ref().map_or(0, |target| setup.config.approvals_for(target));
    let approvals = Approvals::read(&arguments.plan).map_err(|error| Error::new(error.to_string(), ""))?;
    let people = approvals.people(&file.hash);
    if people < wanted as usize {
        let (name, plan) = (&target.name, arguments.plan.display());
        let had = if people == 0 { "none".to_owned() } else { people.to_string() };
        let older = match approvals.all.len() {
            0 => "",
            _ if approvals.of(&file.hash).next().is_some() => "",
            _ => " Those beside it are of another plan: it was made anew since.",
        };
        let plural = if wanted == 1 { "" } else { "s" };
        return Err(Error::new(
            format!("{name} needs {wanted} approval{plural} of the plan, and there is {had}.{older}"),
            format!("schemascope approve {plan} --by NAME --reason 'why'"),
        ));
    }
    Ok(approvals.of(&file.hash).map(|approval| approval.by.clone()).collect())
}

/// Asks for the word, and tells whether a question was asked.
async fn confirm(
    setup: &Setup<'_>,
    arguments: &Apply,
    target: &Named,
    file: &PlanFile,
    protected: bool,
) -> Result<bool, Error> {
    let name = &target.name;
    let nothing = "Nothing was run.";
    if let Some(confirmed) = &arguments.confirm {
        if confirmed == name && (protected || arguments.yes) {
            return Ok(false);
        }
        if confirmed != name {
            let message = format!("--confirm says {confirmed}, and the target is {name}. {nothing}");
            return Err(Error::new(message, ""));
        }
    }
    if arguments.yes && !protected {
        return Ok(false);
    }
    let count = file.plan.statements.len();
    let plural = if count == 1 { "statement" } else { "statements" };
    let question = if protected {
        format!("{name} is protected. Type its name to run {count} {plural} there: ")
    } else {
        format!("Run {count} {plural} on {name}? Type yes: ")
    };
    let Some(answer) = setup.console.ask(&question).await else {
        let hint = if protected {
            format!("For a protected target --yes is not enough: give --confirm {name}.")
        } else {
            "Give --yes where nobody can be asked.".to_owned()
        };
        return Err(Error::new(format!("Nobody is there to agree. {nothing}"), hint));
    };
    let agreed = if protected { answer == *name } else { answer.eq_ignore_ascii_case("yes") };
    if agreed { Ok(true) } else { Err(Error::new(format!("Not agreed. {nothing}"), "")) }
}

async fn back_up(
    setup: &Setup<'_>,
    arguments: &Apply,
    target: &Named,
    extent: Extent,
    writer: &mut Writer,
) -> Result<PathBuf, Error> {
    let name: String =
        target.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let moment = crate::report::utc((setup.now)()).replace([' ', ':'], "-");
    let ending = match (extent, &target.source) {
        (Extent::Schema, _) => "sql",
        (Extent::Full, Ok(Source::Sqlite(_))) => "db",
        (Extent::Full, _) => "dump",
    };
    let file = arguments.backup_folder.join(format!("{name}-{moment}.{ending}"));
    setup.console.progress(&target.name, "making the backup", 0);
    let made = match &target.source {
        Ok(Source::Postgres(url)) => {
            let program = crate::scratch::client_program(setup.environment(), "pg_dump", writer.major());
            backup::postgres(url, &program, extent.into(), &file).await
        }
        _ => backup::sqlite(writer, extent.into(), &file).await,
    };
    setup.console.clear_progress();
    made.map_err(|problem| {
        Error::new(
            format!("The backup of {} could not be made: {problem}. Nothing was run.", target.name),
            "Check that pg_dump is of the server's version or newer, and that the folder can be written.",
        )
    })?;
    setup.console.note(&format!("Backup: {}", file.display()));
    Ok(file)
}
