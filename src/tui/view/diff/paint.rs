//! The colours of the difference's pane.

use std::collections::BTreeSet;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    facets::{Columns, MARK, at_target, is_same, own},
    rows::{LABEL, Page, Piece, Row, half, is_side_by_side},
};
use crate::{
    diff::Status,
    model::Key,
    plan::HazardCode,
    tui::{
        keymap::Action,
        state::{detail::Part, side::Target},
        text,
        theme::{Role, Theme},
        view::{cut_line, sql, tree::role_of},
    },
};

/// Turns rows into styled lines.
pub struct Painter<'a> {
    /// What the rows are of.
    pub page: Page<'a>,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Painter<'_> {
    /// One row.
    pub fn line(&self, row: &Row<'_>) -> Line<'static> {
        let columns = self.page.columns;
        let styled = |text: String, role: Role| Line::styled(text, self.theme.style(role));
        let noted = |label: &str, rest: Span<'static>| {
            let label = Span::styled(text::fit(label, LABEL), self.theme.style(Role::Dim));
            cut_line(vec![label, rest], columns)
        };
        match row {
            Row::Status => self.status(),
            Row::Elsewhere(text) => styled(text.clone(), Role::Dim),
            Row::Reason(reason) => styled(reason.clone(), Role::Unknown),
            Row::Acceptance(text) => styled(text.clone(), Role::Strong),
            Row::Rename(text) => styled(text.clone(), Role::Match),
            Row::Hazard { code, text, first } => self.hazard(*code, text, *first),
            Row::HazardText(text) => Line::raw(format!("  {text}")),
            Row::FacetHead | Row::Facet(_) => self.facet(row),
            Row::FacetName(facet) => {
                let name = Span::styled(facet.name.clone(), self.theme.style(Role::Dim));
                cut_line(vec![self.hunk_mark(row), name], columns)
            }
            Row::Entry { entry, canonical, .. } => {
                let (sign, role) = if *canonical { ('+', Role::Missing) } else { ('-', Role::Extra) };
                let entry = format!("{sign} {}", text::clean(entry));
                cut_line(vec![self.hunk_mark(row), Span::styled(entry, self.theme.style(role))], columns)
            }
            Row::FacetValue { text, canonical, first } => {
                let (sign, role) = if *canonical { ('+', Role::Missing) } else { ('-', Role::Extra) };
                styled(format!("{} {text}", if *first { sign } else { ' ' }), role)
            }
            Row::File(name) => self.file(name),
            Row::PartHead => styled("parts that differ".to_owned(), Role::Dim),
            Row::Part(part) => self.part(part),
            Row::Note(label, note) => noted(label, Span::raw(note.clone())),
            Row::Link(label, key) => {
                let name = text::clean(&format!("{} {}", key.kind(), key.dotted())).into_owned();
                noted(label, Span::raw(name))
            }
            Row::Blank => Line::default(),
            Row::DefinitionHead => self.definition_head(),
            Row::Fold(count) => {
                let whole = self.page.state.key(Action::Whole);
                let text = format!("    ⋯ {} the same; {whole} shows all", text::counted(*count, "line"));
                styled(text::cut(&text, columns).into_owned(), Role::LineNumber)
            }
            Row::Pair { canonical, live, differs, .. } => {
                let half = half(columns);
                let mut spans = self.side(*canonical, *differs, true, half);
                spans.push(Span::styled(" │ ", self.theme.style(Role::Border)));
                spans.extend(self.side(*live, *differs, false, half));
                Line::from(spans)
            }
            Row::One { piece, differs, canonical, .. } => {
                Line::from(self.side(Some(*piece), *differs, *canonical, columns))
            }
        }
    }

    fn status(&self) -> Line<'static> {
        let labels = self.page.labels;
        let Some(status) = self.page.detail.status else {
            let words = if labels.targets.is_empty() { "" } else { "not compared yet" };
            return Line::styled(words, self.theme.style(Role::Dim));
        };
        let live = labels.live();
        let words = match status {
            Status::Same if !self.page.is_in_canonical() => {
                let words = format!("neither {live} nor {} has it", labels.canonical);
                return Line::styled(words, self.theme.style(Role::Dim));
            }
            Status::Same if self.page.detail.has_parts_that_differ() => {
                format!("the same at {live}, but for its parts")
            }
            Status::Same => format!("the same at {live}"),
            Status::Changed => format!("changed at {live}"),
            Status::Missing => format!("missing at {live}"),
            Status::Extra => format!("extra at {live}: {} does not have it", labels.canonical),
            Status::Unknown => format!("unknown at {live}"),
        };
        let words = format!("{} {words}", status.glyph());
        let mut spans = vec![Span::styled(words, self.theme.style(role_of(status)))];
        let codes: BTreeSet<HazardCode> = self.page.hazards().iter().map(|hazard| hazard.code).collect();
        let mut room = self.page.columns.saturating_sub(spans.iter().map(Span::width).sum());
        for (at, code) in codes.into_iter().enumerate() {
            let role = if code == HazardCode::LosesData { Role::Danger } else { Role::Hazard };
            let span = Span::styled(format!("  ! {code}"), self.theme.style(role));
            // All of them are told in full further down.
            if at > 0 && span.width() + 2 > room {
                spans.push(Span::styled(" …", self.theme.style(Role::Hazard)));
                break;
            }
            room = room.saturating_sub(span.width());
            spans.push(span);
        }
        cut_line(spans, self.page.columns)
    }

    fn hazard(&self, code: HazardCode, text: &str, first: bool) -> Line<'static> {
        let role = if code == HazardCode::LosesData { Role::Danger } else { Role::Hazard };
        let label = if first { format!("! {code}") } else { " ".repeat(code.code().len() + 2) };
        let label = Span::styled(label, self.theme.style(role));
        cut_line(vec![label, Span::raw(format!("  {text}"))], self.page.columns)
    }

    fn facet(&self, row: &Row<'_>) -> Line<'static> {
        let columns = Columns::of(&self.page);
        let labels = self.page.labels;
        let (name, canonical) = match row {
            Row::Facet(facet) => (facet.name.as_str(), own(facet)),
            _ => ("facet", labels.canonical.as_str()),
        };
        let canonical_role = if matches!(row, Row::Facet(_)) { Role::Missing } else { Role::Dim };
        let mut spans = vec![
            self.hunk_mark(row),
            Span::styled(text::fit(name, columns.name), self.theme.style(Role::Dim)),
            Span::raw("  "),
            Span::styled(text::fit(canonical, columns.canonical), self.theme.style(canonical_role)),
        ];
        for (at, width) in columns.targets {
            let label = labels.targets.get(at).map_or("", |label| label);
            let (value, role) = match row {
                Row::Facet(facet) if is_same(facet, at) => ("=", Role::Dim),
                Row::Facet(facet) => (at_target(facet, at), Role::Extra),
                _ => (label, if at == labels.active { Role::Strong } else { Role::Dim }),
            };
            spans.push(Span::raw("  "));
            spans.push(Span::styled(text::fit(value, width), self.theme.style(role)));
        }
        cut_line(spans, self.page.columns)
    }

    /// The box in front of what can be selected alone.
    fn hunk_mark(&self, row: &Row<'_>) -> Span<'static> {
        let state = self.page.state;
        let parts = row.hunk().zip(state.target()).zip(state.current_key());
        let Some(((hunk, target), key)) = parts else { return Span::raw(" ".repeat(MARK)) };
        if !target.comparison.as_ref().is_some_and(|comparison| comparison.is_selectable(key)) {
            return Span::raw(" ".repeat(MARK));
        }
        match target.selection.contains_hunk(key, &hunk) {
            true => Span::styled("[x] ", self.theme.style(Role::Selected)),
            false => Span::styled("[ ] ", self.theme.style(Role::Dim)),
        }
    }

    fn part(&self, part: &Part) -> Line<'static> {
        let hazardous =
            self.page.state.comparison().filter(|comparison| comparison.hazards.contains_key(&part.key)).map(
                |comparison| if comparison.is_dangerous(&part.key) { Role::Danger } else { Role::Hazard },
            );
        let (mark, role) =
            if self.is_selected(&part.key) { ("[x] ", Role::Selected) } else { ("[ ] ", Role::Dim) };
        let name = text::clean(&format!("{} {}", part.key.kind(), part.key.name())).into_owned();
        let sign = Span::styled(part.status.glyph().to_string(), self.theme.style(role_of(part.status)));
        let hazard = hazardous.map_or(Span::raw(" "), |role| Span::styled("!", self.theme.style(role)));
        let mark = Span::styled(mark, self.theme.style(role));
        cut_line(vec![mark, sign, hazard, Span::raw(format!(" {name}"))], self.page.columns)
    }

    fn is_selected(&self, key: &Key) -> bool {
        let selected = |target: &Target| target.selection.contains(key);
        self.page.state.target().is_some_and(selected)
    }

    fn definition_head(&self) -> Line<'static> {
        let Page { detail, columns, labels, state } = self.page;
        let live = labels.live();
        let place = detail.place().unwrap_or_else(|| labels.canonical.clone());
        let (missing, extra) = (self.theme.style(Role::Missing), self.theme.style(Role::Extra));
        if detail.status.is_none_or(|status| status == Status::Same) {
            return Line::styled(text::cut(&place, columns).into_owned(), self.theme.style(Role::Dim));
        }
        if is_side_by_side(state, columns) {
            let half = half(columns);
            return Line::from(vec![
                Span::styled(text::fit(&format!("+ {place}"), half), missing),
                Span::styled(" │ ", self.theme.style(Role::Border)),
                Span::styled(text::fit(&format!("- {live}"), half), extra),
            ]);
        }
        let heads =
            [Span::styled(format!("- {live}   "), extra), Span::styled(format!("+ {place}"), missing)];
        cut_line(heads.into(), columns)
    }

    /// The name of a file over the lines that stand in it.
    fn file(&self, name: &str) -> Line<'static> {
        let Page { columns, state, .. } = self.page;
        let dim = self.theme.style(Role::LineNumber);
        let named = format!("{}in {name}", " ".repeat(self.page.gutter()));
        if !is_side_by_side(state, columns) || self.page.labels.targets.is_empty() {
            return Line::styled(text::cut(&named, columns).into_owned(), dim);
        }
        Line::from(vec![
            Span::styled(text::fit(&named, half(columns)), dim),
            Span::styled(" │ ", self.theme.style(Role::Border)),
        ])
    }

    fn side(
        &self,
        piece: Option<Piece<'_>>,
        differs: bool,
        canonical: bool,
        columns: usize,
    ) -> Vec<Span<'static>> {
        let Some(Piece { line, range }) = piece else { return vec![Span::raw(" ".repeat(columns))] };
        let (line_role, word_role, sign) = match (differs, canonical) {
            (false, _) => (Role::Text, Role::Text, ' '),
            (true, true) => (Role::AddedLine, Role::AddedWord, '+'),
            (true, false) => (Role::RemovedLine, Role::RemovedWord, '-'),
        };
        let base = if differs { self.theme.style(line_role) } else { Style::new() };
        let text_of = if canonical { &self.page.detail.canonical } else { &self.page.detail.live };
        let colours = sql::colours(self.page.state, text_of).map(|colours| (colours, line.index));
        let look = sql::Look { colours, marked: &line.marked, base, mark: self.theme.style(word_role) };
        // A line that goes on has its number and its sign at its beginning only.
        let width = self.page.number();
        let number = match line.number.filter(|_| range.0 == 0) {
            Some(number) => format!("{} ", text::fit_right(&number.to_string(), width - 1)),
            None => " ".repeat(width),
        };
        let number_style = base.patch(self.theme.style(Role::LineNumber));
        let chosen = differs && range.0 == 0 && line.part.as_ref().is_some_and(|part| self.is_selected(part));
        let mark = if chosen {
            Span::styled("✓", base.patch(self.theme.style(Role::Selected)))
        } else {
            Span::styled(" ", base)
        };
        let mut spans = vec![Span::styled(number, number_style), Span::styled(sign.to_string(), base), mark];
        spans.extend(sql::spans(
            self.theme,
            &line.text,
            &look,
            range,
            columns.saturating_sub(self.page.gutter()),
        ));
        spans
    }
}
