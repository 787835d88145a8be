//! Posts events to an address, and keeps what could not be delivered.

use std::{collections::VecDeque, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{super::Error, event::Event};

/// How many events are kept for an address that does not answer: the newest.
const KEPT: usize = 100;

/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An address that gets events, oldest first.
pub struct Webhook {
    /// Such addresses hold the key of whoever may post there.
    address: SecretString,
    waiting: VecDeque<String>,
}

impl Webhook {
    /// An address to post to.
    ///
    /// # Errors
    /// Where it is none of HTTP.
    pub fn new(address: &str) -> Result<Webhook, Error> {
        if !(address.starts_with("https://") || address.starts_with("http://")) {
            return Err(Error::new(
                "The address of the webhook is not one of HTTP.",
                "Write it as https://host/path.",
            ));
        }
        Ok(Webhook { address: address.to_owned().into(), waiting: VecDeque::new() })
    }

    /// How many events were not delivered yet.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Has an event delivered next time.
    pub fn keep(&mut self, event: &Event) {
        if self.waiting.len() == KEPT {
            self.waiting.pop_front();
        }
        self.waiting.push_back(event.json().to_string());
    }

    /// Posts what waits, until something cannot be delivered.
    ///
    /// # Errors
    /// What went wrong, without the address; what was not delivered waits on.
    pub async fn deliver(&mut self) -> Result<(), String> {
        while let Some(body) = self.waiting.front() {
            let (address, body) = (self.address.clone(), body.clone());
            let posted = tokio::task::spawn_blocking(move || post(&address, &body)).await;
            let posted = posted.unwrap_or_else(|_| Err("it could not be tried".to_owned()));
            if let Err(problem) = posted {
                let waiting = self.waiting.len();
                let are = if waiting == 1 { "event waits" } else { "events wait" };
                return Err(format!(
                    "The webhook did not take an event: {problem}. {waiting} {are} for the next look."
                ));
            }
            self.waiting.pop_front();
        }
        Ok(())
    }
}

fn post(address: &SecretString, body: &str) -> Result<(), String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build();
    let agent = ureq::Agent::new_with_config(config);
    let posted = agent.post(address.expose_secret()).header("content-type", "application/json").send(body);
    match posted {
        Ok(_) => Ok(()),
        Err(ureq::Error::StatusCode(status)) => Err(format!("it answered with status {status}")),
        Err(ureq::Error::Timeout(_)) => Err(format!("it did not answer within {} s", PATIENCE.as_secs())),
        Err(ureq::Error::HostNotFound) => Err("its host was not found".to_owned()),
        Err(ureq::Error::ConnectionFailed) => Err("nobody listens there".to_owned()),
        Err(ureq::Error::Io(error)) => Err(format!("the connection failed: {}", error.kind())),
        // Others may print the address.
        Err(_) => Err("it could not be reached".to_owned()),
    }
}
