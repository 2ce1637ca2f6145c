//! `environment-manual`: environments that GitLab creates before anyone deploys to them.

use super::Index;
use crate::diagnostic::Severity::Note;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::{Environment, environment};
use crate::pipeline::rule::is_manual;

pub(super) static RULE: Rule = Rule {
    id: "environment-manual",
    severities: &[Note],
    summary: "a manual deploy job creates environments that nobody deployed to",
    documentation: "GitLab creates an environment together with the pipeline, even if nobody ever runs its manual deploy job. One for \
each branch piles up, and a stop job does not run if nothing was deployed. With `auto_stop_in`, GitLab removes them.",
    source: "https://docs.gitlab.com/ci/environments/#stop-an-environment-after-a-certain-time-period",
    bad: Example::Pipeline(
        "\
b:
  script: x
a:
  script: x
  when: manual
  environment:
    name: review/$CI_COMMIT_REF_SLUG
",
    ),
    good: Example::Pipeline(
        "\
b:
  script: x
a:
  script: x
  when: manual
  environment:
    name: review/$CI_COMMIT_REF_SLUG
    auto_stop_in: 1 week
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body).filter(Environment::deploys) else { continue };
        let name = environment.name_text();
        // A fixed name is one environment, however many pipelines create it.
        if !name.contains('$') || !is_manual(&job.body) || environment.get("auto_stop_in").is_some() {
            continue;
        }
        let message =
            format!("each pipeline creates environment `{name}`, even if nobody runs `{}`", job.name);
        let problem = Diagnostic::new(&RULE, Note, message).with_label(environment.origin, "");
        problems.push(problem.with_help("add, for example, `auto_stop_in: 1 week`"));
    }
}
