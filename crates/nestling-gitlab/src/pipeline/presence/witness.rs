//! Strings that a regular expression matches, and strings that it does not: so that a counterexample can name a value.

use crate::pipeline::guard::Pattern;

/// Strings that few patterns tell from each other, tried where the pattern itself gives none.
const ANY: [&str; 4] = ["x", "main", "1", "-"];

/// Returns a string that the pattern matches and one that it does not, as far as simple ones are found.
pub(super) fn witnesses(pattern: &Pattern) -> impl Iterator<Item = String> {
    let literal = literal(pattern.regex.as_str());
    let longer = format!("{literal}x");
    let candidates = || [literal.as_str(), longer.as_str()].into_iter().chain(ANY);
    let matching = candidates().find(|text| !text.is_empty() && pattern.regex.is_match(text));
    let other = ANY.into_iter().find(|text| !pattern.regex.is_match(text));
    [matching, other].into_iter().flatten().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Returns the pattern without what is no letter of a match: `^release-.*$` gives `release-`. Whether the result matches is
/// for the caller to try.
fn literal(pattern: &str) -> String {
    let mut literal = String::new();
    let mut characters = pattern.trim_start_matches("(?i)").chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('d') => literal.push('1'),
                Some('w') => literal.push('x'),
                Some(escaped) if !escaped.is_ascii_alphanumeric() => literal.push(escaped),
                _ => {}
            },
            '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' => {}
            '|' | '[' | '{' => break,
            character => literal.push(character),
        }
    }
    literal
}
