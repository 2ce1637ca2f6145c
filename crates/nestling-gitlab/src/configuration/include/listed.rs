//! The includes of a file of another project, listed without reading what they include.

use super::condition::{exists_globs, included};
use super::copied::{CopiedFile, CopiedFrom, FilesByFile};
use super::header::interpolate;
use super::{RemoteIncludes, Surroundings};
use crate::diagnostic::{Diagnostic, FileId, Sources};
use crate::pipeline::expression::Truth;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::Changed;
use crate::yaml::{self, Map, Node};
use nestling_files::files::{Files, MemoryFiles};
use std::collections::BTreeMap;

/// Returns the includes of a file that its rules may include, with the inputs that it is given and its defaults in place. A value that is
/// not known leaves its block as it is. The `exists` answer globs of `rules:exists`; one that has no answer may hold.
///
/// # Errors
/// It is not YAML.
pub fn includes_of(
    text: &str,
    given: &Map,
    from: &CopiedFrom,
    exists: &BTreeMap<String, bool>,
) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let sources = Sources::default();
    let file = sources.add("", text);
    let mut documents = yaml::parse_file(text, file)?.into_iter();
    let Some(mut node) = documents.next() else { return Ok(Vec::new()) };
    let header = node.as_map().filter(|map| map.contains("spec")).cloned();
    let header = header.filter(|_| documents.len() > 0);
    if header.is_some() {
        node = documents.next().unwrap_or(node);
    }
    yaml::merge_keys(&mut node)?;
    let variables = KnownVariables::default();
    let files = MemoryFiles::default();
    let surroundings = Surroundings {
        files: &files,
        elsewhere: None,
        revisions: Some(&Answers(exists)),
        sources: &sources,
        variables: &variables,
        changed: Changed::Unknown,
        defaults: None,
    };
    if let Some(header) = header {
        // Mistakes are reported where the file is read for its jobs.
        interpolate(&header, &mut node, Some(given), Some(from), &surroundings, RemoteIncludes::Unread);
    }
    let included = |include: &&Node| {
        include.as_map().is_none_or(|map| included(map, &surroundings, Some(from)) != Truth::No)
    };
    let include = node.get("include").filter(|include| !include.is_null());
    Ok(include.map(Node::items_or_self).unwrap_or_default().iter().filter(included).cloned().collect())
}

/// Answers to `rules:exists`, without any files.
struct Answers<'a>(&'a BTreeMap<String, bool>);

impl FilesByFile for Answers<'_> {
    fn files_of(&self, _: FileId) -> Option<&dyn Files> {
        None
    }

    fn copied_from(&self, _: FileId) -> Option<CopiedFrom> {
        None
    }

    fn copies(&self, _: &Node, _: &CopiedFrom) -> Result<Vec<CopiedFile>, Box<Diagnostic>> {
        Ok(Vec::new())
    }

    fn exists(&self, glob: &str, _: &CopiedFrom) -> Option<bool> {
        self.0.get(glob).copied()
    }
}

/// Returns the globs that the `rules:exists` of an include ask for.
pub fn exists_of(include: &Node) -> Vec<&str> {
    let rules = include.get("rules").and_then(Node::as_seq).unwrap_or_default();
    let nodes = rules.iter().filter_map(|rule| rule.get("exists"));
    nodes.filter_map(exists_globs).flatten().collect()
}
