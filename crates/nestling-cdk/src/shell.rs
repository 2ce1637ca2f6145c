//! Strings inside shell scripts: no name can change the meaning of a script.

/// Returns `true` if a string means itself in a shell, unquoted.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '+' | '=' | ',')
}

/// Returns a string as one word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Returns a string as part of a double-quoted word: nothing in it is expanded.
pub(crate) fn in_double_quotes(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// Returns a name of a variable made of any string; two different strings may become one.
pub(crate) fn variable(text: &str) -> String {
    let name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_a_command() {
        for (text, want) in [
            ("Staging/Data", "Staging/Data"),
            ("Staging/*", "'Staging/*'"),
            ("a b", "'a b'"),
            ("it's; rm -rf /", r"'it'\''s; rm -rf /'"),
            ("$(id)", "'$(id)'"),
            ("-x", "'-x'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), want);
        }
        assert_eq!(in_double_quotes("a\"$b`c\\"), "a\\\"\\$b\\`c\\\\");
    }

    #[test]
    fn a_variable_has_a_name_that_shells_accept() {
        assert_eq!(variable("Dev@Version__VERSION"), "Dev_Version__VERSION");
        assert_eq!(variable("4you"), "_4you");
    }
}
