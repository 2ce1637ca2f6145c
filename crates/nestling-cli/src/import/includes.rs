//! The local files that a configuration includes, each with the condition under which it does.

use super::old::FILE;
use nestling::{Files, RepoPath, Sources};
use nestling_gitlab::configuration::included_files;
use nestling_gitlab::yaml::{Map, Node, parse_leniently};
use std::collections::BTreeMap;

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
    /// Several conditions, or inputs: its jobs are not looked at one by one.
    Other,
}

impl Includes {
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

    /// Returns the paths of the included files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn add(&mut self, files: &dyn Files, by: &str, outer: &IncludeCondition) {
        let Some(node) = document(files, by) else { return };
        let Some(include) = node.get("include") else { return };
        for entry in include.items_or_self() {
            let condition = match (outer, condition(entry)) {
                (IncludeCondition::Always, condition) => condition,
                (outer, IncludeCondition::Always) => outer.clone(),
                _ => IncludeCondition::Other,
            };
            for path in paths(entry, files) {
                // A file that is included twice has the jobs of both.
                let is_known = self.0.contains_key(&path);
                let condition = if is_known { IncludeCondition::Other } else { condition.clone() };
                self.0.insert(path.clone(), Included { condition: condition.clone(), by: by.to_owned() });
                if !is_known {
                    self.add(files, &path, &condition);
                }
            }
        }
    }
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

fn condition(entry: &Node) -> IncludeCondition {
    let Some(map) = entry.as_map() else { return IncludeCondition::Always };
    if map.contains("inputs") {
        return IncludeCondition::Other;
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
