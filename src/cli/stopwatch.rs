//! How long the reading of each side took, and of each kind of object there.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Takes the time of readings that go on side by side.
#[derive(Debug, Default)]
pub struct Stopwatch {
    sides: Mutex<BTreeMap<String, Vec<(String, Instant)>>>,
}

impl Stopwatch {
    /// Notes that a side has come to a phase, now.
    pub fn mark(&self, side: &str, phase: &str) {
        let mut sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = sides.entry(side.to_owned()).or_default();
        // A phase is announced again and again while it lasts.
        if marks.last().is_none_or(|(last, _)| last != phase) {
            marks.push((phase.to_owned(), Instant::now()));
        }
    }

    /// How long a side took from its first phase to its last.
    pub fn took(&self, side: &str) -> Option<Duration> {
        let sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = sides.get(side)?;
        Some(marks.last()?.1.duration_since(marks.first()?.1))
    }

    /// How long each phase of a side lasted.
    pub fn phases(&self, side: &str) -> BTreeMap<String, Duration> {
        let sides = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        let mut phases: BTreeMap<String, Duration> = BTreeMap::new();
        for pair in sides.get(side).map_or(&[][..], Vec::as_slice).windows(2) {
            *phases.entry(pair[0].0.clone()).or_default() += pair[1].1.duration_since(pair[0].1);
        }
        phases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_lasts_until_the_next_one_begins() {
        let watch = Stopwatch::default();
        for phase in ["connecting", "tables", "tables", "done"] {
            watch.mark("prod", phase);
        }
        assert_eq!(watch.phases("prod").keys().collect::<Vec<_>>(), ["connecting", "tables"]);
        assert_eq!(watch.took("prod"), Some(watch.phases("prod").values().sum()));
        assert_eq!((watch.took("other"), watch.phases("other").len()), (None, 0));
    }
}
