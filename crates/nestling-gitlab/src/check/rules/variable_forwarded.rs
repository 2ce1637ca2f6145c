//! Variables of the parent that win over those of jobs.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "variable-forwarded",
    severities: &[Warning],
    summary: "a job sets a variable that the parent's trigger job forwards over it",
    documentation: "Variables of the trigger job, and global variables that it inherits, have the highest precedence in the child \
pipeline: they override `variables` of its jobs. Nestling reads the trigger job in the repository's own `.gitlab-ci.yml`; list \
variables from elsewhere in `workspace: { gitlab: { forwarded: [NAME] } }`. Variables of its `workflow:rules` count in the pipelines of their rule. With `inherit: { variables: false }` the trigger job \
forwards no global variables.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#pass-cicd-variables-to-a-downstream-pipeline",
    bad: Example::Pipeline(
        "\
# gitlab: { forwarded: [STAGE] }
a:
  script: x
  variables:
    STAGE: dev
",
    ),
    good: Example::Pipeline(
        "\
# gitlab: { forwarded: [STAGE] }
a:
  script: x
  variables:
    LEVEL: debug
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let forwarded = &index.settings.gitlab.forwarded;
    let by_rules = &index.settings.forwarded_by_rules;
    if forwarded.is_empty() && by_rules.is_empty() {
        return;
    }
    for (_, job) in index.jobs() {
        let variables = job.body.get("variables").and_then(Node::as_map);
        for entry in variables.into_iter().flat_map(|map| &map.entries) {
            let name = entry.key.text();
            if forwarded.iter().any(|known| known == name) {
                let message =
                    format!("`{name}` in `{}` has no effect: the trigger job's value overrides it", job.name);
                let problem = Diagnostic::warning(&RULE, entry.key.origin, message);
                problems.push(problem.with_help("rename it, or do not forward it"));
            } else if by_rules.iter().any(|known| known == name) {
                let message = format!(
                    "where a rule of the parent's `workflow` sets `{name}`, that value overrides the one in `{}`",
                    job.name
                );
                let problem = Diagnostic::warning(&RULE, entry.key.origin, message);
                problems.push(problem.with_help("rename it, or do not forward it"));
            }
        }
    }
}
