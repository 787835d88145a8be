//! The name by which both sides know an object.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kind of an object in the database's own words, for example `table` or `policy`.
///
/// Kinds are interned: a `Kind` is as cheap to copy and to compare as a string slice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(&'static str);

impl Kind {
    /// A kind whose name is known when the program is built.
    pub const fn of(name: &'static str) -> Self {
        Kind(name)
    }

    /// The kind of this name. Names that were not seen before are kept until the program ends,
    /// so this is for the few names of kinds, never for names of objects.
    pub fn named(name: &str) -> Self {
        Kind(interned(name))
    }

    /// The kind's name, in the singular and in lower case.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// A name that is kept until the program ends, once however often it is asked for.
pub(super) fn interned(name: &str) -> &'static str {
    static NAMES: OnceLock<Mutex<BTreeSet<&'static str>>> = OnceLock::new();
    let mut names = NAMES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Kind::named(&String::deserialize(deserializer)?))
    }
}

/// What identifies an object on every side: its kind and its path, outermost name first.
///
/// A table is `table` with `[schema, table]`, its column `column` with `[schema, table, column]`,
/// a function `function` with `[schema, "name(argument types)"]`. Names are held as the database
/// holds them, without quotes. Cloning is cheap.
///
/// Written as `kind:schema.name`; a part that contains anything but letters, digits, `_`, `$`,
/// and the `(`, `)`, `,`, `[`, `]` and blanks of a signature is put in double quotes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    path: Arc<[Arc<str>]>,
    kind: Kind,
}

impl Key {
    /// The key of a kind and a path.
    pub fn new<P>(kind: Kind, path: P) -> Self
    where
        P: IntoIterator,
        P::Item: Into<Arc<str>>,
    {
        Key { kind, path: path.into_iter().map(Into::into).collect() }
    }

    /// The object's kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// All names, outermost first. Never empty for an object of a database.
    pub fn path(&self) -> &[Arc<str>] {
        &self.path
    }

    /// The object's own name: the last of the path.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", |name| name)
    }

    /// The outermost name: for everything but database-wide objects this is the schema.
    pub fn root(&self) -> &str {
        self.path.first().map_or("", |name| name)
    }

    /// The key of the object that this one is a part of, given its kind: the path without its
    /// last name.
    pub fn parent(&self, kind: Kind) -> Key {
        let depth = self.path.len().saturating_sub(1);
        Key { kind, path: self.path[..depth].into() }
    }

    /// The key of a part of this object.
    pub fn child(&self, kind: Kind, name: &str) -> Key {
        Key { kind, path: self.path.iter().cloned().chain([name.into()]).collect() }
    }

    /// The same key with a path in the place of its own.
    pub(super) fn on_path(self, path: impl FnOnce(Arc<[Arc<str>]>) -> Arc<[Arc<str>]>) -> Key {
        Key { kind: self.kind, path: path(self.path) }
    }

    /// The same path under another kind.
    pub fn as_kind(&self, kind: Kind) -> Key {
        Key { kind, path: self.path.clone() }
    }

    /// The dotted path without the kind, as in `public.orders.total`.
    pub fn dotted(&self) -> String {
        Dotted(&self.path).to_string()
    }
}

/// A path, written with dots between its names.
struct Dotted<'a>(&'a [Arc<str>]);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            match is_plain(part) {
                true => f.write_str(part)?,
                false => write!(f, "\"{}\"", part.replace('"', "\"\""))?,
            }
        }
        Ok(())
    }
}

/// Whether a name is written without quotes.
fn is_plain(name: &str) -> bool {
    /// The bytes of ASCII that may stand in such a name: most names are looked through as bytes, without
    /// a branch.
    const PLAIN: [bool; 256] = {
        let (mut plain, mut byte) = ([false; 256], 0);
        while byte < 128 {
            let c = byte as u8;
            plain[byte] = c.is_ascii_alphanumeric() || is_mark(c);
            byte += 1;
        }
        plain
    };
    const fn is_mark(c: u8) -> bool {
        matches!(c, b'_' | b'$' | b'(' | b')' | b',' | b'[' | b']' | b' ')
    }
    let is_plain = name.bytes().fold(true, |plain, c| plain & PLAIN[usize::from(c)])
        || name.chars().all(|c| u8::try_from(c).is_ok_and(is_mark) || c.is_alphanumeric());
    is_plain && !name.is_empty() && !name.starts_with(' ')
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        f.write_str(":")?;
        Dotted(&self.path).fmt(f)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// By path, then by kind. Parts of one object share its names, which makes comparing them cheap.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        if !Arc::ptr_eq(&self.path, &other.path) {
            for (own, others) in self.path.iter().zip(other.path.iter()) {
                if !Arc::ptr_eq(own, others) {
                    let order = own.cmp(others);
                    if order.is_ne() {
                        return order;
                    }
                }
            }
        }
        self.path.len().cmp(&other.path.len()).then_with(|| self.kind.cmp(&other.kind))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A text that is not `kind:name.name`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an object key; write it as kind:schema.name, for example table:public.orders")]
pub struct ParseKeyError(String);

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let error = || ParseKeyError(text.to_owned());
        let (kind, dotted) = text.split_once(':').ok_or_else(error)?;
        let mut parts = vec![String::new()];
        let mut chars = dotted.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            let part = parts.last_mut().ok_or_else(error)?;
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    part.push('"');
                }
                '"' => quoted = !quoted,
                '.' if !quoted => parts.push(String::new()),
                c => part.push(c),
            }
        }
        if quoted || kind.is_empty() || dotted.is_empty() {
            return Err(error());
        }
        Ok(Key::new(Kind::named(kind), parts))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_from_what_it_prints() {
        let odd = ["public", "a.b", "say \"hi\"", "two words", "line\nbreak", "", " lead"];
        for name in odd {
            let key = Key::new(Kind::of("table"), ["public", name]);
            assert_eq!(key.to_string().parse::<Key>().unwrap(), key, "{key}");
        }
    }

    #[test]
    fn a_function_key_keeps_its_signature_unquoted() {
        let key = Key::new(Kind::of("function"), ["public", "f(integer, text[])"]);
        assert_eq!(key.to_string(), "function:public.f(integer, text[])");
        assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
    }

    #[test]
    fn a_text_without_a_kind_is_refused() {
        assert!("public.orders".parse::<Key>().is_err());
        assert!("table:\"open".parse::<Key>().is_err());
    }
}
