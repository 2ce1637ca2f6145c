//! `workflow-form`: `workflow` of the pipeline.

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
    summary: "`workflow` is invalid, or never creates the pipeline",
    documentation: "`workflow` has `name` (at most 255 characters), `rules` with `when: always` or `never`, and `auto_cancel`. If no \
rule applies in a child pipeline, GitLab does not create it, and the trigger job fails.",
    source: "https://docs.gitlab.com/ci/yaml/#workflow",
    bad: Example::Pipeline(
        "\
workflow:
  rules:
    - when: manual
a:
  script: x
",
    ),
    good: Example::Pipeline(
        "\
workflow:
  name: child
  rules:
    - when: always
a:
  script: x
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let workflow = &index.pipeline.workflow;
    let Some(node) = form::value(workflow, "rules") else { return };
    let creation = Creation::of(&index.settings.variables);
    match workflow_guard(workflow, None, &creation.moment(true)) {
        Guard::Never => {}
        Guard::Always => return,
        guard => {
            problems.extend(maybe_created(index.settings.level, &guard, node));
            return;
        }
    }
    // A file may be intended for some triggers only; a child pipeline that its parent triggers is intended to be created.
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

/// Warns of a child pipeline that its parent triggers, and that GitLab creates under a condition alone.
fn maybe_created(level: Level, guard: &Guard, rules: &Node) -> Option<Diagnostic> {
    if level == Level::Root {
        return None;
    }
    let message =
        format!("GitLab creates the child pipeline only if {guard}: otherwise the trigger job fails");
    let problem = Diagnostic::warning(&RULE, rules.origin, message);
    Some(problem.with_help("end the list with `- when: always`, and put the condition on the jobs"))
}
