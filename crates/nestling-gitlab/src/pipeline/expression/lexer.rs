//! Splits a condition into tokens, as GitLab's lexer does (lib/gitlab/ci/pipeline/expression/lexer.rb).

use super::{ExpressionError, compiled, re2};
use crate::pipeline::guard::Pattern;
use regex::Regex;
use std::sync::LazyLock;

/// GitLab's limit of tokens in one condition (lexer.rb, `MAX_TOKENS`).
const TOKEN_LIMIT: usize = 100;

/// An operator that compares two values.
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
    Pattern(Pattern),
    Null,
    Bool(bool),
    Not,
    Compare(Comparison),
    And,
    Or,
}

/// Patterns of GitLab's lexer, in its order.
struct Patterns {
    input: Regex,
    variable: Regex,
    text: Regex,
    pattern: Regex,
    flags: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        input: Regex::new(r"^\$\[\[[ \t\r\n\f\v]*inputs\.([0-9A-Za-z_-]+)[ \t\r\n\f\v]*\]\]").ok()?,
        variable: Regex::new(r"^\$([0-9A-Za-z_]+)").ok()?,
        text: Regex::new(r#"^(?:"([^\n]*?)"|'([^\n]*?)')"#).ok()?,
        // GitLab's own pattern requires at least two characters between the slashes of a literal.
        pattern: Regex::new(r"^/(?:[^/]|\\/)+[^\\]/[ismU]*").ok()?,
        flags: Regex::new(r"(?m)^/(.*)/([ismU]*)$").ok()?,
    })
});

/// Returns the tokens with the offset of each in characters.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        // Ruby's `\s` has the vertical tab as well.
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
        if rest.is_empty() {
            return Ok(tokens);
        }
        let offset = text[..text.len() - rest.len()].chars().count();
        if tokens.len() + 1 >= TOKEN_LIMIT {
            let message = format!("a condition must have fewer than {TOKEN_LIMIT} tokens");
            return Err(ExpressionError { message, offset });
        }
        match token(rest) {
            Ok((length, token)) => {
                tokens.push((offset, token));
                rest = &rest[length..];
            }
            Err(message) => {
                return Err(ExpressionError { message: message.unwrap_or_else(|| unknown(rest)), offset });
            }
        }
    }
}

/// Returns the first token with its length in bytes; the error is `None` where no token begins.
fn token(rest: &str) -> Result<(usize, Token), Option<String>> {
    // The longer of two that begin alike comes first: `!=` before `!`.
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
    if let Some((sign, token)) = FIXED.iter().find(|(sign, token)| begins_with(rest, sign, token)) {
        return Ok((sign.len(), token.clone()));
    }
    let Some(patterns) = &*PATTERNS else { return Err(None) };
    // An input of the file, which `spec:inputs:rules` reads. It is as unknown as a variable that nobody can set.
    if let Some(captures) = patterns.input.captures(rest) {
        return Ok((captures[0].len(), Token::Variable(format!("inputs.{}", &captures[1]))));
    }
    if let Some(captures) = patterns.variable.captures(rest) {
        return Ok((captures[0].len(), Token::Variable(captures[1].to_owned())));
    }
    if let Some(captures) = patterns.text.captures(rest) {
        let text = captures.get(1).or_else(|| captures.get(2)).map_or("", |inner| inner.as_str());
        return Ok((captures[0].len(), Token::Text(text.to_owned())));
    }
    let literal = patterns.pattern.find(rest).ok_or(None)?.as_str();
    match pattern(literal) {
        Some(regex) => Ok((literal.len(), Token::Pattern(Pattern { written: literal.to_owned(), regex }))),
        None => Err(Some(format!("`{literal}` is not a valid RE2 expression"))),
    }
}

/// `true` and `false` end where a word ends; `null` ends anywhere.
fn begins_with(rest: &str, sign: &str, token: &Token) -> bool {
    let Some(after) = rest.strip_prefix(sign) else { return false };
    !matches!(token, Token::Bool(_)) || !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Reads `/…/flags` as a regular expression. GitLab reads the values of variables in the same way.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    let text = text.replace(r"\/", "/");
    let captures = PATTERNS.as_ref()?.flags.captures(&text)?;
    let flags = &captures[2];
    let prefix = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    let source = re2::translated(&captures[1])?;
    compiled(&format!("{prefix}{source}"))
}

fn unknown(rest: &str) -> String {
    let word: String = rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
    match rest.chars().next() {
        Some('$') => format!("`{word}` is not a variable: write `$NAME`, without braces"),
        Some('"' | '\'') => format!("unterminated string: `{word}`"),
        Some('/') => format!("`{word}` is not a pattern: write at least two characters between slashes"),
        _ => format!("unexpected `{word}`: quote strings, and start variables with `$`"),
    }
}
