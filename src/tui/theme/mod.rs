//! Colours: what each role on the screen looks like, read from a file.

mod collection;
mod fewer;
mod file;

use std::collections::BTreeMap;

use ratatui::style::Style;
use serde::Deserialize;

pub use self::{collection::Themes, file::parse_color};

/// What something on the screen is there for; the theme says how that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything that is nothing else; also the background.
    Text,
    /// What is of less importance.
    Dim,
    /// What is of more importance.
    Strong,
    /// The frame of a pane.
    Border,
    /// The frame of the pane that has the focus.
    BorderFocused,
    /// The title of a pane.
    Title,
    /// The title of the pane that has the focus.
    TitleFocused,
    /// The row under the cursor, in the pane that has the focus.
    Cursor,
    /// The row under the cursor, in another pane.
    CursorUnfocused,
    /// Rows of the range that is being selected.
    Range,
    /// The mark of a selected difference.
    Selected,
    /// The target that the plan is for.
    Active,
    /// The label of a target that is protected.
    Protected,
    /// A badge, such as `read-only`.
    Badge,
    /// The status `same`.
    Same,
    /// The status `changed`.
    Changed,
    /// The status `missing`.
    Missing,
    /// The status `extra`.
    Extra,
    /// The status `unknown`.
    Unknown,
    /// A hazard that loses no data.
    Hazard,
    /// A hazard that loses data.
    Danger,
    /// Something that went well.
    Success,
    /// Something that failed.
    Error,
    /// Something that is under way.
    Busy,
    /// A line that stands in canonical alone.
    AddedLine,
    /// Its words that differ.
    AddedWord,
    /// A line that stands in the target alone.
    RemovedLine,
    /// Its words that differ.
    RemovedWord,
    /// The number of a line.
    LineNumber,
    /// A key, in the bar and in the help.
    Key,
    /// The status bar.
    Bar,
    /// What the filter matched.
    Match,
    /// SQL: `CREATE`, `NOT NULL`.
    SqlKeyword,
    /// SQL: `integer`.
    SqlType,
    /// SQL: `'text'`.
    SqlString,
    /// SQL: `42`.
    SqlNumber,
    /// SQL: `-- why`.
    SqlComment,
    /// SQL: `now`.
    SqlFunction,
}

/// How each role looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// The theme's name.
    pub name: String,
    styles: BTreeMap<Role, Style>,
}

/// How many colours the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// None: attributes only.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

impl Theme {
    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// Whether it has any colour.
    pub fn has_colors(&self) -> bool {
        self.styles.values().any(|style| style.fg.is_some() || style.bg.is_some())
    }

    fn map(mut self, each: impl Fn(Role, Style) -> Style) -> Self {
        for (role, style) in &mut self.styles {
            *style = each(*role, *style);
        }
        self
    }
}
