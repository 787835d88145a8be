//! The screen, from the state. Pure: every pane is a file.

mod bars;
mod diff;
mod help;
mod log;
mod palette;
mod plan;
mod prompt;
mod search;
mod sql;
mod targets;
#[cfg(test)]
mod tests;
mod tree;

pub use diff::{
    hunk_at as diff_hunk_at, key_at as diff_key_at, line_count as diff_lines, place_at as diff_place_at,
};
pub use help::{height as help_height, line_count as help_lines};
pub use log::{height as log_height, line_count as log_lines};
pub use plan::body as plan_body;
use ratatui::{
    Frame,
    layout::{Alignment, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Block, BorderType, Clear, Paragraph},
};

use super::{
    layout::{self, SMALLEST},
    state::{Overlay, Pane, State},
    text,
    theme::{Role, Theme},
};

/// Draws everything.
pub fn view(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    frame.render_widget(Block::new().style(theme.style(Role::Text)), screen);
    // The terminal may have been resized since the last message.
    let fits = (screen.width, screen.height) == state.size;
    let Some(areas) = layout::areas(state).filter(|_| fits) else {
        too_small(theme, frame);
        return;
    };
    if let Some(area) = areas.summary {
        targets::draw_summary(state, theme, frame, area);
    }
    for pane in Pane::ALL {
        let Some(area) = areas.pane(pane) else { continue };
        match pane {
            Pane::Targets => targets::draw(state, theme, frame, area),
            Pane::Tree => tree::draw(state, theme, frame, area),
            Pane::Diff => diff::draw(state, theme, frame, area),
            Pane::Plan => plan::draw(state, theme, frame, area),
        }
    }
    bars::draw_status(state, theme, frame, areas.status);
    bars::draw_keys(state, theme, frame, areas.keys);
    match &state.overlay {
        Some(Overlay::Help { scroll }) => help::draw(state, *scroll, theme, frame),
        Some(Overlay::Palette { input, at }) => palette::draw(state, input, *at, theme, frame),
        Some(Overlay::Search(search)) => search::draw(state, search, theme, frame),
        Some(Overlay::Log(view)) => log::draw(state, *view, theme, frame),
        Some(Overlay::Password { side, input }) => {
            prompt::draw_password(state, *side, &input.0, theme, frame);
        }
        Some(Overlay::Question(question)) => prompt::draw(state, question, theme, frame),
        None => {}
    }
    bars::draw_long_notice(state, theme, frame, areas.status);
}

fn too_small(theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let text = format!("too small: {}×{}, needs {}×{}", screen.width, screen.height, SMALLEST.0, SMALLEST.1);
    let lines: Vec<Line<'_>> = text::wrap(&text, usize::from(screen.width))
        .into_iter()
        .map(|line| Line::raw(line).centered())
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(screen.height);
    let area = Rect { y: (screen.height - height) / 2, height, ..screen };
    frame.render_widget(Paragraph::new(lines).style(theme.style(Role::Strong)), area);
}

/// The frame of a pane.
fn pane_block<'a>(state: &State, theme: &Theme, pane: Pane, title: Vec<Span<'a>>) -> Block<'a> {
    let focused = state.focus == pane && !state.filtering || state.filtering && pane == Pane::Tree;
    let (border, heading) =
        if focused { (Role::BorderFocused, Role::TitleFocused) } else { (Role::Border, Role::Title) };
    let number = Pane::ALL.iter().position(|known| *known == pane).map_or(0, |at| at + 1);
    let mut spans = vec![Span::raw(format!(" {number} "))];
    spans.extend(title);
    spans.push(Span::raw(" "));
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(border))
        .title(Line::from(spans).style(theme.style(heading)))
}

/// A title at the right end of a frame's upper line.
fn right_title<'a>(spans: Vec<Span<'a>>) -> Line<'a> {
    if spans.iter().all(|span| span.content.is_empty()) {
        return Line::default();
    }
    let mut all = vec![Span::raw(" ")];
    all.extend(spans);
    all.push(Span::raw(" "));
    Line::from(all).alignment(Alignment::Right)
}

/// An area in the middle of the screen, cleared, with a frame; gives what is inside.
fn popup(theme: &Theme, frame: &mut Frame<'_>, title: &str, columns: u16, rows: u16) -> Rect {
    let screen = frame.area();
    // The lines at the bottom stay: they tell the keys.
    let (width, height) = (columns.min(screen.width), rows.min(screen.height.saturating_sub(2)));
    let area = Rect { x: (screen.width - width) / 2, y: (screen.height - height) / 3, width, height };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .style(theme.style(Role::Text))
        .border_style(theme.style(Role::BorderFocused))
        .title(Line::styled(format!(" {title} "), theme.style(Role::TitleFocused)));
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    layout::inner(area)
}

/// A line of text that is too long gets its end cut off, with `…`.
fn cut_line<'a>(spans: Vec<Span<'a>>, columns: usize) -> Line<'a> {
    let mut room = columns;
    let mut kept = Vec::with_capacity(spans.len());
    for span in spans {
        let width = text::width(&span.content);
        if width <= room {
            room -= width;
            kept.push(span);
            continue;
        }
        let style = span.style;
        kept.push(Span::styled(text::cut(&span.content, room).into_owned(), style));
        break;
    }
    Line::from(kept)
}

/// Names that are inside of each other, the outermost first; where there is no room for all, without the
/// first of them.
fn trail(mut names: Vec<String>, columns: usize) -> String {
    const STEP: &str = " › ";
    let mut trail = names.join(STEP);
    while text::width(&trail) > columns && names.len() > 1 {
        names.remove(0);
        trail = format!("{}{STEP}{}", text::ELLIPSIS, names.join(STEP));
    }
    text::cut(&trail, columns).into_owned()
}

/// A line with the cursor on it, in the whole width of its pane.
fn under_cursor<'a>(theme: &Theme, mut line: Line<'a>, columns: usize) -> Line<'a> {
    let rest = columns.saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(rest)));
    let cursor = cursor_style(theme, Role::Cursor);
    line.spans.iter_mut().for_each(|span| span.style = span.style.patch(cursor));
    line
}

/// What the cursor adds to the look of a row. Where it reverses, the row is in one colour: others would
/// be patches in it.
fn cursor_style(theme: &Theme, role: Role) -> Style {
    let (cursor, text) = (theme.style(role), theme.style(Role::Text));
    if !cursor.add_modifier.contains(Modifier::REVERSED) {
        return cursor;
    }
    let own = Style::new().fg(text.fg.unwrap_or(Color::Reset)).bg(text.bg.unwrap_or(Color::Reset));
    own.patch(cursor).remove_modifier(Modifier::DIM)
}

/// Draws lines one under the other, as many as fit.
fn draw_lines<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: impl IntoIterator<Item = Line<'a>>,
    style: Style,
) {
    frame.render_widget(
        Paragraph::new(lines.into_iter().take(usize::from(area.height)).collect::<Vec<_>>()).style(style),
        area,
    );
}

/// Sentences about nothing being there, in the middle of a pane.
fn draw_message(theme: &Theme, frame: &mut Frame<'_>, area: Rect, sentences: &[(Role, String)]) {
    let width = usize::from(area.width).saturating_sub(4).max(1);
    let lines = sentences.iter().flat_map(|(role, sentence)| {
        let style = theme.style(*role);
        let wrapped = text::wrap(&text::clean(sentence), width);
        wrapped.into_iter().map(move |line| Line::styled(format!("  {line}"), style))
    });
    let lines: Vec<Line<'_>> = lines.collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.height.saturating_sub(height) / 3;
    let area = Rect { y: area.y + top, height: area.height - top, ..area };
    draw_lines(frame, area, lines, Style::new());
}

/// A bar at the right edge that says where in a long content the screen is.
fn draw_scrollbar(theme: &Theme, frame: &mut Frame<'_>, area: Rect, at: usize, height: usize, total: usize) {
    use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState};
    if total <= height || area.height < 3 {
        return;
    }
    let mut position = ScrollbarState::new(total - height + 1).position(at).viewport_content_length(height);
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(None)
        .thumb_symbol("┃")
        .style(theme.style(Role::Dim));
    let area = Rect { y: area.y + 1, height: area.height - 2, ..area };
    frame.render_stateful_widget(bar, area, &mut position);
}
