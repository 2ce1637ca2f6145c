//! `extends`, resolved as GitLab resolves it: parents first, later parents over earlier ones, the job's own keys last
//! (<https://docs.gitlab.com/ci/yaml/#extends>).

use super::fragment::RawJob;
use super::merge::{deep_merge, without_nulls};
use super::value::one_or_many;
use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::pipeline::rules::{EXTENDS_CYCLE, EXTENDS_DEPTH, EXTENDS_ORDER, EXTENDS_UNDEFINED};
use crate::yaml::{Entry, Key, Map, Node};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// How many levels of `extends` GitLab follows.
pub const LEVELS: usize = 11;

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

/// Resolves `extends` of every job in place and takes the keyword out, and with it every key that is null, which to
/// GitLab is not there; a job of which something is wrong keeps the keys that could be merged.
///
/// Under [`Missing::Keep`] an unknown base stays in `extends`. GitLab puts it below everything else, so it can only
/// come before the known ones; in another place it is an error.
pub fn resolve_extends(jobs: &mut IndexMap<String, RawJob>, missing: Missing) -> Vec<Diagnostic> {
    if !jobs.values().any(|job| job.body.contains("extends")) {
        jobs.values_mut().for_each(|job| without_nulls(&mut job.body));
        return Vec::new();
    }
    let before = jobs.clone();
    let mut resolver =
        Resolver { jobs: &before, missing, done: BTreeMap::new(), path: vec![], diagnostics: vec![] };
    for name in before.keys() {
        resolver.resolve(name);
    }
    for (name, job) in jobs.iter_mut() {
        let Some(resolved) = resolver.done.remove(name.as_str()) else { continue };
        job.body = resolved.body;
        // A null may have to take a key away from what only GitLab can find.
        match resolved.kept.first().map(|base| base.origin) {
            Some(at) => job.body.entries.insert(0, extends_entry(at, resolved.kept)),
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
    diagnostics: Vec<Diagnostic>,
}

/// A job with its bases merged in.
#[derive(Clone, Default)]
struct Resolved {
    body: Map,
    /// The bases that only GitLab can find.
    kept: Vec<Node>,
    /// How many levels of `extends` are below it.
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
                Missing::Error => self.diagnostics.push(self.unknown(name, wanted, base.origin)),
                Missing::Unknown => resolved.kept.push(base.clone()),
                Missing::Keep if resolved.body.is_empty() => resolved.kept.push(base.clone()),
                Missing::Keep => self.diagnostics.push(out_of_order(name, wanted, base.origin)),
            }
            return;
        }
        self.resolve(wanted);
        let Some(found) = self.done.get(wanted) else { return };
        let late = !resolved.body.is_empty() && self.missing == Missing::Keep;
        if let (Some(kept), true) = (found.kept.first(), late) {
            self.diagnostics.push(out_of_order(name, kept.text().unwrap_or_default(), base.origin));
        } else {
            resolved.kept.extend(found.kept.iter().cloned());
        }
        resolved.levels = resolved.levels.max(found.levels + 1);
        resolved.body = deep_merge(&resolved.body, &found.body);
    }

    fn unknown(&self, name: &str, wanted: &str, origin: Origin) -> Diagnostic {
        let message = format!("the job `{name}` extends `{wanted}`, which is not there");
        let diagnostic = Diagnostic::error(&EXTENDS_UNDEFINED, origin, message);
        let names: BTreeSet<&str> = self.jobs.keys().map(String::as_str).collect();
        diagnostic
            .with_help(Suggestion::among(wanted, names).help_or("define it, or include the file that does"))
    }
}

fn extends_entry(at: Origin, kept: Vec<Node>) -> Entry {
    Entry { key: Key::new(at, "extends"), value: Node::seq(at, kept) }
}

fn extends_origin(job: &RawJob) -> Origin {
    job.body.get("extends").map_or(job.origin, |node| node.origin)
}

fn too_deep(name: &str, job: &RawJob) -> Diagnostic {
    let message = format!("the job `{name}` extends through more than {LEVELS} levels");
    Diagnostic::error(&EXTENDS_DEPTH, extends_origin(job), message)
        .with_help("GitLab recommends at most three; merge some of the hidden jobs")
}

fn circular(path: &[&str], wanted: &str, origin: Origin) -> Diagnostic {
    let start = path.iter().position(|name| *name == wanted).unwrap_or_default();
    let cycle: Vec<&str> = path[start..].iter().copied().chain([wanted]).collect();
    let message = format!("`extends` goes round in a circle: {}", cycle.join(" -> "));
    Diagnostic::error(&EXTENDS_CYCLE, origin, message).with_help("take one of these `extends` out")
}

fn not_a_name(name: &str, base: &Node) -> Diagnostic {
    Diagnostic::error(
        &EXTENDS_UNDEFINED,
        base.origin,
        format!("`extends` of the job `{name}` is no job's name"),
    )
    .with_help("write the name of a job, or a list of names")
}

fn out_of_order(name: &str, wanted: &str, origin: Origin) -> Diagnostic {
    let message =
        format!("the job `{name}` extends `{wanted}`, which only GitLab can read, over a job of this file");
    Diagnostic::error(&EXTENDS_ORDER, origin, message)
        .with_help(format!("name `{wanted}` first in `extends`, or copy what it defines"))
}

#[cfg(test)]
mod tests;
