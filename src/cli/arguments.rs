//! The command line: every command, option and help text.

use std::{path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser, styling},
};

use super::{explain, health, history, selection::Selection, serve, smoke, watch};
use crate::{
    plan::{Direction, Style},
    source::SourceKind,
};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  schemascope demo                                   look around, nothing needed
  schemascope open schema.sql postgres://app@db/app  open the terminal
  schemascope diff schema.sql prod-eu prod-us        print what drifted
  schemascope plan schema.sql prod-eu --safe         print SQL that hurts nothing
  schemascope                                        what schemascope.toml names

What can stand for CANONICAL and TARGET:
  a .sql file (also what pg_dump --schema-only prints)     schema.sql
  a folder of .sql files, run in the order of their names  migrations/
  an inventory that `schemascope inventory` printed        prod.json
  a PostgreSQL database, by any URI that psql takes        postgres://app@db.example/app
  an SQLite database                                       sqlite://app.db
  any of the files, as it was at a git revision            git:main:db/schema.sql
  an earlier inspection of a target, see `history`         prod-eu@yesterday
  the name of a target in schemascope.toml                 prod-eu

Exit status: 0 no drift, 1 drift, 2 could not compare.";

/// See where live databases drifted from the canonical schema, and get the SQL that closes
/// exactly the differences you select.
///
/// One schema is canonical: the one your team agreed on. Targets are databases that ought to have
/// it. schemascope reads both sides, shows where each target has drifted, and writes the SQL for
/// the differences you select. Every session on a target is read-only on the server's side, but that
/// of `apply`, which runs a plan file when you say so.
///
/// Without a command it opens the terminal on what `schemascope.toml` names: the file is looked
/// for in the current directory and in those above it.
#[derive(Debug, Parser)]
#[command(name = "schemascope", version, after_help = EXAMPLES, styles = STYLES, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without it, what `schemascope.toml` says.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Where scripts are run to see what they mean: auto, embedded, local, or a URL
    ///
    /// `auto` takes local PostgreSQL server binaries of the other side's major version if there
    /// are any, and else the PostgreSQL that is built into this program. `embedded` and `local`
    /// insist on one of them. A postgres:// URL names a server on which a throwaway database is
    /// created and dropped again.
    #[arg(long, global = true, value_name = "ENGINE")]
    pub scratch: Option<String>,

    /// Read CANONICAL as this kind of source, instead of recognising it
    #[arg(long, global = true, value_name = "KIND", value_parser = source_kind())]
    pub canonical_kind: Option<SourceKind>,

    /// Read this file, and no other configuration
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Take the accepted differences from this file
    ///
    /// By default this is what the setting `baseline` names, or else `schemascope.baseline.toml`
    /// beside `schemascope.toml`. See `schemascope baseline`.
    #[arg(long, global = true, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Read and compare the roles of the servers too, and what they are members of
    ///
    /// As `roles = true` under `[rules]` does. Passwords are never read. A script says nothing of
    /// roles; databases, and inventories that were made with this option, do.
    #[arg(long, global = true)]
    pub with_roles: bool,

    /// Accept nothing: show every difference, whatever the baseline says
    ///
    /// Not for the command `baseline`, which is about nothing else.
    #[arg(long, global = true, conflicts_with = "baseline")]
    pub no_baseline: bool,

    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// Print nothing on standard error but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Say on standard error what is read, and how long each part of it takes
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,

    /// Add what is done to this file as JSON lines, with every statement sent to a database; - is
    /// standard error
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Give up after this long, as in 90s or 5m; `apply` stops where the state is known
    #[arg(long, global = true, value_name = "TIME", value_parser = super::duration::seconds)]
    pub timeout: Option<Duration>,

    /// Colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// Keep nothing between runs: neither evaluated schemas nor prepared engines
    #[arg(long, global = true)]
    pub no_cache: bool,
}

/// A choice that can be left to the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If standard output is a terminal, `NO_COLOR` is not set and `TERM` is not `dumb`
    #[default]
    Auto,
    /// Yes, whatever the output is
    Always,
    /// No
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the terminal on a canonical schema and its targets
    Open(Sides),
    /// Open the terminal on a sample schema and two drifted databases, all inside this program
    ///
    /// Starts two databases in the PostgreSQL that is built into this program, drifts them, and
    /// opens the terminal on both. Nothing has to be installed, and nothing is left behind.
    Demo,
    /// Print what a schema holds, counted; with --json as `inventory` does
    #[command(after_help = super::inventory::HELP)]
    Inspect(super::inventory::Inventory),
    /// Print a whole schema as an inventory: one JSON file that every command takes as a source
    #[command(after_help = super::inventory::HELP)]
    Inventory(super::inventory::Inventory),
    /// Print where targets have drifted from a canonical schema
    #[command(after_help = DIFF)]
    Diff(super::diff::Arguments),
    /// Pass or fail for each component of each target, for pipelines
    #[command(after_help = super::verify::HELP)]
    Verify(super::verify::Verify),
    /// Say what a code means that another command printed, and what to do
    #[command(after_help = explain::HELP)]
    Explain(explain::Explain),
    /// Print the SQL that closes selected differences of one target
    #[command(after_help = PLAN)]
    Plan(Plan),
    /// Look after the configuration: where it is, whether it is right, a first one
    #[command(after_help = super::config::EXAMPLES)]
    Config(super::config::Config),
    /// Print what a shell needs to complete the command line
    #[command(after_help = super::completions::EXAMPLES)]
    Completions(super::completions::Completions),
    /// Print the manual page
    #[command(after_help = super::man::EXAMPLES)]
    Man,
    /// Run a plan file on the target that it was made for
    #[command(after_help = super::apply::HELP)]
    Apply(super::apply::Apply),
    /// Write down that you agree to a plan being run
    #[command(after_help = super::approve::HELP)]
    Approve(super::approve::Approve),
    /// Write the record of what was decided about drift, for a changelog
    #[command(after_help = super::decision::HELP)]
    Decision(super::decision::Arguments),
    /// Look at a folder of migrations beside the history in a target, or write the next migration
    #[command(after_help = super::migrations::HELP)]
    Migrations(super::migrations::Migrations),
    /// Print what targets looked like before, and what changed since
    #[command(after_help = history::HELP)]
    History(history::History),
    /// Try out on live databases who can do what, and roll it back
    #[command(after_help = smoke::HELP)]
    Smoke(smoke::Smoke),
    /// Answer how targets are, component by component
    #[command(after_help = health::HELP)]
    Health(health::Arguments),
    /// Serve how targets are over HTTP, for probes and for Prometheus
    #[command(after_help = serve::HELP)]
    Serve(serve::Arguments),
    /// Look at targets again and again, and tell what changed
    #[command(after_help = watch::HELP)]
    Watch(watch::Arguments),
    /// Accept differences, list what is accepted, take out what is no longer needed
    #[command(after_help = super::baseline::HELP)]
    Baseline(super::baseline::Baseline),
    /// Serve the built-in PostgreSQL; schemascope starts this itself
    #[command(hide = true)]
    Engine,
}

const DIFF: &str = "\
Marks: + missing in the target, - extra in the target, ~ changed, ? could not be compared.

Examples:
  schemascope diff schema.sql postgres://app@db.example/app
  schemascope diff migrations/ prod-eu prod-us --json
  schemascope diff last-week.json prod-eu
  schemascope diff                      all targets of schemascope.toml

Exit status: 0 no drift, 1 drift, 2 something could not be compared.";

const PLAN: &str = "\
Nothing is selected unless you say so: give at least one of the options of selection.

Before it is printed the SQL is run on a scratch copy of the target and its effect is read back.
The first lines say whether that worked. The target itself is never written to.

Examples:
  schemascope plan schema.sql prod-eu --safe
  schemascope plan schema.sql prod-eu --only 'policy:*' --only 'function:public.*'
  schemascope plan schema.sql prod-eu --all --except 'table:public.tmp_*' --output fix.sql
  schemascope plan schema.sql prod-eu --status missing --hazard blocks-writes
  schemascope plan schema.sql prod-eu --selection picked.json --style online
  psql -v ON_ERROR_STOP=1 -d postgres://… -f fix.sql

Exit status: 0 nothing differs, 1 there are differences to close, 2 failed.";

/// A canonical schema and the targets that ought to have it.
#[derive(Debug, Args)]
pub struct Sides {
    /// The schema that is meant: a file, a folder, an inventory or a database. A target of
    /// schemascope.toml alone is compared with the canonical schema that is named there
    pub canonical: Option<String>,
    /// What ought to have it: a database, its name in schemascope.toml, or any other source
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
}

/// What `plan` takes.
#[derive(Debug, Args)]
pub struct Plan {
    /// The schema that is meant: a file, a folder, an inventory or a database. A target of
    /// schemascope.toml alone is compared with the canonical schema that is named there
    pub canonical: Option<String>,
    /// The database that the SQL is for, its name in schemascope.toml, or any other source
    pub target: Option<String>,
    /// How the differences to close are selected.
    #[command(flatten)]
    pub selection: Selection,
    /// What the SQL is for, and how it is written.
    #[command(flatten)]
    pub shape: Shape,
    /// Write to this file instead of standard output; it is written whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not run the SQL on a scratch copy first
    #[arg(long)]
    pub no_prove: bool,
    /// Count the rows of the target that are in the way of a statement, or that it would lose
    ///
    /// Each question is a query in a session that can only read. Without this nothing but the
    /// catalog is looked at.
    #[arg(long)]
    pub check: bool,
    /// How long each of these questions may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "check", value_parser = clap::value_parser!(u64).range(1..))]
    pub check_timeout: u64,
}

/// What the SQL of a plan is for, and how it is written.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The SQL")]
pub struct Shape {
    /// How the SQL is written: plain, idempotent or online
    ///
    /// `plain` is the plainest SQL that does it. `idempotent` can be run twice, and run whole after
    /// half of it was run. `online` holds nobody up for long: indexes are built and dropped
    /// concurrently, constraints are validated after they are added, a column gets another type by
    /// one beside it that is filled in batches and then takes its place, each statement gives up when
    /// it cannot have its lock in time; what needs a table to be written anew is left open.
    #[arg(long, value_name = "STYLE", value_parser = style(), default_value = Style::default().name())]
    pub style: Style,
    /// Rename instead of dropping and making anew, as in `table:public.client=customer`
    ///
    /// OLD is what the target calls it, NEW what canonical does: both as `diff` prints them, or NEW
    /// just as the new name. A value of an enum is `enum value:public.mood.sad`. Can be given more than once.
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,
    /// Which side the SQL changes
    ///
    /// With `canonical-follows` the canonical schema adopts the selected differences: the SQL is
    /// its next migration.
    #[arg(long, value_name = "WHICH", value_parser = direction(), default_value = Direction::default().name())]
    pub direction: Direction,
    /// Print the way back: the SQL that undoes what the plan for this selection does
    ///
    /// What it cannot bring back, such as the rows of dropped tables, is said in its first lines.
    #[arg(long)]
    pub reverse: bool,
}

pub(super) fn style() -> impl TypedValueParser<Value = Style> {
    // Only names of styles get past the first parser.
    PossibleValuesParser::new(Style::ALL.map(Style::name)).try_map(|name| name.parse::<Style>())
}

fn direction() -> impl TypedValueParser<Value = Direction> {
    // Only names of directions get past the first parser.
    PossibleValuesParser::new(Direction::ALL.map(Direction::name)).try_map(|name| name.parse::<Direction>())
}

/// The kinds of sources, by the names that they have elsewhere too.
fn source_kind() -> impl TypedValueParser<Value = SourceKind> {
    let names = SourceKind::ALL.map(SourceKind::name);
    // Only names of kinds get past the first parser.
    PossibleValuesParser::new(names).try_map(|name| name.parse::<SourceKind>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
