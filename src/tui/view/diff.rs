//! The pane of the difference: one object on both sides.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    cut_line, draw_lines, draw_message, draw_scrollbar, pane_block, right_title, sql, tree::role_of,
};
use crate::{
    diff::Status,
    plan::HazardCode,
    tui::{
        keymap::Action,
        layout,
        state::{
            DiffLayout, Pane, State,
            detail::{Detail, LinePair, SideLine},
            side::Reading,
        },
        text,
        theme::{Role, Theme},
    },
};

/// From this width on, definitions stand side by side.
const SIDE_BY_SIDE: u16 = 96;
/// How many lines that are the same are shown before and after one that is not.
const AROUND: usize = 2;
/// The columns of a line's number and of its sign.
const GUTTER: usize = 6;

/// One line of the pane, before it is styled.
enum Row<'a> {
    Status,
    Reason(String),
    FacetHead,
    Facet(usize),
    Label(&'static str, String),
    Blank,
    DefinitionHead,
    Fold(usize),
    Pair(&'a LinePair),
    Canonical(&'a SideLine, bool),
    Live(&'a SideLine, bool),
}

/// How many lines the pane has for the object under the cursor.
pub fn line_count(state: &State, width: u16) -> usize {
    state.current_detail().map_or(0, |detail| rows(state, detail, width).len())
}

/// Draws the pane.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut title = vec![Span::raw("Difference")];
    let mut right = Vec::new();
    if let Some(key) = state.current_key() {
        let path: Vec<String> = key.path().iter().map(|part| text::clean(part).into_owned()).collect();
        title = vec![Span::raw(path.join(" › "))];
        right.push(Span::styled(key.kind().name(), theme.style(Role::Dim)));
    }
    let room = usize::from(area.width).saturating_sub(12 + right.iter().map(Span::width).sum::<usize>());
    let title = cut_line(title, room).spans;
    frame.render_widget(pane_block(state, theme, Pane::Diff, title).title(right_title(right)), area);
    let inner = layout::inner(area);
    if let Some(failure) = failure(state) {
        draw_message(theme, frame, inner, &failure);
        return;
    }
    match (state.current_detail(), state.current_key()) {
        (Some(detail), _) => draw_detail(state, theme, frame, inner, detail, area),
        (None, Some(_)) => draw_message(theme, frame, inner, &[(Role::Dim, "…".to_owned())]),
        (None, None) => draw_message(theme, frame, inner, &heading(state)),
    }
}

fn draw_detail(
    state: &State,
    theme: &Theme,
    frame: &mut Frame<'_>,
    inner: Rect,
    detail: &Detail,
    area: Rect,
) {
    let rows = rows(state, detail, inner.width);
    let height = usize::from(inner.height);
    let first = state.diff_scroll.0.min(rows.len().saturating_sub(height));
    let painter = Painter::new(state, theme, detail, usize::from(inner.width));
    let lines = rows.iter().skip(first).take(height).map(|row| painter.line(row));
    draw_lines(frame, inner, lines, Style::new());
    draw_scrollbar(theme, frame, area, first, height, rows.len());
}

/// What to say where the active target could not be read and nothing older is there.
fn failure(state: &State) -> Option<Vec<(Role, String)>> {
    let target = state.target()?;
    let again = state.key(Action::Refresh);
    match &target.side.reading {
        Reading::Failed { message, hint } if target.comparison.is_none() || state.focus == Pane::Targets => {
            let mut lines = vec![
                (Role::Error, format!("{} could not be read", target.side.label)),
                (Role::Text, String::new()),
            ];
            lines.push((Role::Text, message.clone()));
            lines.extend(hint.iter().map(|hint| (Role::Dim, hint.clone())));
            lines.extend([(Role::Text, String::new()), (Role::Strong, format!("{again} tries again"))]);
            Some(lines)
        }
        _ => None,
    }
}

/// What there is to say about a heading, or about nothing.
fn heading(state: &State) -> Vec<(Role, String)> {
    let mut lines = Vec::new();
    if let Some(row) = state.tree.current() {
        let node = state.board.node(row);
        lines.push((Role::Strong, node.label.clone()));
        for (at, target) in state.targets.iter().enumerate().filter(|(_, target)| target.comparison.is_some())
        {
            let counts = state.board.counts(row, at);
            let words: Vec<String> =
                counts.each().map(|(status, count)| format!("{count} {}", status.word())).collect();
            let words = if words.is_empty() { "no differences".to_owned() } else { words.join(", ") };
            let role = if counts.total() == 0 { Role::Success } else { Role::Text };
            lines.push((role, format!("{}: {words}", target.side.label)));
        }
    }
    for (_, side) in state.sides() {
        let sentence = side.snapshot.as_ref().and_then(|snapshot| snapshot.not_compared_sentence());
        lines.extend(sentence.map(|sentence| (Role::Hazard, format!("{}: {sentence}", side.label))));
    }
    if lines.is_empty() && state.sides().any(|(_, side)| side.reading.is_busy()) {
        lines.push((
            Role::Dim,
            "Here an object is shown on both sides, as soon as both have been read.".to_owned(),
        ));
    }
    lines
}

fn is_side_by_side(state: &State, width: u16) -> bool {
    match state.layout {
        DiffLayout::Auto => width >= SIDE_BY_SIDE,
        DiffLayout::SideBySide => true,
        DiffLayout::Inline => false,
    }
}

fn rows<'a>(state: &State, detail: &'a Detail, width: u16) -> Vec<Row<'a>> {
    let columns = usize::from(width).max(1);
    let mut rows = vec![Row::Status];
    rows.extend(
        detail.reason.iter().flat_map(|reason| text::wrap(&text::clean(reason), columns)).map(Row::Reason),
    );
    if detail.status == Some(Status::Changed) && !detail.facets.is_empty() {
        rows.push(Row::Blank);
        rows.push(Row::FacetHead);
        rows.extend((0..detail.facets.len()).map(Row::Facet));
    }
    if !detail.lines.is_empty() {
        rows.push(Row::Blank);
        rows.push(Row::DefinitionHead);
        let side_by_side = is_side_by_side(state, width);
        for part in parts(&detail.lines, state.whole) {
            match part {
                Part::Folded(count) => rows.push(Row::Fold(count)),
                Part::Lines(lines) if side_by_side => rows.extend(lines.iter().map(Row::Pair)),
                Part::Lines(lines) => inline(lines, &mut rows),
            }
        }
    }
    let mut notes = Vec::new();
    notes.extend(detail.comment.iter().map(|comment| ("comment", comment.clone())));
    notes.extend(listed(&detail.requires).map(|names| ("requires", names)));
    notes.extend(listed(&detail.required_by).map(|names| ("required by", names)));
    for (label, note) in notes {
        rows.push(Row::Blank);
        for (at, line) in text::wrap(&note, columns.saturating_sub(13).max(16)).into_iter().enumerate() {
            rows.push(Row::Label(if at == 0 { label } else { "" }, line));
        }
    }
    rows
}

/// A part of both definitions.
enum Part<'a> {
    /// Lines that are shown.
    Lines(&'a [LinePair]),
    /// So many lines that are the same on both sides, and not shown.
    Folded(usize),
}

/// What differs with the lines around it; everything where that is wanted, or where nothing
/// differs.
fn parts(lines: &[LinePair], whole: bool) -> Vec<Part<'_>> {
    if whole || lines.iter().all(|pair| !pair.differs) {
        return vec![Part::Lines(lines)];
    }
    let mut parts = Vec::new();
    let mut at = 0;
    for run in lines.chunk_by(|a, b| a.differs == b.differs) {
        let (first, last) = (at == 0, at + run.len() == lines.len());
        at += run.len();
        let before = if first { 1 } else { AROUND };
        let after = if last { 1 } else { AROUND };
        // A fold is a line, too: it has to be worth it.
        if run[0].differs || run.len() <= before + after + 1 {
            parts.push(Part::Lines(run));
        } else {
            let end = run.len() - after;
            parts.extend([Part::Lines(&run[..before]), Part::Folded(end - before), Part::Lines(&run[end..])]);
        }
    }
    parts
}

/// The first names of a list, and how many more there are.
fn listed(names: &[String]) -> Option<String> {
    const SHOWN: usize = 8;
    let more = names.len().saturating_sub(SHOWN);
    let first = names.iter().take(SHOWN).cloned();
    let rest = (more > 0).then(|| format!("and {more} more"));
    let all: Vec<String> = first.chain(rest).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// One under the other: of each run that differs, first what the target has, then what canonical
/// has.
fn inline<'a>(lines: &'a [LinePair], rows: &mut Vec<Row<'a>>) {
    for run in lines.chunk_by(|a, b| a.differs == b.differs) {
        if run[0].differs {
            rows.extend(run.iter().filter_map(|pair| pair.live.as_ref()).map(|line| Row::Live(line, true)));
            rows.extend(
                run.iter().filter_map(|pair| pair.canonical.as_ref()).map(|line| Row::Canonical(line, true)),
            );
        } else {
            rows.extend(
                run.iter().filter_map(|pair| pair.canonical.as_ref()).map(|line| Row::Canonical(line, false)),
            );
        }
    }
}

/// Turns rows into styled lines.
struct Painter<'a> {
    state: &'a State,
    theme: &'a Theme,
    detail: &'a Detail,
    columns: usize,
    canonical: String,
    live: String,
}

impl<'a> Painter<'a> {
    fn new(state: &'a State, theme: &'a Theme, detail: &'a Detail, columns: usize) -> Self {
        let canonical = text::clean(&state.canonical.label).into_owned();
        let live =
            state.target().map_or_else(String::new, |target| text::clean(&target.side.label).into_owned());
        Painter { state, theme, detail, columns, canonical, live }
    }

    fn line(&self, row: &Row<'_>) -> Line<'static> {
        match row {
            Row::Status => cut_line(self.status(), self.columns),
            Row::Reason(reason) => Line::styled(reason.clone(), self.theme.style(Role::Unknown)),
            Row::FacetHead => self.facet_line("facet", &self.canonical, &self.live, Role::Dim, Role::Dim),
            Row::Facet(at) => {
                let facet = &self.detail.facets[*at];
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
                self.facet_line(
                    &facet.name,
                    &value(&facet.canonical),
                    &value(&facet.live),
                    Role::Missing,
                    Role::Extra,
                )
            }
            Row::Label(label, note) => Line::from(vec![
                Span::styled(text::fit(label, 13), self.theme.style(Role::Dim)),
                Span::raw(note.clone()),
            ]),
            Row::Blank => Line::default(),
            Row::DefinitionHead => self.definition_head(),
            Row::Fold(count) => {
                let whole = self.state.key(Action::Whole);
                let text = format!("    ⋯ {} the same; {whole} shows all", text::counted(*count, "line"));
                Line::styled(text::cut(&text, self.columns).into_owned(), self.theme.style(Role::LineNumber))
            }
            Row::Pair(pair) => self.pair(pair),
            Row::Canonical(line, differs) => self.one(line, *differs, true),
            Row::Live(line, differs) => self.one(line, *differs, false),
        }
    }

    fn status(&self) -> Vec<Span<'static>> {
        let Some(status) = self.detail.status else {
            return vec![Span::styled("not compared yet", self.theme.style(Role::Dim))];
        };
        let words = match status {
            Status::Same => format!("the same at {}", self.live),
            Status::Changed => format!("changed at {}", self.live),
            Status::Missing => format!("missing at {}", self.live),
            Status::Extra => format!("extra at {}: {} does not have it", self.live, self.canonical),
            Status::Unknown => format!("unknown at {}", self.live),
        };
        let mut spans =
            vec![Span::styled(format!("{} {words}", status.glyph()), self.theme.style(role_of(status)))];
        for code in &self.detail.hazards {
            let role = if *code == HazardCode::LosesData { Role::Danger } else { Role::Hazard };
            spans.push(Span::styled(format!("  ! {code}"), self.theme.style(role)));
        }
        spans
    }

    fn facet_line(&self, name: &str, canonical: &str, live: &str, left: Role, right: Role) -> Line<'static> {
        let widest = self.detail.facets.iter().map(|facet| text::width(&facet.name)).max().unwrap_or(0);
        let first = widest.clamp(6, 18);
        let rest = self.columns.saturating_sub(first + 4);
        let widest = |value: fn(&crate::tui::state::detail::FacetRow) -> &Option<String>, label: &str| {
            let values = self.detail.facets.iter().filter_map(|facet| value(facet).as_deref());
            values.chain([label]).map(text::width).max().unwrap_or(0)
        };
        let own = widest(|facet| &facet.canonical, &self.canonical);
        let other = widest(|facet| &facet.live, &self.live);
        let second = own.min(rest.saturating_sub(other).max(rest / 2));
        let third = rest.saturating_sub(second);
        Line::from(vec![
            Span::styled(text::fit(name, first), self.theme.style(Role::Dim)),
            Span::raw("  "),
            Span::styled(text::fit(canonical, second), self.theme.style(left)),
            Span::raw("  "),
            Span::styled(text::cut(live, third).into_owned(), self.theme.style(right)),
        ])
    }

    fn definition_head(&self) -> Line<'static> {
        let place = self
            .detail
            .location
            .as_ref()
            .map_or_else(|| self.canonical.clone(), |place| text::clean(place).into_owned());
        let dim = self.theme.style(Role::Dim);
        if self.detail.status.is_none_or(|status| status == Status::Same) {
            return Line::styled(text::cut(&place, self.columns).into_owned(), dim);
        }
        if is_side_by_side(self.state, u16::try_from(self.columns).unwrap_or(u16::MAX)) {
            let half = self.half();
            return Line::from(vec![
                Span::styled(text::fit(&format!("+ {place}"), half), self.theme.style(Role::Missing)),
                Span::styled(" │ ", self.theme.style(Role::Border)),
                Span::styled(text::fit(&format!("- {}", self.live), half), self.theme.style(Role::Extra)),
            ]);
        }
        cut_line(
            vec![
                Span::styled(format!("- {}", self.live), self.theme.style(Role::Extra)),
                Span::styled("   ", dim),
                Span::styled(format!("+ {place}"), self.theme.style(Role::Missing)),
            ],
            self.columns,
        )
    }

    fn half(&self) -> usize {
        self.columns.saturating_sub(3) / 2
    }

    fn pair(&self, pair: &LinePair) -> Line<'static> {
        let half = self.half();
        let mut spans = self.side(pair.canonical.as_ref(), pair.differs, true, half);
        spans.push(Span::styled(" │ ", self.theme.style(Role::Border)));
        spans.extend(self.side(pair.live.as_ref(), pair.differs, false, half));
        Line::from(spans)
    }

    fn one(&self, line: &SideLine, differs: bool, canonical: bool) -> Line<'static> {
        Line::from(self.side(Some(line), differs, canonical, self.columns))
    }

    fn side(
        &self,
        line: Option<&SideLine>,
        differs: bool,
        canonical: bool,
        columns: usize,
    ) -> Vec<Span<'static>> {
        let Some(line) = line else { return vec![Span::raw(" ".repeat(columns))] };
        let (line_role, word_role, sign) = match (differs, canonical) {
            (false, _) => (Role::Text, Role::Text, ' '),
            (true, true) => (Role::AddedLine, Role::AddedWord, '+'),
            (true, false) => (Role::RemovedLine, Role::RemovedWord, '-'),
        };
        let base = if differs { self.theme.style(line_role) } else { Style::new() };
        let number = self.theme.style(Role::LineNumber).patch(Style { fg: None, ..base });
        let text_of = if canonical { &self.detail.canonical } else { &self.detail.live };
        let colours = sql::colours(self.state, text_of).map(|colours| (colours, line.index));
        let look = sql::Look { colours, marked: &line.marked, base, mark: self.theme.style(word_role) };
        let mut spans = vec![
            Span::styled(format!("{:>3} ", line.index + 1), number),
            Span::styled(format!("{sign} "), base),
        ];
        let room = columns.saturating_sub(GUTTER);
        spans.extend(sql::spans(self.theme, &line.text, &look, self.state.diff_scroll.1, room));
        spans
    }
}
