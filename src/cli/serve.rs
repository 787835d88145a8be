//! `schemascope serve`: the state of targets over HTTP.

mod http;
mod metrics;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use futures_util::{StreamExt, stream::FuturesUnordered};
use secrecy::SecretString;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

use super::{
    Error, Outcome,
    duration::seconds,
    look::Look,
    sides::{Named, Setup},
};
use crate::report::{self, Comparison, Side, Target, health::Health};

/// Shown below the options.
pub const HELP: &str = "\
Paths:
  /healthz   how every target is, component by component; status 200, or 503 if one fails
  /readyz    200 once every target has been read and answers, else 503
  /drift     the differences of every target
  /metrics   the same in numbers, as Prometheus reads them

A target is looked at when somebody asks and what is known is older than --max-age; never twice at
the same time, however many ask. If SCHEMASCOPE_TOKEN is set, or --token-file given, every request
needs `Authorization: Bearer TOKEN`.

Examples:
  schemascope serve
  schemascope serve prod-eu --canonical schema.sql --listen 127.0.0.1:9187 --max-age 5m
  SCHEMASCOPE_TOKEN=… schemascope serve --listen 0.0.0.0:9187";

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The databases: URLs or names in schemascope.toml; without any, all of its targets
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The schema that the targets ought to have; without it, that of schemascope.toml
    #[arg(long, value_name = "CANONICAL", conflicts_with = "no_canonical")]
    canonical: Option<String>,
    /// Compare with nothing
    #[arg(long)]
    no_canonical: bool,
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9187")]
    listen: SocketAddr,
    /// How old an answer may be before a target is looked at again, for example 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = seconds)]
    max_age: Duration,
    /// A file with the token that every request has to bear
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// What is known of a target.
pub struct Known {
    /// How it is.
    pub health: Health,
    /// Its differences, as `schemascope diff --json` has a target.
    pub drift: Value,
    /// How many objects it has.
    pub objects: usize,
    /// How long the look took.
    pub took: Duration,
    at: Instant,
}

/// A question about a target, by its place.
pub struct Question {
    target: usize,
    answer: oneshot::Sender<Arc<Known>>,
}

/// Serves until it is interrupted.
///
/// # Errors
/// Where the address cannot be listened on, or a token or a target be used.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments) -> Result<Outcome, Error> {
    let token = token(setup, arguments)?;
    let canonical = setup.canonical_for(arguments.canonical.as_deref(), arguments.no_canonical).await?;
    let targets = setup.targets(&arguments.targets).await?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
        Error::new(
            format!("{} cannot be listened on: {error}.", arguments.listen),
            "Choose another address or port with --listen.",
        )
    })?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    if token.is_none() && !is_private(address.ip()) {
        setup.console.note(&format!(
            "Anyone who reaches {address} can read the names in these schemas: set SCHEMASCOPE_TOKEN to keep them out."
        ));
    }
    setup.console.note(&format!("Listening on http://{address}; Ctrl-C ends it."));
    let (questions, asked) = mpsc::channel(64);
    let router = http::router(questions, targets.len(), token);
    tokio::select! {
        served = axum::serve(listener, router) => {
            served.map_err(|error| Error::new(format!("Serving ended: {error}."), ""))?;
        }
        () = answer(setup, canonical.as_ref(), &targets, arguments.max_age, asked) => {}
    }
    Ok(Outcome::Same)
}

/// Answers questions from what is known, and looks again where that is too old: at each target
/// once at a time, for all who wait for it.
async fn answer(
    setup: &Setup<'_>,
    canonical: Option<&Named>,
    targets: &[Named],
    max_age: Duration,
    mut asked: mpsc::Receiver<Question>,
) {
    let mut known: Vec<Option<Arc<Known>>> = targets.iter().map(|_| None).collect();
    let mut waiting: Vec<Vec<oneshot::Sender<Arc<Known>>>> = targets.iter().map(|_| Vec::new()).collect();
    let mut looks = FuturesUnordered::new();
    loop {
        tokio::select! {
            question = asked.recv() => {
                let Some(Question { target, answer }) = question else { return };
                let (Some(target_side), Some(waiting)) = (targets.get(target), waiting.get_mut(target)) else {
                    continue;
                };
                match &known[target] {
                    Some(fresh) if fresh.at.elapsed() < max_age => drop(answer.send(Arc::clone(fresh))),
                    _ => {
                        if waiting.is_empty() {
                            looks.push(async move { (target, look(setup, canonical, target_side).await) });
                        }
                        waiting.push(answer);
                    }
                }
            }
            Some((target, seen)) = looks.next(), if !looks.is_empty() => {
                let seen = Arc::new(seen);
                for answer in waiting[target].drain(..) {
                    // Whoever asked may have gone away meanwhile.
                    let _ = answer.send(Arc::clone(&seen));
                }
                known[target] = Some(seen);
            }
        }
    }
}

async fn look(setup: &Setup<'_>, canonical: Option<&Named>, target: &Named) -> Known {
    let look = Look::at(setup, canonical, target).await;
    let health = look.health(setup);
    let objects = look.read.as_ref().map_or(0, |compared| compared.snapshot.catalog.len());
    let took = look.took;
    let name = canonical.map_or(String::new(), |canonical| canonical.name.clone());
    let comparison = Comparison {
        canonical: Side { name, snapshot: look.canonical.unwrap_or_default() },
        targets: vec![Target { name: look.name, result: look.read }],
    };
    let drift = serde_json::from_str(&report::comparison_json(&comparison)).unwrap_or_default();
    Known { health, drift, objects, took, at: Instant::now() }
}

fn token(setup: &Setup<'_>, arguments: &Arguments) -> Result<Option<SecretString>, Error> {
    let text = match &arguments.token_file {
        None => setup.environment().variable("SCHEMASCOPE_TOKEN").map(str::to_owned),
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| {
            Error::new(
                format!("The token in {} cannot be read: {error}.", file.display()),
                "Check --token-file.",
            )
        })?),
    };
    match text.as_deref().map(str::trim) {
        Some("") => {
            Err(Error::new("The token is empty.", "Leave it out, or give one that nobody can guess."))
        }
        Some(token) => Ok(Some(token.to_owned().into())),
        None => Ok(None),
    }
}

fn is_private(address: IpAddr) -> bool {
    address.is_loopback()
}
