//! Template expressions in headers. A header is data: except in the strings of `environments`, an expression stays as it is
//! written.

use crate::template_syntax::owner::template_expression;
use crate::workspace::idle_rules::KEY_UNUSED;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::{Kind, Map, Node};

/// Keys of `unit:` and `workspace:` whose values are never rendered.
const LITERAL_KEYS: [&str; 12] = [
    "name",
    "depends_on",
    "changes",
    "use",
    "templates",
    "stages",
    "ignore",
    "everything",
    "units",
    "vars",
    "pipelines",
    "gitlab",
];

/// Names that GitLab's runner has as well: in the value of an input, an expression of them can be meant for it
/// (<https://docs.gitlab.com/ci/functions/moa/>).
const SHARED_NAMES: [&str; 2] = ["inputs", "vars"];

/// Warns of the expressions in a header that nothing evaluates.
pub(super) fn unevaluated(header: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for key in ["unit", "workspace"] {
        let values = header.get(key).and_then(Node::as_map).into_iter().flat_map(Map::iter);
        for (_, value) in values.filter(|(key, _)| LITERAL_KEYS.contains(key)) {
            walk(value, false, &mut problems);
        }
    }
    let entries = header.get("workspace").and_then(|workspace| workspace.get("environments"));
    let entries = entries.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let inputs = entries.filter_map(|(_, entry)| entry.get("inputs"));
    inputs.for_each(|inputs| walk(inputs, true, &mut problems));
    let declared = header.get("spec").and_then(|spec| spec.get("inputs")).and_then(Node::as_map);
    let declared = declared.into_iter().flat_map(Map::iter);
    let defaults = declared.filter_map(|(_, input)| input.get("default"));
    defaults.for_each(|default| walk(default, true, &mut problems));
    problems
}

fn walk(node: &Node, is_input: bool, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(scalar) => problems.extend(unevaluated_in(node, &scalar.text, is_input)),
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, is_input, problems)),
        Kind::Map(map) => {
            for (key, value) in map.iter() {
                walk(value, is_input || matches!(key, "inputs" | "environments"), problems);
            }
        }
    }
}

fn unevaluated_in(node: &Node, text: &str, is_input: bool) -> Option<Diagnostic> {
    let shared: &[&str] = if is_input { &SHARED_NAMES } else { &[] };
    let expression = template_expression(text, shared)?;
    let message = format!("`{expression}` is not evaluated here: the value contains it as it is written");
    let problem = Diagnostic::warning(&KEY_UNUSED, node.origin, message);
    Some(problem.with_help("write it in a job, a template, or another string of `environments`"))
}

#[cfg(test)]
mod tests {
    use super::unevaluated;
    use nestling_gitlab::diagnostic::FileId;
    use nestling_gitlab::yaml;

    #[test]
    fn only_strings_of_environments_are_evaluated() {
        for (header, expected) in [
            ("unit: { name: '${{ unit.dir }}' }", Some("${{ unit.dir }}")),
            ("unit: { changes: ['/${{ vars.x }}/*'] }", Some("${{ vars.x }}")),
            ("unit: { use: [{ template: t, inputs: { a: ['x ${{unit.name}}'] } }] }", Some("${{unit.name}}")),
            (
                "unit: { use: { environments: { prod: { a: '${{ pipeline.ref }}' } } } }",
                Some("${{ pipeline.ref }}"),
            ),
            ("workspace: { stages: ['${{ vars.x }}'] }", Some("${{ vars.x }}")),
            ("workspace: { units: [{ depends_on: '${{ unit.name }}' }] }", Some("${{ unit.name }}")),
            (
                "workspace: { environments: { s: { inputs: { a: '${{ unit.slug }}' } } } }",
                Some("${{ unit.slug }}"),
            ),
            ("spec: { inputs: { a: { default: '${{ unit.slug }}' } } }", Some("${{ unit.slug }}")),
            ("workspace: { environments: { s: { name: 's/${{ unit.slug }}' } } }", None),
            ("spec: { inputs: { a: { description: 'such as ${{ unit.slug }}' } } }", None),
            (
                "unit: { use: { template: t, inputs: { a: '${{ job.inputs.a }} ${{ vars.CI }} ${{ steps.b.c }}' } } }",
                None,
            ),
            (
                "unit: { use: { template: t, inputs: { a: '\\${{ unit.name }} ${{ github.sha }} ${{' } } }",
                None,
            ),
        ] {
            let node = yaml::parse_file(header, FileId::from_index(0)).unwrap().remove(0);
            let problems = unevaluated(&node);
            let found = problems.first().map(|problem| problem.message.split('`').nth(1).unwrap());
            assert_eq!(found, expected, "{header}");
        }
    }
}
