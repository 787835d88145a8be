//! What parent and child say to each other: one JSON value a line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Choice, ScratchError};

/// The first line that the parent writes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The folder that everything goes into that need not outlive the child. The child removes it.
    pub(super) folder: PathBuf,
    /// Where things that are dear to make may be kept.
    pub(super) cache: Option<PathBuf>,
}

/// What the parent asks for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// An empty database, to be known by this number.
    Open { id: u64, engine: Engine, major: Option<u32> },
    /// The end of a database.
    Close { id: u64 },
}

/// Which engine to take, see [`Choice`]. The URL has its password in it: it travels through the
/// pipe between two processes of one user, and nowhere else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Engine {
    Auto,
    Embedded,
    Local,
    Url(String),
}

/// What the child answers, with the number of the request's database.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) id: u64,
    pub(super) outcome: Outcome,
}

/// How a request went.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Ready(Ready),
    Failed(ScratchError),
    Closed,
}

/// A database that can be used.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ready {
    /// How to connect to it, with everything that is needed for it.
    pub(super) url: String,
    /// What it is, for people.
    pub(super) engine: String,
}

impl From<&Choice> for Engine {
    fn from(choice: &Choice) -> Self {
        use secrecy::ExposeSecret;

        match choice {
            Choice::Auto => Engine::Auto,
            Choice::Embedded => Engine::Embedded,
            Choice::Local => Engine::Local,
            Choice::Url(url) => Engine::Url(url.with_secrets().expose_secret().to_owned()),
        }
    }
}
