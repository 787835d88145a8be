//! Requests → questions about targets, answers → responses.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::{Known, Question, metrics};
use crate::report::health::{self, Health};

/// What every request needs.
#[derive(Clone)]
struct Service {
    questions: mpsc::Sender<Question>,
    targets: usize,
    token: Option<Arc<SecretString>>,
}

/// The paths that are served.
pub fn router(questions: mpsc::Sender<Question>, targets: usize, token: Option<SecretString>) -> Router {
    let service = Service { questions, targets, token: token.map(Arc::new) };
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/drift", get(drift))
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn_with_state(service.clone(), authorised))
        .with_state(service)
}

impl Service {
    /// What is known of every target, looked up anew where that is too old.
    async fn ask(&self) -> Vec<Arc<Known>> {
        let answers = (0..self.targets).map(|target| async move {
            let (answer, answered) = oneshot::channel();
            self.questions.send(Question { target, answer }).await.ok()?;
            answered.await.ok()
        });
        join_all(answers).await.into_iter().flatten().collect()
    }
}

/// Lets nobody through who does not bear the token, if there is one.
async fn authorised(State(service): State<Service>, request: Request, next: Next) -> Response {
    if let Some(token) = &service.token {
        let borne = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let borne = borne.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Hashes of one length take one time to compare, whatever is in them.
        if blake3::hash(borne.as_bytes()) != blake3::hash(token.expose_secret().as_bytes()) {
            let refused = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (StatusCode::UNAUTHORIZED, refused, "A bearer token is needed.\n").into_response();
        }
    }
    next.run(request).await
}

async fn healthz(State(service): State<Service>) -> Response {
    let known = service.ask().await;
    let healths: Vec<Health> = known.iter().map(|known| known.health.clone()).collect();
    let fails = healths.iter().any(|health| health.status == health::State::Fail);
    respond(fails, &health::answer(&healths))
}

async fn readyz(State(service): State<Service>) -> Response {
    let known = service.ask().await;
    let connected = |known: &Arc<Known>| {
        let connectivity = known.health.components.get("connectivity");
        connectivity.is_some_and(|component| component.status == health::State::Pass)
    };
    let targets = known.iter().map(|it| json!({ "target": it.health.target, "ready": connected(it) }));
    let ready = known.len() == service.targets && known.iter().all(connected);
    respond(!ready, &json!({ "ready": ready, "targets": targets.collect::<Vec<_>>() }))
}

async fn drift(State(service): State<Service>) -> Response {
    let known = service.ask().await;
    respond(false, &joined(known.iter().map(|known| known.drift.clone())))
}

/// Comparisons with one target each → one with all of them: the head is the same, save for the
/// outcome, which is the worst of them.
fn joined(mut comparisons: impl Iterator<Item = Value>) -> Value {
    const WORST_LAST: [&str; 3] = ["same", "drift", "incomplete"];
    let gravity = |comparison: &Value| {
        let outcome = comparison.get("outcome").and_then(Value::as_str);
        WORST_LAST.iter().position(|word| Some(*word) == outcome).unwrap_or(WORST_LAST.len())
    };
    let mut whole = comparisons.next().unwrap_or_default();
    for mut other in comparisons {
        if gravity(&other) > gravity(&whole) {
            whole["outcome"] = other["outcome"].take();
        }
        let targets = other.get_mut("targets").and_then(Value::as_array_mut).map(std::mem::take);
        if let Some(all) = whole.get_mut("targets").and_then(Value::as_array_mut) {
            all.extend(targets.into_iter().flatten());
        }
    }
    whole
}

async fn metrics(State(service): State<Service>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, metrics::text(&service.ask().await)).into_response()
}

fn respond(fails: bool, answer: &Value) -> Response {
    let status = if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{answer:#}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_joined_under_the_worst_outcome() {
        let one = |outcome: &str, target: &str| json!({ "canonical": "c", "outcome": outcome, "targets": [target] });
        let joined = joined([one("same", "a"), one("incomplete", "b"), one("drift", "c")].into_iter());
        assert_eq!(joined, json!({ "canonical": "c", "outcome": "incomplete", "targets": ["a", "b", "c"] }));
    }
}
