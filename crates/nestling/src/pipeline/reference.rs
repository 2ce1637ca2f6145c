//! `!reference [job, key, …]`, replaced by what it points at
//! (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags>).

use super::extends::Missing;
use super::fragment::Fragment;
use super::keywords::FLATTENED;
use super::value::{as_bool, is_null};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::yaml::{Kind, Map, Node};

/// How deep GitLab lets references nest.
pub const LEVELS: usize = 10;

/// Replaces every `!reference` in a fragment whose `extends` are resolved. Where one stands as an item of a script or
/// of `rules` and points at a list, the items take its place, as GitLab flattens those lists.
///
/// Diagnosed: a target that is not there, or is `null` or `false` (GitLab looks at its truth); a circle; more than ten
/// levels. Under [`Missing::Keep`] a reference into a job that is not there is left for GitLab.
pub fn resolve_references(fragment: &mut Fragment, missing: Missing) -> Vec<Diagnostic> {
    let before = fragment.clone();
    let mut resolver = Resolver { fragment: &before, missing, path: vec![], diagnostics: vec![] };
    resolver.map(&mut fragment.globals);
    for job in fragment.jobs.values_mut() {
        resolver.map(&mut job.body);
    }
    resolver.diagnostics
}

struct Resolver<'a> {
    fragment: &'a Fragment,
    missing: Missing,
    path: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn map(&mut self, map: &mut Map) {
        for entry in &mut map.entries {
            self.node(&mut entry.value);
            if FLATTENED.contains(&entry.key.text()) {
                flatten(&mut entry.value);
            }
        }
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

    /// What a reference stands for, its own references resolved; `None` leaves the tag where it is.
    fn target(&mut self, reference: &Node) -> Option<Node> {
        let Some(keys) = keys(reference) else {
            let message = "`!reference` takes a list of keys, such as `[.setup, script]`";
            self.diagnostics.push(Diagnostic::error("reference-form", reference.origin, message));
            return None;
        };
        let name = format!("[{}]", keys.join(", "));
        let error = |message: String| Diagnostic::error("reference-undefined", reference.origin, message);
        if self.path.contains(&name) {
            let circle = format!("{} -> {name}", self.path.join(" -> "));
            self.diagnostics.push(error(format!("`!reference` goes round in a circle: {circle}")));
            return None;
        }
        if self.path.len() >= LEVELS {
            self.diagnostics
                .push(error(format!("`!reference {name}` is nested in more than {LEVELS} others")));
            return None;
        }
        let Some(mut found) = self.find(&keys).filter(|node| !is_null(node) && as_bool(node) != Some(false))
        else {
            if self.missing == Missing::Error || self.defines(keys[0]) {
                self.diagnostics
                    .push(self.undefined(error(format!("`!reference {name}` points at nothing")), &keys));
            }
            return None;
        };
        self.path.push(name);
        self.node(&mut found);
        self.path.pop();
        Some(found)
    }

    fn defines(&self, root: &str) -> bool {
        self.fragment.jobs.contains_key(root)
            || self.fragment.snippets.contains_key(root)
            || self.fragment.globals.contains(root)
    }

    fn find(&self, keys: &[&str]) -> Option<Node> {
        let (root, rest) = keys.split_first()?;
        let start = match self.fragment.jobs.get(*root) {
            Some(job) => Node::map(job.origin, job.body.clone()),
            None => self.fragment.snippets.get(*root).or_else(|| self.fragment.globals.get(root))?.clone(),
        };
        rest.iter().try_fold(start, |node, key| node.get(key).cloned())
    }

    fn undefined(&self, diagnostic: Diagnostic, keys: &[&str]) -> Diagnostic {
        let (near, what) = match self.fragment.jobs.get(keys[0]) {
            Some(job) => {
                let key = keys.get(1).copied().unwrap_or_default();
                (did_you_mean(key, job.body.iter().map(|(key, _)| key)), format!("key of `{}`", keys[0]))
            }
            None => (did_you_mean(keys[0], self.fragment.jobs.keys().map(String::as_str)), "job".to_owned()),
        };
        match near {
            Some(near) => diagnostic.with_help(format!("did you mean the {what} `{near}`?")),
            None => diagnostic.with_help("name a job and a key that it has, after `extends`"),
        }
    }
}

/// The keys of a reference, if it is a list of at least one string.
pub(crate) fn keys(reference: &Node) -> Option<Vec<&str>> {
    let Kind::Seq(items) = &reference.kind else { return None };
    let keys: Option<Vec<&str>> = items.iter().map(Node::text).collect();
    keys.filter(|keys| !keys.is_empty())
}

/// Lifts lists that stand inside a list, as GitLab does in scripts and rules.
fn flatten(node: &mut Node) {
    let Node { kind: Kind::Seq(items), tag: None, .. } = node else { return };
    if !items.iter().any(|item| item.as_seq().is_some()) {
        return;
    }
    for mut item in std::mem::take(items) {
        flatten(&mut item);
        match item.kind {
            Kind::Seq(inner) if item.tag.is_none() => items.extend(inner),
            _ => items.push(item),
        }
    }
}

#[cfg(test)]
mod tests;
