//! The parent pipeline: its configuration decides what becomes of the child, so it is part of the fingerprint of every job.

use super::digest::{Fingerprint, Hasher};
use super::outside::{Values, add_values};
use nestling_files::files::{Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::check::parent::{ParentText, child_start};
use nestling_gitlab::configuration::included_files;
use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::yaml::{Kind, Map, Node, merge_keys, parse_leniently};
use std::collections::{BTreeMap, BTreeSet};

/// The file that GitLab reads where the project does not name another one.
const DEFAULT_PATH: &str = ".gitlab-ci.yml";

/// Files that are read; GitLab allows 150 in one pipeline.
const FILE_LIMIT: usize = 300;

/// The parent pipeline, as far as jobs of the child are made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParentInput {
    /// The fingerprint of its configuration, and of the variables that it passes to the child.
    pub(super) fingerprint: Fingerprint,
    /// The variables that it passes to the child.
    pub(super) variables: Values,
    /// The trigger jobs that may start the child.
    pub(crate) trigger_jobs: BTreeSet<String>,
}

/// The parent pipeline, or the reason why it has no fingerprint.
pub(crate) type ParentPrint = Result<ParentInput, String>;

/// Hashes the parent's file with all local files that it, or a trigger job in it, includes, whether their `rules` hold or not.
/// `path` is `CI_CONFIG_PATH`, and the facts are those of the parent's pipeline.
///
/// There is none where GitLab reads something that can differ for the same commit: a configuration of another project, an include
/// that is not pinned, or variables of the child that cannot be decided.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn parent_print(
    files: &dyn Files,
    path: Option<&str>,
    facts: &PipelineFacts,
) -> Result<ParentPrint, ReadError> {
    let path = path.filter(|path| !path.is_empty()).unwrap_or(DEFAULT_PATH);
    if path.contains('@') || path.contains("://") {
        return Ok(Err(format!(
            "the configuration of the parent pipeline, `{path}`, is not in this repository"
        )));
    }
    let mut reading = Reading { files, texts: BTreeMap::new(), pending: vec![path.to_owned()] };
    let start_path = path;
    while let Some(path) = reading.pending.pop() {
        if let Err(why) = reading.file(&path)? {
            return Ok(Err(why));
        }
    }
    let mut hasher = Hasher::new("parent");
    for (path, text) in &reading.texts {
        hasher.add(path.as_bytes());
        hasher.add(text.as_deref().unwrap_or_default());
    }
    let text = RepoPath::parse(start_path.trim_start_matches('/'))
        .ok()
        .and_then(|path| reading.texts.get(&path)?.as_deref());
    let known = KnownVariables::of_root(facts);
    let text = std::str::from_utf8(text.unwrap_or_default()).unwrap_or_default();
    let parent = ParentText { path: start_path, text, files, variables: &known };
    Ok(child_start(&parent).map(|start| {
        add_values(&mut hasher, &start.variables);
        ParentInput {
            fingerprint: hasher.finish(),
            variables: start.variables,
            trigger_jobs: start.trigger_jobs,
        }
    }))
}

struct Reading<'a> {
    files: &'a dyn Files,
    /// By path; `None` for a file that does not exist.
    texts: BTreeMap<RepoPath, Option<Vec<u8>>>,
    pending: Vec<String>,
}

impl Reading<'_> {
    fn file(&mut self, path: &str) -> Result<Result<(), String>, ReadError> {
        if path.contains('$') {
            return Ok(Err(format!("the parent pipeline includes `{path}`, whose variables are unknown")));
        }
        let paths = if path.contains('*') {
            included_files(path, self.files)?
        } else {
            let Ok(path) = RepoPath::parse(path.trim_start_matches('/')) else {
                return Ok(Err(format!("the parent pipeline includes `{path}`, which is not a path")));
            };
            vec![path]
        };
        for path in paths {
            if self.texts.contains_key(&path) {
                continue;
            }
            if self.texts.len() >= FILE_LIMIT {
                return Ok(Err(format!("the parent pipeline includes more than {FILE_LIMIT} files")));
            }
            let bytes = self.files.read(&path)?;
            self.texts.insert(path.clone(), bytes.clone());
            if let Err(why) = self.includes_of(&path, bytes.as_deref().unwrap_or_default()) {
                return Ok(Err(why));
            }
        }
        Ok(Ok(()))
    }

    fn includes_of(&mut self, path: &RepoPath, bytes: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
        let unreadable = |_| format!("`{path}` of the parent pipeline cannot be read");
        let (mut documents, _) = parse_leniently(text, FileId::from_index(0)).map_err(unreadable)?;
        for document in &mut documents {
            merge_keys(document).map_err(unreadable)?;
        }
        for map in documents.iter().filter_map(Node::as_map) {
            self.items(map.get("include"))?;
            self.items(map.get("spec").and_then(|spec| spec.get("include")))?;
            for job in map.iter().filter_map(|(_, node)| node.as_map()) {
                self.items(job.get("trigger").and_then(|trigger| trigger.get("include")))?;
            }
        }
        Ok(())
    }

    fn items(&mut self, include: Option<&Node>) -> Result<(), String> {
        for item in include.map(Node::items_or_self).unwrap_or_default() {
            self.item(item)?;
        }
        Ok(())
    }

    fn item(&mut self, item: &Node) -> Result<(), String> {
        if let Some(text) = item.text() {
            if text.contains("://") {
                return Err(unpinned(text));
            }
            self.pending.push(text.to_owned());
            return Ok(());
        }
        let Kind::Map(map) = &item.kind else {
            return Err("the parent pipeline has an `include` that cannot be read".to_owned());
        };
        let text = |key: &str| map.get(key).and_then(Node::text);
        if let Some(path) = text("local") {
            self.pending.push(path.to_owned());
            return Ok(());
        }
        if let Some(template) = text("template") {
            return Err(format!(
                "the parent pipeline includes the template `{template}`, which differs between GitLab versions: include a copy, or a component with its full version"
            ));
        }
        // The child pipeline itself.
        if map.get("artifact").is_some() || is_pinned(map) {
            return Ok(());
        }
        let named = ["component", "project", "remote"].into_iter().find_map(text);
        Err(unpinned(named.unwrap_or("a file that is not in this repository")))
    }
}

/// Returns `true` if an include of another project always gives the same file: the commit, a whole version of a component, or
/// the hash of a remote file is written. Such text is part of the hash itself.
fn is_pinned(include: &Map) -> bool {
    let text = |key: &str| include.get(key).and_then(Node::text);
    if let Some(component) = text("component") {
        return component
            .rsplit_once('@')
            .is_some_and(|(_, version)| is_commit(version) || is_version(version));
    }
    match text("project") {
        Some(_) => text("ref").is_some_and(is_commit),
        None => text("remote").is_some() && text("integrity").is_some(),
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns `true` for a version with all its numbers, such as `1.4.2`. GitLab resolves shorter ones to the newest.
fn is_version(text: &str) -> bool {
    let numbers: Vec<&str> = text.split(['-', '+']).next().unwrap_or_default().split('.').collect();
    let is_number = |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number) && !text.contains('$')
}

fn unpinned(what: &str) -> String {
    format!("the parent pipeline includes `{what}`, which can change: pin it to a commit or a full version")
}

#[cfg(test)]
mod tests;
