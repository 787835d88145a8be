//! The pane of the plan: the SQL of the selection at this moment.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    cut_line, draw_lines, draw_message, draw_scrollbar, pane_block, right_title, sql,
    targets::{frame_color, name_style},
    under_cursor,
};
use crate::{
    plan::{self, Direction, HazardCode, Proof, Rows},
    tui::{
        keymap::Action,
        layout,
        state::{
            Pane, State,
            planned::{PlanLine, Planned, Proving},
            side::Target,
        },
        text,
        theme::{Role, Theme},
    },
};

/// From this width on, the pane's title says that the style is the plain one, and the proof in full.
const WIDE: u16 = 50;

/// The columns of the pane's upper line that neither of its titles can have: the corners, the pane's
/// number, and the spaces around both.
const FRAMED: usize = 2 + 4 + 2;

/// The part of the pane that scrolls: what is left under the head.
pub fn body(planned: &Planned, inner: Rect) -> Rect {
    let head = planned.head(usize::from(inner.width), usize::from(inner.height)).len();
    let head = u16::try_from(head).unwrap_or(u16::MAX).min(inner.height.saturating_sub(3));
    Rect { y: inner.y + head, height: inner.height - head, ..inner }
}

/// Draws the pane.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let target = state.target();
    let planned = target.and_then(Target::current_plan);
    let mut right = Vec::new();
    let style = target.map(|target| target.shape.style);
    if let Some(style) = style.filter(|style| *style != plan::Style::Plain || area.width >= WIDE) {
        right.push(Span::styled(style.name(), theme.style(Role::Dim)));
    }
    let proven = planned.filter(|planned| !planned.plan.is_empty());
    let proof = proven.map(|planned| proof_word(theme, planned, area.width >= WIDE));
    if !right.is_empty() && proof.is_some() {
        right.push(Span::raw("  "));
    }
    right.extend(proof);
    let taken: usize = right.iter().map(Span::width).sum();
    let title = title(state, theme, usize::from(area.width).saturating_sub(FRAMED + taken));
    let mut block = pane_block(state, theme, Pane::Plan, title).title(right_title(right));
    if let Some(color) = target.and_then(|target| frame_color(theme, target)) {
        block = block.border_style(Style::new().fg(color));
    }
    frame.render_widget(block, area);
    let inner = layout::inner(area);
    let Some(planned) = planned else {
        draw_message(theme, frame, inner, &waiting(state));
        return;
    };
    if target.is_some_and(|target| target.selection.is_empty()) {
        draw_message(theme, frame, inner, &nothing_selected(state));
        return;
    }
    let columns = usize::from(inner.width);
    let rows = usize::from(inner.height);
    let painter = Painter { state, theme, planned, columns };
    let body = body(planned, inner);
    let head = planned.head(columns, rows);
    let fixed = Rect { height: inner.height - body.height, ..inner };
    draw_lines(frame, fixed, head.iter().map(|line| painter.line(line, false)), Style::new());
    let lines = planned.lines(columns, rows);
    let height = usize::from(body.height);
    let first = state.plan_scroll.min(lines.len().saturating_sub(height));
    let shown = (first..lines.len()).take(height);
    let shown = shown.map(|at| painter.line(&lines[at], painter.has_cursor(&lines, at)));
    draw_lines(frame, body, shown, Style::new());
    let bar = Rect { y: body.y.saturating_sub(1), height: body.height + 2, ..area };
    draw_scrollbar(theme, frame, bar, first, height, lines.len());
}

/// What the pane is, and for whom, in so many columns.
fn title(state: &State, theme: &Theme, columns: usize) -> Vec<Span<'static>> {
    let Some(target) = state.target() else { return vec![Span::raw("Plan")] };
    let follows = target.shape.direction == Direction::TargetFollows;
    let label = text::clean(if follows { &target.side.label } else { &state.canonical.label });
    let what = if target.shape.back { "Way back for " } else { "Plan for " };
    let room = columns.checked_sub(text::width(what)).filter(|room| text::width(&label) <= *room);
    let style = if follows { name_style(theme, target, false) } else { theme.style(Role::Strong) };
    match room {
        Some(_) => vec![Span::raw(what), Span::styled(label.into_owned(), style)],
        // Whom it is for says more than that it is one; that it is the other one says more still.
        None if target.shape.back => vec![Span::raw(text::cut("Way back", columns).into_owned())],
        None => vec![Span::styled(text::cut(&label, columns).into_owned(), style)],
    }
}

fn waiting(state: &State) -> Vec<(Role, String)> {
    match state.target() {
        None => vec![(Role::Dim, "There is no target to make a plan for.".to_owned())],
        Some(target) if target.comparison.is_none() => {
            vec![(Role::Dim, format!("The SQL for {} comes here.", target.side.label))]
        }
        Some(_) => vec![(Role::Dim, "planning…".to_owned())],
    }
}

fn nothing_selected(state: &State) -> Vec<(Role, String)> {
    let Some(target) = state.target() else { return Vec::new() };
    let label = &target.side.label;
    if target.comparison.as_ref().is_some_and(|comparison| comparison.drift.is_empty()) {
        return vec![(
            Role::Success,
            format!("{label} matches {}: there is nothing to do.", state.canonical.label),
        )];
    }
    let key = |action| state.key(action);
    vec![
        (Role::Text, format!("Nothing is selected for {label}.")),
        (
            Role::Dim,
            format!(
                "{} selects the difference under the cursor, {} all that lose no data, {} one that does.",
                key(Action::Toggle),
                key(Action::SelectAll),
                key(Action::ToggleDanger)
            ),
        ),
    ]
}

/// Whether it is proven; the pane's first line says it in full.
fn proof_word(theme: &Theme, planned: &Planned, wide: bool) -> Span<'static> {
    let (role, words) = match &planned.proving {
        Proving::Waiting => (Role::Dim, "not proven yet".to_owned()),
        Proving::Running => (Role::Busy, "proving…".to_owned()),
        Proving::Done(Proof::Proven { .. }) => match planned.plan.rows() {
            Rows::Clear => (Role::Success, "✓ proven".to_owned()),
            Rows::Unknown(_) if wide => (Role::Success, "✓ proven without rows".to_owned()),
            Rows::Unknown(_) => (Role::Success, "✓ schema proven".to_owned()),
            Rows::InTheWay(_) => (Role::Error, "✗ rows in the way".to_owned()),
        },
        Proving::Done(Proof::NotTried { .. }) => (Role::Hazard, "not proven".to_owned()),
        Proving::Done(Proof::Failed { .. }) => (Role::Error, "✗ NOT PROVEN".to_owned()),
    };
    Span::styled(words, theme.style(role))
}

struct Painter<'a> {
    state: &'a State,
    theme: &'a Theme,
    planned: &'a Planned,
    columns: usize,
}

impl Painter<'_> {
    /// Whether the cursor is on a line: the first of the SQL of its statement.
    fn has_cursor(&self, lines: &[PlanLine], at: usize) -> bool {
        let sql_of = |line: &PlanLine| match line {
            PlanLine::Sql { statement, .. } => Some(*statement),
            _ => None,
        };
        let own = sql_of(&lines[at]);
        let above = at.checked_sub(1).and_then(|above| sql_of(&lines[above]));
        self.state.focus == Pane::Plan && own == Some(self.state.plan_at) && above != own
    }

    fn line(&self, line: &PlanLine, cursor: bool) -> Line<'static> {
        let theme = self.theme;
        let styled = |text: &str, role: Role| Line::styled(text.to_owned(), theme.style(role));
        match line {
            PlanLine::Sentence(text) => styled(text, Role::Strong),
            PlanLine::Proof { text, role } => styled(text, *role),
            PlanLine::Preamble(sql) => styled(sql, Role::Dim),
            PlanLine::Segment(title) => {
                let rule = self.columns.saturating_sub(text::width(title) + 4);
                styled(&format!("── {title} {}", "─".repeat(rule)), Role::Border)
            }
            PlanLine::Needed(text) => styled(&format!("  {text}"), Role::Hazard),
            PlanLine::Refused(text) => styled(&format!("✗ {text}"), Role::Error),
            PlanLine::Lost(text) => styled(&format!("! {text}"), Role::Danger),
            PlanLine::Setting { statement, text } => cut_line(
                vec![
                    self.margin(*statement, ' ', Role::Dim),
                    Span::styled(text.clone(), theme.style(Role::Dim)),
                ],
                self.columns,
            ),
            PlanLine::Blank => Line::default(),
            PlanLine::Rows { statement, text, role } => cut_line(
                vec![self.margin(*statement, ' ', *role), Span::styled(text.clone(), theme.style(*role))],
                self.columns,
            ),
            PlanLine::Because { statement, text } => cut_line(
                vec![
                    self.margin(*statement, ' ', Role::Dim),
                    Span::styled(text.clone(), theme.style(Role::Dim)),
                ],
                self.columns,
            ),
            PlanLine::Hazard { statement, code, text, first } => {
                let role = if *code == HazardCode::LosesData { Role::Danger } else { Role::Hazard };
                let code = code.code();
                let label = if *first { code.to_owned() } else { " ".repeat(code.len()) };
                let sign = if *first { '!' } else { ' ' };
                let spans = vec![
                    self.margin(*statement, sign, role),
                    Span::styled(format!("{label}  "), theme.style(role)),
                    Span::raw(text.clone()),
                ];
                cut_line(spans, self.columns)
            }
            PlanLine::Sql { statement, line, part } => {
                let text = self.planned.sql_line(*line);
                let look = sql::plain(sql::colours(self.state, &self.planned.sql), *line, Style::new());
                let mut spans = vec![self.margin(*statement, ' ', Role::Dim)];
                let room = self.columns.saturating_sub(2);
                spans.extend(sql::spans(theme, text, &look, *part, room));
                let line = Line::from(spans);
                if cursor { under_cursor(theme, line, self.columns) } else { line }
            }
        }
    }

    /// The statements of the object under the cursor of the tree are marked on all of their lines; while
    /// the plan has the focus, so is the one under its own cursor.
    fn margin(&self, statement: usize, sign: char, role: Role) -> Span<'static> {
        let of_object =
            self.planned.plan.statements.get(statement).map(|s| &s.key) == self.state.current_key();
        let current = self.state.focus == Pane::Plan && self.state.plan_at == statement;
        match (sign, current || of_object) {
            (' ', true) => Span::styled("▌ ", self.theme.style(Role::BorderFocused)),
            (sign, _) => Span::styled(format!("{sign} "), self.theme.style(role)),
        }
    }
}
