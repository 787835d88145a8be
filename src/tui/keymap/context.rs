//! Where keys do something.

use super::Action;

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
