//! Files that GitLab itself has to include.

use super::Index;
use crate::check::{Level, form};
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "include-form",
    severities: &[Error, Warning],
    summary: "an `include` of the child pipeline cannot be followed",
    documentation: "Variables in the `include` of a file that a job made are empty: GitLab reads it before there are any, and the \
child pipeline is refused. Write what they stand for. An `include` names one of local, remote, template, component and \
project with `file`; a pipeline follows at most 150.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
    bad: Example::Pipeline("include: [{ project: $GROUP/ci, file: /a.yml }]\na: { script: x }\n"),
    good: Example::Pipeline("include: [{ project: a/ci, ref: v1, file: /a.yml }]\na: { script: x }\n"),
};

const KEYS: &[&str] = &[
    "local",
    "remote",
    "template",
    "component",
    "project",
    "file",
    "ref",
    "rules",
    "inputs",
    "integrity",
    "cache",
];
const WHAT: [&str; 5] = ["local", "remote", "template", "component", "project"];
const LIMIT: usize = 150;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let includes = &index.pipeline.includes;
    if let Some(over) = includes.get(LIMIT) {
        let message = format!("the pipeline includes {} files; GitLab follows {LIMIT}", includes.len());
        problems.push(Diagnostic::error(&RULE, over.origin, message));
    }
    for include in includes {
        match include.as_map() {
            Some(map) => mapping(index, include, map, problems),
            None => {
                let problem = form::text(&RULE, "include", include);
                problems.extend(problem.or_else(|| variable(index, include)));
            }
        }
    }
}

fn mapping(index: &Index<'_>, include: &Node, map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keys(&RULE, "an `include`", map, KEYS));
    let named = WHAT.iter().filter(|key| map.contains(key)).count();
    if named != 1 {
        let message = "an `include` names one of local, remote, template, component and project";
        problems.push(Diagnostic::error(&RULE, include.origin, message));
    }
    if map.contains("project") && !map.contains("file") {
        let message = "an `include` of a project names its `file` as well";
        problems.push(Diagnostic::error(&RULE, include.origin, message));
    }
    for (key, node) in map.iter().filter(|(key, _)| !matches!(*key, "rules" | "inputs")) {
        let items = node.as_seq().filter(|_| key == "file").unwrap_or(std::slice::from_ref(node));
        problems.extend(items.iter().filter_map(|item| variable(index, item)));
    }
}

/// The pipeline of `.gitlab-ci.yml` has its project's variables when GitLab includes files.
fn variable(index: &Index<'_>, node: &Node) -> Option<Diagnostic> {
    if index.settings.level == Level::Root {
        return None;
    }
    let text = node.text().filter(|text| text.contains('$'))?;
    let message = format!("the variables of `{text}` are empty when GitLab includes it in a child pipeline");
    Some(Diagnostic::error(&RULE, node.origin, message).with_help("write what they stand for"))
}
