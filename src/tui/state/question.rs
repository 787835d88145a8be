//! Questions over the panes: what is asked, and the lines in which it is answered.

use tui_input::Input;

use crate::model::Key;

/// A question, with a line for each part of its answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it is about.
    pub about: About,
    /// The lines.
    pub fields: Vec<Field>,
    /// The line that is being typed.
    pub at: usize,
    /// Why the last answer was not taken.
    pub problem: Option<String>,
    /// Whether an answer was given, and what it leads to is under way.
    pub busy: bool,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Where to write the SQL.
    Sql {
        /// The file that is there already, if the user has to say yes to replacing it.
        exists: Option<String>,
    },
    /// In which folder, and under which name, to write the next migration.
    Migration,
    /// Where to write down what is selected.
    Selection {
        /// The file that is there already, if the user has to say yes to replacing it.
        exists: Option<String>,
    },
    /// Why, where and until when differences are accepted.
    Accept {
        /// The differences of the active target.
        keys: Vec<Key>,
    },
    /// Which target to add.
    Open {
        /// Which of the configured targets is marked; none while an address is typed.
        marked: Option<usize>,
    },
    /// What the first configuration is to say.
    FirstRun,
}

/// One line of an answer.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it is, in front of the line; nothing where there is only one.
    pub label: &'static str,
    /// What is typed.
    pub input: Input,
    /// What can be typed, for a line that is empty.
    pub example: &'static str,
}

impl Question {
    /// A question that nobody has answered yet.
    pub fn new(about: About, fields: Vec<Field>) -> Self {
        Question { about, fields, at: 0, problem: None, busy: false }
    }

    /// What stands in a line, without the blanks around it.
    pub fn answer(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", |field| field.input.value().trim())
    }

    /// The line that is being typed.
    pub fn input(&mut self) -> Option<&mut Input> {
        self.fields.get_mut(self.at).map(|field| &mut field.input)
    }

    /// Goes to another line, and around at the end.
    pub fn step(&mut self, forward: bool) {
        let count = self.fields.len().max(1);
        self.at = (self.at + if forward { 1 } else { count - 1 }) % count;
    }
}

impl Field {
    /// A line with something in it already.
    pub fn new(label: &'static str, value: impl Into<String>, example: &'static str) -> Self {
        Field { label, input: Input::new(value.into()), example }
    }
}

impl About {
    /// What is done once it is answered.
    pub fn doing(&self) -> &'static str {
        match self {
            About::Migration => "Writing it, and the way back…",
            About::Sql { .. } | About::Selection { .. } | About::Accept { .. } | About::FirstRun => {
                "Writing…"
            }
            About::Open { .. } => "Opening…",
        }
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        match self {
            About::Sql { .. } => "Write the SQL to a file",
            About::Migration => "Write the SQL as the next migration",
            About::Selection { .. } => "Write what is selected to a file",
            About::Accept { .. } => "Accept as known",
            About::Open { .. } => "Add a target",
            About::FirstRun => "Write a first schemascope.toml",
        }
    }
}
