//! Quoting for a POSIX shell.

/// The text as one word of a shell: as it is where no character of it means anything, else in single quotes.
pub(crate) fn quote(text: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ',')
    };
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The text with a backslash before every character that could mean something to a shell, as GitLab's `posix_escape`
/// writes it (<https://docs.gitlab.com/ci/inputs/#posix_escape>; Ruby's `Shellwords.escape`).
pub(crate) fn escape(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
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
        let want = r#"A\ string\ with\ single\ \'\ and\ double\ \"\ quotes\ and\ \ \ blanks"#;
        assert_eq!(escape(text), want);
        assert_eq!(escape("a\n$b"), "a'\n'\\$b");
    }

    #[test]
    fn words_are_quoted_where_they_have_to_be() {
        for (text, want) in [
            ("services/api", "services/api"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm -rf /)", "'$(rm -rf /)'"),
            ("~root", "'~root'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(quote(text), want);
        }
    }
}
