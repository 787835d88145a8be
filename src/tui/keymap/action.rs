//! What keys do.

/// Something that a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table of bindings describes every action")]
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

    /// Whether it is about the line under the cursor, of whichever pane has the focus.
    pub fn is_about_a_line(self) -> bool {
        use Action as A;
        matches!(
            self,
            A::Toggle | A::ToggleDanger | A::Range | A::RangeDown | A::RangeUp | A::Known | A::Enter
        )
    }
}
