//! SQL in colours: which part of a text is a keyword, a string, a comment.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::OnceLock,
};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::theme::Role;

/// Longer texts stay plain: nobody reads them for their colours.
const LONGEST: usize = 400_000;

/// The parts of every line that have a colour: from, to (in bytes), and what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highlighted {
    lines: Vec<Vec<(usize, usize, Role)>>,
}

impl Highlighted {
    /// The coloured parts of a line.
    pub fn line(&self, index: usize) -> &[(usize, usize, Role)] {
        self.lines.get(index).map_or(&[], Vec::as_slice)
    }
}

/// By what a text is known among those whose colours have been worked out.
pub fn id(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Works out the colours of an SQL text. Takes about 0.1 ms a line, and much longer the first
/// time: not for the screen's path.
pub fn highlight(text: &str) -> Highlighted {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    let syntaxes = SYNTAXES.get_or_init(SyntaxSet::load_defaults_newlines);
    let Some(sql) = syntaxes.find_syntax_by_name("SQL").filter(|_| text.len() <= LONGEST) else {
        return Highlighted::default();
    };
    let scopes = Scopes::get();
    let mut parser = ParseState::new(sql);
    let mut stack = ScopeStack::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let Ok(operations) = parser.parse_line(&format!("{line}\n"), syntaxes) else {
            return Highlighted::default();
        };
        let mut parts: Vec<(usize, usize, Role)> = Vec::new();
        let mut at = 0;
        let ends = operations.iter().map(|(end, operation)| (*end, Some(operation)));
        for (end, operation) in ends.chain([(line.len(), None)]) {
            let end = end.min(line.len());
            if let Some(role) = scopes.role(&stack).filter(|_| end > at) {
                match parts.last_mut().filter(|(_, to, last)| *to == at && *last == role) {
                    Some(last) => last.1 = end,
                    None => parts.push((at, end, role)),
                }
            }
            at = at.max(end);
            if operation.is_some_and(|operation| stack.apply(operation).is_err()) {
                return Highlighted::default();
            }
        }
        lines.push(parts);
    }
    Highlighted { lines }
}

/// Which scope of the grammar has which role: of those that fit, the innermost counts.
struct Scopes(Vec<(Scope, Role)>);

impl Scopes {
    fn get() -> &'static Self {
        static SCOPES: OnceLock<Scopes> = OnceLock::new();
        SCOPES.get_or_init(|| {
            let roles = [
                ("comment", Role::SqlComment),
                ("string", Role::SqlString),
                ("constant.numeric", Role::SqlNumber),
                ("constant.language", Role::SqlKeyword),
                ("storage", Role::SqlType),
                ("support.function", Role::SqlFunction),
                ("entity.name.function", Role::Text),
                ("keyword.operator", Role::Text),
                ("keyword", Role::SqlKeyword),
            ];
            Scopes(
                roles.into_iter().filter_map(|(name, role)| Some((Scope::new(name).ok()?, role))).collect(),
            )
        })
    }

    fn role(&self, stack: &ScopeStack) -> Option<Role> {
        let known = |scope: &Scope| self.0.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        let innermost = stack.as_slice().iter().rev().find_map(known);
        innermost.map(|(_, role)| *role).filter(|role| *role != Role::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_types_strings_and_comments_have_their_roles() {
        let text = "CREATE TABLE t (a integer DEFAULT 'x', b int); -- why\nSELECT 42";
        let highlighted = highlight(text);
        let first = text.lines().next().unwrap();
        let roles: Vec<(&str, Role)> =
            highlighted.line(0).iter().map(|(from, to, role)| (&first[*from..*to], *role)).collect();
        let role_of = |part: &str| roles.iter().find(|(text, _)| text.contains(part)).map(|(_, role)| *role);
        assert_eq!(role_of("CREATE"), Some(Role::SqlKeyword), "{roles:?}");
        assert_eq!(role_of("integer"), Some(Role::SqlType), "{roles:?}");
        assert_eq!(role_of("x"), Some(Role::SqlString), "{roles:?}");
        assert_eq!(role_of("why"), Some(Role::SqlComment), "{roles:?}");
        assert_eq!(highlighted.line(7), &[]);
    }
}
