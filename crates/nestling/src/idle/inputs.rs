//! Inputs that a template declares and does not read: what units give for them is lost.

use super::values::{names_after, template_parts};
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Body, Read, Template, Templates, Workspace};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::pipeline::interpolation::{Block, Root, blocks, parse};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// Warns of each such input of the templates that units use.
pub(super) fn unread(workspace: &Workspace, templates: &Templates<'_>) -> Vec<Diagnostic> {
    let used: BTreeSet<&str> =
        workspace.units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.as_str()).collect();
    let mut problems = Vec::new();
    for name in used {
        // What cannot be read is reported where it is rendered.
        let Ok(Some(template)) = templates.find(name) else { continue };
        // Nobody here could change that of another project.
        if template.component.published.is_some() {
            continue;
        }
        problems.extend(unread_of(name, &template, templates));
    }
    problems
}

fn unread_of(name: &str, template: &Template, templates: &Templates<'_>) -> Vec<Diagnostic> {
    let declared = template.inputs.as_ref().and_then(Node::as_map);
    let Some(declared) = declared.filter(|declared| !declared.is_empty()) else { return Vec::new() };
    let Some(others) = bodies(template, templates) else { return Vec::new() };
    let mut texts = vec![template.body.text.to_string()];
    texts.extend(others.iter().map(|body| body.text.to_string()));
    texts.extend(conditions(declared));
    let parts: Vec<&str> = texts.iter().flat_map(|text| template_parts(text)).collect();
    let mut reads: Vec<Option<&str>> = parts.iter().flat_map(|part| names_after(part, "inputs")).collect();
    reads.extend(texts.iter().flat_map(|text| names_in_blocks(text)).map(Some));
    // `inputs` is read as a whole.
    if reads.contains(&None) {
        return Vec::new();
    }
    let unread = declared.entries.iter().filter(|input| !reads.contains(&Some(input.key.text())));
    let problem = |input: &nestling_gitlab::yaml::Entry| {
        let message = format!("template `{name}` does not read its input `{}`", input.key.text());
        let problem = Diagnostic::warning(&KEY_UNUSED, input.key.origin, message);
        problem.with_help("remove it, or read it: `${{ inputs.NAME }}`")
    };
    unread.map(problem).collect()
}

/// Returns the names that `$[[ inputs.NAME ]]` reads. They can have characters that no other name has, such as `-`.
fn names_in_blocks(text: &str) -> impl Iterator<Item = &str> {
    let ranges = blocks(text).into_iter();
    ranges.filter_map(|range| match parse(&text[range]) {
        Ok(Block::Value(access, _)) if access.root == Root::Inputs => Some(access.name),
        _ => None,
    })
}

/// Returns the conditions in the `rules` of inputs, which read other inputs.
fn conditions(declared: &Map) -> Vec<String> {
    let rules = declared.iter().filter_map(|(_, input)| input.get("rules")?.as_seq()).flatten();
    rules.filter_map(|rule| Some(rule.get("if")?.as_str()?.to_owned())).collect()
}

/// Returns the bodies that a template is rendered from beside its own; `None` if they cannot be known.
pub(super) fn bodies(template: &Template, templates: &Templates<'_>) -> Option<Vec<Body>> {
    let mut bodies = Vec::new();
    let mut pending = template.body.reads();
    let mut visited = BTreeSet::new();
    while let Some(read) = pending.pop() {
        let Read::Named(name) = read else { return None };
        if !visited.insert(name.clone()) {
            continue;
        }
        let other = templates.find(&name).ok()??;
        pending.extend(other.body.reads());
        bodies.push(other.body.clone());
    }
    Some(bodies)
}
