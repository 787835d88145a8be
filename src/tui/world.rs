//! Does effects: the only part of the terminal that touches files, databases, engines and other
//! programs. Everything that takes time runs beside the screen and comes back as a message.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use secrecy::SecretString;
use tokio::{
    sync::{mpsc::UnboundedSender, watch},
    task::{AbortHandle, JoinError},
};
use tracing::instrument::WithSubscriber;

use super::{
    clipboard,
    effect::Effect,
    highlight,
    journal::{Journal, Whose},
    message::{Loaded, Message, Unread},
    request::PlanRequest,
    save,
    state::{DialectRef, board::Board, comparison::Comparison, detail::Detail, search::search, side::SideId},
};
use crate::{
    dialect::{
        self, Dialect,
        postgres::{connect::Environment, session::Fault},
    },
    diff::{self, Baseline, Rules, Terms},
    plan::{Plan, Proof},
    report,
    source::{self, LoadOptions, Source, SourceError},
};

/// A source; or why the user's words stand for none, with what to do.
pub type Named = Result<Source, String>;

/// Where everything is read from, and how.
pub struct Sources {
    /// The canonical schema.
    pub canonical: Named,
    /// The targets.
    pub targets: Vec<Named>,
    /// How they are read.
    pub load: LoadOptions,
    /// What each target is called.
    pub names: Vec<String>,
    /// What the comparison leaves out.
    pub rules: Rules,
    /// The differences that were accepted.
    pub baseline: Baseline,
    /// The environment of the program.
    pub environment: Environment,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
}

/// The world, as far as the terminal has to do with it.
pub struct World {
    sources: Arc<Sources>,
    messages: UnboundedSender<Message>,
    loads: HashMap<SideId, AbortHandle>,
    proof: Option<AbortHandle>,
    /// Passwords that the user typed.
    passwords: HashMap<SideId, SecretString>,
    /// What was asked for last of its kind: older ones need not be worked out.
    latest_detail: Arc<AtomicU64>,
    latest_plan: Arc<AtomicU64>,
    latest_search: Arc<AtomicU64>,
    /// What the databases that were read are, for reading scripts the same way.
    example: watch::Sender<Example>,
}

/// What is known about the databases: a script is run in an engine like theirs.
#[derive(Clone, Debug, Default)]
struct Example {
    dialect: Option<&'static str>,
    major: Option<u32>,
    found: bool,
    pending: BTreeSet<SideId>,
}

impl World {
    /// A world that sends what happens in it.
    pub fn new(sources: Sources, messages: UnboundedSender<Message>) -> Self {
        let sides = std::iter::once((SideId::Canonical, &sources.canonical))
            .chain(sources.targets.iter().enumerate().map(|(at, source)| (SideId::Target(at), source)));
        let tells = |(_, source): &(SideId, &Named)| source.as_ref().is_ok_and(|source| !is_script(source));
        let pending = sides.filter(tells).map(|(id, _)| id).collect();
        let planned = sources.targets.iter().chain([&sources.canonical]).flatten().find_map(dialect_of);
        let dialect = sources.load.dialect.or(planned);
        let example = Example { dialect, major: sources.load.major, found: false, pending };
        World {
            sources: Arc::new(sources),
            messages,
            loads: HashMap::new(),
            proof: None,
            passwords: HashMap::new(),
            latest_detail: Arc::default(),
            latest_plan: Arc::default(),
            latest_search: Arc::default(),
            example: watch::Sender::new(example),
        }
    }

    /// Does an effect. Those that are a matter of the screen itself are done by the runtime.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Load { side, generation } => self.load(side, generation),
            Effect::CancelLoad(side) => {
                if let Some(load) = self.loads.remove(&side) {
                    load.abort();
                }
                self.example.send_modify(|example| example.forget(side));
            }
            Effect::Compare { target, generations, dialect, canonical, snapshot, direction } => {
                let sources = Arc::clone(&self.sources);
                self.compute(move || {
                    let result =
                        Comparison::make(dialect, &canonical, snapshot, sources.terms(target), direction);
                    Some(Message::Compared { target, generations, result: result.map(Arc::new) })
                });
            }
            Effect::BuildBoard { revision, sides } => {
                self.compute(move || {
                    Some(Message::BoardBuilt { revision, board: Arc::new(Board::build(&sides)) })
                });
            }
            Effect::Detail { of, request } => {
                let latest = latest(&self.latest_detail);
                self.compute(move || {
                    latest().then(|| Message::Detailed { of, detail: Arc::new(Detail::make(&request)) })
                });
            }
            Effect::Search { words, snapshots } => {
                let latest = latest(&self.latest_search);
                self.compute(move || {
                    latest().then(|| {
                        let hits = Arc::new(search(&words, &snapshots));
                        Message::Found { words, hits }
                    })
                });
            }
            Effect::Plan(request) => {
                let latest = latest(&self.latest_plan);
                let (target, id) = (request.target, request.id);
                self.compute(move || latest().then(|| Message::Planned { target, id, plan: request.make() }));
            }
            Effect::Prove { request, plan } => self.prove(request, plan),
            Effect::CancelProof => self.cancel_proof(),
            Effect::Highlight(text) => self.compute(move || {
                let highlighted = Arc::new(highlight::highlight(&text));
                Some(Message::Highlighted { id: highlight::id(&text), highlighted })
            }),
            Effect::Write { path, plan, proof, replace } => {
                let script = report::script(&plan, &proof, (self.sources.now)());
                let path = self.typed_path(&path);
                self.compute(move || Some(Message::Written(save::write(&path, &script, replace))));
            }
            Effect::CopyPlan { plan, proof } => {
                let script = report::script(&plan, &proof, (self.sources.now)());
                self.copy("the SQL", script.into());
            }
            Effect::Copy { what, text } => self.copy(what, text),
            Effect::Page { plan, proof } => {
                self.tell(Message::Paged(report::script(&plan, &proof, (self.sources.now)())));
            }
            Effect::Password { side, password } => drop(self.passwords.insert(side, password)),
            Effect::Run(_)
            | Effect::NextTheme
            | Effect::Theme(_)
            | Effect::Mouse(_)
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    /// The environment of the program.
    pub fn environment(&self) -> &Environment {
        &self.sources.environment
    }

    /// Sends a message.
    pub fn tell(&self, message: Message) {
        // Nobody listens any more once the program ends.
        let _ = self.messages.send(message);
    }

    fn journal(&self, whose: Whose) -> Journal {
        Journal { whose, messages: self.messages.clone(), now: self.sources.now }
    }

    /// Stops whatever is under way.
    pub fn stop(&mut self) {
        self.loads.drain().for_each(|(_, load)| load.abort());
        self.cancel_proof();
    }

    /// Works something out beside the screen.
    fn compute(&self, work: impl FnOnce() -> Option<Message> + Send + 'static) {
        let messages = self.messages.clone();
        let job = tokio::task::spawn_blocking(move || {
            if let Some(message) = work() {
                // Nobody listens any more once the program ends.
                let _ = messages.send(message);
            }
        });
        self.watch(job, Message::Broken);
    }

    /// Sends a message of its own where a job ends as none should.
    fn watch<T: Send + 'static>(
        &self,
        job: impl Future<Output = Result<T, JoinError>> + Send + 'static,
        broken: impl FnOnce(String) -> Message + Send + 'static,
    ) {
        let messages = self.messages.clone();
        tokio::spawn(async move {
            if let Err(error) = job.await
                && error.is_panic()
            {
                let _ = messages
                    .send(broken(format!("This is a mistake of the program itself: {}", panic_text(error))));
            }
        });
    }

    fn load(&mut self, side: SideId, generation: u64) {
        let sources = Arc::clone(&self.sources);
        let messages = self.messages.clone();
        let example = self.example.clone();
        let password = self.passwords.get(&side).cloned();
        let reading = async move {
            let source = match sources.source(side) {
                Ok(source) => with_password(source, password),
                Err(why) => {
                    let result = Err(why.into());
                    let _ = messages.send(Message::Loaded { side, generation, result });
                    return;
                }
            };
            let source = &source;
            let sender = messages.clone();
            let progress = move |phase: &str, count: usize| {
                let _ = sender.send(Message::Progress { side, generation, phase: phase.to_owned(), count });
            };
            let mut options = sources.load.clone();
            if is_script(source) {
                wait_for_example(&example, &mut options, &progress).await;
            }
            let result = read(source, &options, &progress).await;
            example.send_modify(|example| example.learn(side, result.as_ref().ok()));
            let _ = messages.send(Message::Loaded { side, generation, result });
        };
        let job = tokio::spawn(reading.with_subscriber(self.journal(Whose::Side(side))));
        self.loads.insert(side, job.abort_handle());
        self.watch(job, move |why| Message::Loaded { side, generation, result: Err(why.into()) });
    }

    fn prove(&mut self, request: PlanRequest, plan: Arc<Plan>) {
        self.cancel_proof();
        let (target, id) = (request.target, request.id);
        let sources = Arc::clone(&self.sources);
        let messages = self.messages.clone();
        let proving = async move {
            let proof = request.prove(&plan, &sources.load.scratch).await;
            let _ = messages.send(Message::Proved { target, id, proof });
        };
        let job = tokio::spawn(proving.with_subscriber(self.journal(Whose::Proof(target))));
        self.proof = Some(job.abort_handle());
        self.watch(job, move |reason| {
            let proof = Proof::Failed { engine: "the scratch engine".to_owned(), reason };
            Message::Proved { target, id, proof }
        });
    }

    fn cancel_proof(&mut self) {
        if let Some(proof) = self.proof.take() {
            proof.abort();
        }
    }

    fn copy(&self, what: &'static str, text: Arc<str>) {
        let sources = Arc::clone(&self.sources);
        self.compute(move || Some(Message::Copied(clipboard::copy(what, &text, &sources.environment))));
    }

    /// A path that the user typed: `~` is the home folder, as in a shell.
    fn typed_path(&self, typed: &str) -> PathBuf {
        match (typed.strip_prefix("~/"), self.sources.environment.variable("HOME")) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => PathBuf::from(typed),
        }
    }
}

impl Sources {
    /// How a target is to be compared, today.
    fn terms(&self, target: usize) -> Terms<'_> {
        let name = self.names.get(target).map_or("", |name| name);
        Terms { rules: &self.rules, baseline: &self.baseline, name, today: diff::day((self.now)()) }
    }

    fn source(&self, side: SideId) -> Result<&Source, String> {
        let named = match side {
            SideId::Canonical => Some(&self.canonical),
            SideId::Target(at) => self.targets.get(at),
        };
        let named = named.ok_or_else(|| "There is no such target.".to_owned())?;
        named.as_ref().map_err(Clone::clone)
    }
}

impl Example {
    /// Expects nothing more of a database.
    fn forget(&mut self, side: SideId) {
        self.pending.remove(&side);
    }

    /// Takes in what a database turned out to be.
    fn learn(&mut self, side: SideId, loaded: Option<&Loaded>) {
        self.forget(side);
        if let Some(loaded) = loaded.filter(|_| !self.found) {
            self.found = true;
            self.dialect = Some(loaded.dialect.0.name());
            if loaded.dialect.0.name() == "postgres" {
                self.major = self.major.or(Some(loaded.snapshot.server_version_num / 10_000));
            }
        }
    }
}

/// Waits until it is known what kind and version of database a script is meant for, or until no
/// database is left that could tell.
async fn wait_for_example(
    example: &watch::Sender<Example>,
    options: &mut LoadOptions,
    progress: &(dyn Fn(&str, usize) + Send + Sync),
) {
    let mut example = example.subscribe();
    let known = |example: &Example| example.found || example.pending.is_empty();
    if !known(&example.borrow()) {
        progress("waiting for a target to tell its version", 0);
    }
    // The sender lives as long as the world.
    if let Ok(example) = example.wait_for(known).await {
        options.dialect = example.dialect;
        options.major = example.major;
    }
}

/// A source with the password that the user typed for it.
fn with_password(source: &Source, password: Option<SecretString>) -> Source {
    match (source, password) {
        (Source::Postgres(url), Some(password)) => Source::Postgres(url.clone().with_password(password)),
        _ => source.clone(),
    }
}

fn is_script(source: &Source) -> bool {
    source.is_script()
}

fn dialect_of(source: &Source) -> Option<&'static str> {
    match source {
        Source::Postgres(_) => Some("postgres"),
        Source::Sqlite(_) => Some("sqlite"),
        Source::SqlFile(_) | Source::Folder(_) | Source::Inventory(_) | Source::Git(_) | Source::Kept(_) => {
            None
        }
    }
}

async fn read(
    source: &Source,
    options: &LoadOptions,
    progress: &(dyn Fn(&str, usize) + Send + Sync),
) -> Result<Loaded, Unread> {
    let snapshot = source::load(source, options, progress).await.map_err(|error| {
        let hint = error.hint().map(str::to_owned);
        let text = [Some(error.to_string()), hint].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let wants_password =
            matches!(&error, SourceError::Connect(error) if error.fault == Fault::PasswordWanted);
        Unread { text, wants_password }
    })?;
    let dialect: &'static dyn Dialect = dialect::by_name(&snapshot.dialect).ok_or_else(|| {
        format!(
            "It is a schema of `{}`, which this program does not know.\nUse a newer version of the program.",
            snapshot.dialect
        )
    })?;
    Ok(Loaded { snapshot: Arc::new(snapshot), dialect: DialectRef(dialect) })
}

/// A job's question whether it is still the latest of its kind.
fn latest(counter: &Arc<AtomicU64>) -> impl Fn() -> bool + Send + 'static {
    let own = counter.fetch_add(1, Ordering::Relaxed) + 1;
    let counter = Arc::clone(counter);
    move || counter.load(Ordering::Relaxed) == own
}

fn panic_text(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it stopped".to_owned() };
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it stopped").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_of_several_jobs_is_worth_its_work() {
        let counter = Arc::default();
        let first = latest(&counter);
        assert!(first());
        let second = latest(&counter);
        assert!(!first() && second());
    }
}
