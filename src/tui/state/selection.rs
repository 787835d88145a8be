//! Which differences of a target its plan closes, with a way back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::comparison::Comparison;
use crate::{diff::Rename, model::Key, plan::Hunk};

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
    /// The parts of selected differences that are meant, where not all of them are.
    hunks: BTreeMap<Key, BTreeSet<Hunk>>,
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
    hunks: Vec<Parts>,
}

/// The parts of a difference that were meant, and those that are now; none stands for all.
#[derive(Clone, Debug)]
struct Parts {
    key: Key,
    before: Option<BTreeSet<Hunk>>,
    now: Option<BTreeSet<Hunk>>,
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

    /// Whether an object is one of which a rename was confirmed: it is neither dropped nor made.
    pub fn is_renamed(&self, key: &Key) -> bool {
        self.renames.iter().any(|rename| rename.from == *key || rename.to == *key)
    }

    /// Confirms renames, or takes back that they were. What is renamed is neither dropped nor made.
    pub fn rename(&mut self, renamed: Vec<Rename>, unrenamed: Vec<Rename>) {
        let names = renamed.iter().flat_map(|rename| [&rename.from, &rename.to]);
        let removed: Vec<Key> = names.filter(|key| self.keys.contains(key)).cloned().collect();
        let unaccepted = removed.iter().filter(|key| self.accepted.contains(key)).cloned().collect();
        self.apply(Edit { removed, unaccepted, renamed, unrenamed, ..Edit::default() });
    }

    /// The parts of selected differences that are meant, where not all of them are.
    pub fn hunks(&self) -> &BTreeMap<Key, BTreeSet<Hunk>> {
        &self.hunks
    }

    /// Whether a part of a difference is selected.
    pub fn contains_hunk(&self, key: &Key, hunk: &Hunk) -> bool {
        self.contains(key) && self.hunks.get(key).is_none_or(|hunks| hunks.contains(hunk))
    }

    /// Selects a part of a difference, or deselects it where it is selected. `all` are its parts, and
    /// `accepts` says that the user has said yes to a loss of data.
    pub fn toggle_hunk(&mut self, key: &Key, hunk: Hunk, all: &BTreeSet<Hunk>, accepts: bool) {
        let before = self.hunks.get(key).cloned();
        let mut meant = match (self.contains(key), &before) {
            (false, _) => BTreeSet::new(),
            (true, None) => all.clone(),
            (true, Some(meant)) => meant.clone(),
        };
        if !meant.remove(&hunk) {
            meant.insert(hunk);
        }
        if meant.is_empty() {
            self.remove([key.clone()]);
            return;
        }
        let new = |set: &BTreeSet<Key>| (!set.contains(key)).then(|| key.clone()).into_iter().collect();
        let added = new(&self.keys);
        let accepted = if accepts { new(&self.accepted) } else { Vec::new() };
        let parts = Parts { key: key.clone(), before, now: (meant != *all).then_some(meant) };
        self.apply(Edit { added, accepted, hunks: vec![parts], ..Edit::default() });
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
        self.hunks.retain(|key, _| self.keys.contains(key));
        let renames = self.renames.len();
        self.renames.retain(|rename| now.renames.contains(rename));
        self.undo.clear();
        self.redo.clear();
        self.revision += 1;
        gone.len() + renames - self.renames.len()
    }

    fn apply(&mut self, mut edit: Edit) {
        if edit.is_empty() {
            return;
        }
        // What is deselected is, when it is selected again, meant as a whole.
        let partial = edit.removed.iter().filter_map(|key| Some((key, self.hunks.get(key)?)));
        let gone =
            partial.map(|(key, hunks)| Parts { key: key.clone(), before: Some(hunks.clone()), now: None });
        edit.hunks.extend(gone);
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
        for Parts { key, now, .. } in &edit.hunks {
            match now {
                Some(hunks) => drop(self.hunks.insert(key.clone(), hunks.clone())),
                None => drop(self.hunks.remove(key)),
            }
        }
        self.revision += 1;
    }
}

impl Edit {
    fn is_empty(&self) -> bool {
        let keys = [&self.added, &self.removed, &self.accepted];
        let renames = [&self.renamed, &self.unrenamed];
        keys.iter().all(|keys| keys.is_empty())
            && renames.iter().all(|renames| renames.is_empty())
            && self.hunks.is_empty()
    }

    fn reversed(&self) -> Edit {
        Edit {
            added: self.removed.clone(),
            removed: self.added.clone(),
            accepted: self.unaccepted.clone(),
            unaccepted: self.accepted.clone(),
            renamed: self.unrenamed.clone(),
            unrenamed: self.renamed.clone(),
            hunks: self.hunks.iter().cloned().map(Parts::reversed).collect(),
        }
    }
}

impl Parts {
    fn reversed(self) -> Self {
        Parts { key: self.key, before: self.now, now: self.before }
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
    fn parts_of_a_difference_are_selected_one_by_one() {
        let hunk = |facet: &str| Hunk { facet: facet.to_owned(), entry: None };
        let all = BTreeSet::from([hunk("type"), hunk("default")]);
        let mut selection = Selection::default();
        selection.toggle_hunk(&key("a"), hunk("type"), &all, false);
        assert!(selection.contains_hunk(&key("a"), &hunk("type")));
        assert!(!selection.contains_hunk(&key("a"), &hunk("default")));
        selection.toggle_hunk(&key("a"), hunk("default"), &all, false);
        assert!(selection.hunks().is_empty() && selection.contains(&key("a")), "all parts are the whole");
        selection.toggle_hunk(&key("a"), hunk("default"), &all, false);
        selection.toggle_hunk(&key("a"), hunk("type"), &all, false);
        assert!(selection.is_empty() && selection.hunks().is_empty());
        assert!(selection.undo() && selection.contains_hunk(&key("a"), &hunk("type")));
        assert!(!selection.contains_hunk(&key("a"), &hunk("default")), "the way back knows the parts");
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
