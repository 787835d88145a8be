//! Keys: one table of what can be done, by which keys and where. The bar, the help and the palette
//! are made from it, and people can put other keys in.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use super::bindings::{Action, BINDINGS, Binding, Context};

/// A key with what is held down with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Keys that cannot be bound as asked for, with what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// There is no such action.
    #[error("there is no action `{name}` to bind keys to{}", suggestion(.nearest))]
    UnknownAction {
        /// The name that was given.
        name: String,
        /// The action that it is most like.
        nearest: Option<&'static str>,
    },
    /// There is no such key.
    #[error(
        "`{key}` is no key; write one as `x`, `ctrl-x`, `alt-x`, `shift-tab`, `space`, `enter`, `esc`, `f1`, `pgdn`"
    )]
    UnknownKey {
        /// What was given.
        key: String,
    },
    /// Two actions want one key.
    #[error(
        "the key `{key}` is bound to `{first}` and to `{second}` in the same place; give one of them another key"
    )]
    Conflict {
        /// The key.
        key: String,
        /// One action.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// Which keys do what.
#[derive(Clone, Debug)]
pub struct Keymap {
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys_of = |binding: &Binding| binding.keys.split(' ').filter_map(Key::parse).collect();
        Keymap { keys: BINDINGS.iter().map(keys_of).collect() }
    }
}

impl Keymap {
    /// The built-in keys with those of some actions, by their names, replaced.
    ///
    /// # Errors
    /// Where an action or a key is not known, or one key would do two things in one place.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        let mut keymap = Keymap::default();
        for (name, keys) in overrides {
            let at = BINDINGS.iter().position(|binding| binding.name == name);
            let at =
                at.ok_or_else(|| KeymapError::UnknownAction { name: name.clone(), nearest: nearest(name) })?;
            let parse =
                |key: &String| Key::parse(key).ok_or_else(|| KeymapError::UnknownKey { key: key.clone() });
            keymap.keys[at] = keys.iter().map(parse).collect::<Result<_, _>>()?;
        }
        keymap.check()?;
        Ok(keymap)
    }

    fn check(&self) -> Result<(), KeymapError> {
        for (at, binding) in BINDINGS.iter().enumerate() {
            for (earlier, other) in BINDINGS[..at].iter().enumerate() {
                if binding.context != other.context {
                    continue;
                }
                if let Some(key) = self.keys[at].iter().find(|key| self.keys[earlier].contains(key)) {
                    return Err(KeymapError::Conflict {
                        key: key.to_string(),
                        first: other.name,
                        second: binding.name,
                    });
                }
            }
        }
        Ok(())
    }

    /// What a key does in a place: its own bindings come before those of every place.
    pub fn action(&self, context: Context, event: &KeyEvent) -> Option<Action> {
        let key = Key::of(event);
        let places = if context.is_pane() { vec![context, Context::Panes] } else { vec![context] };
        places.into_iter().find_map(|place| {
            let bound = BINDINGS.iter().zip(&self.keys);
            let mut here = bound.filter(|(binding, _)| binding.context == place);
            here.find(|(_, keys)| keys.contains(&key)).map(|(binding, _)| binding.action)
        })
    }

    /// The keys of a binding, for people: `j ↓`.
    pub fn keys(&self, binding: &Binding) -> String {
        let at = BINDINGS.iter().position(|known| std::ptr::eq(known, binding) || known.name == binding.name);
        let keys = at.and_then(|at| self.keys.get(at)).map_or(&[][..], Vec::as_slice);
        keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// The first key of an action, for people, for use in sentences.
    pub fn key(&self, action: Action) -> String {
        let mut bound = BINDINGS.iter().zip(&self.keys).filter(|(binding, _)| binding.action == action);
        bound.find_map(|(_, keys)| keys.first()).map_or_else(String::new, ToString::to_string)
    }
}

fn nearest(name: &str) -> Option<&'static str> {
    let likeness = |binding: &Binding| similar::TextDiff::from_chars(binding.name, name).ratio();
    let best = BINDINGS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.5).then_some(best.name)
}

impl Key {
    /// The key of an event. Shift is part of the character that it makes.
    pub fn of(event: &KeyEvent) -> Self {
        let mut modifiers =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers.insert(KeyModifiers::SHIFT);
                KeyCode::Tab
            }
            KeyCode::Char(c) => {
                modifiers.remove(KeyModifiers::SHIFT);
                let control = modifiers.contains(KeyModifiers::CONTROL);
                KeyCode::Char(if control { c.to_ascii_lowercase() } else { c })
            }
            other => other,
        };
        Key { code, modifiers }
    }

    /// The event of pressing the key.
    #[cfg(test)]
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// The key that a text like `ctrl-x` names.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        let held =
            [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];
        while let Some((prefix, modifier)) = held.iter().find(|(prefix, _)| rest.starts_with(prefix)) {
            modifiers.insert(*modifier);
            rest = &rest[prefix.len()..];
        }
        let code = match rest {
            "space" => KeyCode::Char(' '),
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "backspace" => KeyCode::Backspace,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pgup" => KeyCode::PageUp,
            "pgdn" => KeyCode::PageDown,
            _ => {
                let mut chars = rest.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => KeyCode::Char(c),
                    (Some('f'), Some(_)) => KeyCode::F(rest[1..].parse().ok()?),
                    _ => return None,
                }
            }
        };
        Some(Key { code, modifiers })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("Shift-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            other => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(text: &str) -> KeyEvent {
        Key::parse(text).unwrap().event()
    }

    #[test]
    fn the_built_in_keys_are_all_keys_and_never_in_conflict() {
        let keymap = Keymap::default();
        for (binding, keys) in BINDINGS.iter().zip(&keymap.keys) {
            assert_eq!(binding.keys.split(' ').count(), keys.len(), "{}", binding.name);
        }
        keymap.check().unwrap();
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

    #[test]
    fn keys_can_be_replaced_and_mistakes_say_what_to_do() {
        let overrides = |name: &str, key: &str| BTreeMap::from([(name.to_owned(), vec![key.to_owned()])]);
        let keymap = Keymap::with_overrides(&overrides("write", "ctrl-s")).unwrap();
        assert_eq!(keymap.action(Context::Tree, &pressed("ctrl-s")), Some(Action::Write));
        assert_eq!(keymap.action(Context::Tree, &pressed("w")), None);
        let unknown = Keymap::with_overrides(&overrides("wirte", "x")).unwrap_err().to_string();
        assert!(unknown.ends_with("did you mean `write`?"), "{unknown}");
        let key = Keymap::with_overrides(&overrides("write", "hyper-x")).unwrap_err().to_string();
        assert!(key.starts_with("`hyper-x` is no key"), "{key}");
        let conflict = Keymap::with_overrides(&overrides("write", "q")).unwrap_err();
        assert!(matches!(conflict, KeymapError::Conflict { .. }), "{conflict}");
    }
}
