//! `only` and `except` (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except>).

use super::clauses::plain_changes;
use super::moment::{Moment, Reference};
use super::variables::JobVariables;
use crate::pipeline::expression::{Expression, pattern};
use crate::pipeline::guard::{Atom, Guard};
use crate::yaml::{Map, Node};

/// The meaning of `only` without references.
const DEFAULT_REFERENCES: [&str; 2] = ["branches", "tags"];

/// Returns where `only` and `except` let a job in.
pub(super) fn policy(body: &Map, variables: &JobVariables<'_, '_>) -> Guard {
    let only = body.get("only").filter(|node| !node.is_null());
    let except = body.get("except").filter(|node| !node.is_null());
    let lets_in = match only {
        Some(node) => Guard::all(clauses(node, variables, Missing::BranchesAndTags)),
        // Without `workflow:rules` a job that says nothing is one for branches and tags.
        None if variables.moment.workflow_rules => Guard::Always,
        None => default_references(variables.moment),
    };
    let keeps_out = match except {
        Some(node) => Guard::any(clauses(node, variables, Missing::Nothing)),
        None => Guard::Never,
    };
    Guard::all([lets_in, keeps_out.negated()])
}

/// Meaning of a policy without `refs`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    BranchesAndTags,
    Nothing,
}

fn clauses(node: &Node, variables: &JobVariables<'_, '_>, missing: Missing) -> Vec<Guard> {
    let Some(map) = node.as_map() else { return vec![references(node, variables.moment)] };
    let mut guards = Vec::new();
    match map.get("refs").filter(|node| !node.is_null()) {
        Some(node) => guards.push(references(node, variables.moment)),
        None if missing == Missing::BranchesAndTags => guards.push(default_references(variables.moment)),
        None => {}
    }
    for (key, value) in map.iter() {
        match key {
            "variables" => guards.push(expressions(value, variables)),
            "changes" => guards.push(plain_changes(value, variables.moment.changed)),
            "kubernetes" => guards.push(Guard::Atom(Atom::Expression("kubernetes is active".to_owned()))),
            _ => {}
        }
    }
    guards
}

fn expressions(node: &Node, variables: &JobVariables<'_, '_>) -> Guard {
    let items = node.items_or_self();
    Guard::any(items.iter().map(|item| {
        let expression = item.text().and_then(|text| Expression::parse(text).ok());
        expression.map_or(Guard::Never, |expression| expression.guard(&|name| variables.get(name)))
    }))
}

fn default_references(moment: &Moment<'_>) -> Guard {
    Guard::any(DEFAULT_REFERENCES.map(|name| reference(name, moment)))
}

fn references(node: &Node, moment: &Moment<'_>) -> Guard {
    let items = node.items_or_self();
    Guard::any(items.iter().filter_map(Node::text).map(|name| reference(name, moment)))
}

fn reference(name: &str, moment: &Moment<'_>) -> Guard {
    // `only: [main@group/project]` names the project as well.
    if !name.starts_with('/') && name.contains('@') {
        return Guard::Atom(Atom::Reference(name.to_owned()));
    }
    if moment.source.is_some_and(|source| is_source(name, source)) {
        return Guard::Always;
    }
    let asks_for_source = moment.source.is_none() && source_of_reference(name).is_some();
    match moment.reference {
        _ if asks_for_source => Guard::Atom(Atom::Reference(name.to_owned())),
        Reference::Unknown => Guard::Atom(Atom::Reference(name.to_owned())),
        // Neither keywords nor names of branches and tags match a merge request.
        Reference::MergeRequest => Guard::Never,
        Reference::Branch(_) if name == "branches" => Guard::Always,
        Reference::Tag(_) if name == "tags" => Guard::Always,
        Reference::Branch(Some(own)) | Reference::Tag(Some(own)) => Guard::from(names(name, own)),
        Reference::Branch(None) | Reference::Tag(None) => Guard::Atom(Atom::Reference(name.to_owned())),
    }
}

/// Sources of pipelines that `only` and `except` know, in the singular and without `_event`.
const SOURCES: [&str; 11] = [
    "api",
    "chat",
    "external",
    "external_pull_request",
    "merge_request",
    "parent_pipeline",
    "pipeline",
    "push",
    "schedule",
    "trigger",
    "web",
];

/// Returns the source that `only` and `except` read a name as, in the singular and without `_event`: `push` for `push` and for
/// `pushes`. `None` is the name of a branch or a tag, or one of `branches` and `tags`.
pub fn source_of_reference(name: &str) -> Option<&'static str> {
    SOURCES.into_iter().find(|source| is_source(name, source))
}

/// Returns `true` if the name is that of the pipeline's source, in the singular or in the plural of Rails.
fn is_source(name: &str, source: &str) -> bool {
    let source = source.strip_suffix("_event").unwrap_or(source);
    let plural = if source.ends_with("sh") { "es" } else { "s" };
    name == source || name.strip_suffix(plural) == Some(source)
}

fn names(written: &str, reference: &str) -> bool {
    match pattern(written) {
        Some(pattern) if written.starts_with('/') => pattern.is_match(reference),
        _ => written == reference,
    }
}
