//! `extends`, resolved as GitLab resolves it: parents first, later parents over earlier ones, the job's own keys last
//! (<https://docs.gitlab.com/ci/yaml/#extends>).

use super::fragment::RawJob;
use super::merge::{deep_merge, without_nulls};
use super::value::one_or_many;
use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::pipeline::reuse_rules::{
    EXTENDS_CYCLE, EXTENDS_DEPTH, EXTENDS_ORDER, EXTENDS_UNDEFINED, REFERENCE_SIZE,
};
use crate::yaml::{Entry, Key, Map, Node};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Levels of `extends` that GitLab follows (<https://docs.gitlab.com/ci/yaml/#extends>).
pub const LEVELS: usize = 11;

/// Undefined jobs for which a similar name is looked for.
const SUGGESTIONS: usize = 100;

/// The longest chain that is followed to tell circles from chains that are too long.
const FOLLOWED: usize = 200;

/// Nodes and pieces of text ([`Node::weight`]) that the `extends` of a file can copy together.
const WEIGHT_LIMIT: usize = 2_000_000;

/// The way to handle an undefined base or reference target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is a mistake.
    Error,
    /// An `include` that cannot be read here may define it: leave the keyword for GitLab.
    Keep,
    /// As [`Self::Keep`], for a file that is only looked at: nothing is written of it, so the order does not count.
    Unknown,
}

/// Resolves `extends` of every job in place and removes the keyword, together with every key that is null, which GitLab
/// treats as absent. An invalid job keeps the keys that could be merged.
///
/// Under [`Missing::Keep`] an unknown base stays in `extends`. GitLab puts it below everything else, so it can only
/// come before the known ones; in another place it is an error.
pub fn resolve_extends(jobs: &mut IndexMap<String, RawJob>, missing: Missing) -> Vec<Diagnostic> {
    if !jobs.values().any(|job| job.body.contains("extends")) {
        jobs.values_mut().for_each(|job| without_nulls(&mut job.body));
        return Vec::new();
    }
    let before = jobs.clone();
    let mut resolver = Resolver {
        jobs: &before,
        missing,
        done: BTreeMap::new(),
        path: vec![],
        weight: WEIGHT_LIMIT,
        diagnostics: vec![],
    };
    for name in before.keys() {
        resolver.resolve(name);
    }
    for (name, job) in jobs.iter_mut() {
        let Some(resolved) = resolver.done.remove(name.as_str()) else { continue };
        job.body = resolved.body;
        // A null may have to take a key away from what only GitLab can find.
        match resolved.kept.first().map(|base| base.origin) {
            Some(origin) => job.body.entries.insert(0, extends_entry(origin, resolved.kept)),
            None => without_nulls(&mut job.body),
        }
    }
    resolver.diagnostics
}

struct Resolver<'a> {
    jobs: &'a IndexMap<String, RawJob>,
    missing: Missing,
    done: BTreeMap<&'a str, Resolved>,
    path: Vec<&'a str>,
    /// Nodes and pieces of text that may still be copied.
    weight: usize,
    diagnostics: Vec<Diagnostic>,
}

/// A job with its bases merged in.
#[derive(Clone, Default)]
struct Resolved {
    body: Map,
    /// The bases that only GitLab can find.
    kept: Vec<Node>,
    /// Levels of `extends` below it.
    levels: usize,
}

impl<'a> Resolver<'a> {
    fn resolve(&mut self, name: &'a str) {
        let Some(job) = self.jobs.get(name) else { return };
        if self.done.contains_key(name) {
            return;
        }
        let mut own = job.body.clone();
        let mut resolved = Resolved::default();
        if own.remove("extends").is_some() {
            self.path.push(name);
            let bases = job.body.get("extends").filter(|node| !node.is_null());
            let bases = bases.map(one_or_many).unwrap_or_default();
            for base in bases {
                self.merge_base(name, base, &mut resolved);
            }
            self.path.pop();
            if resolved.levels == LEVELS + 1 {
                self.diagnostics.push(too_deep(name, job));
            }
        }
        resolved.body = deep_merge(&resolved.body, &own);
        self.done.insert(name, resolved);
    }

    fn merge_base(&mut self, name: &'a str, base: &'a Node, resolved: &mut Resolved) {
        let Some(wanted) = base.text() else {
            self.diagnostics.push(not_a_name(name, base));
            return;
        };
        if self.path.contains(&wanted) {
            self.diagnostics.push(circular(&self.path, wanted, base.origin));
            return;
        }
        if !self.jobs.contains_key(wanted) {
            match self.missing {
                Missing::Error => self.diagnostics.push(self.undefined(name, wanted, base.origin)),
                Missing::Unknown => resolved.kept.push(base.clone()),
                Missing::Keep if resolved.body.is_empty() => resolved.kept.push(base.clone()),
                Missing::Keep => self.diagnostics.push(out_of_order(name, wanted, base.origin)),
            }
            return;
        }
        // It is refused for its levels in any case, and the stack has an end.
        if self.path.len() > FOLLOWED {
            resolved.levels = LEVELS;
            return;
        }
        self.resolve(wanted);
        let Some(parent) = self.done.get(wanted) else { return };
        // GitLab would put the base that it alone can find below the ones that are merged already.
        let is_late = !resolved.body.is_empty() && self.missing == Missing::Keep;
        match parent.kept.first() {
            Some(kept) if is_late => {
                self.diagnostics.push(out_of_order(name, kept.text().unwrap_or_default(), base.origin));
            }
            _ => resolved.kept.extend(parent.kept.iter().cloned()),
        }
        resolved.levels = resolved.levels.max(parent.levels + 1);
        if self.weight == 0 {
            return;
        }
        self.weight = self.weight.saturating_sub(parent.body.weight());
        if self.weight == 0 {
            self.diagnostics.push(too_much(base.origin));
            return;
        }
        resolved.body = deep_merge(&resolved.body, &parent.body);
    }

    fn undefined(&self, name: &str, wanted: &str, origin: Origin) -> Diagnostic {
        let message = format!("`{name}` extends `{wanted}`, which is not defined");
        // Each looks through all names.
        let is_suggested = self.diagnostics.len() < SUGGESTIONS;
        let names = self.jobs.keys().map(String::as_str).filter(|_| is_suggested);
        let help = Suggestion::among(wanted, names).help_or("define it, or include the file that defines it");
        Diagnostic::error(&EXTENDS_UNDEFINED, origin, message).with_help(help)
    }
}

fn extends_entry(origin: Origin, kept: Vec<Node>) -> Entry {
    Entry { key: Key::new(origin, "extends"), value: Node::seq(origin, kept) }
}

fn extends_origin(job: &RawJob) -> Origin {
    job.body.get("extends").map_or(job.origin, |node| node.origin)
}

fn too_deep(name: &str, job: &RawJob) -> Diagnostic {
    let message = format!("`{name}` has more than {LEVELS} levels of `extends`");
    Diagnostic::error(&EXTENDS_DEPTH, extends_origin(job), message)
        .with_help("merge some of the hidden jobs: GitLab recommends at most three levels")
}

fn too_much(origin: Origin) -> Diagnostic {
    let message = format!("the `extends` of this file copy more than {WEIGHT_LIMIT} nodes");
    Diagnostic::error(&REFERENCE_SIZE, origin, message)
        .with_help("move long scripts into files, or extend less of them")
}

fn circular(path: &[&str], wanted: &str, origin: Origin) -> Diagnostic {
    let start = path.iter().position(|name| *name == wanted).unwrap_or_default();
    let cycle: Vec<&str> = path[start..].iter().copied().chain([wanted]).collect();
    let message = format!("circular `extends`: {}", cycle.join(" -> "));
    Diagnostic::error(&EXTENDS_CYCLE, origin, message).with_help("remove one of these `extends`")
}

fn not_a_name(name: &str, base: &Node) -> Diagnostic {
    let message =
        format!("`extends` of `{name}` must be a job name or a list of them, found {}", base.type_name());
    Diagnostic::error(&EXTENDS_UNDEFINED, base.origin, message).with_help("write the name of a job")
}

fn out_of_order(name: &str, wanted: &str, origin: Origin) -> Diagnostic {
    let message =
        format!("`{name}` extends `{wanted}`, which only GitLab can read, after a job of this file");
    Diagnostic::error(&EXTENDS_ORDER, origin, message)
        .with_help(format!("name `{wanted}` first in `extends`, or copy what it defines"))
}

#[cfg(test)]
mod tests;
