//! Environments that appear before anybody deploys to them.

use super::Index;
use crate::diagnostic::Severity::Note;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::{Environment, environment};
use crate::pipeline::rule::is_manual;

pub(super) static RULE: Rule = Rule {
    id: "environment-manual",
    severities: &[Note],
    summary: "a manual deploy leaves environments behind that nobody deployed to",
    documentation: "GitLab makes the record of an environment when it creates the pipeline, also for a manual deploy that nobody \
ever plays. One for each branch piles up, and the stop job does not run where nothing was deployed. `auto_stop_in` lets \
GitLab clear them away.",
    source: "https://docs.gitlab.com/ci/environments/#stop-an-environment-after-a-certain-time-period",
    bad: Example::Pipeline(
        "b: { script: x }\na: { script: x, when: manual, environment: { name: review/$CI_COMMIT_REF_SLUG } }\n",
    ),
    good: Example::Pipeline(
        "b: { script: x }\na: { script: x, when: manual, environment: { name: review/$CI_COMMIT_REF_SLUG, auto_stop_in: 1 week } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body).filter(Environment::deploys) else {
            continue;
        };
        let name = environment.name_text();
        if name.contains('$') && is_manual(&job.body) && environment.get("auto_stop_in").is_none() {
            let message =
                format!("`{name}` appears for each pipeline, whether anybody plays `{}` or not", job.name);
            let problem = Diagnostic::new(&RULE, Note, message).with_label(environment.origin, "");
            problems.push(problem.with_help("add such as `auto_stop_in: 1 week`"));
        }
    }
}
