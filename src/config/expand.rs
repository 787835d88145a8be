//! `${NAME}` in a text → what the environment has for it.

use secrecy::SecretString;

/// The environment's value of a variable. What is set to nothing counts as missing.
pub type Variables<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The text with every `${NAME}` replaced. `$$` stands for one `$`; any other `$` stays.
///
/// # Errors
/// The name of a variable that is not set, or the text after a `${` that is never closed.
pub fn expand(text: &str, variables: &Variables<'_>) -> Result<SecretString, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(more) = behind.strip_prefix('$') {
            expanded.push('$');
            rest = more;
        } else if let Some(named) = behind.strip_prefix('{') {
            let (name, more) = named.split_once('}').ok_or("The ${ is never closed by a }.".to_owned())?;
            let value = variables(name).ok_or_else(|| {
                format!("The environment variable {name} is not set. Set it, or write $$ for a plain $.")
            })?;
            expanded.push_str(&value);
            rest = more;
        } else {
            expanded.push('$');
            rest = behind;
        }
    }
    expanded.push_str(rest);
    Ok(expanded.into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let variables = |name: &str| (name == "PASSWORD").then(|| "s$cret".to_owned());
        let expanded = expand(text, &variables);
        match (&expanded, expected) {
            (Ok(secret), Ok(expected)) => assert_eq!(secret.expose_secret(), expected),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{error}"),
            _ => panic!("{text}: {expanded:?}"),
        }
    }

    #[test]
    fn variables_in_braces_are_replaced_and_nothing_else() {
        check("postgres://a:${PASSWORD}@h/d", Ok("postgres://a:s$cret@h/d"));
        check("a$b $PASSWORD $${PASSWORD}", Ok("a$b $PASSWORD ${PASSWORD}"));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        check("x${OTHER}", Err("OTHER is not set"));
        check("x${PASSWORD", Err("never closed"));
    }
}
