//! Latent faults of the old configuration: what GitLab accepts, and then does not do as it was meant.

use super::candidate::{Candidate, Owner, child_index};
use super::files::line;
use super::obstacle::asks_for_workflow;
use super::old::OldPipeline;
use super::tree::Tree;
use super::unmet::{KindOfPipeline, unmet_needs};
use nestling::{Origin, RepoPath};
use nestling_files::path::Glob;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::follows;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    /// File and line.
    pub place: String,
    /// The fault, in a sentence.
    pub message: String,
}

/// Finds the faults, each once, by their places.
pub(super) fn faults(
    candidates: &[Candidate],
    kinds: &[KindOfPipeline],
    old: &OldPipeline,
    tree: &Tree,
) -> Vec<Fault> {
    let mut faults = BTreeSet::new();
    // Many jobs have the same globs, and each is looked for in all files.
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut add = |origin: Origin, message: String| {
        faults.insert((origin.file.index(), origin.line, Fault { place: old.place(origin), message }));
    };
    for candidate in candidates {
        let bodies = candidate.gate.iter().map(|gate| &gate.body).chain([&candidate.folded]);
        for body in bodies {
            for (glob, origin) in written_globs(body) {
                let glob = candidate.expanded(glob);
                let fault = known.entry(glob).or_insert_with_key(|glob| glob_fault(glob, tree));
                if let Some(message) = fault.clone() {
                    add(origin, message);
                }
            }
            for (name, origin) in branch_names(body) {
                add(
                    origin,
                    format!(
                        "`{name}` is the name of a branch or tag here, and not a path: write it below `changes:`"
                    ),
                );
            }
        }
        let unread = old.unread.get(&candidate.name).filter(|_| candidate.owner == Owner::Root);
        if let Some(reason) = unread {
            add(candidate.origin, format!("`{}` cannot start its child: {reason}", candidate.name));
        }
        let is_trigger = child_index(candidate, old).is_some();
        if !is_trigger && can_never_run(candidate) && !asks_for_workflow(candidate, old) {
            let of = if candidate.owner == Owner::Root { "" } else { " of the static child" };
            add(
                candidate.origin,
                format!(
                    "`{}`{of} is in no pipeline, whatever the branch, the tag or the variables",
                    candidate.name
                ),
            );
        }
    }
    for unmet in unmet_needs(candidates, kinds, old) {
        add(unmet.origin, unmet.message);
    }
    faults.into_iter().map(|(_, _, fault)| fault).collect()
}

/// Number of further places of a fault that are named.
const PLACES: usize = 4;

/// Returns the lines of the faults, one for each message, with its places.
pub(super) fn faults_text(faults: &[Fault]) -> String {
    let mut by_message: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for fault in faults {
        by_message.entry(&fault.message).or_default().push(&fault.place);
    }
    let mut text = String::new();
    for fault in faults {
        let Some(places) = by_message.remove(fault.message.as_str()) else { continue };
        let file = fault.place.rsplit_once(':').map_or("", |(file, _)| file);
        let short = |place: &&str| match place.rsplit_once(':') {
            Some((other, line)) if other == file => line.to_owned(),
            _ => (*place).to_owned(),
        };
        let others: Vec<String> = places.iter().skip(1).take(PLACES).map(short).collect();
        let more = places.len().saturating_sub(1 + PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let also = if others.is_empty() { more } else { format!(" (also {}{more})", others.join(", ")) };
        line(&mut text, format_args!("  {}: {}{also}", fault.place, fault.message));
    }
    text
}

/// Returns `true` if no branch, tag, source or variable puts the job into a pipeline.
fn can_never_run(candidate: &Candidate) -> bool {
    candidate.guard_of_any == Guard::Never || follows(&candidate.guard_of_any, &Guard::Never)
}

/// Returns the globs of `changes` in rules and in `only` and `except`, with their places.
fn written_globs(body: &Map) -> Vec<(&str, Origin)> {
    let rules = body.get("rules").map(Node::items_or_self).unwrap_or_default();
    let policies = ["only", "except"].iter().filter_map(|key| body.get(key));
    let changes = rules.iter().chain(policies).filter_map(|node| node.get("changes"));
    let lists = changes.map(|changes| changes.get("paths").unwrap_or(changes));
    let items = lists.flat_map(Node::items_or_self);
    items.filter_map(|item| Some((item.text()?, item.origin))).collect()
}

/// Returns what is wrong with a glob; one with a variable is not known.
fn glob_fault(glob: &str, tree: &Tree) -> Option<String> {
    if glob.contains('$') {
        return None;
    }
    let Ok(parsed) = Glob::parse(glob) else {
        return Some(format!("`{glob}` is not a glob: it matches nothing"));
    };
    if let Some(lint) = parsed.lint().into_iter().next() {
        return Some(format!("`{glob}` does not match what it looks like: {}", lint.help()));
    }
    if !tree.matches(glob) {
        return Some(format!("`{glob}` matches no file"));
    }
    let below = deeper_files(glob, &parsed, tree)?;
    Some(format!("`{glob}` is one level: a change to {below} does not match"))
}

/// Returns a file below the directory of a glob that ends with `/*`, which it does not match.
fn deeper_files(glob: &str, parsed: &Glob, tree: &Tree) -> Option<String> {
    let directory = glob.strip_suffix("/*").filter(|directory| !directory.contains(['*', '?', '[', '{']))?;
    let directory = RepoPath::parse(directory).ok()?;
    let deeper = tree.files.iter().find(|path| path.is_in(&directory) && !parsed.matches(path));
    deeper.map(ToString::to_string)
}

/// Returns the entries of `only` and `except` that look like paths.
fn branch_names(body: &Map) -> Vec<(&str, Origin)> {
    let mut names = Vec::new();
    for node in ["only", "except"].iter().filter_map(|key| body.get(key)) {
        let refs = if node.as_map().is_some() { node.get("refs") } else { Some(node) };
        for item in refs.map(Node::items_or_self).unwrap_or_default() {
            let Some(text) = item.text() else { continue };
            if !text.starts_with('/') && text.contains('*') {
                names.push((text, item.origin));
            }
        }
    }
    names
}
