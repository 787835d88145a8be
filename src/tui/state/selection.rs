//! Which differences of a target its plan closes, with a way back.

use std::{collections::BTreeSet, sync::Arc};

use super::comparison::Comparison;
use crate::{diff::Rename, model::Key};

/// How many changes can be taken back.
const HISTORY: usize = 200;

/// The selected differences of one target.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Shared with the plans that are being made for it.
    keys: Arc<BTreeSet<Key>>,
    /// Those that were selected by the key for differences whose closing loses data.
    accepted: BTreeSet<Key>,
    /// The renames that were confirmed.
    renames: BTreeSet<Rename>,
    undo: Vec<Edit>,
    redo: Vec<Edit>,
    revision: u64,
}

/// One change of a selection.
#[derive(Clone, Debug, Default)]
struct Edit {
    added: Vec<Key>,
    removed: Vec<Key>,
    accepted: Vec<Key>,
    unaccepted: Vec<Key>,
    renamed: Vec<Rename>,
    unrenamed: Vec<Rename>,
}

impl Selection {
    /// The selected differences.
    pub fn keys(&self) -> &BTreeSet<Key> {
        &self.keys
    }

    /// The selected differences, for whoever makes a plan beside the screen.
    pub fn shared(&self) -> Arc<BTreeSet<Key>> {
        Arc::clone(&self.keys)
    }

    /// Whether a difference is selected.
    pub fn contains(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// Whether nothing is selected, and no rename confirmed.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.renames.is_empty()
    }

    /// The renames that were confirmed.
    pub fn renames(&self) -> &BTreeSet<Rename> {
        &self.renames
    }

    /// Confirms renames, or takes back that they were. What is renamed is neither dropped nor made.
    pub fn rename(&mut self, renamed: Vec<Rename>, unrenamed: Vec<Rename>) {
        let names = renamed.iter().flat_map(|rename| [&rename.from, &rename.to]);
        let removed: Vec<Key> = names.filter(|key| self.keys.contains(key)).cloned().collect();
        let unaccepted = removed.iter().filter(|key| self.accepted.contains(key)).cloned().collect();
        self.apply(Edit { removed, unaccepted, renamed, unrenamed, ..Edit::default() });
    }

    /// Deselects everything, as one change.
    pub fn clear(&mut self) {
        let removed: Vec<Key> = self.keys.iter().cloned().collect();
        let unaccepted = self.accepted.iter().cloned().collect();
        let unrenamed = self.renames.iter().cloned().collect();
        self.apply(Edit { removed, unaccepted, unrenamed, ..Edit::default() });
    }

    /// A number that is another one after every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds differences that lose no data.
    pub fn add(&mut self, keys: impl IntoIterator<Item = Key>) {
        let added = keys.into_iter().filter(|key| !self.keys.contains(key)).collect();
        self.apply(Edit { added, ..Edit::default() });
    }

    /// Adds differences whose closing loses data, which the user has said yes to.
    pub fn accept(&mut self, keys: impl IntoIterator<Item = Key>) {
        let keys: Vec<Key> = keys.into_iter().collect();
        let new = |set: &BTreeSet<Key>| keys.iter().filter(|key| !set.contains(key)).cloned().collect();
        let (added, accepted) = (new(&self.keys), new(&self.accepted));
        self.apply(Edit { added, accepted, ..Edit::default() });
    }

    /// Takes differences out.
    pub fn remove(&mut self, keys: impl IntoIterator<Item = Key>) {
        let removed: Vec<Key> = keys.into_iter().filter(|key| self.keys.contains(key)).collect();
        let unaccepted = removed.iter().filter(|key| self.accepted.contains(key)).cloned().collect();
        self.apply(Edit { removed, unaccepted, ..Edit::default() });
    }

    /// Adds some and takes others out, as one change.
    pub fn exchange(&mut self, added: Vec<Key>, removed: Vec<Key>) {
        let unaccepted = removed.iter().filter(|key| self.accepted.contains(key)).cloned().collect();
        self.apply(Edit { added, removed, unaccepted, ..Edit::default() });
    }

    /// Takes the last change back. Says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(edit) = self.undo.pop() else { return false };
        self.perform(&edit.reversed());
        self.redo.push(edit);
        true
    }

    /// Does again what was taken back. Says whether there was anything.
    pub fn redo(&mut self) -> bool {
        let Some(edit) = self.redo.pop() else { return false };
        self.perform(&edit);
        self.undo.push(edit);
        true
    }

    /// Keeps what is still the same difference after a target was read again, and gives how many
    /// were deselected: those that are gone, that are another difference now, or that lose data
    /// now and did not before. The way back ends here.
    pub fn settle(&mut self, before: &Comparison, now: &Comparison) -> usize {
        let keeps = |key: &Key| {
            let safe = !now.is_dangerous(key) || self.accepted.contains(key);
            now.is_selectable(key) && before.drift.status(key) == now.drift.status(key) && safe
        };
        let gone: Vec<Key> = self.keys.iter().filter(|key| !keeps(key)).cloned().collect();
        for key in &gone {
            Arc::make_mut(&mut self.keys).remove(key);
            self.accepted.remove(key);
        }
        let renames = self.renames.len();
        self.renames.retain(|rename| now.renames.contains(rename));
        self.undo.clear();
        self.redo.clear();
        self.revision += 1;
        gone.len() + renames - self.renames.len()
    }

    fn apply(&mut self, edit: Edit) {
        if edit.is_empty() {
            return;
        }
        self.perform(&edit);
        if self.undo.len() == HISTORY {
            self.undo.remove(0);
        }
        self.undo.push(edit);
        self.redo.clear();
    }

    fn perform(&mut self, edit: &Edit) {
        let keys = Arc::make_mut(&mut self.keys);
        for key in &edit.removed {
            keys.remove(key);
        }
        for key in &edit.unaccepted {
            self.accepted.remove(key);
        }
        keys.extend(edit.added.iter().cloned());
        self.accepted.extend(edit.accepted.iter().cloned());
        for rename in &edit.unrenamed {
            self.renames.remove(rename);
        }
        self.renames.extend(edit.renamed.iter().cloned());
        self.revision += 1;
    }
}

impl Edit {
    fn is_empty(&self) -> bool {
        let keys = [&self.added, &self.removed, &self.accepted];
        keys.iter().all(|keys| keys.is_empty()) && self.renamed.is_empty() && self.unrenamed.is_empty()
    }

    fn reversed(&self) -> Edit {
        Edit {
            added: self.removed.clone(),
            removed: self.added.clone(),
            accepted: self.unaccepted.clone(),
            unaccepted: self.accepted.clone(),
            renamed: self.unrenamed.clone(),
            unrenamed: self.renamed.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diff::{Difference, Drift, Status},
        model::Kind,
    };

    fn key(name: &str) -> Key {
        Key::new(Kind::of("table"), ["public", name])
    }

    fn comparison(differences: &[(&str, Status)]) -> Comparison {
        let differences = differences.iter().map(|(name, status)| (key(name), Difference::new(*status)));
        let differences = differences.collect();
        Comparison { drift: Arc::new(Drift { differences, ..Drift::default() }), ..Comparison::default() }
    }

    #[test]
    fn every_change_can_be_taken_back_and_done_again() {
        let mut selection = Selection::default();
        selection.add([key("a"), key("b")]);
        selection.accept([key("c")]);
        selection.remove([key("a"), key("c")]);
        let end = selection.keys().clone();
        assert!(selection.undo() && selection.undo() && selection.undo() && !selection.undo());
        assert!(selection.is_empty() && selection.accepted.is_empty());
        assert!(selection.redo() && selection.redo() && selection.redo() && !selection.redo());
        assert_eq!(*selection.keys(), end);
        assert!(selection.accepted.is_empty());
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_step_back() {
        let mut selection = Selection::default();
        selection.add([key("a")]);
        let revision = selection.revision();
        selection.add([key("a")]);
        selection.remove([key("b")]);
        assert_eq!(selection.revision(), revision);
        assert!(selection.undo() && !selection.undo());
    }

    #[test]
    fn what_became_another_difference_is_deselected() {
        let before =
            comparison(&[("kept", Status::Missing), ("gone", Status::Missing), ("turned", Status::Missing)]);
        let now = comparison(&[("kept", Status::Missing), ("turned", Status::Extra)]);
        let mut selection = Selection::default();
        selection.add(["kept", "gone", "turned"].map(key));
        assert_eq!(selection.settle(&before, &now), 2);
        assert_eq!(selection.keys().iter().collect::<Vec<_>>(), [&key("kept")]);
    }
}
