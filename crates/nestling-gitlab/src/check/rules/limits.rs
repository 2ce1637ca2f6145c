//! `limits`: the number of jobs and deployments of one pipeline.

use super::Index;
use crate::check::{Division, Level};
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::matrix::parallel;
use crate::pipeline::presence::State;

/// The rule `limits`.
pub static RULE: Rule = Rule {
    id: "limits",
    severities: &[Error],
    summary: "the pipeline has more jobs or deployments than GitLab allows",
    documentation: "A pipeline has at most 500 jobs with an `environment`, stop jobs included, or the limit of the instance (`workspace: { gitlab: { deployments: 500, jobs: 2000 } }`). GitLab does not create a larger one. \
`nestling generate` splits a pipeline that is too large and keeps units that need each other together; this rule reports a \
part that is still too large.",
    source: "https://docs.gitlab.com/administration/cicd/limits/",
    bad: Example::Pipeline(
        "# gitlab: { deployments: 1 }
a:
  script: x
  environment: dev
b:
  script: x
  environment: prod
",
    ),
    good: Example::Pipeline(
        "# gitlab: { deployments: 1 }
a:
  script: x
  environment: dev
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.settings.division == Division::Parts {
        return;
    }
    let limits = &index.settings.gitlab.limits;
    let present = index.jobs().filter(|(position, _)| index.state(*position) != State::Out);
    let jobs: Vec<&Job> = present.map(|(_, job)| job).collect();
    let deployments: Vec<&Job> =
        jobs.iter().copied().filter(|job| job.body.contains("environment")).collect();
    problems.extend(over(index, "deployments", &deployments, limits.deployments));
    // GitLab has no limit of jobs by default.
    if let Some(limit) = limits.jobs {
        problems.extend(over(index, "jobs", &jobs, limit));
    }
}

/// Returns an error at the last job if there are more than the limit, each instance of a multiplied job counted.
fn over(index: &Index<'_>, kind: &str, jobs: &[&Job], limit: usize) -> Option<Diagnostic> {
    let count = jobs.iter().fold(0_u64, |count, job| count.saturating_add(instances(job)));
    let last = jobs.last().filter(|_| count > limit as u64)?;
    let message = format!("the pipeline has {count} {kind}; GitLab allows {limit}");
    let help = match index.settings.level {
        Level::Child => {
            format!("select fewer units, or raise the limit of the instance: `gitlab: {{ {kind}: {count} }}`")
        }
        Level::Root => "move jobs to child pipelines".to_owned(),
    };
    Some(Diagnostic::error(&RULE, last.origin, message).with_help(help))
}

fn instances(job: &Job) -> u64 {
    parallel(&job.body).map_or(1, |parallel| parallel.count())
}
