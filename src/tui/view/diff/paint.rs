//! The colours of the difference's pane.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::rows::{GUTTER, LABEL, Piece, Row, facet_widths, half, is_side_by_side};
use crate::{
    diff::Status,
    plan::HazardCode,
    tui::{
        keymap::Action,
        state::{State, detail::Detail},
        text,
        theme::{Role, Theme},
        view::{cut_line, sql, tree::role_of},
    },
};

/// Turns rows into styled lines.
pub struct Painter<'a> {
    /// Everything.
    pub state: &'a State,
    /// How it looks.
    pub theme: &'a Theme,
    /// What the rows are of.
    pub detail: &'a Detail,
    /// How wide they are.
    pub columns: usize,
    /// The names of canonical and of the target.
    pub labels: (&'a str, &'a str),
}

impl Painter<'_> {
    /// One row.
    pub fn line(&self, row: &Row<'_>) -> Line<'static> {
        let styled = |text: String, role: Role| Line::styled(text, self.theme.style(role));
        match row {
            Row::Status => cut_line(self.status(), self.columns),
            Row::Reason(reason) => styled(reason.clone(), Role::Unknown),
            Row::FacetHead => self.facet_line("facet", self.labels.0, self.labels.1, (Role::Dim, Role::Dim)),
            Row::Facet(facet) => {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
                let roles = (Role::Missing, Role::Extra);
                self.facet_line(&facet.name, &value(&facet.canonical), &value(&facet.live), roles)
            }
            Row::FacetName(name) => styled((*name).to_owned(), Role::Dim),
            Row::FacetValue { text, canonical, first } => {
                let (sign, role) = if *canonical { ('+', Role::Missing) } else { ('-', Role::Extra) };
                styled(format!("{} {text}", if *first { sign } else { ' ' }), role)
            }
            Row::Note(label, note) => Line::from(vec![
                Span::styled(text::fit(label, LABEL), self.theme.style(Role::Dim)),
                Span::raw(note.clone()),
            ]),
            Row::Blank => Line::default(),
            Row::DefinitionHead => self.definition_head(),
            Row::Fold(count) => {
                let whole = self.state.key(Action::Whole);
                let text = format!("    ⋯ {} the same; {whole} shows all", text::counted(*count, "line"));
                styled(text::cut(&text, self.columns).into_owned(), Role::LineNumber)
            }
            Row::Pair { canonical, live, differs } => {
                let half = half(self.columns);
                let mut spans = self.side(*canonical, *differs, true, half);
                spans.push(Span::styled(" │ ", self.theme.style(Role::Border)));
                spans.extend(self.side(*live, *differs, false, half));
                Line::from(spans)
            }
            Row::One { piece, differs, canonical } => {
                Line::from(self.side(Some(*piece), *differs, *canonical, self.columns))
            }
        }
    }

    fn status(&self) -> Vec<Span<'static>> {
        let Some(status) = self.detail.status else {
            return vec![Span::styled("not compared yet", self.theme.style(Role::Dim))];
        };
        let (canonical, live) = self.labels;
        let words = match status {
            Status::Same => format!("the same at {live}"),
            Status::Changed => format!("changed at {live}"),
            Status::Missing => format!("missing at {live}"),
            Status::Extra => format!("extra at {live}: {canonical} does not have it"),
            Status::Unknown => format!("unknown at {live}"),
        };
        let style = self.theme.style(role_of(status));
        let mut spans = vec![Span::styled(format!("{} {words}", status.glyph()), style)];
        for code in &self.detail.hazards {
            let role = if *code == HazardCode::LosesData { Role::Danger } else { Role::Hazard };
            spans.push(Span::styled(format!("  ! {code}"), self.theme.style(role)));
        }
        spans
    }

    fn facet_line(&self, name: &str, canonical: &str, live: &str, roles: (Role, Role)) -> Line<'static> {
        let (first, second, third) = facet_widths(self.detail, self.labels, self.columns);
        Line::from(vec![
            Span::styled(text::fit(name, first), self.theme.style(Role::Dim)),
            Span::raw("  "),
            Span::styled(text::fit(canonical, second), self.theme.style(roles.0)),
            Span::raw("  "),
            Span::styled(text::cut(live, third).into_owned(), self.theme.style(roles.1)),
        ])
    }

    fn definition_head(&self) -> Line<'static> {
        let (canonical, live) = self.labels;
        let place = self.detail.location.as_deref().unwrap_or(canonical);
        let (missing, extra) = (self.theme.style(Role::Missing), self.theme.style(Role::Extra));
        if self.detail.status.is_none_or(|status| status == Status::Same) {
            return Line::styled(text::cut(place, self.columns).into_owned(), self.theme.style(Role::Dim));
        }
        if is_side_by_side(self.state, self.columns) {
            let half = half(self.columns);
            return Line::from(vec![
                Span::styled(text::fit(&format!("+ {place}"), half), missing),
                Span::styled(" │ ", self.theme.style(Role::Border)),
                Span::styled(text::fit(&format!("- {live}"), half), extra),
            ]);
        }
        let heads =
            [Span::styled(format!("- {live}   "), extra), Span::styled(format!("+ {place}"), missing)];
        cut_line(heads.into(), self.columns)
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
        let text_of = if canonical { &self.detail.canonical } else { &self.detail.live };
        let colours = sql::colours(self.state, text_of).map(|colours| (colours, line.index));
        let look = sql::Look { colours, marked: &line.marked, base, mark: self.theme.style(word_role) };
        // A line that goes on has its number and its sign at its beginning only.
        let number = if range.0 == 0 { format!("{:>3} ", line.index + 1) } else { "    ".to_owned() };
        let number_style = base.patch(self.theme.style(Role::LineNumber));
        let mut spans = vec![Span::styled(number, number_style), Span::styled(format!("{sign} "), base)];
        spans.extend(sql::spans(self.theme, &line.text, &look, range, columns.saturating_sub(GUTTER)));
        spans
    }
}
