//! `include:rules`: whether a file is included at all (<https://docs.gitlab.com/ci/yaml/#includerules>).

use super::{CopiedFrom, Surroundings};
use crate::pipeline::expression::{Expression, Truth, Variable};
use crate::pipeline::parent_source::of_component;
use crate::pipeline::presence::{Changed, matches_any};
use crate::pipeline::rule::RuleEntry;
use crate::yaml::{Map, Node};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::Glob;

/// Returns `true` if a file is included, as far as that is known before the pipeline is created.
///
/// A file that is copied `from` another project asks for the source of the parent, as its jobs do, and for the files of that
/// project, of which not all are here.
pub(super) fn included(include: &Map, surroundings: &Surroundings<'_>, from: Option<&CopiedFrom>) -> Truth {
    let Some(rules) = include.get("rules").filter(|rules| !rules.is_null()) else { return Truth::Yes };
    let mut uncertain = Vec::new();
    for node in rules.as_seq().unwrap_or_default() {
        let Some(body) = node.as_map() else { continue };
        let rule = RuleEntry { origin: node.origin, body };
        let answer = if rule.when() == Some("never") { Truth::No } else { Truth::Yes };
        match holds(&rule, surroundings, from) {
            Truth::No => {}
            Truth::Maybe => uncertain.push(answer),
            Truth::Yes => return agreed(answer, &uncertain),
        }
    }
    agreed(Truth::No, &uncertain)
}

/// The answer that counts where no rule before is certain, if those all say the same.
fn agreed(last: Truth, uncertain: &[Truth]) -> Truth {
    if uncertain.iter().all(|answer| *answer == last) { last } else { Truth::Maybe }
}

fn holds(rule: &RuleEntry<'_>, surroundings: &Surroundings<'_>, from: Option<&CopiedFrom>) -> Truth {
    let variables = |name: &str| match from.and_then(|from| from.variable(name)) {
        Some(value) => Variable::Set(value.to_owned()),
        None => surroundings.variables.get(name),
    };
    let condition = match rule.condition().and_then(Node::text).filter(|_| from.is_some()) {
        Some(text) => Expression::parse(&of_component(text))
            .map_or(Truth::No, |condition| condition.evaluate(&variables)),
        None => rule.condition_holds(&variables),
    };
    let changes = rule.get("changes").map_or(Truth::Yes, |node| changes(node, surroundings));
    let exists = rule.get("exists").map_or(Truth::Yes, |node| match from {
        Some(from) => exists_elsewhere(node, surroundings, from),
        None => exists(node, surroundings),
    });
    condition.min(changes).min(exists)
}

/// Returns `true` if one of the paths changed. Those that are compared with another revision are not known.
fn changes(node: &Node, surroundings: &Surroundings<'_>) -> Truth {
    let written = node.get("paths").unwrap_or(node);
    match surroundings.changed {
        Changed::Everything => Truth::Yes,
        Changed::Unknown => Truth::Maybe,
        Changed::Paths(_) if node.get("compare_to").is_some() => Truth::Maybe,
        Changed::Paths(paths) => {
            let mut globs = written.items_or_self().iter().filter_map(Node::text);
            let is_changed = globs.any(|glob| matches_any(glob, paths));
            if !is_changed && texts_with_variables(written) { Truth::Maybe } else { Truth::from(is_changed) }
        }
    }
}

/// Returns `true` if one of the paths exists; those of other projects are not known.
fn exists(node: &Node, surroundings: &Surroundings<'_>) -> Truth {
    if node.get("project").is_some() {
        return Truth::Maybe;
    }
    let paths = node.get("paths").unwrap_or(node);
    let texts: Option<Vec<&str>> = paths.as_seq().map(|items| items.iter().filter_map(Node::text).collect());
    let globs: Vec<Glob> =
        texts.unwrap_or_default().iter().filter_map(|text| Glob::parse(text).ok()).collect();
    let mut exists = false;
    let walked = surroundings.files.walk(&mut |directory, entries| {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let mut paths = files.map(|entry| directory.child(&entry.name));
        exists |= paths.any(|path| globs.iter().any(|glob| glob.matches(&path)));
        if exists { Walk::Skip } else { Walk::Descend }
    });
    match walked {
        Err(_) => Truth::Maybe,
        Ok(()) if texts_with_variables(paths) && !exists => Truth::Maybe,
        Ok(()) => Truth::from(exists),
    }
}

/// Returns `true` if one of the paths exists in the project that a file is a copy from, as it was found when the file was copied.
fn exists_elsewhere(node: &Node, surroundings: &Surroundings<'_>, from: &CopiedFrom) -> Truth {
    let Some(globs) = exists_globs(node) else { return Truth::Maybe };
    let answer = |glob: &str| surroundings.revisions.and_then(|files| files.exists(glob, from));
    let answers: Vec<Option<bool>> = globs.into_iter().map(answer).collect();
    match answers.contains(&Some(true)) {
        false if answers.contains(&None) => Truth::Maybe,
        exists => Truth::from(exists),
    }
}

/// Returns the globs of `exists`; `None` for those of another project.
pub(super) fn exists_globs(node: &Node) -> Option<Vec<&str>> {
    if node.get("project").is_some() {
        return None;
    }
    let paths = node.get("paths").unwrap_or(node);
    Some(paths.as_seq().unwrap_or_default().iter().filter_map(Node::text).collect())
}

/// Returns `true` if a file matches a glob of `rules:exists`; `None` if that depends on a variable. The runner sets `CI_PROJECT_DIR`, and
/// where rules are evaluated it is text.
///
/// # Errors
/// The files cannot be listed.
pub fn file_exists(glob: &str, files: &dyn Files) -> Result<Option<bool>, ReadError> {
    let without = glob.replace("${CI_PROJECT_DIR}", "").replace("$CI_PROJECT_DIR/", "/");
    if without.contains('$') {
        return Ok(None);
    }
    if without != glob {
        return Ok(Some(false));
    }
    let Ok(glob) = Glob::parse(glob) else { return Ok(Some(false)) };
    let mut exists = false;
    files.walk(&mut |directory, entries| {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        exists |= files.map(|entry| directory.child(&entry.name)).any(|path| glob.matches(&path));
        if exists { Walk::Skip } else { Walk::Descend }
    })?;
    Ok(Some(exists))
}

fn texts_with_variables(paths: &Node) -> bool {
    let texts = paths.as_seq().unwrap_or_default().iter().filter_map(Node::text);
    texts.into_iter().any(|text| text.contains('$'))
}
