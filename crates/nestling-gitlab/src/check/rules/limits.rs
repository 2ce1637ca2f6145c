//! How many jobs and deployments one pipeline may have.

use super::Index;
use crate::check::{Division, Level};
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::matrix::parallel;
use crate::pipeline::presence::State;

/// The rule `limits`.
pub static RULE: Rule = Rule {
    id: "limits",
    severities: &[Error],
    summary: "the pipeline has more jobs or deployments than GitLab allows",
    documentation: "A pipeline has at most 500 jobs with an `environment`, stop jobs included, or what the instance is set to \
(`workspace: { gitlab: { deployments: 500, jobs: 2000 } }`). GitLab does not create a larger one. What \
`nestling generate` writes is split where it is too large, units that need each other staying together; what is too large \
even so is reported by this rule.",
    source: "https://docs.gitlab.com/administration/cicd/limits/",
    bad: Example::Pipeline(
        "# gitlab: { deployments: 1 }\na: { script: x, environment: dev }\nb: { script: x, environment: prod }\n",
    ),
    good: Example::Pipeline("# gitlab: { deployments: 1 }\na: { script: x, environment: dev }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.settings.division == Division::Parts {
        return;
    }
    let limits = &index.settings.gitlab.limits;
    let (mut jobs, mut deployments) = (0_u64, 0_u64);
    let (mut last_job, mut last_deployment) = (None, None);
    for (_, job) in index.jobs().filter(|(at, _)| index.state(*at) != State::Out) {
        let count = parallel(&job.body).map_or(1, |parallel| parallel.count());
        jobs = jobs.saturating_add(count);
        last_job = Some(job);
        if job.body.contains("environment") {
            deployments = deployments.saturating_add(count);
            last_deployment = Some(job);
        }
    }
    let known = [
        ("deployments", deployments, Some(limits.deployments), last_deployment),
        ("jobs", jobs, limits.jobs, last_job),
    ];
    for (what, count, limit, last) in known {
        let (Some(limit), Some(last)) = (limit, last) else { continue };
        if count > limit as u64 {
            let message = format!("the pipeline has {count} {what}; GitLab allows {limit}");
            let help = match index.settings.level {
                Level::Child => format!(
                    "select fewer units; where the instance allows it, raise the limit: `gitlab: {{ {what}: {count} }}`"
                ),
                Level::Root => "move jobs into child pipelines".to_owned(),
            };
            problems.push(Diagnostic::error(&RULE, last.origin, message).with_help(help));
        }
    }
}
