//! `workflow` of the child pipeline.

use super::Index;
use crate::check::{Level, form};
use crate::diagnostic::Severity::{Error, Note, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::guard::Guard;
use crate::pipeline::presence::{Creation, workflow_guard};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "workflow-form",
    severities: &[Error, Warning, Note],
    summary: "`workflow` has a form that GitLab refuses, or keeps the pipeline from being made",
    documentation: "`workflow` has `name` (255 characters at most), `rules` with `when: always` or `never`, and `auto_cancel`. Rules \
that never apply in a child pipeline keep it from being made, and the trigger job fails.",
    source: "https://docs.gitlab.com/ci/yaml/#workflow",
    bad: Example::Pipeline("workflow: { rules: [{ when: manual }] }\na: { script: x }\n"),
    good: Example::Pipeline("workflow: { name: child, rules: [{ when: always }] }\na: { script: x }\n"),
};

const RULE_KEYS: &[&str] =
    &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "auto_cancel"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let workflow = &index.pipeline.workflow;
    if let Some(name) = form::value(workflow, "name") {
        problems.extend(form::text(&RULE, "name", name));
        let length = name.text().map_or(0, |text| text.chars().count());
        if length > 255 {
            let message = format!("the pipeline's name has {length} characters; GitLab allows 255");
            problems.push(Diagnostic::error(&RULE, name.origin, message));
        }
    }
    problems.extend(form::value(workflow, "auto_cancel").into_iter().flat_map(auto_cancel));
    let Some(node) = form::value(workflow, "rules") else { return };
    let Some(items) = node.as_seq() else {
        problems.push(form::wrong(&RULE, "rules", "a list of rules", node));
        return;
    };
    for rule in items.iter().filter_map(Node::as_map) {
        problems.extend(form::keys(&RULE, "a rule of `workflow`", rule, RULE_KEYS));
        let when = form::value(rule, "when");
        problems.extend(when.and_then(|it| form::one_of(&RULE, "when", it, &["always", "never"])));
    }
    let creation = Creation::of(&index.settings.variables);
    if workflow_guard(workflow, None, &creation.moment(true)) != Guard::Never {
        return;
    }
    if index.settings.level == Level::Root {
        let message = "no rule of `workflow` lets this pipeline be created";
        problems.push(Diagnostic::new(&RULE, Note, message).with_label(node.origin, ""));
    } else {
        let message = "no rule of `workflow` lets a child pipeline be made";
        problems.push(
            Diagnostic::error(&RULE, node.origin, message).with_help(
                "end the list with `- when: always`: whether the child runs is the parent's to say",
            ),
        );
    }
}

fn auto_cancel(node: &Node) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return vec![form::wrong(&RULE, "auto_cancel", "a mapping", node)];
    };
    let mut problems = form::keys(&RULE, "`auto_cancel`", map, &["on_new_commit", "on_job_failure"]);
    let words: [(&str, &[&str]); 2] =
        [("on_new_commit", &["conservative", "interruptible", "none"]), ("on_job_failure", &["none", "all"])];
    for (key, known) in words {
        problems.extend(form::value(map, key).and_then(|node| form::one_of(&RULE, key, node, known)));
    }
    problems
}
