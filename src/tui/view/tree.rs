//! The pane of the objects: the tree with a cell for each target.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use tui_tree_widget::{Tree as TreeWidget, TreeItem, TreeState};

use super::{cursor_style, draw_lines, draw_message, draw_scrollbar, pane_block, right_title};
use crate::{
    diff::Status,
    tui::{
        keymap::Action,
        layout,
        state::{
            Pane, State,
            board::{Cell, Counts, NodeId},
            side::Reading,
        },
        text,
        theme::{Role, Theme},
    },
};

/// What stands for a difference that was accepted.
pub const ACCEPTED: &str = "≈";
/// How many columns the rows keep for names; where cells would leave less, there are fewer cells.
const NAME: usize = 24;
/// The part of a row, in percent, that names get before cells become wide.
const NAMES: usize = 65;
/// The bounds of a cell's width.
const CELL: (usize, usize) = (6, 11);
/// The columns of the mark of selected rows, left of the tree.
const MARK: u16 = 4;
/// The children that only stand for "there is more" have ids from here on.
const STAND_IN: u32 = u32::MAX / 2;

/// The role in which a status is shown.
pub fn role_of(status: Status) -> Role {
    match status {
        Status::Same => Role::Same,
        Status::Changed => Role::Changed,
        Status::Missing => Role::Missing,
        Status::Extra => Role::Extra,
        Status::Unknown => Role::Unknown,
    }
}

/// Which targets have a column, and how wide it is.
struct Columns {
    targets: Vec<usize>,
    width: usize,
}

impl Columns {
    fn new(state: &State, room: usize) -> Self {
        let count = state.shown.len();
        let fitting = (room.saturating_sub(NAME) / CELL.0).clamp(1, count.max(1)).min(count);
        // Targets have to be told from each other: where there is room, their names are whole.
        let names = state.shown.iter().filter_map(|at| state.targets.get(*at));
        let widest = names.map(|target| text::width(&text::clean(&target.side.label)) + 1).max().unwrap_or(0);
        let left = room.saturating_sub(NAME) / fitting.max(1);
        let fair = (room - room * NAMES / 100) / fitting.max(1);
        let width = widest.min(left).max(fair).clamp(CELL.0, CELL.1);
        let first = (state.place() + 1).saturating_sub(fitting);
        Columns { targets: state.shown.iter().skip(first).take(fitting).copied().collect(), width }
    }

    fn total(&self) -> usize {
        self.targets.len() * self.width
    }
}

/// Draws the pane.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let shown = if state.tree.show_all { "Objects" } else { "Differences" };
    let rows = state.tree.rows().len();
    let place = if rows == 0 { String::new() } else { format!("{}/{rows}", state.tree.at() + 1) };
    let mut place = vec![Span::styled(place, theme.style(Role::Dim))];
    if state.tree.range.is_some() {
        place.insert(0, Span::styled("range  ", theme.style(Role::Match)));
    }
    let block = pane_block(state, theme, Pane::Tree, vec![Span::raw(shown)]).title(right_title(place));
    frame.render_widget(block, area);
    let inner = layout::inner(area);
    if layout::has_filter_line(state) {
        let line =
            Rect { y: (inner.y + inner.height).saturating_sub(1), height: 1.min(inner.height), ..inner };
        draw_filter(state, theme, frame, line);
    }
    let rows_area = layout::tree_rows(state, area);
    if rows == 0 {
        draw_message(theme, frame, rows_area, &nothing(state));
        return;
    }
    let columns = Columns::new(state, usize::from(inner.width));
    draw_heading(state, theme, frame, Rect { height: 1.min(inner.height), ..inner }, &columns);
    draw_rows(state, theme, frame, rows_area, &columns);
    let bar = Rect { y: rows_area.y.saturating_sub(1), height: rows_area.height + 2, ..area };
    draw_scrollbar(theme, frame, bar, state.tree.offset(), usize::from(rows_area.height), rows);
}

/// The names of the targets over their cells.
fn draw_heading(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect, columns: &Columns) {
    let room = usize::from(area.width).saturating_sub(columns.total());
    let hidden = state.shown.len().saturating_sub(columns.targets.len());
    let more = if hidden > 0 { format!("{hidden} more ") } else { String::new() };
    let mut spans = vec![Span::styled(text::fit_right(&more, room), theme.style(Role::Dim))];
    let labels: Vec<_> =
        columns.targets.iter().map(|at| text::clean(&state.targets[*at].side.label)).collect();
    let beginnings: Vec<_> = labels.iter().map(|label| text::cut(label, columns.width - 1)).collect();
    for (place, at) in columns.targets.iter().copied().enumerate() {
        let role = if at == state.active { Role::Active } else { Role::Dim };
        // Where names begin alike, they are told from each other by their ends.
        let alike = beginnings.iter().filter(|beginning| **beginning == beginnings[place]).count() > 1;
        let label = match alike {
            true => text::cut_left(&labels[place], columns.width - 1),
            false => text::cut(&labels[place], columns.width - 1),
        };
        spans.push(Span::styled(text::fit(&label, columns.width), theme.style(role)));
    }
    frame.render_widget(Line::from(spans), area);
}

/// Gives the widget the rows that fit, and what the first of them is inside of.
fn draw_rows(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect, columns: &Columns) {
    let tree = &state.tree;
    let first = tree.offset();
    let last = (first + usize::from(area.height)).min(tree.rows().len());
    let Some(window) = tree.rows().get(first..last).filter(|window| !window.is_empty()) else { return };
    let mut rows: Vec<usize> = state.board.ancestors(window[0]).collect();
    rows.reverse();
    rows.extend(window);
    let mut widget_state = TreeState::default();
    let tree_area = Rect { x: area.x + MARK, width: area.width.saturating_sub(MARK), ..area };
    let mut items = Window { state, theme, rows: &rows, width: usize::from(tree_area.width), columns, at: 0 };
    draw_lines(frame, area, window.iter().map(|row| items.mark_line(*row)), Style::new());
    let items = items.items(0, &mut Vec::new(), &mut widget_state);
    // The widget starts with its first row, unless a selected one would not be on the screen: with
    // the last row of a full window selected, it starts where the window does.
    if let Some(last) = window.last() {
        let mut path: Vec<u32> = state.board.ancestors(*last).map(id).collect();
        path.reverse();
        path.push(id(*last));
        widget_state.select(path);
    }
    let Ok(widget) = TreeWidget::new(&items) else { return };
    let widget = widget.node_closed_symbol("▸ ").node_open_symbol("▾ ").node_no_children_symbol("  ");
    frame.render_stateful_widget(widget, tree_area, &mut widget_state);
    let focused = state.focus == Pane::Tree;
    let role = if focused { Role::Cursor } else { Role::CursorUnfocused };
    if let Ok(line) = u16::try_from(tree.at().saturating_sub(first)) {
        let cursor = Rect { y: area.y + line, height: 1, ..area }.intersection(area);
        frame.buffer_mut().set_style(cursor, cursor_style(theme, role));
    }
}

fn id(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// The rows of the window, being turned into items of the widget.
struct Window<'a> {
    state: &'a State,
    theme: &'a Theme,
    rows: &'a [usize],
    width: usize,
    columns: &'a Columns,
    at: usize,
}

impl Window<'_> {
    /// The items of one depth, from the next row on.
    fn items(
        &mut self,
        depth: usize,
        path: &mut Vec<u32>,
        opened: &mut TreeState<u32>,
    ) -> Vec<TreeItem<'static, u32>> {
        let mut items = Vec::new();
        while let Some(row) = self.rows.get(self.at).copied() {
            let node = self.state.board.node(row);
            if node.depth != depth {
                break;
            }
            self.at += 1;
            path.push(id(row));
            let mut children = Vec::new();
            if self.state.tree.has_inner(row) {
                if self.state.tree.is_open(&self.state.board, row) {
                    opened.open(path.clone());
                    children = self.items(depth + 1, path, opened);
                }
                // A row whose inside is not in the window still has to show that there is one.
                if children.is_empty() {
                    children.push(TreeItem::new_leaf(STAND_IN + id(row), ""));
                }
            }
            path.pop();
            let line = self.line(row, depth);
            // Ids are rows, thus unique.
            if let Ok(item) = TreeItem::new(id(row), line, children) {
                items.push(item);
            }
        }
        items
    }

    fn line(&self, row: usize, depth: usize) -> Line<'static> {
        let Window { state, theme, .. } = self;
        let node = state.board.node(row);
        let room = self.width.saturating_sub(depth * 2 + 2);
        let room_for_name = room.saturating_sub(self.columns.total());
        let mut spans = Vec::new();
        let label = text::cut_middle(node.label, room_for_name.saturating_sub(1)).into_owned();
        let left = room_for_name.saturating_sub(text::width(&label));
        let mut style =
            if node.key.is_none() || depth == 0 { theme.style(Role::Title) } else { Style::new() };
        if !state.filter.is_empty() && state.tree.is_matched(row) {
            style = style.patch(theme.style(Role::Match));
        }
        spans.push(Span::styled(label, style));
        // Under the heading of a kind, the kind of a row goes without saying.
        let unsaid = node.parent.is_none_or(|above| matches!(state.board.node(above).id, NodeId::Kinds(..)));
        let kind = node.key.map(|key| key.kind().name()).filter(|_| !unsaid).unwrap_or_default();
        let kind = if left > kind.len() + 2 { format!("{kind}  ") } else { String::new() };
        spans.push(Span::styled(text::fit_right(&kind, left), theme.style(Role::Dim)));
        for target in self.columns.targets.iter().copied() {
            spans.extend(self.cell(row, target));
        }
        let line = super::cut_line(spans, room);
        if self.in_range(row) { line.patch_style(theme.style(Role::Range)) } else { line }
    }

    fn in_range(&self, row: usize) -> bool {
        self.state.tree.range_rows(&self.state.board).is_some_and(|rows| rows.binary_search(&row).is_ok())
    }

    fn mark_line(&self, row: usize) -> Line<'static> {
        let (mark, role) = self.mark(row);
        let line = Line::styled(format!("{mark} "), self.theme.style(role));
        if self.in_range(row) { line.patch_style(self.theme.style(Role::Range)) } else { line }
    }

    /// Whether the row's difference is selected, or some of those inside it are.
    fn mark(&self, row: usize) -> (&'static str, Role) {
        let state = self.state;
        let Some((target, comparison)) = state.target().and_then(|t| Some((t, t.comparison.as_ref()?)))
        else {
            return ("   ", Role::Dim);
        };
        let key = state.board.node(row).key;
        let own = key.filter(|key| comparison.is_selectable(key)).map(|key| target.selection.contains(key));
        match own {
            Some(_) if key.is_some_and(|key| target.selection.is_renamed(key)) => ("[r]", Role::Selected),
            Some(true) if key.is_some_and(|key| target.selection.hunks().contains_key(key)) => {
                ("[-]", Role::Selected)
            }
            Some(true) => ("[x]", Role::Selected),
            Some(false) if state.marks.any_inside(row) => ("[-]", Role::Selected),
            Some(false) => ("[ ]", Role::Dim),
            None if state.marks.any_inside(row) => ("[-]", Role::Selected),
            None => ("   ", Role::Dim),
        }
    }

    fn cell(&self, row: usize, target: usize) -> Vec<Span<'static>> {
        let Window { state, theme, .. } = self;
        let board = &state.board;
        let mut cell = CellLine { theme, width: self.columns.width, used: 0, spans: Vec::new() };
        let own = board.cell(row, target);
        let counts = board.counts(row, target);
        let is_heading = board.node(row).key.is_none();
        match own {
            Cell::NotRead if !is_heading => cell.push("·".to_owned(), Role::Dim),
            Cell::Is(status) => {
                // A row that is the same says so only where nothing inside it says otherwise.
                if status != Status::Same || counts.total() == 0 {
                    cell.push(status.glyph().to_string(), role_of(status));
                }
                if let Some(role) = self.hazard(row, target) {
                    cell.push("!".to_owned(), role);
                }
            }
            Cell::Accepted(_) => cell.push(ACCEPTED.to_owned(), Role::Dim),
            Cell::NotRead | Cell::Absent => {}
        }
        let is_new = |key| state.targets.get(target).is_some_and(|target| target.news.contains(key));
        if board.node(row).key.is_some_and(is_new) {
            cell.push("•".to_owned(), Role::Match);
        }
        let closed = !(state.tree.has_inner(row) && state.tree.is_open(board, row));
        if closed || is_heading {
            cell.push_counts(inside(counts, own));
        }
        cell.filled()
    }

    fn hazard(&self, row: usize, target: usize) -> Option<Role> {
        let target = self.state.targets.get(target)?;
        let comparison = target.comparison.as_ref()?;
        let key = self.state.board.node(row).key.filter(|key| !target.selection.is_renamed(key))?;
        comparison.hazards.get(key)?;
        Some(if comparison.is_dangerous(key) { Role::Danger } else { Role::Hazard })
    }
}

/// The text of a cell while it is put together.
struct CellLine<'a> {
    theme: &'a Theme,
    width: usize,
    used: usize,
    spans: Vec<Span<'static>>,
}

impl CellLine<'_> {
    fn push(&mut self, text: String, role: Role) {
        self.used += text::width(&text);
        self.spans.push(Span::styled(text, self.theme.style(role)));
    }

    /// Each status with its count, or the sum of all in the colour of the gravest, as fits.
    fn push_counts(&mut self, counts: Counts) {
        let each: Vec<(Status, u32)> = counts.each().collect();
        let Some((gravest, _)) = each.last().copied() else { return };
        if self.used > 0 {
            self.push(" ".to_owned(), Role::Dim);
        }
        let long: usize = each.iter().map(|(_, count)| count.to_string().len() + 1).sum();
        if self.used + long < self.width {
            each.into_iter()
                .for_each(|(status, count)| self.push(format!("{}{count}", status.glyph()), role_of(status)));
        } else {
            let room = self.width.saturating_sub(self.used + 1);
            self.push(text::cut(&counts.total().to_string(), room).into_owned(), role_of(gravest));
        }
    }

    fn filled(mut self) -> Vec<Span<'static>> {
        self.spans.push(Span::raw(" ".repeat(self.width.saturating_sub(self.used))));
        self.spans
    }
}

/// What differs inside a row, without the row itself.
fn inside(mut counts: Counts, own: Cell) -> Counts {
    if let Cell::Is(status) = own {
        counts.discount(status);
    }
    counts
}

fn draw_filter(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let value = text::clean(state.filter_input.value()).into_owned();
    let room = usize::from(area.width).saturating_sub(3);
    let scroll = state.filter_input.visual_scroll(room);
    let style = if state.filtering { Role::Strong } else { Role::Text };
    let spans = vec![
        Span::styled("/ ", theme.style(Role::Key)),
        Span::styled(text::cut(text::skip(&value, scroll), room).into_owned(), theme.style(style)),
    ];
    frame.render_widget(Line::from(spans), area);
    if state.filtering {
        let column = state.filter_input.visual_cursor().saturating_sub(scroll);
        let column = u16::try_from(column).unwrap_or(u16::MAX).min(area.width.saturating_sub(3));
        frame.set_cursor_position((area.x + 2 + column, area.y));
    }
}

/// Why there is no row.
fn nothing(state: &State) -> Vec<(Role, String)> {
    let all = state.key(Action::ShowAll);
    match &state.canonical.reading {
        Reading::Failed { message, hint } => {
            let mut lines = vec![
                (Role::Error, format!("{} could not be read.", state.canonical.label)),
                (Role::Text, message.clone()),
            ];
            lines.extend(hint.iter().map(|hint| (Role::Dim, hint.clone())));
            lines.push((Role::Dim, format!("{} tries again.", state.key(Action::Refresh))));
            return lines;
        }
        // The question in front of it says what is to be done first.
        _ if state.first_run.is_some() => return Vec::new(),
        Reading::Cancelled => {
            return vec![(Role::Hazard, format!("{} was not read.", state.canonical.label))];
        }
        Reading::Connecting { .. } | Reading::Catalog { .. } if state.canonical.snapshot.is_none() => {
            return vec![(Role::Dim, format!("Reading {}…", state.canonical.label))];
        }
        _ => {}
    }
    if !state.filter.is_empty() {
        let mut lines = vec![(Role::Dim, "Nothing fits the filter.".to_owned())];
        if !state.tree.show_all {
            lines.push((Role::Dim, format!("Only differences are searched; {all} searches every object.")));
        }
        return lines;
    }
    let mut lines: Vec<(Role, String)> = Vec::new();
    for target in &state.targets {
        let label = &target.side.label;
        match (&target.side.reading, &target.comparison) {
            (Reading::Ready { .. }, Some(comparison)) if comparison.drift.is_empty() => {
                lines.push((
                    Role::Success,
                    format!("No differences: {label} matches {}.", state.canonical.label),
                ));
            }
            (Reading::Failed { message, hint }, None) => {
                lines.push((Role::Error, format!("{label}: {message}")));
                lines.extend(hint.iter().map(|hint| (Role::Dim, hint.clone())));
                lines.push((Role::Dim, format!("{} tries again.", state.key(Action::Refresh))));
            }
            (Reading::Cancelled, None) => lines.push((Role::Hazard, format!("{label} was not read."))),
            (_, None) => lines.push((Role::Dim, format!("Reading {label}…"))),
            _ => {}
        }
    }
    lines.push((Role::Dim, format!("{all} shows every object.")));
    lines
}
