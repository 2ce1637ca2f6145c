//! `!reference [job, key, …]`, replaced by what it points at
//! (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags>).

use super::extends::Missing;
use super::fragment::Fragment;
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::pipeline::rules::{REFERENCE_FORM, REFERENCE_SIZE, REFERENCE_UNDEFINED};
use crate::yaml::{Kind, Map, Node};

mod flatten;

/// How long a chain of references is followed. GitLab has no such limit but its stack.
const CHAIN: usize = 100;

/// How many nodes the references of a file may make together. Each may stand for two others, and those for two more.
const NODES: usize = 1_000_000;

/// Replaces every `!reference` in a fragment whose `extends` are resolved. Where one stands as an item of a script or
/// of `rules` and points at a list, the items take its place, as GitLab flattens those lists.
///
/// Diagnosed: a target that is not there, or is `null` or `false` (GitLab looks at its truth); a circle; lists in
/// lists, deeper than GitLab follows them. Under [`Missing::Keep`] a reference into a job that is not there is left
/// for GitLab.
pub fn resolve_references(fragment: &mut Fragment, missing: Missing) -> Vec<Diagnostic> {
    let before = fragment.clone();
    let mut resolver =
        Resolver { fragment: &before, missing, path: vec![], nodes: NODES, diagnostics: vec![] };
    resolver.map(&mut fragment.globals);
    flatten::globals(&mut fragment.globals, &mut resolver.diagnostics);
    for job in fragment.jobs.values_mut() {
        resolver.map(&mut job.body);
        flatten::job(&mut job.body, &mut resolver.diagnostics);
    }
    resolver.diagnostics
}

struct Resolver<'a> {
    fragment: &'a Fragment,
    missing: Missing,
    path: Vec<String>,
    /// How many more nodes there may be.
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn map(&mut self, map: &mut Map) {
        map.entries.iter_mut().for_each(|entry| self.node(&mut entry.value));
    }

    fn node(&mut self, node: &mut Node) {
        if node.is_reference() {
            if let Some(target) = self.target(node) {
                *node = target;
            }
            return;
        }
        match &mut node.kind {
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Map(map) => self.map(map),
            Kind::Scalar(_) => {}
        }
    }

    /// Returns the value that a reference names, with its own references resolved; `None` leaves the tag in place.
    fn target(&mut self, reference: &Node) -> Option<Node> {
        if self.nodes == 0 {
            return None;
        }
        let Some(keys) = keys(reference) else {
            let message = "`!reference` takes a list of keys, such as `[.setup, script]`";
            self.diagnostics.push(Diagnostic::error(&REFERENCE_FORM, reference.origin, message));
            return None;
        };
        let name = format!("[{}]", keys.join(", "));
        let error = |message: String| Diagnostic::error(&REFERENCE_UNDEFINED, reference.origin, message);
        if self.path.contains(&name) {
            let circle = format!("{} -> {name}", self.path.join(" -> "));
            self.diagnostics.push(error(format!("`!reference` goes round in a circle: {circle}")));
            return None;
        }
        if self.path.len() >= CHAIN {
            let message = format!("`!reference {name}` is at the end of a chain of more than {CHAIN}");
            self.diagnostics.push(error(message));
            return None;
        }
        let found = self.find(&keys).filter(|node| !node.is_null() && node.as_bool() != Some(false));
        let Some(mut found) = found else {
            if self.missing == Missing::Error || (self.missing == Missing::Keep && self.defines(keys[0])) {
                self.diagnostics
                    .push(self.undefined(error(format!("`!reference {name}` points at nothing")), &keys));
            }
            return None;
        };
        self.path.push(name);
        self.node(&mut found);
        self.path.pop();
        self.spend(&found, reference)?;
        Some(found)
    }

    /// Counts what a reference stands for; `None` once it is too much.
    fn spend(&mut self, found: &Node, reference: &Node) -> Option<()> {
        if self.nodes == 0 {
            return None;
        }
        self.nodes = self.nodes.saturating_sub(nodes(found));
        if self.nodes > 0 {
            return Some(());
        }
        let message = "the references of this file stand for too much";
        let problem = Diagnostic::error(&REFERENCE_SIZE, reference.origin, message);
        self.diagnostics.push(problem.with_help("point at fewer keys, or at smaller ones"));
        None
    }

    fn defines(&self, root: &str) -> bool {
        self.fragment.jobs.contains_key(root)
            || self.fragment.snippets.contains_key(root)
            || self.fragment.globals.contains(root)
    }

    fn find(&self, keys: &[&str]) -> Option<Node> {
        let (root, rest) = keys.split_first()?;
        let (start, rest) = match self.fragment.jobs.get(*root) {
            Some(job) => match rest.split_first() {
                Some((key, rest)) => (job.body.get(key)?, rest),
                None => return Some(Node::map(job.origin, job.body.clone())),
            },
            None => (self.fragment.snippets.get(*root).or_else(|| self.fragment.globals.get(root))?, rest),
        };
        rest.iter().try_fold(start, |node, key| node.get(key)).cloned()
    }

    fn undefined(&self, diagnostic: Diagnostic, keys: &[&str]) -> Diagnostic {
        let (near, what) = match self.fragment.jobs.get(keys[0]) {
            Some(job) => {
                let key = keys.get(1).copied().unwrap_or_default();
                (
                    Suggestion::among(key, job.body.iter().map(|(key, _)| key)).word(),
                    format!("key of `{}`", keys[0]),
                )
            }
            None => (
                Suggestion::among(keys[0], self.fragment.jobs.keys().map(String::as_str)).word(),
                "job".to_owned(),
            ),
        };
        match near {
            Some(near) => diagnostic.with_help(format!("did you mean the {what} `{near}`?")),
            None => diagnostic.with_help("name a job and a key that it has, after `extends`"),
        }
    }
}

fn nodes(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 1,
        Kind::Seq(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Kind::Map(map) => 1 + map.iter().map(|(_, value)| nodes(value)).sum::<usize>(),
    }
}

/// The keys of a reference, if it is a list of at least one string.
pub(crate) fn keys(reference: &Node) -> Option<Vec<&str>> {
    let Kind::Seq(items) = &reference.kind else { return None };
    let keys: Option<Vec<&str>> = items.iter().map(Node::text).collect();
    keys.filter(|keys| !keys.is_empty())
}

#[cfg(test)]
mod tests;
