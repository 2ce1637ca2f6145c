//! `only` and `except` as rules of a child, which knows neither: it is started by its parent
//! (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except>).

use super::clause::{Clause, Unconditional, Unsupported, WrittenIn, closing, opening};
use super::expression::{all_of, any_of, in_child};
use nestling_gitlab::pipeline::expression::Expression;
use nestling_gitlab::pipeline::presence::source_of_reference;
use nestling_gitlab::yaml::{Map, Node};

/// The condition for branches and tags.
const NO_MERGE_REQUEST: &str = "$CI_MERGE_REQUEST_IID == null";

/// Returns the rules of a job, or those of a trigger job.
///
/// # Errors
/// `only` or `except` names something that a child cannot ask for.
pub(super) fn clauses(
    body: &Map,
    unconditional: Unconditional,
    written_in: WrittenIn,
) -> Result<Vec<Clause>, Unsupported> {
    if let Some(rules) = body.get("rules").and_then(Node::as_seq) {
        let rules = rules.iter().filter_map(|rule| Some((rule.as_map()?, rule.origin)));
        return Ok(rules.map(|(rule, origin)| Clause::of_rule(rule, origin, written_in)).collect());
    }
    clauses_of_policy(body, unconditional, written_in)
}

/// Returns the rules that say what `only` and `except` say.
///
/// # Errors
/// One of them asks for something that a child cannot know.
fn clauses_of_policy(
    body: &Map,
    unconditional: Unconditional,
    written_in: WrittenIn,
) -> Result<Vec<Clause>, Unsupported> {
    let present = |key: &str| body.get(key).filter(|node| !node.is_null());
    let (only, except) = (present("only"), present("except"));
    let origin = only.or(except).map_or_else(nestling::Origin::generated, |node| node.origin);
    let mut clauses = Vec::new();
    for condition in except.map(|node| excluding(node, written_in)).transpose()?.unwrap_or_default() {
        clauses.push(closing(condition, origin));
    }
    let mut last = Clause::always(origin);
    match only {
        Some(node) => {
            let conditions = including(node, written_in)?;
            last.condition = all_of(conditions);
            last.changes.extend(node.get("changes").cloned());
        }
        None if unconditional == Unconditional::BranchesAndTags => {
            last = opening(&[NO_MERGE_REQUEST.to_owned()], origin);
        }
        None => {}
    }
    clauses.push(last);
    Ok(clauses)
}

/// Returns the conditions of which all have to hold for `only`, without its `changes`.
fn including(node: &Node, written_in: WrittenIn) -> Result<Vec<String>, Unsupported> {
    let Some(map) = node.as_map() else { return Ok(alternatives(node, written_in)?.into_iter().collect()) };
    let mut conditions = Vec::new();
    match map.get("refs").filter(|refs| !refs.is_null()) {
        Some(refs) => conditions.extend(alternatives(refs, written_in)?),
        None => conditions.push(NO_MERGE_REQUEST.to_owned()),
    }
    for (key, value) in map.iter() {
        match key {
            "refs" | "changes" => {}
            "variables" => conditions.extend(any_of(&expressions(value, written_in))),
            key => return Err(format!("`only:{key}` has no equivalent in rules")),
        }
    }
    Ok(conditions)
}

/// Returns the conditions of which none may hold for `except`.
fn excluding(node: &Node, written_in: WrittenIn) -> Result<Vec<String>, Unsupported> {
    let Some(map) = node.as_map() else { return Ok(alternatives(node, written_in)?.into_iter().collect()) };
    let mut conditions = Vec::new();
    for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        match key {
            "refs" => conditions.extend(alternatives(value, written_in)?),
            "variables" => conditions.extend(expressions(value, written_in)),
            key => return Err(format!("`except:{key}` cannot be written as rules of a child")),
        }
    }
    Ok(conditions)
}

fn expressions(node: &Node, written_in: WrittenIn) -> Vec<String> {
    node.items_or_self().iter().filter_map(Node::text).map(|text| written_in.expression(text)).collect()
}

/// Returns the condition that one of these references is met.
fn alternatives(node: &Node, written_in: WrittenIn) -> Result<Option<String>, Unsupported> {
    let names: Vec<&str> = node.items_or_self().iter().filter_map(Node::text).collect();
    if names.contains(&"branches") && names.contains(&"tags") && names.contains(&"merge_requests") {
        return Ok(None);
    }
    let mut conditions = Vec::new();
    for name in &names {
        let condition = reference(name, written_in)?;
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    Ok(any_of(&conditions))
}

fn reference(name: &str, written_in: WrittenIn) -> Result<String, Unsupported> {
    match source_of_reference(name) {
        Some(_) if written_in == WrittenIn::Child => {
            return Err(format!("`{name}` asks for the source of a child, which is always its parent"));
        }
        Some("merge_request") => return Ok("$CI_MERGE_REQUEST_IID".to_owned()),
        Some("external_pull_request" | "external" | "parent_pipeline") => {
            return Err(format!("`{name}` cannot be written as a rule of a child"));
        }
        Some(source) => return Ok(in_child(&format!("$CI_PIPELINE_SOURCE == \"{source}\""))),
        None => {}
    }
    Ok(match name {
        "branches" => "$CI_COMMIT_BRANCH".to_owned(),
        "tags" => "$CI_COMMIT_TAG".to_owned(),
        name if !name.starts_with('/') && name.contains('@') => {
            return Err(format!("`{name}` names a project"));
        }
        name if name.contains(['"', '\n']) => return Err(format!("`{name}` cannot be quoted")),
        name => {
            let (operator, value) = match name.starts_with('/') {
                true => ("=~", name.to_owned()),
                false => ("==", format!("\"{name}\"")),
            };
            let condition =
                format!("$CI_COMMIT_BRANCH {operator} {value} || $CI_COMMIT_TAG {operator} {value}");
            // `/^release/@group/project` names a project, and GitLab reads patterns that rules do not know.
            Expression::parse(&condition).map_err(|_| format!("`{name}` is not a valid condition"))?;
            condition
        }
    })
}
