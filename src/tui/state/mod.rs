//! Everything that the screen is made from. Plain values: nothing here reads, waits or draws.

pub mod board;
pub mod comparison;
pub mod definition;
pub mod detail;
pub mod filter;
pub mod marks;
pub mod numbers;
pub mod planned;
pub mod question;
mod screen;
pub mod search;
pub mod selection;
pub mod side;
pub mod tree;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

pub use screen::{DiffLayout, Hidden, LogView, Notice, Overlay, Pane, Passwords, Search, Tone};
use tui_input::Input;

use self::{
    board::{Board, Grouping},
    comparison::Comparison,
    detail::Detail,
    filter::{Against, Filter},
    marks::Marks,
    planned::{PlanId, Proving},
    side::{Side, SideId, Target},
    tree::Tree,
};
use super::{
    highlight::Highlighted,
    journal::Entry,
    keymap::{Action, Context, Keymap},
};
use crate::{config::Draft, dialect::Dialect, diff::Baseline, model::Key};

/// How long a notice stays at least.
const NOTICE: Duration = Duration::from_secs(6);
/// How long it stays whatever is pressed.
const SEEN: Duration = Duration::from_secs(1);
/// How much longer for each of its letters, for those that take reading.
const LETTER: Duration = Duration::from_millis(30);
/// How often the clock on the screen moves while something is being read.
const TICK: Duration = Duration::from_millis(125);
/// How long the selection has to rest before its plan is proven by itself.
const PROVE_AFTER: Duration = Duration::from_millis(900);

/// Everything.
#[derive(Clone, Debug)]
pub struct State {
    /// The size of the screen, in columns and rows.
    pub size: (u16, u16),
    /// The time of the last message.
    pub now: Instant,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The canonical schema.
    pub canonical: Side,
    /// The targets.
    pub targets: Vec<Target>,
    /// The targets that are shown, in their order on the screen.
    pub shown: Vec<usize>,
    /// The target that the plan is for.
    pub active: usize,
    /// Whether the user took it.
    pub target_taken: bool,
    /// How often targets are read again by themselves, and when the next time is.
    pub watch: Option<(Duration, Instant)>,
    /// How both sides are spelled, once canonical is known.
    pub dialect: Option<DialectRef>,
    /// Every object with a cell for each target.
    pub board: Arc<Board>,
    /// By what its rows are put together.
    pub grouping: Grouping,
    /// The grouping and the target that the board was asked for last.
    pub grouped: (Grouping, usize),
    /// The revision of the board that was asked for last.
    pub board_revision: u64,
    /// Whether the cursor has been put on a difference once: after that it is the user's.
    pub has_begun: bool,
    /// The view of the board.
    pub tree: Tree,
    /// The selection of the active target, seen from the rows.
    pub marks: Marks,
    /// What the user typed to narrow the tree.
    pub filter_input: Input,
    /// What that means.
    pub filter: Filter,
    /// Whether it is being typed.
    pub filtering: bool,
    /// The object under the cursor, at the active target.
    pub detail: Option<Arc<Detail>>,
    /// What the detail is of: object, target, and the revision of the board.
    pub detail_of: Option<(Key, usize, u64)>,
    /// What the detail that was asked for last is of.
    pub detail_wanted: Option<(Key, usize, u64)>,
    /// How the definitions stand.
    pub layout: DiffLayout,
    /// Whether definitions are shown whole, and not only what differs.
    pub whole: bool,
    /// The line under the cursor of the difference.
    pub diff_at: usize,
    /// Scroll position of the difference, in lines.
    pub diff_scroll: usize,
    /// The statement under the cursor of the plan.
    pub plan_at: usize,
    /// Scroll position of the plan, in lines.
    pub plan_scroll: usize,
    /// What the cursors of objects and plan were on when they were last brought together.
    pub linked: (Option<Key>, Option<PlanId>, usize),
    /// Texts whose colours are known.
    pub highlighted: HashMap<u64, Arc<Highlighted>>,
    /// Texts whose colours were asked for.
    pub highlight_wanted: HashSet<u64>,
    /// The pane that takes the keys.
    pub focus: Pane,
    /// Whether it is shown alone.
    pub zoomed: bool,
    /// How wide the tree is made by hand, in columns more or less than by itself.
    pub widen: i16,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// Whose passwords are to be asked for.
    pub passwords: Passwords,
    /// What was sent to databases, the last one at the end.
    pub log: VecDeque<Entry>,
    /// What was done from the palette, the last first.
    pub history: Vec<String>,
    /// A sentence that goes away.
    pub notice: Option<Notice>,
    /// When the plan is proven, if nothing changes.
    pub prove_at: Option<Instant>,
    /// Whether plans are proven by themselves.
    pub proves_by_itself: bool,
    /// The names of the themes that can be taken.
    pub themes: Vec<String>,
    /// Whether the user took a theme, which the terminal's background changes nothing about.
    pub theme_taken: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The differences that were accepted.
    pub baseline: Arc<Baseline>,
    /// Whether what the rules leave out is compared, too.
    pub without_rules: bool,
    /// The configured targets that are not on the screen: names that can be added.
    pub others: Vec<String>,
    /// The folder that the next migration is written into.
    pub migrations: String,
    /// What a first configuration could say, while there is none.
    pub first_run: Option<Arc<FirstRun>>,
}

/// A first configuration that can be written.
#[derive(Clone, Debug)]
pub struct FirstRun {
    /// Where.
    pub file: PathBuf,
    /// What was found for it.
    pub draft: Draft,
}

/// A dialect that prints as its name.
#[derive(Clone, Copy)]
pub struct DialectRef(pub &'static dyn Dialect);

impl std::fmt::Debug for DialectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A target before anything is known of it.
#[derive(Clone, Debug)]
pub struct TargetSetup {
    /// Its name in the configuration, or what stands for it: the baseline knows it by this.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Whether people are to be warned that it is precious.
    pub protected: bool,
    /// The colour of its name.
    pub color: Option<String>,
}

impl State {
    /// The state at the start: everything is being connected, nothing is selected.
    pub fn new(
        size: (u16, u16),
        canonical: String,
        targets: Vec<TargetSetup>,
        keymap: Keymap,
        now: Instant,
    ) -> Self {
        let targets: Vec<Target> = targets.into_iter().map(|setup| Target::new(setup, now)).collect();
        let mut tree = Tree::default();
        tree.show_all = targets.is_empty();
        State {
            size,
            now,
            keymap: Arc::new(keymap),
            canonical: Side::new(canonical, now),
            shown: (0..targets.len()).collect(),
            targets,
            active: 0,
            target_taken: false,
            watch: None,
            dialect: None,
            board: Arc::default(),
            grouping: Grouping::default(),
            grouped: (Grouping::default(), 0),
            board_revision: 0,
            has_begun: false,
            tree,
            marks: Marks::default(),
            filter_input: Input::default(),
            filter: Filter::default(),
            filtering: false,
            detail: None,
            detail_of: None,
            detail_wanted: None,
            layout: DiffLayout::default(),
            whole: false,
            diff_at: 0,
            diff_scroll: 0,
            plan_at: 0,
            plan_scroll: 0,
            linked: (None, None, 0),
            highlighted: HashMap::new(),
            highlight_wanted: HashSet::new(),
            focus: Pane::Tree,
            zoomed: false,
            widen: 0,
            overlay: None,
            passwords: Passwords::default(),
            log: VecDeque::new(),
            history: Vec::new(),
            notice: None,
            prove_at: None,
            proves_by_itself: true,
            themes: Vec::new(),
            theme_taken: false,
            mouse: true,
            baseline: Arc::default(),
            without_rules: false,
            others: Vec::new(),
            migrations: "migrations".to_owned(),
            first_run: None,
        }
    }

    /// Adds a target that is about to be read, and gives its number.
    pub fn add_target(&mut self, setup: TargetSetup) -> usize {
        self.targets.push(Target::new(setup, self.now));
        let at = self.targets.len() - 1;
        self.shown.push(at);
        at
    }

    /// The target that the plan is for, if there is any target.
    pub fn target(&self) -> Option<&Target> {
        self.targets.get(self.active)
    }

    /// Where the active target is among those that are shown.
    pub fn place(&self) -> usize {
        self.shown.iter().position(|target| *target == self.active).unwrap_or(0)
    }

    /// What differs at the active target.
    pub fn comparison(&self) -> Option<&Arc<Comparison>> {
        self.target()?.comparison.as_ref()
    }

    /// A side, to be changed.
    pub fn side_mut(&mut self, id: SideId) -> Option<&mut Side> {
        match id {
            SideId::Canonical => Some(&mut self.canonical),
            SideId::Target(at) => self.targets.get_mut(at).map(|target| &mut target.side),
        }
    }

    /// Canonical and all targets.
    pub fn sides(&self) -> impl Iterator<Item = (SideId, &Side)> {
        let targets = self.targets.iter().enumerate().map(|(at, target)| (SideId::Target(at), &target.side));
        std::iter::once((SideId::Canonical, &self.canonical)).chain(targets)
    }

    /// The object under the cursor of the tree.
    pub fn current_key(&self) -> Option<&Key> {
        self.board.node(self.tree.current()?).key
    }

    /// The detail of the object under the cursor, unless it is still being made.
    pub fn current_detail(&self) -> Option<&Arc<Detail>> {
        let (key, target, revision) = self.detail_of.as_ref()?;
        let current =
            self.current_key() == Some(key) && *target == self.active && *revision == self.board_revision;
        self.detail.as_ref().filter(|_| current)
    }

    /// Takes the selection of the active target as it is now.
    pub fn refresh_marks(&mut self) {
        if let Some(target) = self.targets.get(self.active) {
            let comparison = target.comparison.as_deref();
            self.marks.refresh(self.active, &target.selection, comparison, &self.board, &self.tree);
        }
    }

    /// Where keys are looked up at this moment.
    pub fn context(&self) -> Context {
        match &self.overlay {
            Some(Overlay::Help { .. }) => Context::Help,
            Some(Overlay::Log(_)) => Context::Log,
            Some(Overlay::Palette { .. } | Overlay::Search(_)) => Context::Palette,
            Some(Overlay::Question(_) | Overlay::Password { .. }) => Context::Prompt,
            None if self.filtering => Context::Filter,
            None => self.focus.context(),
        }
    }

    /// The statement of the log after which so many others were sent.
    pub fn logged(&self, back: usize) -> Option<&Entry> {
        self.log.len().checked_sub(back + 1).and_then(|at| self.log.get(at))
    }

    /// The first key of an action, for sentences.
    pub fn key(&self, action: Action) -> String {
        self.keymap.key(action)
    }

    /// Says something for as long as it takes to read it.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        let letters = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let until = self.now + NOTICE + LETTER * letters;
        self.notice = Some(Notice { text, tone, since: self.now, until });
    }

    /// Takes the notice away, unless it has only just been there.
    pub fn has_seen_notice(&mut self) {
        self.notice.take_if(|notice| notice.since + SEEN <= self.now);
    }

    /// Says which theme it is now.
    pub fn say_theme(&mut self, name: &str) {
        self.say(Tone::Note, format!("theme: {name}"));
    }

    /// Takes the tree, the filter and the cursor as they are now.
    pub fn refresh_tree(&mut self) {
        let board = Arc::clone(&self.board);
        let empty = selection::Selection::default();
        let target = self.targets.get(self.active);
        let against = Against {
            target: self.active,
            comparison: target.and_then(|target| target.comparison.as_deref()),
            selection: target.map_or(&empty, |target| &target.selection),
            news: target.map(|target| &target.news),
        };
        self.tree.refresh(&board, &self.filter, against);
    }

    /// Lets the plan be proven after a while, if it stays as it is.
    pub fn prove_soon(&mut self) {
        let worth_it = self
            .target()
            .and_then(Target::current_plan)
            .is_some_and(|planned| planned.proving == Proving::Waiting && !planned.plan.is_empty());
        self.prove_at = (worth_it && self.proves_by_itself).then(|| self.now + PROVE_AFTER);
    }

    /// Whether something that was asked for is a matter of an instant: it is worth a moment of
    /// waiting before the screen is drawn.
    pub fn is_settling(&self) -> bool {
        let detail = self.detail_wanted.is_some() && self.detail_wanted != self.detail_of;
        let plan = self.target().is_some_and(|t| t.comparison.is_some() && t.current_plan().is_none());
        detail || plan
    }

    /// When the screen changes by itself: nothing while nothing is under way.
    pub fn deadline(&self) -> Option<Instant> {
        let busy = self.sides().any(|(_, side)| side.reading.is_busy());
        let tick = busy.then(|| self.now + TICK);
        let notice = self.notice.as_ref().map(|notice| notice.until);
        let watch = self.watch.filter(|_| !busy).map(|(_, next)| next);
        let age = self.sides().filter_map(|(_, side)| side.reading.next_age(self.now)).min();
        [tick, notice, self.prove_at, watch, age].into_iter().flatten().min()
    }
}
