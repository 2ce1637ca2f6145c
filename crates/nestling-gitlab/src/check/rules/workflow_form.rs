//! `workflow-form`: `workflow` of the pipeline.

use super::Index;
use crate::check::{Level, form};
use crate::diagnostic::Severity::{Error, Note, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::guard::Guard;
use crate::pipeline::keywords::{AUTO_CANCEL, WORKFLOW_RULE, WORKFLOW_WHEN};
use crate::pipeline::presence::{Creation, workflow_guard};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "workflow-form",
    severities: &[Error, Warning, Note],
    summary: "`workflow` is invalid, or never creates the pipeline",
    documentation: "`workflow` has `name` (at most 255 characters), `rules` with `when: always` or `never`, and `auto_cancel`. If no \
rule applies in a child pipeline, GitLab does not create it, and the trigger job fails.",
    source: "https://docs.gitlab.com/ci/yaml/#workflow",
    bad: Example::Pipeline("workflow: { rules: [{ when: manual }] }\na: { script: x }\n"),
    good: Example::Pipeline("workflow: { name: child, rules: [{ when: always }] }\na: { script: x }\n"),
};

/// Values of `on_new_commit` (<https://docs.gitlab.com/ci/yaml/#workflowauto_cancelon_new_commit>).
const ON_NEW_COMMIT: &[&str] = &["conservative", "interruptible", "none"];

/// Values of `on_job_failure` (<https://docs.gitlab.com/ci/yaml/#workflowauto_cancelon_job_failure>).
const ON_JOB_FAILURE: &[&str] = &["none", "all"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let workflow = &index.pipeline.workflow;
    problems.extend(form::value(workflow, "name").and_then(name));
    if let Some(node) = form::value(workflow, "auto_cancel") {
        problems.extend(auto_cancel(node));
    }
    let Some(node) = form::value(workflow, "rules") else { return };
    let Some(items) = node.as_seq() else {
        problems.push(form::wrong(&RULE, "rules", "a list of rules", node));
        return;
    };
    for rule in items.iter().filter_map(Node::as_map) {
        problems.extend(form::keywords(&RULE, "workflow:rules", rule, WORKFLOW_RULE));
        let when = form::value(rule, "when");
        problems.extend(when.and_then(|node| form::one_of(&RULE, "when", node, WORKFLOW_WHEN)));
    }
    let creation = Creation::of(&index.settings.variables);
    if workflow_guard(workflow, None, &creation.moment(true)) != Guard::Never {
        return;
    }
    // A file may be meant for some triggers only; a child pipeline that its parent triggers is meant to be created.
    problems.push(match index.settings.level {
        Level::Root => {
            let message = "`workflow:rules` never create this pipeline";
            Diagnostic::new(&RULE, Note, message).with_label(node.origin, "")
        }
        Level::Child => {
            let problem =
                Diagnostic::error(&RULE, node.origin, "`workflow:rules` never create a child pipeline");
            problem.with_help("end the list with `- when: always`: the parent decides whether the child runs")
        }
    });
}

fn name(node: &Node) -> Option<Diagnostic> {
    let Some(text) = node.as_str() else { return form::string(&RULE, "name", node) };
    let length = text.chars().count();
    if length <= 255 {
        return None;
    }
    let message = format!("`workflow:name` has {length} characters; GitLab allows 255");
    Some(Diagnostic::error(&RULE, node.origin, message))
}

fn auto_cancel(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return vec![form::wrong(&RULE, "auto_cancel", "a mapping", node)];
    };
    let mut problems = form::keywords(&RULE, "workflow:auto_cancel", map, AUTO_CANCEL);
    for (key, known) in [("on_new_commit", ON_NEW_COMMIT), ("on_job_failure", ON_JOB_FAILURE)] {
        problems.extend(form::value(map, key).and_then(|node| form::one_of(&RULE, key, node, known)));
    }
    problems
}
