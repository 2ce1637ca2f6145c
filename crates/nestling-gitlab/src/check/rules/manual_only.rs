//! `manual-only`: pipelines in which no job starts automatically.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::presence::State;
use crate::pipeline::rule::{has_when, is_manual, is_manual_rule, rules};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "manual-only",
    severities: &[Warning],
    summary: "every job of the pipeline is manual",
    documentation: "A child pipeline with only optional manual jobs is skipped, and with `strategy: depend` its trigger job fails. \
One with a blocking manual job keeps the trigger job, and the merge request, running. Add a job that starts \
automatically, or use `strategy: mirror` (GitLab 18.2).",
    source: "https://docs.gitlab.com/ci/yaml/#triggerstrategy",
    bad: Example::Pipeline(
        "deploy:
  script: x
  when: manual
",
    ),
    good: Example::Pipeline(
        "build:
  script: x
deploy:
  script: x
  when: manual
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() || index.settings.level == Level::Root {
        return;
    }
    let present = index.jobs().filter(|(position, _)| index.state(*position) != State::Out);
    let jobs: Vec<&Job> = present.map(|(_, job)| job).collect();
    let Some(first) = jobs.first() else { return };
    if !jobs.iter().all(|job| is_manual(&job.body)) {
        return;
    }
    let problem = match jobs.iter().find(|job| blocks(&job.body)) {
        Some(job) => {
            let message = format!("no job starts automatically, and `{}` blocks the trigger job", job.name);
            Diagnostic::warning(&RULE, job.origin, message)
        }
        None => {
            let message = "no job starts automatically: with `strategy: depend` the trigger job fails";
            Diagnostic::warning(&RULE, first.origin, message)
        }
    };
    let help = "add a job that starts automatically, or use `strategy: mirror` in the trigger job";
    problems.push(problem.with_help(help));
}

/// Returns `true` if a manual job blocks the pipeline until someone runs it. Under `rules` it does unless `allow_failure`
/// is true, elsewhere only if `allow_failure` is false (<https://docs.gitlab.com/ci/jobs/job_control/#types-of-manual-jobs>).
pub(super) fn blocks(body: &Map) -> bool {
    let own_allow_failure = body.get("allow_failure").and_then(Node::as_bool);
    match rules(body) {
        None => has_when(body, "manual") && own_allow_failure == Some(false),
        Some(rules) => rules.iter().any(|rule| {
            // The job's own `when: manual` brings its `allow_failure: true` with it.
            let is_inherited = rule.when().is_none() && has_when(body, "manual");
            let default = own_allow_failure.unwrap_or(is_inherited);
            is_manual_rule(rule, body) && !rule.allow_failure().unwrap_or(default)
        }),
    }
}
