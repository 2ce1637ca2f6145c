//! Variables of the parent that win over those of jobs.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "variable-forwarded",
    severities: &[Warning],
    summary: "a job sets a variable that the parent's trigger job forwards over it",
    documentation: "Variables of the trigger job, and the global ones that it inherits, reach the child pipeline with the highest \
precedence: they win over `variables` of its jobs. Those of the trigger job in the repository's own `.gitlab-ci.yml` are \
known; list what comes from elsewhere in `workspace: { gitlab: { forwarded: [NAME] } }`, and this rule finds the jobs that \
set them in vain. `inherit: { variables: false }` at the trigger job \
forwards none of the global ones.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#pass-cicd-variables-to-a-downstream-pipeline",
    bad: Example::Pipeline("# gitlab: { forwarded: [STAGE] }\na: { script: x, variables: { STAGE: dev } }\n"),
    good: Example::Pipeline(
        "# gitlab: { forwarded: [STAGE] }\na: { script: x, variables: { LEVEL: debug } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let forwarded = &index.settings.gitlab.forwarded;
    if forwarded.is_empty() {
        return;
    }
    for (_, job) in index.jobs() {
        let variables = job.body.get("variables").and_then(Node::as_map);
        for entry in variables.into_iter().flat_map(|map| &map.entries) {
            let name = entry.key.text();
            if forwarded.iter().any(|known| known == name) {
                let message =
                    format!("`{name}` of `{}` has no effect: the trigger job forwards one over it", job.name);
                problems.push(
                    Diagnostic::warning(&RULE, entry.key.origin, message)
                        .with_help("give it another name, or do not forward it"),
                );
            }
        }
    }
}
