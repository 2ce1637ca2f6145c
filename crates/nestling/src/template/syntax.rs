//! How templates are written: `${{ }}` prints, `#%` and `{% %}` control, `{#* *#}` is left out.
//!
//! `${{ }}` is a plain scalar in YAML and clashes with nothing in shell, docker, helm or GitLab; the usual `{{ }}` does.
//! Jinja's usual comment `{#` would break bash's `${#array[@]}`.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;
use std::sync::LazyLock;

static SYNTAX: LazyLock<Option<SyntaxConfig>> = LazyLock::new(|| {
    SyntaxConfig::builder()
        .block_delimiters("{%", "%}")
        .variable_delimiters("${{", "}}")
        .comment_delimiters("{#*", "*#}")
        .line_statement_prefix("#%")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .ok()
});

/// The delimiters of templates.
pub(crate) fn syntax() -> SyntaxConfig {
    SYNTAX.clone().unwrap_or_default()
}

/// Whether a text has anything for the engine to do. Without, it is YAML as it stands.
pub(crate) fn is_template(text: &str) -> bool {
    ["${{", "#%", "{%", "{#*"].iter().any(|delimiter| text.contains(delimiter))
}

/// The insides of all `${{ }}`, in bytes.
pub(crate) fn braces(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (token, span) in tokenize(source, false, syntax()).map_while(Result::ok) {
        match token {
            Token::VariableStart => open = Some(span.end_offset as usize),
            Token::VariableEnd => found.extend(open.take().map(|from| from..span.start_offset as usize)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiters_are_ours() {
        assert_eq!(syntax().variable_delimiters(), ("${{", "}}"));
        assert_eq!(syntax().line_statement_prefix(), Some("#%"));
    }
}
