//! The pane of the connections: a line for canonical and for each target.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    text::{Line, Span},
};

use super::{draw_lines, pane_block};
use crate::{
    model::Snapshot,
    tui::{
        layout,
        state::{
            Pane, State,
            side::{Reading, Side, SideId, Target},
        },
        text,
        theme::{Role, Theme},
        update::watch,
    },
};

/// The steps of the sign that something is under way.
const SPINNER: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// What stands beside the badge of a target that is protected, and of one that is not.
const PROTECTED: &str = " protected";
const BLANK: &str = "          ";
/// From so many columns on there is room for both badges; else being protected is what matters more.
const BOTH: usize = 100;

/// Draws the pane.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let title = vec![Span::raw("Targets")];
    let hidden = state.targets.len().saturating_sub(state.shown.len());
    let hidden = if hidden > 0 { format!(" {hidden} hidden ·") } else { String::new() };
    let watch = state.watch.map(|(every, _)| format!(" watching every {} ·", watch::interval(every)));
    let name = format!("{hidden}{} schemascope ", watch.unwrap_or_default());
    let name = Line::styled(name, theme.style(Role::Dim)).right_aligned();
    frame.render_widget(pane_block(state, theme, Pane::Targets, title).title(name), area);
    let inner = layout::inner(area);
    let columns = usize::from(inner.width);
    let label_width =
        state.sides().map(|(_, side)| text::width(&text::clean(&side.label))).max().unwrap_or(0);
    // A schema alone has no others to stand in line with.
    let part = if state.targets.is_empty() { 2 } else { 4 };
    let label_width = label_width.clamp(9, (columns / part).max(9));
    let first = layout::first_target(state, inner.height);
    let canonical = std::iter::once((SideId::Canonical, &state.canonical));
    let shown = state.shown.iter().skip(first);
    let targets = shown.filter_map(|at| Some((SideId::Target(*at), &state.targets.get(*at)?.side)));
    let lines = canonical.chain(targets).map(|(id, side)| {
        let active = id == SideId::Target(state.active);
        let mut spans = label(state, theme, id, side, label_width, columns >= BOTH);
        spans.extend(reading(state, theme, id, side));
        let line = super::cut_line(spans, columns);
        let role = match (active, state.focus == Pane::Targets) {
            (true, true) => Some(Role::Cursor),
            (true, false) => None,
            (false, _) => None,
        };
        role.map_or(line.clone(), |role| fill(line, columns).patch_style(theme.style(role)))
    });
    draw_lines(frame, inner, lines, Style::new());
}

fn fill(mut line: Line<'_>, columns: usize) -> Line<'_> {
    let rest = columns.saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(rest)));
    line
}

fn label<'a>(
    state: &State,
    theme: &Theme,
    id: SideId,
    side: &Side,
    width: usize,
    has_both: bool,
) -> Vec<Span<'a>> {
    let label = text::fit(&text::clean(&side.label), width);
    // Where any is protected, the others leave its place free.
    let any = state.shown.iter().any(|at| is_protected(state, *at));
    let blank = if any && has_both { BLANK } else { "" };
    let SideId::Target(at) = id else {
        // A schema that is only looked at is canonical for nobody.
        let badge = if state.targets.is_empty() { "" } else { "  canonical" };
        return vec![
            Span::raw("  "),
            Span::styled(label, theme.style(Role::Strong)),
            Span::styled(badge, theme.style(Role::Badge)),
            Span::raw(format!("{blank}  ")),
        ];
    };
    let active = at == state.active;
    let protected = is_protected(state, at);
    let style = state.targets.get(at).map(|target| name_style(theme, target, active)).unwrap_or_default();
    vec![
        Span::styled(if active { "▸ " } else { "  " }, theme.style(Role::Active)),
        Span::styled(label, style),
        Span::styled(if protected && !has_both { " " } else { "  read-only" }, theme.style(Role::Badge)),
        Span::styled(if protected { PROTECTED } else { blank }, theme.style(Role::Danger)),
        Span::raw("  "),
    ]
}

fn is_protected(state: &State, at: usize) -> bool {
    state.targets.get(at).is_some_and(|target| target.protected)
}

/// How a target's name looks: as it was configured, or protected, or the one that the plan is for.
pub fn name_style(theme: &Theme, target: &Target, active: bool) -> Style {
    let own = target.color.as_deref().and_then(|color| color.parse().ok()).filter(|_| theme.has_colors());
    let style = match (target.protected, active) {
        (true, _) => theme.style(Role::Protected),
        (false, true) => theme.style(Role::Active),
        (false, false) => Style::new(),
    };
    // A colour of its own on the background of what is protected could be hard to read.
    own.map_or(style, |color| Style { bg: None, ..style.fg(color) })
}

/// The colour of the frames of a target that is precious, or has a colour of its own.
pub fn frame_color(theme: &Theme, target: &Target) -> Option<Color> {
    let own = target.color.as_deref().and_then(|color| color.parse().ok()).filter(|_| theme.has_colors());
    own.or_else(|| theme.style(Role::Danger).fg.filter(|_| target.protected))
}

fn reading<'a>(state: &State, theme: &Theme, id: SideId, side: &Side) -> Vec<Span<'a>> {
    let busy = theme.style(Role::Busy);
    let dim = theme.style(Role::Dim);
    match &side.reading {
        Reading::Connecting { since } => {
            let seconds = state.now.duration_since(*since).as_secs_f64();
            let verb = match (side.snapshot.is_some(), id) {
                (true, _) => "reading again…",
                (false, SideId::Canonical) => "starting…",
                (false, SideId::Target(_)) => "connecting…",
            };
            vec![
                Span::styled(format!("{} {verb}", spinner(seconds)), busy),
                Span::styled(format!("  {}", elapsed(seconds)), dim),
            ]
        }
        Reading::Catalog { since, phase, count } => {
            let seconds = state.now.duration_since(*since).as_secs_f64();
            // A phase is a kind of object, or says itself what is being done.
            let does = phase.split(' ').next().is_some_and(|word| word.ends_with("ing"));
            let verb = if does { "" } else { "reading " };
            let phase = text::clean(phase).into_owned();
            vec![
                Span::styled(format!("{} {verb}{phase}…", spinner(seconds)), busy),
                Span::styled(format!("  {}  {}", text::counted(*count, "object"), elapsed(seconds)), dim),
            ]
        }
        Reading::Comparing { .. } if state.canonical.snapshot.is_none() => {
            let what = if matches!(state.canonical.reading, Reading::Failed { .. } | Reading::Cancelled) {
                "read; canonical is not"
            } else {
                "read; waiting for canonical"
            };
            vec![Span::styled("● ", dim), Span::styled(what, dim)]
        }
        Reading::Comparing { .. } => vec![Span::styled("● comparing…", busy)],
        Reading::Ready { took, .. } => ready(state, theme, id, side, took.as_secs_f64()),
        Reading::Failed { message, .. } => {
            let is_shown = match id {
                SideId::Canonical => side.snapshot.is_some(),
                SideId::Target(at) => state.targets.get(at).is_some_and(|target| target.comparison.is_some()),
            };
            let stale = if is_shown { "  (what is shown is older)" } else { "" };
            vec![
                Span::styled(format!("✗ {}", text::clean(message)), theme.style(Role::Error)),
                Span::styled(stale, dim),
            ]
        }
        Reading::Cancelled => vec![Span::styled("○ not read", theme.style(Role::Hazard))],
    }
}

fn ready<'a>(state: &State, theme: &Theme, id: SideId, side: &Side, seconds: f64) -> Vec<Span<'a>> {
    let dim = theme.style(Role::Dim);
    let mut spans = vec![Span::styled("● ", theme.style(Role::Success))];
    let Some(snapshot) = &side.snapshot else { return spans };
    match id {
        SideId::Canonical => spans.push(Span::raw(text::counted(snapshot.catalog.len(), "object"))),
        SideId::Target(at) => spans.extend(drift_spans(state, theme, at)),
    }
    let width: usize = spans.iter().skip(1).map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(findings_width(state, theme).saturating_sub(width))));
    if let SideId::Target(at) = id {
        spans.push(Span::styled(same_drift(state, at), theme.style(Role::Strong)));
    }
    if let Some(age) = side.reading.age(state.now) {
        spans.push(Span::styled(format!("  {}", old(age)), theme.style(Role::Hazard)));
    }
    if let Some(sentence) = snapshot.not_compared_sentence() {
        spans.push(Span::styled(format!("  {}", text::clean(&sentence)), theme.style(Role::Hazard)));
    }
    if let SideId::Target(at) = id {
        let news = state.targets.get(at).map_or(0, |target| target.news.len());
        if news > 0 {
            spans.push(Span::raw("  "));
            spans.push(Span::styled(format!("• {news} new"), theme.style(Role::Match)));
        }
        let comparison = state.targets.get(at).and_then(|target| target.comparison.as_ref());
        let accepted = comparison.map_or(0, |comparison| comparison.accepted);
        if accepted > 0 {
            spans.push(Span::styled(format!("  {accepted} accepted"), dim));
        }
        let hidden = comparison.map_or(0, |comparison| comparison.drift.hidden);
        if hidden > 0 {
            spans.push(Span::styled(format!("  {hidden} hidden by rules"), theme.style(Role::Hazard)));
        }
    }
    spans.push(Span::styled(format!("  {}", server(snapshot)), dim));
    spans.push(Span::styled(format!("  {}", elapsed(seconds)), dim));
    spans
}

/// An age in minutes, in words.
fn old(minutes: u64) -> String {
    match minutes {
        minutes if minutes < 60 => format!("over {minutes} min old"),
        minutes if minutes < 1440 => format!("over {} h old", minutes / 60),
        _ => "over a day old".to_owned(),
    }
}

/// How many columns the findings take where they take most, so that what follows is aligned.
fn findings_width(state: &State, theme: &Theme) -> usize {
    let objects = state
        .canonical
        .snapshot
        .as_ref()
        .map(|snapshot| text::counted(snapshot.catalog.len(), "object").len());
    let drifts =
        (0..state.targets.len()).map(|at| drift_spans(state, theme, at).iter().map(Span::width).sum());
    drifts.chain(objects).max().unwrap_or(0)
}

fn server(snapshot: &Snapshot) -> String {
    let name = match snapshot.dialect.as_str() {
        "postgres" => "PostgreSQL",
        "sqlite" => "SQLite",
        other => other,
    };
    let role = snapshot.role.as_ref().map_or_else(String::new, |role| format!("  as {role}"));
    text::clean(&format!("{name} {}{role}", snapshot.server_version)).into_owned()
}

/// What differs at a target: `+2 ~1`, or that nothing does.
fn drift_spans<'a>(state: &State, theme: &Theme, at: usize) -> Vec<Span<'a>> {
    let Some(comparison) = state.targets.get(at).and_then(|target| target.comparison.as_ref()) else {
        return Vec::new();
    };
    if comparison.drift.is_empty() {
        return vec![Span::styled("no differences", theme.style(Role::Success))];
    }
    let mut spans = Vec::new();
    for (status, count) in comparison.counts.each() {
        let style = theme.style(super::tree::role_of(status));
        spans.push(Span::styled(format!("{}{count} ", status.glyph()), style));
    }
    spans
}

/// The first earlier target that drifted in the very same way, if this one did drift.
fn same_drift(state: &State, at: usize) -> String {
    let mark = |target: &Target| target.comparison.as_ref().map(|comparison| comparison.mark);
    let drifted = |target: &&Target| target.comparison.as_ref().is_some_and(|it| !it.drift.is_empty());
    let own = state.targets.get(at).filter(drifted).and_then(mark);
    let mut earlier = state.targets.iter().take(at);
    let other = earlier.find(|other| own.is_some() && mark(other) == own);
    other.map_or_else(String::new, |other| format!("  identical to {}", text::clean(&other.side.label)))
}

fn spinner(seconds: f64) -> &'static str {
    // Truncation is meant: an eighth of a second is one step.
    SPINNER[(seconds * 8.0) as usize % SPINNER.len()]
}

fn elapsed(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

/// Draws all connections in one line, for screens that are not high.
pub fn draw_summary(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut spans = Vec::new();
    let shown = |id: &SideId| match id {
        SideId::Canonical => true,
        SideId::Target(at) => state.shown.contains(at),
    };
    for (id, side) in state.sides().filter(|(id, _)| shown(id)) {
        let active = id == SideId::Target(state.active);
        let target = match id {
            SideId::Target(at) => state.targets.get(at),
            SideId::Canonical => None,
        };
        let style = target.map(|target| name_style(theme, target, active)).unwrap_or_default();
        spans.push(Span::styled(if active { "▸" } else { "" }, theme.style(Role::Active)));
        spans.push(Span::styled(text::cut(&text::clean(&side.label), 18).into_owned(), style));
        spans.push(Span::raw(" "));
        match (id, &side.reading) {
            (SideId::Target(at), Reading::Ready { .. }) => spans.extend(drift_spans(state, theme, at)),
            (_, Reading::Ready { .. }) => spans.push(Span::styled("●", theme.style(Role::Success))),
            (_, Reading::Failed { .. }) => spans.push(Span::styled("✗ failed", theme.style(Role::Error))),
            (_, Reading::Cancelled) => spans.push(Span::styled("○ not read", theme.style(Role::Hazard))),
            _ => spans.push(Span::styled("reading…", theme.style(Role::Busy))),
        }
    }
    frame.render_widget(super::cut_line(spans, usize::from(area.width)), area);
}
