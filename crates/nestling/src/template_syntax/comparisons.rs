//! Comparisons of a template with constant strings: `pipeline.kind == "tag"`, `inputs.size in ["s", "m"]`.

use super::file_reads::bound_names;
use super::{is_template, syntax};
use minijinja::machinery::{Token, tokenize};

/// A comparison of a value with a constant string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison<'t> {
    /// The name that the value starts with, such as `pipeline`.
    pub root: &'t str,
    /// Its key, such as `kind`.
    pub key: &'t str,
    /// The string.
    pub text: String,
    /// Place of the string, quotes included, in bytes.
    pub offset: usize,
    /// Length of it, in bytes.
    pub length: usize,
}

type Spanned<'t> = (Token<'t>, std::ops::Range<usize>);

/// Returns the comparisons of values whose names no control line binds, in order.
pub(crate) fn comparisons(template: &str) -> Vec<Comparison<'_>> {
    if !is_template(template) || !["==", "!=", " in "].iter().any(|operator| template.contains(operator)) {
        return Vec::new();
    }
    let tokens = tokenize(template, false, syntax()).map_while(Result::ok);
    let tokens: Vec<Spanned<'_>> =
        tokens.map(|(token, span)| (token, span.start_offset as usize..span.end_offset as usize)).collect();
    let bound = bound_names(template);
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        let [(Token::Ident(root), _), (Token::Dot, _), (Token::Ident(key), _), after @ ..] = &tokens[start..]
        else {
            continue;
        };
        let is_key = start > 0 && matches!(tokens[start - 1].0, Token::Dot);
        if is_key || bound.contains(root) {
            continue;
        }
        let strings = before(&tokens[..start]).filter(|_| is_whole(after)).or_else(|| behind(after));
        for (text, span) in strings.into_iter().flatten() {
            found.push(Comparison { root, key, text, offset: span.start, length: span.len() });
        }
    }
    found
}

type Strings = Vec<(String, std::ops::Range<usize>)>;

/// Reads `"text" ==` at the end of some tokens.
fn before(tokens: &[Spanned<'_>]) -> Option<Strings> {
    let [rest @ .., string, (Token::Eq | Token::Ne, _)] = tokens else { return None };
    let is_part = rest.last().is_some_and(|(token, _)| matches!(token, Token::Tilde | Token::Plus));
    Some(vec![string_of(string)?]).filter(|_| !is_part)
}

/// Reads `== "text"`, `in ["text", …]` or `not in […]`.
fn behind(tokens: &[Spanned<'_>]) -> Option<Strings> {
    match tokens {
        [(Token::Eq | Token::Ne, _), string, after @ ..] => {
            Some(vec![string_of(string)?]).filter(|_| is_whole(after))
        }
        [(Token::Ident("not"), _), rest @ ..] if matches!(rest, [(Token::Ident("in"), _), ..]) => {
            behind(rest)
        }
        [(Token::Ident("in"), _), (Token::BracketOpen | Token::ParenOpen, _), list @ ..] => {
            let end = list
                .iter()
                .position(|(token, _)| matches!(token, Token::BracketClose | Token::ParenClose))?;
            let items = list[..end].split(|(token, _)| matches!(token, Token::Comma));
            let items = items.filter(|item| !item.is_empty()).map(|item| match item {
                [string] => string_of(string),
                _ => None,
            });
            items.collect::<Option<Strings>>().filter(|_| is_whole(&list[end + 1..]))
        }
        _ => None,
    }
}

/// Returns `true` if what follows an operand is no part of it.
fn is_whole(after: &[Spanned<'_>]) -> bool {
    !matches!(
        after,
        [
            (
                Token::Pipe | Token::Dot | Token::BracketOpen | Token::ParenOpen | Token::Tilde | Token::Plus,
                _
            ),
            ..
        ]
    )
}

fn string_of((token, span): &Spanned<'_>) -> Option<(String, std::ops::Range<usize>)> {
    let text = match token {
        Token::Str(text) => (*text).to_owned(),
        Token::String(text) => text.to_string(),
        _ => return None,
    };
    Some((text, span.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_strings_beside_a_value_are_found() {
        for (template, expected) in [
            ("#% if pipeline.kind == \"tga\"\n", &["tga"][..]),
            ("#% if \"tga\" != pipeline.kind\n", &["tga"]),
            ("#% if pipeline.kind in [\"a\", 'b',]\n", &["a", "b"]),
            ("#% if pipeline.kind not in (\"a\", \"b\")\n", &["a", "b"]),
            ("x: ${{ 'y' if pipeline.kind == \"a\" else 'z' }}", &["a"]),
            ("{% if a and pipeline.kind == \"a\" %}", &["a"]),
            // Another value is compared.
            ("#% if pipeline.kind | upper == \"A\"\n", &[]),
            ("#% if \"A\" == pipeline.kind | upper\n", &[]),
            ("#% if pipeline.kind == \"a\" ~ b\n", &[]),
            ("#% if b ~ \"a\" == pipeline.kind\n", &[]),
            ("#% if pipeline.kind == \"A\" | lower\n", &[]),
            ("#% if pipeline.kind in [\"a\", b]\n", &[]),
            ("#% if pipeline.kind in names\n", &[]),
            ("#% if my.pipeline.kind == \"a\"\n", &[]),
            ("#% set pipeline = other\n#% if pipeline.kind == \"a\"\n", &[]),
            ("pipeline.kind == \"a\" ${{ x }}", &[]),
        ] {
            let texts: Vec<String> = comparisons(template).into_iter().map(|found| found.text).collect();
            assert_eq!(texts, expected, "{template}");
        }
        let template = "größe: ${{ inputs.size == 'm' }}";
        let [found] = &comparisons(template)[..] else { panic!("one") };
        assert_eq!((found.root, found.key), ("inputs", "size"));
        assert_eq!(&template[found.offset..found.offset + found.length], "'m'");
    }
}
