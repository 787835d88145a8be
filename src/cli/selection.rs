//! Differences selected by words on the command line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{Error, sides::Setup};
use crate::{
    codes::HazardCode,
    diff::{Drift, Status, matches},
    model::{Catalog, Key},
    plan::{Choice, Hunk, Plan, Request, every_difference, plan},
};

/// How differences are selected by words.
///
/// `--all`, `--safe` and `--selection` say what to begin with, the others what to leave of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct Selection {
    /// Select every difference, also those that drop what only the target has
    #[arg(long, conflicts_with_all = ["safe", "hazard"])]
    pub all: bool,
    /// Select every difference whose SQL has no hazard: no data lost, nothing locked, nothing
    /// that rows can make fail
    #[arg(long)]
    pub safe: bool,
    /// Select as --safe does, and also what has this hazard and no other
    ///
    /// `schemascope explain` lists the hazards. Can be given more than once.
    #[arg(long, value_name = "CODE", value_parser = hazard_code())]
    pub hazard: Vec<HazardCode>,
    /// Alone, these select; with another option they narrow what that selects.
    #[command(flatten)]
    pub filter: Filter,
    /// Select what this file says, which was written in the terminal
    ///
    /// What is no longer the difference that it was when it was selected is left out, and named.
    #[arg(long, value_name = "FILE")]
    pub selection: Option<PathBuf>,
}

/// Some of the differences, by their objects and their status.
#[derive(Clone, Debug, Default, Args)]
pub struct Filter {
    /// Only differences of objects like this, as in `table:public.orders`, `policy:*`
    ///
    /// The form is kind:schema.name, and * stands for anything. A pattern without a kind fits
    /// every kind: `public.orders*` is the table with all its parts. Can be given more than once.
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Leave out differences of objects like this
    #[arg(long, value_name = "PATTERN")]
    pub except: Vec<String>,
    /// Only differences of this status; can be given more than once
    #[arg(long, value_name = "STATUS", value_parser = status())]
    pub status: Vec<Status>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.only.is_empty() && self.except.is_empty() && self.status.is_empty()
    }

    /// Whether a difference between two catalogs is one of them.
    pub fn fits(&self, sides: [&Catalog; 2], drift: &Drift, key: &Key) -> bool {
        let like = |patterns: &[String]| {
            patterns.iter().any(|pattern| whole(sides, drift, key).any(|key| matches(pattern, key)))
        };
        let status = drift.status(key);
        // What could not be read may have any status.
        let of_status = self.status.is_empty() || status == Status::Unknown || self.status.contains(&status);
        of_status && (self.only.is_empty() || like(&self.only)) && !like(&self.except)
    }

    /// The patterns that fit none of these objects: they are probably misspelled.
    pub fn idle<'a>(
        &'a self,
        keys: impl Iterator<Item = &'a Key> + Clone,
    ) -> impl Iterator<Item = &'a String> {
        let patterns = self.only.iter().chain(&self.except);
        patterns.filter(move |pattern| !keys.clone().any(|key| matches(pattern, key)))
    }
}

fn hazard_code() -> impl TypedValueParser<Value = HazardCode> {
    // Only codes get past the first parser.
    PossibleValuesParser::new(HazardCode::ALL.map(HazardCode::code))
        .try_map(|word| word.parse::<HazardCode>())
}

fn status() -> impl TypedValueParser<Value = Status> {
    PossibleValuesParser::new(SELECTABLE.map(Status::word)).try_map(|word| {
        let known = SELECTABLE.into_iter().find(|status| status.word() == word);
        known.ok_or("it is not one of the statuses")
    })
}

/// The statuses that a plan can do something about.
const SELECTABLE: [Status; 3] = [Status::Missing, Status::Extra, Status::Changed];

const CHOICES: &str = "\
Say which differences to close:
  --all             every difference, also those that drop what only the target has
  --safe            every difference whose SQL has no hazard
  --hazard CODE     also those that have this hazard and no other: blocks-writes
  --only PATTERN    differences of objects like this: table:public.orders, policy:*, public.orders*
  --except PATTERN  all but differences of objects like this
  --status STATUS   differences that are missing, extra or changed
  --selection FILE  what was selected in the terminal and written to a file";

/// What was selected, and the patterns that fit no difference.
pub struct Selected {
    /// The differences to close.
    pub keys: BTreeSet<Key>,
    /// The parts of them that are meant, where not all are.
    pub parts: BTreeMap<Key, BTreeSet<Hunk>>,
    /// Patterns that are probably misspelled.
    pub idle_patterns: Vec<String>,
}

/// Refuses a command line that selects nothing: a plan never holds what nobody asked for.
///
/// # Errors
/// Without any option of selection.
pub fn require(selection: &Selection) -> Result<(), Error> {
    let Selection { all, safe, hazard, filter, selection: file } = selection;
    if *all || *safe || file.is_some() || !hazard.is_empty() || !filter.is_empty() {
        return Ok(());
    }
    Err(Error::new("No difference was selected.", CHOICES))
}

/// What the file of a selection says, if one is named.
///
/// # Errors
/// Where it cannot be read, or is no selection.
pub fn read(selection: &Selection) -> Result<Option<Choice>, Error> {
    let Some(file) = &selection.selection else { return Ok(None) };
    let text = fs::read_to_string(file)
        .map_err(|error| Error::new(format!("{} could not be read: {error}.", file.display()), ""))?;
    let choice = Choice::from_json(&text).map_err(|error| {
        let hint = "Select differences in the terminal, and write the selection to a file there.";
        Error::new(format!("{}: {error}", file.display()), hint)
    })?;
    Ok(Some(choice))
}

/// The differences that the options select, of which `file` is what [`read`] gave. The request's own selection is not looked at.
///
/// `shown` is the drift as the user sees it, also where the request changes canonical instead of
/// the target: words and files of selections speak of that.
pub fn select(
    setup: &Setup<'_>,
    selection: &Selection,
    file: Option<&Choice>,
    request: &Request<'_>,
    shown: &Drift,
) -> Selected {
    let every = every_difference(request.drift);
    let chosen = file.map(|choice| chosen(setup, choice, request, shown));
    let sides = [&request.canonical.catalog, &request.target.catalog];
    let mut keys: BTreeSet<Key> = every
        .iter()
        .filter(|key| chosen.as_ref().is_none_or(|chosen| chosen.contains(key)))
        .filter(|key| selection.filter.fits(sides, shown, key))
        .cloned()
        .collect();
    if selection.safe || !selection.hazard.is_empty() {
        keys = with_no_hazard_but(&selection.hazard, keys, request);
    }
    let mut parts = file.map(|choice| choice.parts.clone()).unwrap_or_default();
    parts.retain(|key, _| keys.contains(key));
    let idle_patterns = selection.filter.idle(every.iter()).cloned().collect();
    Selected { keys, parts, idle_patterns }
}

/// What the file of a selection selects of the differences that there are now.
fn chosen(setup: &Setup<'_>, choice: &Choice, request: &Request<'_>, shown: &Drift) -> BTreeSet<Key> {
    let now = [request.target, request.canonical].map(|side| side.catalog.fingerprint().to_string());
    if !now.contains(&choice.made_for) {
        setup.console.note(&format!(
            "{} has changed since the selection was written; what is no longer the same difference is left out.",
            choice.target
        ));
    }
    let (still, left) = choice.still(shown);
    for reason in left {
        setup.console.note(&format!("left out: {reason}."));
    }
    for key in still.iter().filter(|key| shown.differences.get(*key).is_some_and(|it| it.is_accepted())) {
        setup.console.note(&format!("left out: {key} has been accepted."));
    }
    still
}

/// The difference, and what it is a part of where that is missing or extra as a whole: to leave a
/// table alone is to leave its columns alone, and to select it is to select them.
fn whole<'a>(sides: [&'a Catalog; 2], drift: &'a Drift, key: &'a Key) -> impl Iterator<Item = &'a Key> {
    let status = drift.status(key);
    let comes_and_goes = matches!(status, Status::Missing | Status::Extra);
    std::iter::successors(Some(key), move |key| {
        let object = sides.iter().find_map(|catalog| catalog.get(key))?;
        object.parent.as_ref().filter(|parent| comes_and_goes && drift.status(parent) == status)
    })
}

/// Those of the differences that can be closed together without any hazard but these.
///
/// Whether a statement is dangerous can depend on its neighbours: an index on a table that the same
/// plan creates blocks nobody. So all are planned together, what is to blame for a hazard is taken
/// out, and the rest is planned again.
fn with_no_hazard_but(
    allowed: &[HazardCode],
    mut keys: BTreeSet<Key>,
    request: &Request<'_>,
) -> BTreeSet<Key> {
    let harmless = |plan: &Plan| {
        plan.refused.is_empty() && plan.hazard_codes().iter().all(|code| allowed.contains(code))
    };
    loop {
        let plan = plan(&Request { selection: &keys, ..*request });
        let guilty = guilty(&plan, allowed, &keys);
        if guilty.is_empty() {
            break;
        }
        keys.retain(|key| !guilty.contains(key));
    }
    let planned = plan(&Request { selection: &keys, ..*request });
    if harmless(&planned) {
        return keys;
    }
    // A hazard that no selected difference owns: let each difference answer for itself.
    let alone =
        |key: &Key| harmless(&plan(&Request { selection: &BTreeSet::from([key.clone()]), ..*request }));
    keys.into_iter().filter(alone).collect()
}

/// The selected differences that brought a hazard into a plan, or that it cannot close.
fn guilty(plan: &Plan, allowed: &[HazardCode], keys: &BTreeSet<Key>) -> BTreeSet<Key> {
    let dangerous = plan
        .statements
        .iter()
        .filter(|statement| statement.hazards.iter().any(|hazard| !allowed.contains(&hazard.code)));
    let owners = dangerous.flat_map(|statement| [Some(&statement.key), statement.because_of.as_ref()]);
    let mut guilty: BTreeSet<Key> = owners.flatten().cloned().collect();
    guilty.extend(plan.refused.keys().cloned());
    // What needs something dangerous is dangerous.
    for (needed, by) in &plan.needed {
        if guilty.contains(needed) {
            guilty.insert(by.clone());
        }
    }
    guilty.retain(|key| keys.contains(key));
    guilty
}
