//! Keys: one table of what can be done, by which keys and where. The bar, the help and the palette
//! are made from it, and people can put other keys in.

mod action;
mod bindings;
mod context;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

pub use self::{
    action::Action,
    bindings::{BINDINGS, Binding},
    context::Context,
};
pub use super::key::Key;
use crate::config::nearest;

/// A setting of keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault {
    /// The name of the setting below `keys`: `select`, or `objects.select`.
    pub setting: String,
    /// What is wrong, as a full sentence.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Which keys do what.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// The keys of an action in one place.
#[derive(Clone, Debug)]
struct Bound {
    binding: &'static Binding,
    context: Context,
    keys: Vec<Key>,
    /// The setting that gave it these keys.
    setting: Option<String>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bound = |binding: &'static Binding| Bound {
            binding,
            context: binding.context,
            keys: binding.keys.split(' ').filter_map(Key::parse).collect(),
            setting: None,
        };
        Keymap { bound: BINDINGS.iter().map(bound).collect() }
    }
}

impl Keymap {
    /// The built-in keys with those of some actions replaced, by the names of the actions
    /// (`select`), in all places that they are for, or with a place before them (`objects.select`);
    /// and what is wrong with that: an action or a key that is not known, a key that would do two
    /// things in one place, an action that could not be reached any more.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> (Self, Vec<KeyFault>) {
        let mut keymap = Keymap::default();
        let mut faults = Vec::new();
        for (setting, keys) in overrides {
            if let Err((message, hint)) = keymap.set(setting, keys) {
                faults.push(KeyFault { setting: setting.clone(), message, hint });
            }
        }
        faults.extend(keymap.conflicts());
        (keymap, faults)
    }

    fn set(&mut self, setting: &str, keys: &[String]) -> Result<(), (String, String)> {
        let (binding, context) = find(setting)?;
        let keys = keys.iter().map(|key| Key::parse(key).ok_or_else(|| no_key(key)));
        let keys = keys.collect::<Result<Vec<Key>, _>>()?;
        let bound = Bound { binding, context, keys, setting: Some(setting.to_owned()) };
        let same = |known: &&mut Bound| std::ptr::eq(known.binding, binding) && known.context == context;
        match self.bound.iter_mut().find(same) {
            Some(known) => *known = bound,
            None => self.bound.push(bound),
        }
        Ok(())
    }

    fn conflicts(&self) -> Vec<KeyFault> {
        let mut faults = Vec::new();
        for (at, later) in self.bound.iter().enumerate() {
            for earlier in self.bound[..at].iter().filter(|earlier| earlier.context == later.context) {
                if let Some(key) = later.keys.iter().find(|key| earlier.keys.contains(key)) {
                    faults.push(fault(
                        [later, earlier],
                        format!(
                            "The key `{key}` would do two things {}: `{}` and `{}`.",
                            later.context.whereabouts(),
                            earlier.binding.name,
                            later.binding.name
                        ),
                        "Give one of them another key.",
                    ));
                }
            }
        }
        for place in Context::ALL.into_iter().filter(|context| context.is_pane()) {
            faults.extend(self.general(place).filter_map(|general| self.out_of_reach(general, place)));
        }
        faults
    }

    /// That none of the keys that an action has everywhere still does it in one pane.
    fn out_of_reach(&self, general: &Bound, place: Context) -> Option<KeyFault> {
        let own =
            |key: &Key| self.bound.iter().find(|bound| bound.context == place && bound.keys.contains(key));
        let taken = general.keys.iter().map(own).collect::<Option<Vec<_>>>()?;
        let first = taken.first()?;
        Some(fault(
            [first, general],
            format!(
                "`{}` could not be reached {}: its key `{}` is `{}` there.",
                general.binding.name,
                place.whereabouts(),
                general.keys.first()?,
                first.binding.name
            ),
            "Give one of them another key.",
        ))
    }

    /// What is bound everywhere, apart from what a place has bindings of its own for.
    fn general(&self, place: Context) -> impl Iterator<Item = &Bound> {
        let own = move |bound: &&Bound| {
            self.bound.iter().any(|own| own.context == place && own.binding.action == bound.binding.action)
        };
        self.bound.iter().filter(move |bound| bound.context == Context::Panes && !own(bound))
    }

    /// What a key does in a place: its own bindings come before those of every place.
    pub fn action(&self, context: Context, event: &KeyEvent) -> Option<Action> {
        let key = Key::of(event);
        let own = self.bound.iter().filter(|bound| bound.context == context);
        let general = self.general(context).filter(|_| context.is_pane());
        own.chain(general).find(|bound| bound.keys.contains(&key)).map(|bound| bound.binding.action)
    }

    /// The pane in which a key does something that it does not do in another.
    pub fn pane_of(&self, event: &KeyEvent) -> Option<Context> {
        let key = Key::of(event);
        let bound = self.bound.iter().find(|bound| bound.context.is_pane() && bound.keys.contains(&key));
        bound.map(|bound| bound.context)
    }

    /// What is bound in a place of its own, in the order of the table, with the keys for people.
    pub fn bindings(&self, context: Context) -> impl Iterator<Item = (&'static Binding, String)> {
        let here = self.bound.iter().filter(move |bound| bound.context == context);
        here.map(|bound| (bound.binding, shown(&bound.keys)))
    }

    /// The keys of a binding where it belongs, for people: `j ↓`.
    pub fn keys(&self, binding: &Binding) -> String {
        let own = |bound: &&Bound| std::ptr::eq(bound.binding, binding) && bound.context == binding.context;
        self.bound.iter().find(own).map_or_else(String::new, |bound| shown(&bound.keys))
    }

    /// The first key of an action, for people, for use in sentences.
    pub fn key(&self, action: Action) -> String {
        let mut bound = self.bound.iter().filter(|bound| bound.binding.action == action);
        bound.find_map(|bound| bound.keys.first()).map_or_else(String::new, ToString::to_string)
    }
}

/// Every name that keys can be bound to, with and without a place.
pub fn names() -> Vec<String> {
    let general = BINDINGS.iter().map(|binding| binding.name.to_owned());
    general.chain(Context::ALL.map(|context| context.name().to_owned())).collect()
}

/// The names of the actions that keys can be bound to in a place.
pub fn names_in(context: Context) -> Vec<&'static str> {
    BINDINGS.iter().filter(|binding| binding.is_for(context)).map(|binding| binding.name).collect()
}

/// The binding that a setting is about, and where.
fn find(setting: &str) -> Result<(&'static Binding, Context), (String, String)> {
    let Some((place, name)) = setting.split_once('.') else {
        let found = BINDINGS.iter().find(|binding| binding.name == setting);
        return found.map(|binding| (binding, binding.context)).ok_or_else(|| {
            let known = BINDINGS.iter().map(|binding| binding.name);
            (format!("There is no action `{setting}`."), suggestion(setting, known))
        });
    };
    let context = Context::ALL.into_iter().find(|context| context.name() == place).ok_or_else(|| {
        let known = Context::ALL.map(Context::name);
        let hint = suggestion(place, known.into_iter());
        (format!("There is no place `{place}` for keys; there is {}.", known.join(", ")), hint)
    })?;
    let found = BINDINGS.iter().find(|binding| binding.name == name && binding.is_for(context));
    found.map(|binding| (binding, context)).ok_or_else(|| {
        let hint = suggestion(name, names_in(context).into_iter());
        (format!("There is no action `{name}` {}.", context.whereabouts()), hint)
    })
}

fn suggestion<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(written, known) {
        Some(name) => format!("Did you mean `{name}`?"),
        None => "`?` in the terminal shows what there is.".to_owned(),
    }
}

fn no_key(key: &str) -> (String, String) {
    let hint = "Write one as `x`, `ctrl-x`, `alt-x`, `shift-tab`, `space`, `enter`, `esc`, `f1`, `pgdn`.";
    (format!("`{key}` is no key."), hint.to_owned())
}

/// What is wrong between two bindings, told of the one that the user made.
fn fault(between: [&Bound; 2], message: String, hint: &str) -> KeyFault {
    let setting = between.iter().find_map(|bound| bound.setting.clone());
    let setting = setting.unwrap_or_else(|| between[0].binding.name.to_owned());
    KeyFault { setting, message, hint: hint.to_owned() }
}

fn shown(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn pressed(text: &str) -> KeyEvent {
        Key::parse(text).unwrap().event()
    }

    #[test]
    fn the_built_in_keys_are_all_keys_and_never_in_conflict() {
        let keymap = Keymap::default();
        for bound in &keymap.bound {
            assert_eq!(bound.binding.keys.split(' ').count(), bound.keys.len(), "{}", bound.binding.name);
        }
        assert_eq!(keymap.conflicts(), []);
    }

    #[test]
    fn every_action_can_be_done_by_a_key() {
        let keymap = Keymap::default();
        for number in 0..=Action::Next as usize {
            let bound = BINDINGS.iter().find(|binding| binding.action as usize == number);
            let binding = bound.unwrap_or_else(|| panic!("action number {number} has no key"));
            assert!(!keymap.key(binding.action).is_empty(), "{}", binding.name);
        }
    }

    #[test]
    fn action_names_are_unique_within_their_place() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            assert!(BINDINGS[..at].iter().all(|other| other.name != binding.name), "{}", binding.name);
        }
    }

    #[test]
    fn a_place_has_its_own_keys_before_those_of_every_place() {
        let keymap = Keymap::default();
        assert_eq!(keymap.action(Context::Tree, &pressed("space")), Some(Action::Toggle));
        assert_eq!(keymap.action(Context::Diff, &pressed("q")), Some(Action::Quit));
        assert_eq!(keymap.action(Context::Filter, &pressed("q")), None);
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(keymap.action(Context::Tree, &shifted), Some(Action::Last));
        let back_tab = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(keymap.action(Context::Tree, &back_tab), Some(Action::PreviousPane));
    }

    fn overridden(settings: &[(&str, &str)]) -> (Keymap, Vec<String>) {
        let list = |keys: &str| keys.split_whitespace().map(str::to_owned).collect();
        let overrides = settings.iter().map(|(name, keys)| ((*name).to_owned(), list(keys))).collect();
        let (keymap, faults) = Keymap::with_overrides(&overrides);
        let sentence = |fault: KeyFault| format!("{}: {} {}", fault.setting, fault.message, fault.hint);
        (keymap, faults.into_iter().map(sentence).collect())
    }

    fn check_fault(setting: (&str, &str), expected: &str) {
        let (_, faults) = overridden(&[setting]);
        assert_eq!(faults, [expected]);
    }

    #[test]
    fn keys_can_be_replaced_everywhere_or_in_one_place() {
        let (keymap, faults) = overridden(&[("write", "ctrl-s"), ("objects.down", "n"), ("next-match", "m")]);
        assert_eq!(faults, [""; 0]);
        assert_eq!(keymap.action(Context::Tree, &pressed("ctrl-s")), Some(Action::Write));
        assert_eq!(keymap.action(Context::Tree, &pressed("w")), None);
        assert_eq!(keymap.action(Context::Tree, &pressed("n")), Some(Action::Down));
        assert_eq!(keymap.action(Context::Tree, &pressed("j")), None);
        assert_eq!(keymap.action(Context::Diff, &pressed("j")), Some(Action::Down));
        let shown: Vec<_> = keymap.bindings(Context::Tree).filter(|(b, _)| b.name == "down").collect();
        assert_eq!(shown[0].1, "n");
    }

    #[test]
    fn an_action_can_be_left_without_a_key() {
        let (keymap, faults) = overridden(&[("theme", "")]);
        assert_eq!(faults, [""; 0]);
        assert_eq!(keymap.action(Context::Tree, &pressed("T")), None);
    }

    #[test]
    fn mistakes_in_keys_say_what_to_do() {
        check_fault(("wirte", "x"), "wirte: There is no action `wirte`. Did you mean `write`?");
        check_fault(
            ("objects.selct", "x"),
            "objects.selct: There is no action `selct` in the objects. Did you mean `select`?",
        );
        check_fault(
            ("object.select", "x"),
            "object.select: There is no place `object` for keys; there is everywhere, targets, objects, difference, \
             plan, filter, question, help, log, palette. Did you mean `objects`?",
        );
        check_fault(
            ("write", "hyper-x"),
            "write: `hyper-x` is no key. Write one as `x`, `ctrl-x`, `alt-x`, `shift-tab`, `space`, `enter`, \
             `esc`, `f1`, `pgdn`.",
        );
        check_fault(
            ("write", "q"),
            "write: The key `q` would do two things everywhere: `write` and `quit`. Give one of them another key.",
        );
        check_fault(
            ("objects.select", "q"),
            "objects.select: `quit` could not be reached in the objects: its key `q` is `select` there. \
             Give one of them another key.",
        );
    }
}
