//! `changes` and `exists` of a rule.

use super::moment::{Changed, Tree};
use super::variables::JobVariables;
use crate::pipeline::guard::{Atom, Guard};
use crate::yaml::Node;
use nestling_files::path::{Glob, RepoPath};

/// After this many comparisons GitLab takes `exists` to hold
/// (<https://docs.gitlab.com/ci/yaml/#rulesexists>).
const MOST_COMPARISONS: usize = 50_000;

/// Returns where `changes` holds: a list of globs, or `{ paths, compare_to }`
/// (<https://docs.gitlab.com/ci/yaml/#ruleschanges>).
pub(super) fn changes(node: &Node, variables: &JobVariables<'_, '_>) -> Guard {
    let written = strings(node.get("paths").unwrap_or(node));
    let changed = match node.get("compare_to") {
        None => variables.moment.changed,
        Some(revision) => match revision.text().and_then(|text| variables.expand(text)) {
            Some(revision) => (variables.moment.compared)(&revision),
            None => Changed::Unknown,
        },
    };
    let globs: Option<Vec<String>> = written.iter().map(|glob| variables.expand(glob)).collect();
    changed_guard(written, globs, changed)
}

/// Returns where `only:changes` or `except:changes` holds: a list of globs, without variables.
pub(super) fn plain_changes(node: &Node, changed: Changed<'_>) -> Guard {
    let globs = strings(node);
    changed_guard(globs.clone(), Some(globs), changed)
}

fn changed_guard(written: Vec<String>, globs: Option<Vec<String>>, changed: Changed<'_>) -> Guard {
    match (changed, globs) {
        (Changed::Everything, _) => Guard::Always,
        (Changed::Paths(paths), Some(globs)) => {
            Guard::from(globs.iter().any(|glob| matches_any(glob, paths)))
        }
        (Changed::Paths([]), None) => Guard::Never,
        _ => Guard::Atom(Atom::Changes(written)),
    }
}

/// Returns where `exists` holds: a list of paths and globs, or `{ paths }`
/// (<https://docs.gitlab.com/ci/yaml/#rulesexists>).
pub(super) fn exists(node: &Node, variables: &JobVariables<'_, '_>) -> Guard {
    let written = strings(node.get("paths").unwrap_or(node));
    let unknown = || Guard::Atom(Atom::Exists(written.clone()));
    // Another project's files, and regular expressions, are not looked at.
    let elsewhere = node.as_map().is_some_and(|map| map.iter().any(|(key, _)| key != "paths"));
    let Tree::Files(files) = variables.moment.tree else { return unknown() };
    if elsewhere {
        return unknown();
    }
    let expanded: Vec<Option<String>> = written.iter().map(|path| variables.expand(path)).collect();
    let is_unknown = expanded.iter().any(Option::is_none);
    let paths: Vec<String> = expanded.into_iter().flatten().collect();
    // GitLab compares every pattern with every file, and gives up at a number of comparisons.
    let patterns = paths.iter().filter(|path| is_pattern(path)).count();
    if patterns * files.len() > MOST_COMPARISONS || paths.iter().any(|path| file_exists(path, files)) {
        return Guard::Always;
    }
    if is_unknown { unknown() } else { Guard::Never }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

fn file_exists(path: &str, files: &[RepoPath]) -> bool {
    if is_pattern(path) {
        return matches_any(path, files);
    }
    match path.strip_suffix('/') {
        // A directory: a file below it. GitLab may miss one that is there (issue 630776).
        Some(_) => files.iter().any(|file| file.as_bytes().starts_with(path.as_bytes())),
        None => files.iter().any(|file| file.as_bytes() == path.as_bytes()),
    }
}

/// Returns `true` if a glob matches one of the paths.
pub(crate) fn matches_any(glob: &str, paths: &[RepoPath]) -> bool {
    // What is not a glob matches nothing, as in Ruby.
    Glob::parse(glob).is_ok_and(|glob| glob.matches_any(paths))
}

fn strings(node: &Node) -> Vec<String> {
    let items = node.items_or_self();
    items.iter().filter_map(Node::text).map(str::to_owned).collect()
}
