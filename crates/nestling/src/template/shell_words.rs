//! Quoting for a POSIX shell.

/// Returns a string as one word of a shell: as it is where none of its characters is special, else in single quotes.
pub(crate) fn quote(text: &str) -> String {
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // A single quote cannot be escaped inside single quotes: they are closed for it and opened again.
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns `true` if a character means itself to every shell, wherever it is in a word. `~` does not, at its start.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ',')
}

/// Returns a string with a backslash before every character that could be special to a shell, as GitLab's `posix_escape`
/// writes it (<https://docs.gitlab.com/ci/inputs/#posix_escape>; Ruby's `Shellwords.escape`).
pub(crate) fn escape(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            // A backslash before a line break would join the lines.
            '\n' => escaped.push_str("'\n'"),
            c if c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c) => escaped.push(c),
            c => escaped.extend(['\\', c]),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_escaped_as_gitlab_documents_it() {
        let text = "A string with single ' and double \" quotes and   blanks";
        let expected = r#"A\ string\ with\ single\ \'\ and\ double\ \"\ quotes\ and\ \ \ blanks"#;
        assert_eq!(escape(text), expected);
        assert_eq!(escape("a\n$b"), "a'\n'\\$b");
    }

    #[test]
    fn words_are_quoted_where_they_have_to_be() {
        for (text, expected) in [
            ("services/api", "services/api"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm -rf /)", "'$(rm -rf /)'"),
            ("~root", "'~root'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(quote(text), expected);
        }
    }
}
