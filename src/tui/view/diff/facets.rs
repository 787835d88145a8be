//! The facets that differ: a table with a column for canonical and for each target, as far as they
//! fit; long values one under the other.

use super::rows::{Page, Row};
use crate::tui::{state::detail::FacetRow, text};

/// What stands for a facet at its default, or for an object that is not there.
pub const ABSENT: &str = "—";
/// What stands for canonical's value at a target.
const EQUAL: &str = "=";
/// The blanks between two columns.
const GAP: usize = 2;
/// The columns of the box in front of what can be selected alone.
pub const MARK: usize = 4;

/// Which columns the table has, and how wide they are.
pub struct Columns {
    /// The name of the facet.
    pub name: usize,
    /// Canonical's value.
    pub canonical: usize,
    /// The targets that have a column, each with its width.
    pub targets: Vec<(usize, usize)>,
}

impl Columns {
    /// All targets where they fit, or else the one that the pane is about.
    pub fn of(page: &Page<'_>) -> Self {
        let all: Vec<usize> = page
            .state
            .shown
            .iter()
            .copied()
            .filter(|at| page.state.targets.get(*at).is_some_and(|target| target.comparison.is_some()))
            .collect();
        let wide = Columns::with(page, &all);
        if all.len() > 1 && wide.total() <= page.columns {
            wide
        } else {
            Columns::with(page, &[page.labels.active])
        }
    }

    fn with(page: &Page<'_>, targets: &[usize]) -> Self {
        let facets = &page.detail.facets;
        // A value that is wider than half of the pane is written under its name.
        let widest = |values: &mut dyn Iterator<Item = String>, label: &str| {
            let widths = values.map(|value| text::width(&value)).filter(|width| *width <= page.columns / 2);
            widths.chain([text::width(label)]).max().unwrap_or(0)
        };
        let name = facets.iter().map(|facet| text::width(&facet.name)).max().unwrap_or(0).clamp(6, 18);
        let canonical = widest(&mut facets.iter().map(|facet| own(facet).to_owned()), &page.labels.canonical);
        let target = |at: &usize| {
            let label = page.labels.targets.get(*at).map_or("", |label| label);
            (*at, widest(&mut facets.iter().map(|facet| at_target(facet, *at).to_owned()), label))
        };
        Columns { name, canonical, targets: targets.iter().map(target).collect() }
    }

    fn total(&self) -> usize {
        let targets: usize = self.targets.iter().map(|(_, width)| width + GAP).sum();
        MARK + self.name + GAP + self.canonical + targets
    }

    fn fits(&self, facet: &FacetRow) -> bool {
        text::width(own(facet)) <= self.canonical
            && self.targets.iter().all(|(at, width)| text::width(at_target(facet, *at)) <= *width)
    }
}

/// Canonical's value of a facet.
pub fn own(facet: &FacetRow) -> &str {
    facet.canonical.as_deref().unwrap_or(ABSENT)
}

/// Whether a facet is canonical's at a target.
pub fn is_same(facet: &FacetRow, target: usize) -> bool {
    facet.same.get(target).copied().unwrap_or_default()
}

/// The value of a facet at a target, or that it is canonical's.
pub fn at_target(facet: &FacetRow, target: usize) -> &str {
    match facet.live.get(target) {
        _ if is_same(facet, target) => EQUAL,
        Some(Some(value)) => value,
        _ => ABSENT,
    }
}

/// The rows of all facets.
pub fn rows<'a>(page: &Page<'a>, rows: &mut Vec<Row<'a>>) {
    let columns = Columns::of(page);
    let room = columns.total() <= page.columns;
    let (short, long): (Vec<&FacetRow>, Vec<&FacetRow>) =
        page.detail.facets.iter().partition(|facet| room && facet.entries.is_empty() && columns.fits(facet));
    if !short.is_empty() {
        rows.push(Row::FacetHead);
        rows.extend(short.into_iter().map(Row::Facet));
    }
    for facet in long {
        rows.push(Row::FacetName(facet));
        if !facet.entries.is_empty() {
            rows.extend(facet.entries.iter().map(|(entry, canonical)| Row::Entry {
                facet: &facet.name,
                entry,
                canonical: *canonical,
            }));
            continue;
        }
        let live = facet.live.get(page.labels.active).and_then(Option::as_deref).unwrap_or(ABSENT);
        for (value, canonical) in [(live, false), (own(facet), true)] {
            let parts = text::wrap(value, page.columns.saturating_sub(2).max(16)).into_iter().enumerate();
            rows.extend(parts.map(|(at, text)| Row::FacetValue { text, canonical, first: at == 0 }));
        }
    }
}
