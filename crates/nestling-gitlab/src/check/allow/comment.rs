//! `# nestling: allow(rule)` on the line of a finding, or above it.

use crate::diagnostic::{FileId, Origin, Sources, number};
use std::collections::{BTreeMap, BTreeSet};

/// The text that opens the comment.
const OPEN: &str = "nestling: allow(";

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
        let ids = (0..).map(FileId::from_index);
        let texts = ids.map_while(|id| Some((id, sources.get(id)?)));
        let with_comments = texts.filter(|(_, source)| source.text.contains(OPEN));
        Self { files: with_comments.map(|(id, source)| (id, comments(&source.text))).collect() }
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
        let Some(start) = line.find(OPEN).filter(|start| line[..*start].contains('#')) else { continue };
        let inner = line[start + OPEN.len()..].split(')').next().unwrap_or_default();
        let rules = inner.split(',').map(str::trim).filter(|rule| !rule.is_empty());
        let code = line.trim_start();
        let alone = code.starts_with('#') || code.starts_with("{#");
        let comment = Comment { rules: rules.map(str::to_owned).collect(), alone };
        comments.insert(number(index) + 1, comment);
    }
    comments
}
