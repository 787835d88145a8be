//! Does effects: the only part of the terminal that touches files, databases, engines and other
//! programs. Everything that takes time runs beside the screen and comes back as a message.

mod known;
mod sources;
mod statements;

use std::{
    collections::HashMap,
    future::Future,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use tokio::{
    sync::{mpsc::UnboundedSender, watch},
    task::{AbortHandle, JoinError},
};
use tracing::{Dispatch, instrument::WithSubscriber};

use known::Known;
pub use sources::Sources;
use sources::{Example, read, wait_for_example, with_password};
use statements::Statements;

use super::{
    clipboard,
    effect::Effect,
    highlight,
    journal::{Journal, Whose},
    message::{Loaded, Message},
    request::PlanRequest,
    save,
    state::{
        board::Board, comparison::Comparison, detail::Detail, planned::PlanId, search::search, side::SideId,
    },
};
use crate::{
    dialect::postgres::connect::Environment,
    diff::Rules,
    draft,
    model::Shelf,
    plan::{Check, Plan, Proof},
    report,
    source::ask::ask,
};

/// How long the database may take for each question about its rows: as long as `plan --check` gives it
/// by itself.
const ASKING: Duration = Duration::from_secs(30);

/// The world, as far as the terminal has to do with it.
pub struct World {
    sources: Arc<Sources>,
    messages: UnboundedSender<Message>,
    loads: HashMap<SideId, AbortHandle>,
    proof: Option<AbortHandle>,
    known: Known,
    /// What canonical's files say about objects.
    statements: Statements,
    asking: Option<AbortHandle>,
    /// Passwords that the user typed.
    passwords: HashMap<SideId, SecretString>,
    /// What was asked for last of its kind: older ones need not be worked out.
    latest_detail: Arc<AtomicU64>,
    latest_plan: Arc<AtomicU64>,
    latest_search: Arc<AtomicU64>,
    /// What the databases that were read are, for reading scripts the same way.
    example: watch::Sender<Example>,
}

impl World {
    /// A world that sends what happens in it.
    pub fn new(sources: Sources, messages: UnboundedSender<Message>) -> Self {
        let example = Example::of(&sources);
        World {
            sources: Arc::new(sources),
            messages,
            loads: HashMap::new(),
            proof: None,
            known: Known::default(),
            statements: Statements::default(),
            asking: None,
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
            Effect::Compare {
                target,
                generations,
                dialect,
                canonical,
                snapshot,
                direction,
                baseline,
                without_rules,
            } => {
                let sources = Arc::clone(&self.sources);
                self.compute(move || {
                    let everything = Rules::everything();
                    let rules = if without_rules { &everything } else { &sources.rules };
                    let terms = sources.terms(target, rules, &baseline);
                    let result = Comparison::make(dialect, &canonical, snapshot, terms, direction);
                    Some(Message::Compared { target, generations, result: result.map(Arc::new) })
                });
            }
            Effect::BuildBoard { revision, sides } => {
                self.compute(move || {
                    Some(Message::BoardBuilt { revision, board: Arc::new(Board::build(&sides)) })
                });
            }
            Effect::Detail { of, mut request } => {
                let latest = latest(&self.latest_detail);
                let (sources, statements) = (Arc::clone(&self.sources), self.statements.clone());
                self.compute(move || {
                    latest().then(|| {
                        let dialect = request.dialect.name();
                        if let Some((key, place)) = request.subject() {
                            request.script = statements.about(&sources.canonical, dialect, &key, place);
                            request.unsearched = statements::is_too_long(&sources.canonical);
                        }
                        Message::Detailed { of, detail: Arc::new(Detail::make(&request)) }
                    })
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
                self.compute(move || {
                    latest().then(|| Message::Planned { target, id, plan: Box::new(request.make()) })
                });
            }
            Effect::Prove { request, plan } => self.prove(request, plan),
            Effect::CancelProof => self.cancel_proof(),
            Effect::Highlight(text) => self.compute(move || {
                let highlighted = Arc::new(highlight::highlight(&text));
                Some(Message::Highlighted { id: highlight::id(&text), highlighted })
            }),
            Effect::Write { path, plan, proof, replace } => {
                let script = report::script(&plan, &proof, (self.sources.now)());
                self.write(&path, script.into(), replace);
            }
            Effect::WriteText { path, text, replace } => self.write(&path, text, replace),
            Effect::WriteMigration { folder, title, tool, request, plan, proof } => {
                let (folder, now) = (self.typed_path(&folder), (self.sources.now)());
                self.compute(move || {
                    let back = request.make_back();
                    let draft = draft::migration(&title, &plan, &back, &proof, now);
                    Some(Message::Written(save::migration(&folder, tool.as_deref(), &draft, now)))
                });
            }
            Effect::Configure { file, text } => {
                self.compute(move || Some(Message::Configured(save::configuration(&file, &text))))
            }
            Effect::Accept(entries) => {
                let sources = Arc::clone(&self.sources);
                self.compute(move || Some(Message::Accepted(sources.accept(entries))));
            }
            Effect::Unaccept(entries) => {
                let sources = Arc::clone(&self.sources);
                self.compute(move || Some(Message::Accepted(sources.take_back(&entries))));
            }
            Effect::Ask { target, id, side, plan } => self.ask(target, id, side, &plan),
            Effect::Open(words) => self.open(&words),
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
            | Effect::Quit
            | Effect::Reopen => {}
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
        let others = tracing::dispatcher::get_default(Dispatch::clone);
        Journal { whose, messages: self.messages.clone(), now: self.sources.now, others }
    }

    /// Stops whatever is under way.
    pub fn stop(&mut self) {
        self.loads.drain().for_each(|(_, load)| load.abort());
        self.cancel_proof();
        if let Some(asking) = self.asking.take() {
            asking.abort();
        }
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
        if side == SideId::Canonical {
            self.statements.forget();
        }
        let sources = Arc::clone(&self.sources);
        let messages = self.messages.clone();
        let example = self.example.clone();
        let password = self.passwords.get(&side).cloned();
        let (known, typed) = (self.known.clone(), password.is_some());
        let reading = async move {
            // Whichever side comes to an end first, it shares what it can with those that are still read.
            let _shelf = Shelf::current();
            let source = match sources.source(side) {
                Ok(source) => with_password(source, password),
                Err(why) => {
                    let result = Err(why.into());
                    let _ = messages.send(Message::Loaded { side, generation, result });
                    return;
                }
            };
            let source = match sources.ask_program(side, source).await {
                Ok(source) => source,
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
            if source.is_script() {
                wait_for_example(&example, &mut options, &progress).await;
            }
            let result = read(source, typed, &options, &progress).await;
            let shared = |(snapshot, dialect)| Loaded { snapshot: known.keep(side, snapshot), dialect };
            let result = result.map(shared);
            if let Ok(loaded) = &result
                && let Some(why) = sources.keep(side, loaded).await
            {
                let _ = messages.send(Message::Broken(why));
            }
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

    /// Puts the questions of a plan to a side, in a session that can only read.
    fn ask(&mut self, target: usize, id: PlanId, side: SideId, plan: &Plan) {
        if let Some(asking) = self.asking.take() {
            asking.abort();
        }
        let sources = Arc::clone(&self.sources);
        let messages = self.messages.clone();
        let password = self.passwords.get(&side).cloned();
        let mut checks: Vec<Option<Check>> =
            plan.statements.iter().map(|statement| statement.check.clone()).collect();
        let asking = async move {
            let source = sources.source(side).map(|source| with_password(source, password));
            let source = match source {
                Ok(source) => sources.ask_program(side, source).await,
                Err(why) => Err(why),
            };
            let result = match source {
                Ok(source) => {
                    let asked = ask(&source, checks.iter_mut().flatten().collect(), ASKING, &|_, _| {}).await;
                    let answers = checks.into_iter().map(|check| check?.answer).collect();
                    asked.map(|()| answers).map_err(|error| error.to_string())
                }
                Err(why) => Err(why),
            };
            let _ = messages.send(Message::Answered { target, id, result });
        };
        let job = tokio::spawn(asking.with_subscriber(self.journal(Whose::Side(side))));
        self.asking = Some(job.abort_handle());
        self.watch(job, move |why| Message::Answered { target, id, result: Err(why) });
    }

    /// Adds the target that words stand for.
    fn open(&mut self, words: &str) {
        let opened = Arc::make_mut(&mut self.sources).open(words);
        self.tell(Message::Opened(opened));
    }

    fn write(&self, path: &str, text: Arc<str>, replace: bool) {
        let path = self.typed_path(path);
        self.compute(move || Some(Message::Written(save::write(&path, &text, replace))));
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
