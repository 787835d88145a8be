//! The history of migrations as a component of a verification.

use std::{path::Path, time::Instant};

use super::super::{
    migrations::{Trouble, report_at},
    sides::{Named, Setup},
};
use crate::{
    diff::{Standing, day},
    model::{Key, Kind, Location},
    source::{
        Source,
        migrations::{Entry, State},
    },
    verify::{Code, Component, Finding, Report, Sentence, Severity},
};

/// What came of the history of migrations at a target, held against a folder.
pub async fn history(setup: &Setup<'_>, folder: Option<&Path>, target: &Named) -> Report {
    let skipped =
        |why: &str| Report { skipped: Some(why.to_owned()), ..Report::empty(Component::Migrations, None) };
    let Some(folder) = folder else {
        return skipped("no folder of migrations was named; see --migrations");
    };
    if !matches!(target.source, Ok(Source::Postgres(_) | Source::Sqlite(_))) {
        return skipped("only a database has a history");
    }
    let started = Instant::now();
    let found = report_at(setup, folder, target).await;
    let mut report = Report::empty(Component::Migrations, Some(started.elapsed()));
    match found {
        Ok(found) => {
            report.objects = found.migrations.len();
            let findings = found.migrations.iter().filter_map(|entry| finding(setup, target, entry));
            let shown = findings.filter(|finding| finding.severity != Severity::Off);
            let holds = |finding: &Finding| {
                finding.acceptance.as_ref().is_some_and(|acceptance| acceptance.standing == Standing::Holds)
            };
            (report.accepted, report.findings) = shown.partition(holds);
            report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        }
        Err(Trouble { text, code, file }) => {
            let first = text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
            let sentence = match code {
                Code::MigrationDuplicate => Sentence::default().name(first).words("."),
                _ => Sentence::default().words("The history could not be read: ").name(first).words("."),
            };
            let location = Some(Location { file: file.unwrap_or_else(|| folder.to_owned()), line: 1 });
            report.findings = vec![judged(setup, target, code, "", sentence, location)];
            report.findings.retain(|finding| finding.severity != Severity::Off);
        }
    }
    report
}

/// What is wrong with one migration, if anything is.
fn finding(setup: &Setup<'_>, target: &Named, entry: &Entry) -> Option<Finding> {
    let (code, words) = match entry.state {
        State::Applied => return None,
        State::Pending => (Code::MigrationPending, " waits to be applied"),
        State::OutOfOrder => (Code::MigrationOutOfOrder, " was not applied, and newer ones were"),
        State::Missing => (Code::MigrationMissing, " was applied, and there is no file of it"),
        State::Edited => (Code::MigrationChecksum, " was edited after it was applied"),
        State::Failed => (Code::MigrationFailed, " was begun, and did not come to its end"),
    };
    let name = format!("{} {}", entry.version, entry.name);
    let mut sentence = Sentence::default().words("The migration ").name(name.trim()).words(words);
    if let Some(reason) = &entry.reason {
        sentence = sentence.words(": ").name(reason.trim_end_matches('.'));
    }
    if let Some(change) = &entry.change {
        sentence = sentence.words("; ").name(change.how.trim_end_matches('.'));
    }
    let location = entry.file.clone().map(|file| Location { file, line: entry.line.unwrap_or(1) });
    Some(judged(setup, target, code, &entry.version, sentence.words("."), location))
}

fn judged(
    setup: &Setup<'_>,
    target: &Named,
    code: Code,
    version: &str,
    sentence: Sentence,
    location: Option<Location>,
) -> Finding {
    let key = (!version.is_empty()).then(|| Key::new(Kind::named("migration"), [version]));
    let today = day((setup.now)());
    Finding {
        code,
        severity: setup.config.verify.severity(code, key.as_ref(), None),
        component: Component::Migrations,
        acceptance: key.as_ref().and_then(|key| setup.baseline.acceptance(key, &target.name, today)),
        key,
        sentence,
        details: Vec::new(),
        location,
        fingerprint: crate::verify::fingerprint(&target.name, code, version),
    }
}
