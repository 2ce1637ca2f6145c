//! A header of a file, and the `$[[ ]]` below it, which GitLab replaces before it reads the jobs.

use super::{CopiedFrom, RemoteIncludes, Surroundings, of_spec};
use crate::diagnostic::{Diagnostic, Origin, Sources, Suggestion};
use crate::pipeline::inputs::{InputValues, part};
use crate::pipeline::interpolation::{self, Access, Block, Function, OPEN, Root, blocks};
use crate::yaml::{Kind, Map, Node};
use indexmap::IndexMap;

mod given;

pub(crate) use super::spec_rule::RULE;
pub(super) use given::given_problems;

/// A document below a header, with the values of inputs in place of their blocks.
pub(crate) struct Interpolated {
    /// Errors that GitLab reports in the header and in the blocks.
    pub problems: Vec<Diagnostic>,
    /// The places of blocks whose values are not known.
    pub open: Vec<Origin>,
    /// The inputs, those of `spec:include` among them.
    pub inputs: Map,
}

/// Puts the values of inputs into the document below a header: those that an include gives, and defaults for the rest. A file
/// that no other includes has nothing `given`, and one of this repository is a copy `from` nowhere.
pub(crate) fn interpolate(
    header: &Map,
    body: &mut Node,
    given: Option<&Map>,
    from: Option<&CopiedFrom>,
    surroundings: &Surroundings<'_>,
    remote: RemoteIncludes,
) -> Interpolated {
    let unknown = header.entries.iter().filter(|entry| entry.key.text() != "spec");
    let mut problems: Vec<Diagnostic> = unknown
        .map(|entry| {
            let message = format!("unknown keyword `{}` in the header", entry.key.text());
            let help = "a header has `spec` only; jobs follow the `---`";
            Diagnostic::error(&RULE, entry.key.origin, message).with_help(help)
        })
        .collect();
    let spec = header.get("spec");
    let included = spec.and_then(|spec| spec.get("include")).filter(|include| !include.is_null());
    if let Some(included) = included.filter(|_| from.is_some()) {
        let message = "a file of a component cannot have `spec: include:`";
        let problem = Diagnostic::error(&RULE, included.origin, message);
        problems.push(
            problem.with_help("use another version of the component, or copy it to a template directory"),
        );
    }
    // Its own error says enough: nothing is read, and nothing that it may declare is missed.
    let remote = if from.is_some() { RemoteIncludes::AllUnread } else { remote };
    let spec_inputs = of_spec(spec, surroundings, remote);
    problems.extend(spec_inputs.problems);
    let inputs = spec_inputs.inputs;
    let values =
        InputValues::of(&inputs, given).with_component(from.and_then(|from| from.component.as_ref()));
    let component = spec.and_then(|spec| spec.get("component")).and_then(Node::as_seq).unwrap_or_default();
    let component = component.iter().filter_map(Node::text).collect();
    let sources = surroundings.sources;
    let definitions = inputs.iter().collect();
    let declared =
        Declared { inputs: &definitions, values: &values, component, is_open: spec_inputs.is_open, sources };
    declared.walk(body, &mut problems);
    let origin = body.origin;
    let placed = values.put_into(body);
    if placed.is_too_much() {
        let message = "the values of all `$[[ ]]` in this file are too large";
        let problem = Diagnostic::error(&RULE, origin, message);
        problems.push(problem.with_help("use fewer or shorter inputs"));
    }
    Interpolated { problems, open: placed.open, inputs }
}

/// Values that blocks can name.
struct Declared<'a> {
    inputs: &'a IndexMap<&'a str, &'a Node>,
    values: &'a InputValues<'a>,
    component: Vec<&'a str>,
    /// Files that the header includes, and that are not read, may declare further inputs.
    is_open: bool,
    sources: &'a Sources,
}

impl Declared<'_> {
    fn walk(&self, node: &Node, problems: &mut Vec<Diagnostic>) {
        match &node.kind {
            Kind::Scalar(scalar) => self.text(&scalar.text, node.origin, problems),
            Kind::Seq(items) => items.iter().for_each(|item| self.walk(item, problems)),
            Kind::Map(map) => {
                for entry in &map.entries {
                    self.text(entry.key.text(), entry.key.origin, problems);
                    self.walk(&entry.value, problems);
                }
            }
        }
    }

    fn text(&self, text: &str, origin: Origin, problems: &mut Vec<Diagnostic>) {
        for range in blocks(text) {
            let inside = &text[range];
            let problem = match interpolation::parse(inside) {
                Ok(Block::Later) => None,
                Ok(Block::Value(access, functions)) => self.value(&access, &functions, origin),
                Err(mistake) => {
                    let problem = Diagnostic::error(&RULE, origin, mistake.message);
                    Some(match mistake.help {
                        Some(help) => problem.with_help(help),
                        None => problem,
                    })
                }
            };
            let problem = problem.map(|problem| self.at_block(problem, inside));
            // What an alias repeats is one mistake.
            let is_new = |problem: &Diagnostic| {
                !problems
                    .iter()
                    .any(|known| (known.origin(), &known.message) == (problem.origin(), &problem.message))
            };
            if let Some(problem) = problem.filter(is_new) {
                problems.push(problem);
            }
        }
    }

    /// Moves a finding from the start of a string to the block in it.
    fn at_block(&self, mut problem: Diagnostic, inside: &str) -> Diagnostic {
        for label in problem.labels.iter_mut().take(1) {
            label.origin =
                self.sources.in_expression(label.origin, OPEN, inside.trim()).unwrap_or(label.origin);
        }
        problem
    }

    fn value(&self, access: &Access<'_>, functions: &[Function], origin: Origin) -> Option<Diagnostic> {
        let name = access.name;
        if access.root == Root::Component {
            let message = format!("`spec:component` does not list `{name}`");
            let problem = Diagnostic::error(&RULE, origin, message);
            let help = format!("write `spec: {{ component: [{name}] }}`");
            return (!self.component.contains(&name)).then(|| problem.with_help(help));
        }
        let Some(input) = self.inputs.get(name) else {
            let problem = Diagnostic::error(&RULE, origin, format!("undefined input `{name}`"));
            let names = self.inputs.keys().copied();
            let help = Suggestion::among(name, names).help_or("add it under `spec: inputs:`");
            return (!self.is_open).then(|| problem.with_help(help));
        };
        if let Some(Err(message)) = self.values.get(name).map(|value| part(value, access)) {
            return Some(Diagnostic::error(&RULE, origin, message));
        }
        let kind = input.get("type").and_then(Node::as_str).unwrap_or("string");
        if kind != "array" && !access.steps.is_empty() {
            let message = format!("`{}` has an index, but `{name}` is not an array", access.written);
            return Some(Diagnostic::error(&RULE, origin, message));
        }
        if kind != "string" && access.steps.is_empty() && !functions.is_empty() {
            let article = if kind == "array" { "an" } else { "a" };
            let message = format!("functions require a string, but `{name}` is {article} {kind}");
            return Some(Diagnostic::error(&RULE, origin, message));
        }
        None
    }
}
