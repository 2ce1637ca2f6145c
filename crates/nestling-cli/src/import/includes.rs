//! The local files that a configuration includes, each with the condition under which it does.

use super::old::{FILE, OldPipeline};
use nestling::{Files, RepoPath, Sources};
use nestling_gitlab::configuration::included_files;
use nestling_gitlab::pipeline::guard::{Atom, Guard};
use nestling_gitlab::yaml::{Map, Node, emit, parse_leniently};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The included files by path.
#[derive(Debug, Default)]
pub(super) struct Includes(BTreeMap<String, Included>);

/// A file that is included.
#[derive(Debug, Clone)]
pub(super) struct Included {
    /// The condition; `None` for a file that is always included.
    pub condition: IncludeCondition,
    /// The file that includes it.
    pub by: String,
}

/// The condition under which a file is included.
#[derive(Debug, Clone)]
pub(super) enum IncludeCondition {
    /// There is none.
    Always,
    /// Its `rules`, as the body of a job that has nothing else.
    Rules(Map),
    /// Several conditions, or inputs, as they are written: its jobs are not looked at one by one.
    Other(String),
}

/// The condition as it is written.
impl fmt::Display for IncludeCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Rules(body) => f.write_str(&body.get("rules").map(emit).unwrap_or_default()),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl Includes {
    /// Returns the condition under which the jobs of a file are in a pipeline. `of_rules` reads the rules of a single include; several
    /// conditions are one fact that is only equal to itself.
    pub(super) fn gate(&self, path: &str, of_rules: &dyn Fn(&Map) -> Guard) -> Guard {
        match self.0.get(path).map(|included| &included.condition) {
            None | Some(IncludeCondition::Always) => Guard::Always,
            Some(IncludeCondition::Rules(body)) => of_rules(body),
            Some(IncludeCondition::Other(text)) => Guard::Atom(Atom::Expression(text.clone())),
        }
    }

    /// Reads the includes of `.gitlab-ci.yml`, and theirs.
    pub(super) fn read(files: &dyn Files) -> Self {
        let mut includes = Self::default();
        includes.add(files, FILE, &IncludeCondition::Always);
        includes
    }

    /// Returns the entry of a file.
    pub(super) fn get(&self, path: &str) -> Option<&Included> {
        self.0.get(path)
    }

    /// Returns the rules of the includes that have a single condition, as bodies of jobs.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Map> {
        self.0.values().filter_map(|included| match &included.condition {
            IncludeCondition::Rules(body) => Some(body),
            IncludeCondition::Always | IncludeCondition::Other(_) => None,
        })
    }

    /// Returns the paths of the included files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn add(&mut self, files: &dyn Files, by: &str, outer: &IncludeCondition) {
        let Some(include) = include_of(files, by) else { return };
        for entry in include.items_or_self() {
            let condition = match (outer, condition(entry)) {
                (IncludeCondition::Always, condition) => condition,
                (outer, IncludeCondition::Always) => outer.clone(),
                (outer, condition) => IncludeCondition::Other(format!("{outer}\n{condition}")),
            };
            for path in paths(entry, files) {
                // A file that is included twice has the jobs of both.
                let known = self.0.get(&path).map(|known| known.condition.to_string());
                let is_known = known.is_some();
                let condition = match known {
                    Some(known) => IncludeCondition::Other(format!("{known}\n{condition}")),
                    None => condition.clone(),
                };
                self.0.insert(path.clone(), Included { condition: condition.clone(), by: by.to_owned() });
                if !is_known {
                    self.add(files, &path, &condition);
                }
            }
        }
    }
}

/// Returns `include` of a file. A file without the word is not parsed: it may have thousands of jobs.
fn include_of(files: &dyn Files, path: &str) -> Option<Node> {
    let bytes = files.read(&RepoPath::parse(path).ok()?).ok()??;
    let has_word = bytes.windows(7).any(|word| word == b"include");
    if has_word { document(files, path)?.get("include").cloned() } else { None }
}

/// Reads the document of a file that has the jobs.
pub(super) fn document(files: &dyn Files, path: &str) -> Option<Node> {
    let bytes = files.read(&RepoPath::parse(path).ok()?).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    let sources = Sources::default();
    let (documents, _) = parse_leniently(&text, sources.add(path, text.clone())).ok()?;
    let has_header =
        documents.len() > 1 && documents.first().is_some_and(|first| first.get("spec").is_some());
    documents.into_iter().nth(usize::from(has_header))
}

impl OldPipeline {
    /// Returns the globs that decide about includes, in the root and in static children.
    pub(super) fn compared_globs(&self, files: &dyn Files) -> BTreeSet<String> {
        let of_children = self.children.iter().flat_map(|child| &child.files).map(ToString::to_string);
        compared_globs(files, of_children.chain([FILE.to_owned()]))
    }
}

/// Returns the globs of all `rules:changes` of the includes of some files, and of theirs. Without any, the configuration is the same
/// whatever changed.
pub(super) fn compared_globs(files: &dyn Files, roots: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut globs = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut open: Vec<String> = roots.into_iter().collect();
    while let Some(path) = open.pop() {
        if !known.insert(path.clone()) {
            continue;
        }
        let include = include_of(files, &path);
        for entry in include.as_ref().map(Node::items_or_self).unwrap_or_default() {
            let rules = entry.get("rules").map(Node::items_or_self).unwrap_or_default();
            globs.extend(rules.iter().filter_map(|rule| rule.get("changes")).flat_map(changes_globs));
            open.extend(paths(entry, files));
        }
    }
    globs
}

/// Returns the globs of a `changes`.
pub(super) fn changes_globs(changes: &Node) -> BTreeSet<String> {
    let written = changes.get("paths").unwrap_or(changes);
    written.items_or_self().iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn condition(entry: &Node) -> IncludeCondition {
    let Some(map) = entry.as_map() else { return IncludeCondition::Always };
    if map.contains("inputs") {
        return IncludeCondition::Other(emit(entry));
    }
    let Some(rules) = map.get("rules").filter(|rules| !rules.is_null()) else {
        return IncludeCondition::Always;
    };
    let mut body = Map::default();
    body.set("rules", rules.clone());
    IncludeCondition::Rules(body)
}

/// Returns the files of an include of a local file or a glob; none for any other include.
pub(super) fn paths(entry: &Node, files: &dyn Files) -> Vec<String> {
    let text = match entry.as_map() {
        Some(map) => map.get("local").and_then(Node::as_str),
        None => entry.as_str(),
    };
    let Some(text) = text.filter(|text| !text.contains("://") && !text.contains('$')) else {
        return Vec::new();
    };
    if text.contains('*') {
        let matching = included_files(text, files).unwrap_or_default();
        return matching.iter().map(ToString::to_string).collect();
    }
    RepoPath::parse(text).map(|path| path.to_string()).into_iter().collect()
}
