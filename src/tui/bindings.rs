//! The table of actions: name, keys, place and description of each.

/// Something that a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table below describes every action")]
pub enum Action {
    Toggle,
    ToggleDanger,
    Range,
    RangeDown,
    RangeUp,
    SelectAll,
    SelectNone,
    Invert,
    Undo,
    Redo,
    Filter,
    NextMatch,
    PreviousMatch,
    NextDifference,
    PreviousDifference,
    ShowAll,
    ShowAccepted,
    ShowRuledOut,
    Known,
    Rename,
    Group,
    Search,
    Write,
    WriteMigration,
    WriteSelection,
    Copy,
    Edit,
    Page,
    Log,
    Prove,
    Check,
    Style,
    Flip,
    WayBack,
    Layout,
    Whole,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    Enter,
    ExpandAll,
    CollapseAll,
    NextTarget,
    PreviousTarget,
    Refresh,
    Watch,
    Seen,
    Add,
    Hide,
    ShowHidden,
    MoveUp,
    MoveDown,
    RefreshAll,
    NextPane,
    PreviousPane,
    Pane1,
    Pane2,
    Pane3,
    Pane4,
    Zoom,
    Narrower,
    Wider,
    Theme,
    Mouse,
    Help,
    Palette,
    Suspend,
    Back,
    Cancel,
    Quit,
    OtherForm,
    Accept,
    Dismiss,
    Previous,
    Next,
}

impl Action {
    /// Whether it is about what differs at a target: where there is none, there is nothing to do.
    pub fn is_about_a_target(self) -> bool {
        use Action as A;
        let selects = matches!(
            self,
            A::Toggle
                | A::ToggleDanger
                | A::Range
                | A::RangeDown
                | A::RangeUp
                | A::SelectAll
                | A::SelectNone
                | A::Invert
                | A::Undo
                | A::Redo
        );
        let shows = matches!(
            self,
            A::ShowAll | A::Known | A::NextDifference | A::NextTarget | A::Layout | A::Whole | A::Write
        );
        selects || shows || matches!(self, A::Prove | A::Check)
    }
}

impl Action {
    /// Whether it is about the line under the cursor, of whichever pane has the focus.
    pub fn is_about_a_line(self) -> bool {
        use Action as A;
        matches!(
            self,
            A::Toggle | A::ToggleDanger | A::Range | A::RangeDown | A::RangeUp | A::Known | A::Enter
        )
    }
}

/// Where a key does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// In every pane.
    Panes,
    /// In the pane of the targets.
    Targets,
    /// In the pane of the objects.
    Tree,
    /// In the pane of the difference.
    Diff,
    /// In the pane of the plan.
    Plan,
    /// While the filter is typed.
    Filter,
    /// While a question is answered.
    Prompt,
    /// While the help is open.
    Help,
    /// While the log is open.
    Log,
    /// While the palette is open.
    Palette,
}

impl Context {
    /// All of them.
    pub const ALL: [Context; 10] = [
        Context::Panes,
        Context::Targets,
        Context::Tree,
        Context::Diff,
        Context::Plan,
        Context::Filter,
        Context::Prompt,
        Context::Help,
        Context::Log,
        Context::Palette,
    ];

    /// Its name, for configuration.
    pub fn name(self) -> &'static str {
        match self {
            Context::Panes => "everywhere",
            Context::Targets => "targets",
            Context::Tree => "objects",
            Context::Diff => "difference",
            Context::Plan => "plan",
            Context::Filter => "filter",
            Context::Prompt => "question",
            Context::Help => "help",
            Context::Log => "log",
            Context::Palette => "palette",
        }
    }

    /// Where that is, for sentences: `in the objects`.
    pub fn whereabouts(self) -> String {
        match self {
            Context::Panes => "everywhere".to_owned(),
            other => format!("in the {}", other.name()),
        }
    }

    /// The action that goes there, for a pane.
    pub fn goes_there(self) -> Option<Action> {
        match self {
            Context::Targets => Some(Action::Pane1),
            Context::Tree => Some(Action::Pane2),
            Context::Diff => Some(Action::Pane3),
            Context::Plan => Some(Action::Pane4),
            _ => None,
        }
    }

    /// Whether it is one of the panes.
    pub fn is_pane(self) -> bool {
        matches!(self, Context::Targets | Context::Tree | Context::Diff | Context::Plan)
    }

    /// The heading of its keys in the help.
    pub fn title(self) -> &'static str {
        match self {
            Context::Panes => "Everywhere",
            Context::Targets => "Targets",
            Context::Tree => "Objects: choose what the plan closes",
            Context::Diff => "Difference",
            Context::Plan => "Plan",
            Context::Filter => "While typing a filter",
            Context::Prompt => "While answering a question",
            Context::Help => "In this help",
            Context::Log => "In the log",
            Context::Palette => "In the palette and in the search",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Binding {
    /// What is done.
    pub action: Action,
    /// Its name, for configuration.
    pub name: &'static str,
    /// Where.
    pub context: Context,
    /// By which keys, separated by blanks.
    pub keys: &'static str,
    /// What it does, for the help and the palette.
    pub help: &'static str,
    /// What it is called in the bar at the bottom, if it has a place there.
    pub bar: &'static str,
}

impl Binding {
    /// Whether its keys can be set for a place: its own; what is for every pane, for each of them.
    pub fn is_for(&self, context: Context) -> bool {
        self.context == context || self.context == Context::Panes && context.is_pane()
    }
}

const fn row(
    context: Context,
    action: Action,
    name: &'static str,
    keys: &'static str,
    bar: &'static str,
    help: &'static str,
) -> Binding {
    Binding { action, name, context, keys, help, bar }
}

/// Everything that can be done, in the order of the help; the bar takes from the top.
pub static BINDINGS: &[Binding] = {
    use Action as A;
    use Context::{Diff, Filter, Help, Log, Palette, Panes, Plan, Prompt, Targets, Tree};
    &[
        row(
            Tree,
            A::Toggle,
            "select",
            "space",
            "select",
            "select or deselect the row with all inside it, and move on",
        ),
        row(
            Tree,
            A::ToggleDanger,
            "select-data-loss",
            "D",
            "select drop",
            "select or deselect a difference whose closing loses data: a drop, for example",
        ),
        row(Tree, A::Range, "select-range", "v", "range", "start a range; Space selects it, Esc gives it up"),
        row(Tree, A::RangeDown, "extend-down", "shift-down", "", "move down, and the range with it"),
        row(Tree, A::RangeUp, "extend-up", "shift-up", "", "move up, and the range with it"),
        row(
            Tree,
            A::SelectAll,
            "select-all",
            "a",
            "all shown",
            "select every difference that the filter lets through and that loses no data",
        ),
        row(Tree, A::SelectNone, "select-none", "A", "none", "deselect everything, hidden or not"),
        row(
            Tree,
            A::Invert,
            "select-inverse",
            "i",
            "",
            "swap selected and not selected, among what `a` would select",
        ),
        row(Tree, A::Undo, "undo", "u", "undo", "take back the last change of the selection"),
        row(Tree, A::Redo, "redo", "ctrl-r", "", "do again what was taken back"),
        row(Tree, A::ShowAll, "show-all", "o", "all objects", "show every object, or only those that differ"),
        row(
            Tree,
            A::Group,
            "group-by",
            "t",
            "",
            "put the rows together by schema, by what has to be done, or by hazard",
        ),
        row(
            Tree,
            A::Known,
            "accept-difference",
            "B",
            "accept",
            "accept the difference as known, with a reason and a last day; or take that back",
        ),
        row(
            Tree,
            A::ShowAccepted,
            "show-accepted",
            "H",
            "",
            "show the differences that were accepted (≈), or hide them",
        ),
        row(Tree, A::ExpandAll, "expand-all", "E", "", "expand all"),
        row(Tree, A::CollapseAll, "collapse-all", "C", "", "collapse all"),
        row(Targets, A::Enter, "use-target", "enter", "use it", "go on with this target in the objects"),
        row(
            Targets,
            A::Add,
            "add-target",
            "a",
            "add",
            "add a target: one of the configuration, or any other by its URL or path",
        ),
        row(Targets, A::Hide, "hide-target", "d", "hide", "take this target off the screen"),
        row(Targets, A::ShowHidden, "show-targets", "u", "show hidden", "show the hidden targets again"),
        row(Targets, A::MoveDown, "target-down", "J", "move down", "move this target down among the others"),
        row(Targets, A::MoveUp, "target-up", "K", "move up", "move this target up among the others"),
        row(
            Diff,
            A::Toggle,
            "select-part",
            "space",
            "select",
            "select or deselect the part that the line is of: a column, an index, a policy",
        ),
        row(
            Diff,
            A::ToggleDanger,
            "select-part-data-loss",
            "D",
            "",
            "the same for a part whose closing loses data",
        ),
        row(
            Diff,
            A::Known,
            "accept-part",
            "B",
            "accept",
            "accept the difference as known, with a reason and a last day; or take that back",
        ),
        row(Diff, A::Enter, "follow", "enter", "go there", "go to the object that the line is about"),
        row(Diff, A::Layout, "layout", "s", "side by side", "side by side, inline, or as fits the width"),
        row(Diff, A::Whole, "whole", "f", "whole", "the whole definition, or only what differs"),
        row(
            Plan,
            A::Enter,
            "show-object",
            "enter",
            "show object",
            "show the statement's object among the objects",
        ),
        row(
            Plan,
            A::Check,
            "check-rows",
            "c",
            "check rows",
            "ask the database how many of its rows are in the way of each statement, or would be lost",
        ),
        row(Plan, A::Prove, "prove", "P", "prove", "prove the plan again on a scratch copy"),
        row(
            Panes,
            A::Rename,
            "rename",
            "=",
            "",
            "confirm that an object is another under an old name: it is renamed; or take that back",
        ),
        row(
            Panes,
            A::ShowRuledOut,
            "show-ruled-out",
            "I",
            "",
            "compare what the rules leave out, too, or leave it out again",
        ),
        row(
            Panes,
            A::Style,
            "style",
            "S",
            "",
            "the style of the SQL: plain, idempotent (can be run twice), online (no long locks)",
        ),
        row(
            Panes,
            A::Flip,
            "flip-direction",
            "x",
            "",
            "who follows whom: the target follows canonical, or canonical adopts what drifted",
        ),
        row(Panes, A::WayBack, "way-back", "b", "", "show the plan, or the way back from it"),
        row(
            Panes,
            A::Filter,
            "filter",
            "/",
            "filter",
            "filter: words, !word, kind:index, schema:name, is:changed|missing|extra|unknown|accepted|danger|selected|new",
        ),
        row(
            Panes,
            A::Search,
            "search",
            "ctrl-f F",
            "find",
            "find anything: names, columns, comments, what stands in definitions and bodies",
        ),
        row(Panes, A::Write, "write", "w", "write SQL", "write the SQL of the selection to a file"),
        row(
            Panes,
            A::WriteMigration,
            "write-migration",
            "ctrl-w",
            "",
            "write the SQL, and its way back, as the next migration of a folder",
        ),
        row(
            Panes,
            A::WriteSelection,
            "write-selection",
            "ctrl-e",
            "",
            "write down what is selected, for `schemascope plan --selection FILE`",
        ),
        row(Panes, A::Help, "help", "? f1", "help", "show the keys"),
        row(Panes, A::Quit, "quit", "q", "quit", "quit"),
        row(
            Panes,
            A::NextDifference,
            "next-difference",
            "]",
            "next",
            "go to the next difference of this target",
        ),
        row(
            Panes,
            A::PreviousDifference,
            "previous-difference",
            "[",
            "",
            "go to the previous difference of this target",
        ),
        row(Panes, A::NextTarget, "next-target", "}", "next target", "make the plan for the next target"),
        row(Panes, A::PreviousTarget, "previous-target", "{", "", "make the plan for the previous target"),
        row(
            Panes,
            A::Copy,
            "copy",
            "y",
            "copy",
            "copy the SQL of the selection; in the difference, canonical's definition",
        ),
        row(
            Panes,
            A::Edit,
            "edit",
            "e",
            "edit",
            "open the canonical file where it makes the object, in $EDITOR; changes are picked up",
        ),
        row(Panes, A::Page, "page", "p", "", "read the definitions, or in the plan its SQL, in $PAGER"),
        row(Panes, A::Log, "log", "@ 5", "", "what was sent to which database, and how long it took"),
        row(
            Panes,
            A::Refresh,
            "refresh",
            "r",
            "refresh",
            "read this target again; or try again, if that failed",
        ),
        row(Panes, A::RefreshAll, "refresh-all", "R", "", "read everything again"),
        row(
            Panes,
            A::Watch,
            "watch",
            "W",
            "",
            "read the targets again by themselves: every 10 s, every minute, every 5 minutes, or not",
        ),
        row(Panes, A::Seen, "seen", ".", "", "take as seen what has changed (•) since you last looked"),
        row(Panes, A::Zoom, "zoom", "z +", "zoom", "show this pane alone, or all of them"),
        row(Panes, A::NextPane, "next-pane", "tab", "", "go to the next pane"),
        row(Panes, A::PreviousPane, "previous-pane", "shift-tab", "", "go to the previous pane"),
        row(Panes, A::Pane1, "pane-targets", "1", "", "go to the targets"),
        row(Panes, A::Pane2, "pane-objects", "2", "", "go to the objects"),
        row(Panes, A::Pane3, "pane-difference", "3", "", "go to the difference"),
        row(Panes, A::Pane4, "pane-plan", "4", "", "go to the plan"),
        row(Panes, A::Narrower, "narrower", "<", "", "make the objects narrower"),
        row(Panes, A::Wider, "wider", ">", "", "make the objects wider"),
        row(Panes, A::Down, "down", "j down", "", "move down"),
        row(Panes, A::Up, "up", "k up", "", "move up"),
        row(Panes, A::Right, "right", "l right", "", "expand, or go to the first inside"),
        row(Panes, A::Left, "left", "h left", "", "collapse, or go to what it is inside of"),
        row(Panes, A::PageDown, "page-down", "ctrl-d pgdn", "", "move down by half a page"),
        row(Panes, A::PageUp, "page-up", "ctrl-u pgup", "", "move up by half a page"),
        row(Panes, A::First, "first", "g home", "", "go to the first"),
        row(Panes, A::Last, "last", "G end", "", "go to the last"),
        row(Panes, A::NextMatch, "next-match", "n", "", "go to the next match of the filter"),
        row(Panes, A::PreviousMatch, "previous-match", "N", "", "go to the previous match of the filter"),
        row(Panes, A::Palette, "palette", ": ctrl-p", "", "find anything on this list by name, and do it"),
        row(Panes, A::Theme, "theme", "T", "", "take the next theme"),
        row(Panes, A::Mouse, "mouse", "M", "", "take the mouse, or leave it to select text with"),
        row(Panes, A::Suspend, "suspend", "ctrl-z", "", "put the program to sleep; `fg` brings it back"),
        row(Panes, A::Back, "back", "esc", "", "go one level back: range, zoom, filter"),
        row(Panes, A::Cancel, "cancel", "ctrl-c", "", "cancel what is being read, or quit"),
        row(
            Filter,
            A::Accept,
            "filter-accept",
            "enter down",
            "keep",
            "keep the filter and go to the objects",
        ),
        row(Filter, A::Dismiss, "filter-clear", "esc ctrl-c", "clear", "clear the filter"),
        row(Prompt, A::Accept, "prompt-accept", "enter", "accept", "accept"),
        row(Prompt, A::Next, "prompt-next", "down", "", "go to the next line, or mark the next choice"),
        row(
            Prompt,
            A::Previous,
            "prompt-previous",
            "up",
            "",
            "go to the line before, or mark the choice before",
        ),
        row(
            Prompt,
            A::NextPane,
            "prompt-other",
            "tab",
            "",
            "the next line; where there is only one, what else can be written",
        ),
        row(
            Prompt,
            A::OtherForm,
            "prompt-form",
            "ctrl-t",
            "",
            "write otherwise: SQL in a file, the next migration of a folder, or what is selected",
        ),
        row(
            Prompt,
            A::PreviousPane,
            "prompt-other-back",
            "shift-tab",
            "",
            "the line before; where there is only one, what else can be written",
        ),
        row(Prompt, A::Dismiss, "prompt-cancel", "esc ctrl-c", "cancel", "change nothing and go back"),
        row(Help, A::Dismiss, "help-close", "esc q ? f1 ctrl-c", "close", "close the help"),
        row(Help, A::Next, "help-down", "j down", "down", "scroll down"),
        row(Help, A::Previous, "help-up", "k up", "up", "scroll up"),
        row(Help, A::PageDown, "help-page-down", "ctrl-d pgdn space", "page down", "scroll down by a page"),
        row(Help, A::PageUp, "help-page-up", "ctrl-u pgup", "page up", "scroll up by a page"),
        row(Help, A::First, "help-top", "g home", "", "scroll to the top"),
        row(Help, A::Last, "help-bottom", "G end", "", "scroll to the bottom"),
        row(Log, A::Accept, "log-open", "enter l right", "read whole", "read the marked statement whole"),
        row(Log, A::Copy, "log-copy", "y", "copy", "copy the marked statement"),
        row(Log, A::Page, "log-page", "p", "pager", "read the marked statement in $PAGER"),
        row(
            Log,
            A::Dismiss,
            "log-close",
            "esc q @ h left ctrl-c",
            "close",
            "go back from the statement to the log, or close the log",
        ),
        row(Log, A::Next, "log-down", "j down", "down", "mark the next statement, or scroll down in it"),
        row(Log, A::Previous, "log-up", "k up", "up", "mark the statement before, or scroll up in it"),
        row(Log, A::PageDown, "log-page-down", "ctrl-d pgdn space", "", "the same by half a page"),
        row(Log, A::PageUp, "log-page-up", "ctrl-u pgup", "", "the same by half a page"),
        row(Log, A::First, "log-first", "g home", "", "the first statement, or the first line of it"),
        row(Log, A::Last, "log-last", "G end", "", "the last statement, or the last line of it"),
        row(Log, A::NextDifference, "log-next", "]", "next", "read the next statement"),
        row(Log, A::PreviousDifference, "log-previous", "[", "", "read the statement before"),
        row(Palette, A::Accept, "palette-accept", "enter", "do it", "do what is marked"),
        row(Palette, A::Next, "palette-down", "down ctrl-n tab", "down", "mark the next"),
        row(Palette, A::Previous, "palette-up", "up ctrl-p shift-tab", "up", "mark the previous"),
        row(Palette, A::Dismiss, "palette-close", "esc ctrl-c", "close", "close the palette"),
    ]
};
