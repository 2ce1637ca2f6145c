//! A condition's signs.

use super::{ExpressionError, re2};
use regex::Regex;
use std::sync::LazyLock;

/// GitLab reads no longer conditions.
const MOST_TOKENS: usize = 100;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals,
    Differs,
    Matches,
    MatchesNot,
}

#[derive(Debug, Clone)]
pub(super) enum Token {
    Open,
    Close,
    Variable(String),
    Text(String),
    Pattern(Regex),
    Null,
    Bool(bool),
    Not,
    Compare(Comparison),
    And,
    Or,
}

/// The forms of GitLab's lexer, in its order.
struct Forms {
    variable: Regex,
    text: Regex,
    pattern: Regex,
    flags: Regex,
}

static FORMS: LazyLock<Option<Forms>> = LazyLock::new(|| {
    Some(Forms {
        variable: Regex::new(r"^\$([0-9A-Za-z_]+)").ok()?,
        text: Regex::new(r#"^(?:"([^\n]*?)"|'([^\n]*?)')"#).ok()?,
        // At least two characters between the slashes: GitLab's own form asks for them, in a condition.
        pattern: Regex::new(r"^/(?:[^/]|\\/)+[^\\]/[ismU]*").ok()?,
        flags: Regex::new(r"(?m)^/(.*)/([ismU]*)$").ok()?,
    })
});

/// The signs with the character at which each begins.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = text[at..].trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
        at = text.len() - rest.len();
        let place = text[..at].chars().count();
        if rest.is_empty() {
            return Ok(tokens);
        }
        let error = |message: String| ExpressionError { message, at: place };
        if tokens.len() + 1 >= MOST_TOKENS {
            return Err(error(format!("GitLab reads fewer than {MOST_TOKENS} signs in one condition")));
        }
        let (length, token) =
            token(rest).map_err(|message| error(message.unwrap_or_else(|| unknown(rest))))?;
        tokens.push((place, token));
        at += length;
    }
}

/// The first sign and its length; the error is `None` where no sign is there.
fn token(rest: &str) -> Result<(usize, Token), Option<String>> {
    // The longer of two that begin alike comes first.
    const FIXED: [(&str, Token); 12] = [
        ("(", Token::Open),
        (")", Token::Close),
        ("null", Token::Null),
        ("true", Token::Bool(true)),
        ("false", Token::Bool(false)),
        ("==", Token::Compare(Comparison::Equals)),
        ("=~", Token::Compare(Comparison::Matches)),
        ("!=", Token::Compare(Comparison::Differs)),
        ("!~", Token::Compare(Comparison::MatchesNot)),
        ("&&", Token::And),
        ("||", Token::Or),
        ("!", Token::Not),
    ];
    if let Some((sign, token)) = FIXED.iter().find(|(sign, _)| rest.starts_with(sign)) {
        return Ok((sign.len(), token.clone()));
    }
    let Some(forms) = &*FORMS else { return Err(None) };
    if let Some(found) = forms.variable.captures(rest) {
        return Ok((found[0].len(), Token::Variable(found[1].to_owned())));
    }
    if let Some(found) = forms.text.captures(rest) {
        let text = found.get(1).or_else(|| found.get(2)).map_or("", |inner| inner.as_str());
        return Ok((found[0].len(), Token::Text(text.to_owned())));
    }
    let found = forms.pattern.find(rest).ok_or(None)?;
    let pattern = pattern(found.as_str())
        .ok_or_else(|| Some(format!("`{}` is no regular expression of RE2", found.as_str())))?;
    Ok((found.len(), Token::Pattern(pattern)))
}

/// The regular expression that `/…/flags` is, if it is one: GitLab also reads the values of variables so.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    let text = text.replace(r"\/", "/");
    let found = FORMS.as_ref()?.flags.captures(&text)?;
    let flags = &found[2];
    let prefix = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    let source = re2::translated(&found[1])?;
    Regex::new(&format!("{prefix}{source}")).ok()
}

fn unknown(rest: &str) -> String {
    let word: String = rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
    match rest.chars().next() {
        Some('$') => format!("`{word}` is no variable here: write `$NAME`, without braces"),
        Some('"' | '\'') => format!("the string that begins with `{word}` does not end"),
        Some('/') => format!("`{word}` is no pattern: write at least two characters between two slashes"),
        _ => format!("`{word}` has no meaning here: strings stand in quotes, variables begin with `$`"),
    }
}
