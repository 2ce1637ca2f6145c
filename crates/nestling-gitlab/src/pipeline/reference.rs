//! `!reference [job, key, …]`, replaced by its target
//! (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags>).

use super::extends::Missing;
use super::fragment::Fragment;
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::pipeline::reuse_rules::{REFERENCE_FORM, REFERENCE_SIZE, REFERENCE_UNDEFINED};
use crate::yaml::{Kind, Map, Node};

mod flatten;

/// References that are followed one after another. GitLab's own limit is its stack.
const CHAIN_LIMIT: usize = 100;

/// Nodes, and pieces of text, that the references of a file can create together: if each stands for two others, a chain of thirty makes a billion.
const NODE_LIMIT: usize = 1_000_000;

/// Replaces every `!reference` in a fragment whose `extends` are resolved. If a reference is an item of a script or of
/// `rules` and its target is a list, the items replace it, since GitLab flattens those lists.
///
/// Reports a target that is undefined, `null` or `false` (GitLab tests its truth), a circle, and lists that are nested
/// deeper than GitLab follows them. Under [`Missing::Keep`] a reference into an undefined job is left for GitLab.
pub(crate) fn resolve_references(fragment: &mut Fragment, missing: Missing) -> Vec<Diagnostic> {
    let before = fragment.clone();
    let mut resolver =
        Resolver { fragment: &before, missing, path: vec![], nodes: NODE_LIMIT, diagnostics: vec![] };
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
    /// Nodes that may still be created.
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
            let message = "`!reference` must be a list of keys, such as `[.setup, script]`";
            self.diagnostics.push(Diagnostic::error(&REFERENCE_FORM, reference.origin, message));
            return None;
        };
        let name = format!("[{}]", keys.join(", "));
        if let Some(message) = self.endless(&name) {
            self.diagnostics.push(Diagnostic::error(&REFERENCE_UNDEFINED, reference.origin, message));
            return None;
        }
        let target = self.find(&keys).filter(|node| !node.is_null() && node.as_bool() != Some(false));
        let Some(mut target) = target else {
            // An include that only GitLab can read may define a job, but not a key of a job that is defined here.
            if self.missing == Missing::Error || (self.missing == Missing::Keep && self.defines(keys[0])) {
                let message = format!("`!reference {name}` is not defined");
                let problem = Diagnostic::error(&REFERENCE_UNDEFINED, reference.origin, message);
                self.diagnostics.push(problem.with_help(self.help(&keys)));
            }
            return None;
        };
        self.path.push(name);
        self.node(&mut target);
        self.path.pop();
        self.spend(&target, reference)?;
        Some(target)
    }

    /// Returns the message for a reference that would be followed forever, or for too long.
    fn endless(&self, name: &String) -> Option<String> {
        if self.path.contains(name) {
            return Some(format!("circular `!reference`: {} -> {name}", self.path.join(" -> ")));
        }
        if self.path.len() >= CHAIN_LIMIT {
            return Some(format!("`!reference {name}` ends a chain of more than {CHAIN_LIMIT} references"));
        }
        None
    }

    /// Counts the nodes of a target; `None` once there are too many.
    fn spend(&mut self, target: &Node, reference: &Node) -> Option<()> {
        if self.nodes == 0 {
            return None;
        }
        self.nodes = self.nodes.saturating_sub(target.weight());
        if self.nodes > 0 {
            return Some(());
        }
        let message = format!("the references of this file expand to more than {NODE_LIMIT} nodes");
        let problem = Diagnostic::error(&REFERENCE_SIZE, reference.origin, message);
        self.diagnostics.push(problem.with_help("reference fewer keys, or smaller ones"));
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

    /// Returns the help for an undefined target: a similar key of the job, or a similar job.
    fn help(&self, keys: &[&str]) -> String {
        let job_name = keys[0];
        if let Some(job) = self.fragment.jobs.get(job_name) {
            let key = keys.get(1).copied().unwrap_or_default();
            let near = Suggestion::among(key, job.body.iter().map(|(key, _)| key)).word();
            if let Some(near) = near {
                return format!("did you mean the key `{near}` of `{job_name}`?");
            }
        } else if let Some(near) =
            Suggestion::among(job_name, self.fragment.jobs.keys().map(String::as_str)).word()
        {
            return format!("did you mean the job `{near}`?");
        }
        "name a job and one of its keys, as they are after `extends`".to_owned()
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
