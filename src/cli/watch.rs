//! `schemascope watch`: looks again and again, and tells what changed.

mod event;
mod webhook;

use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::join_all;

use super::{
    Error, Outcome,
    duration::seconds,
    load,
    look::Look,
    sides::{Named, Setup, with_hint},
};
use crate::{
    model::Snapshot,
    report::Changes,
    source::{self, Mark},
};
use event::{Event, News};
use webhook::Webhook;

/// Shown below the options.
pub const HELP: &str = "\
The first look tells how each target differs from the canonical schema, and each later one what
changed since the one before. Between two looks PostgreSQL is only asked whether its catalogs have
changed, which costs a small part of reading them; CANONICAL is read again when a target changed.

With --json each event is one line. A webhook gets the same as a POST, with a `text` that Slack,
Mattermost and their like show; what cannot be delivered is tried again at the next look. In
schemascope.toml:
  [watch]
  interval = \"30s\"
  webhook = \"${SCHEMA_WEBHOOK}\"

Examples:
  schemascope watch                                  all targets of schemascope.toml
  schemascope watch prod-eu --interval 30s --json
  schemascope watch prod-eu --canonical schema.sql --exit-on-drift --looks 60

Exit status: 130 when interrupted by Ctrl-C, 143 by SIGTERM; with --looks or --exit-on-drift 0 no drift, 1 drift or a change,
2 a target could not be read at the last look.";

/// What `watch` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A database to watch: a URL or a name in schemascope.toml; without any, all of its targets
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The schema that the targets ought to have; without it, that of schemascope.toml
    #[arg(long, value_name = "CANONICAL", conflicts_with = "no_canonical")]
    canonical: Option<String>,
    /// Tell changes only
    #[arg(long)]
    no_canonical: bool,
    /// How long to wait between two looks, for example 30s or 5m; without it, 60s
    #[arg(long, short, value_name = "TIME", value_parser = seconds)]
    interval: Option<Duration>,
    /// Post what changed to this address; it is never printed
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// End after so many looks
    #[arg(long, value_name = "NUMBER")]
    looks: Option<u64>,
    /// End as soon as a target differs from canonical, or has changed
    #[arg(long)]
    exit_on_drift: bool,
}

/// What is known of one target from the looks before.
#[derive(Default)]
struct Memory {
    snapshot: Option<Snapshot>,
    mark: Option<Mark>,
    drifted: bool,
    failed: bool,
}

/// Looks at every target, tells what is new, waits, and begins again.
///
/// # Errors
/// Where there is no target, or an option cannot be used.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments, json: bool) -> Result<Outcome, Error> {
    let canonical = setup.canonical_for(arguments.canonical.as_deref(), arguments.no_canonical).await?;
    let targets = setup.targets(&arguments.targets).await?;
    let interval = interval(setup, arguments)?;
    let configured = setup.config.watch.webhook.as_ref().map(|address| address.expose());
    let mut webhook = arguments.webhook.as_deref().or(configured).map(Webhook::new).transpose()?;
    let mut memories: Vec<Memory> = targets.iter().map(|_| Memory::default()).collect();
    let mut looks = 0;
    loop {
        let seen = targets.iter().zip(&mut memories);
        let events =
            join_all(seen.map(|(target, memory)| look(setup, canonical.as_ref(), target, memory))).await;
        setup.console.clear_progress();
        looks += 1;
        for event in &events {
            tell(setup, event, json)?;
            if let Some(webhook) = webhook.as_mut().filter(|_| event.is_news()) {
                webhook.keep(event);
            }
        }
        if let Some(Err(problem)) = deliver(webhook.as_mut()).await {
            setup.console.error(&problem);
        }
        let outcome = outcome(&memories, &events);
        let enough = arguments.looks.is_some_and(|wanted| looks >= wanted);
        if enough || (arguments.exit_on_drift && outcome == Outcome::Drift) {
            if let Some(lost) = webhook.as_ref().map(Webhook::waiting).filter(|lost| *lost > 0) {
                let events = if lost == 1 { "1 event" } else { &format!("{lost} events") };
                setup.console.error(&format!("{events} could not be posted, and will not be."));
            }
            return Ok(outcome);
        }
        tokio::time::sleep(interval).await;
    }
}

async fn deliver(webhook: Option<&mut Webhook>) -> Option<Result<(), String>> {
    Some(webhook?.deliver().await)
}

fn interval(setup: &Setup<'_>, arguments: &Arguments) -> Result<Duration, Error> {
    match (arguments.interval, &setup.config.watch.interval) {
        (Some(interval), _) => Ok(interval),
        (None, Some(text)) => seconds(text).map_err(|problem| {
            Error::new(format!("The setting watch.interval cannot be used: {problem}."), "")
        }),
        (None, None) => Ok(Duration::from_secs(60)),
    }
}

/// Looks at one target: cheaply, if it can say that nothing has changed.
async fn look(setup: &Setup<'_>, canonical: Option<&Named>, target: &Named, memory: &mut Memory) -> Event {
    let begun = Instant::now();
    let event = |news, begun: Instant| Event::new((setup.now)(), &target.name, news, begun.elapsed());
    if let (Ok(source), Some(mark), false) = (&target.source, memory.mark.as_mut(), memory.failed) {
        match source::changed_since(source, mark).await {
            Ok(false) => return event(News::Unchanged { cheap: true }, begun),
            Ok(true) => {}
            Err(error) => {
                memory.failed = true;
                return event(News::Failed(with_hint(&error.to_string(), error.hint())), begun);
            }
        }
    }
    // Before it is read: what changes meanwhile is a change of the next look.
    if let (Ok(source), None) = (&target.source, &memory.mark) {
        memory.mark = source::mark(source).await.ok().flatten();
    }
    let seen = Look::at(setup, canonical, target).await;
    let compared = match seen.read {
        Ok(compared) => compared,
        Err(problem) => {
            let known = std::mem::replace(&mut memory.failed, true);
            memory.mark = None;
            return event(if known { News::StillFailing(problem) } else { News::Failed(problem) }, begun);
        }
    };
    let was_failing = std::mem::take(&mut memory.failed);
    let drift = canonical.map(|_| compared.drift.clone());
    memory.drifted = drift.as_ref().is_some_and(|drift| !drift.is_empty());
    let before = memory.snapshot.replace(compared.snapshot.clone());
    let news = match before {
        None => News::First(drift),
        Some(before) => match changes(setup, &before, &compared.snapshot) {
            Err(problem) => News::Failed(problem),
            Ok(changes) if changes.is_empty() && was_failing => News::Back(drift),
            Ok(changes) if changes.is_empty() => News::Unchanged { cheap: false },
            Ok(changes) => News::Changed(changes, drift),
        },
    };
    event(news, begun)
}

fn changes(setup: &Setup<'_>, before: &Snapshot, now: &Snapshot) -> Result<Changes, String> {
    Ok(Changes::between(before, now, &load::changes(before, now, &setup.config.rules)?))
}

fn tell(setup: &Setup<'_>, event: &Event, json: bool) -> Result<(), Error> {
    if json {
        return setup.console.result(&event.line());
    }
    if event.is_news() {
        return setup.console.result(&event.text(setup.console.paint()));
    }
    setup.console.note(event.text(setup.console.paint()).trim_end());
    Ok(())
}

fn outcome(memories: &[Memory], events: &[Event]) -> Outcome {
    let changed = events.iter().any(|event| matches!(event.news, News::Changed(..)));
    if changed || memories.iter().any(|memory| memory.drifted) {
        Outcome::Drift
    } else if memories.iter().any(|memory| memory.failed) {
        Outcome::Incomplete
    } else {
        Outcome::Same
    }
}
