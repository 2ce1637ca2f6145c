//! `# nestling: allow(rule)` on the line of a finding, or above it.

use crate::diagnostic::{FileId, Origin, Sources, number};
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};

/// The word that a comment for this program starts with.
const MARK: &str = "nestling:";

/// The comments of all files that a run has read.
pub(super) struct Comments {
    files: BTreeMap<FileId, BTreeMap<u32, Comment>>,
}

/// The comment of one line.
struct Comment {
    rules: BTreeSet<String>,
    /// `true` if nothing else is on its line.
    alone: bool,
}

/// A rule that a comment names, with its place.
pub(super) struct Named<'a> {
    pub rule: &'a str,
    pub origin: Origin,
}

impl Comments {
    /// Reads the comments of all files.
    pub(super) fn read(sources: &Sources) -> Self {
        let has_mark = |text: &str| {
            memmem::find(text.as_bytes(), MARK.as_bytes()).is_some()
                || memmem::find(text.as_bytes(), b"Nestling:").is_some()
        };
        let ids = sources.with_mark(has_mark).into_iter();
        let texts = ids.filter_map(|id| Some((id, sources.get(id)?)));
        Self { files: texts.map(|(id, source)| (id, comments(&source.text))).collect() }
    }

    /// Returns the comment that covers a rule at a place: on its line, or alone on the line above.
    pub(super) fn covering(&self, rule: &str, origin: Origin) -> Option<Origin> {
        let comments = self.files.get(&origin.file)?;
        let names = |line: u32| comments.get(&line).filter(|comment| comment.rules.contains(rule));
        if names(origin.line).is_some() {
            return Some(Origin::line(origin.file, origin.line));
        }
        // At the end of a line a comment is about that line.
        let above = origin.line.saturating_sub(1);
        names(above).filter(|comment| comment.alone).map(|_| Origin::line(origin.file, above))
    }

    /// Returns every rule that a comment names.
    pub(super) fn named(&self) -> impl Iterator<Item = Named<'_>> {
        self.files.iter().flat_map(|(file, comments)| {
            comments.iter().flat_map(|(line, comment)| {
                let origin = Origin::line(*file, *line);
                comment.rules.iter().map(move |rule| Named { rule, origin })
            })
        })
    }
}

fn comments(text: &str) -> BTreeMap<u32, Comment> {
    let mut comments = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let Some(start) = comment_start(line) else { continue };
        let Some(rules) = allowed_rules(&line[start + 1..]) else { continue };
        let code = line.trim_start();
        let alone = code.starts_with('#') || code.starts_with("{#");
        comments.insert(number(index) + 1, Comment { rules, alone });
    }
    comments
}

/// Returns the byte at which a comment starts, of YAML, of a shell or of a template: `#` that is in no quotes.
fn comment_start(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (offset, character) in line.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            // Elsewhere an apostrophe is one.
            (None, '"' | '\'') if before.is_whitespace() || "[{(,:=-".contains(before) => {
                quote = Some(character);
            }
            (None, '#') if before.is_whitespace() || before == '{' => return Some(offset),
            (None, _) => {}
        }
        before = character;
    }
    None
}

/// Returns the names in `nestling: allow(name, name)`; `None` for another comment. What is nearly of that form counts as a name,
/// which no rule has: so it is reported.
fn allowed_rules(comment: &str) -> Option<BTreeSet<String>> {
    // ASCII: the bytes are those of the comment as it is written.
    let start = comment.to_ascii_lowercase().find(MARK)?;
    let written = comment[start + MARK.len()..].trim_end_matches("#}").trim();
    if !written.get(.."allow".len())?.eq_ignore_ascii_case("allow") {
        return None;
    }
    let is_exact = comment[start..].starts_with(MARK);
    let inner = written.strip_prefix("allow(").and_then(|rest| rest.split_once(')')).map(|(inner, _)| inner);
    let Some(inner) = inner.filter(|inner| is_exact && !inner.trim().is_empty()) else {
        return Some(BTreeSet::from([written.to_owned()]));
    };
    Some(inner.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_strings_and_near_misses_are_kept() {
        for (line, wanted) in [
            ("a: b # nestling: allow(retry)", Some("retry")),
            ("# nestling: allow(retry, needs-dropped)", Some("needs-dropped retry")),
            ("# nestling:allow( retry )", Some("retry")),
            ("{# nestling: allow(retry) #}", Some("retry")),
            ("  - echo \"a\" # kept; nestling: allow(retry)", Some("retry")),
            ("a: don't # nestling: allow(retry)", Some("retry")),
            ("m: { script: \"x # nestling: allow(job-key)\", baz: 1 }", None),
            ("m: 'x # nestling: allow(job-key)'", None),
            ("a: b# nestling: allow(retry)", None),
            ("# nestling: see docs", None),
            ("# nestling: allow()", Some("allow()")),
            ("# nestling: allow retry", Some("allow retry")),
            ("# Nestling: Allow(retry)", Some("Allow(retry)")),
        ] {
            let rules = comments(line).remove(&1);
            let rules = rules.map(|comment| comment.rules.into_iter().collect::<Vec<_>>().join(" "));
            assert_eq!(rules.as_deref(), wanted, "{line}");
        }
    }
}
