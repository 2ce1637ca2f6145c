//! `rules-needs`: `needs` of a rule, which replace the job's own.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::need::{Need, needs};
use crate::pipeline::rule::rules;

pub(super) static RULE: Rule = Rule {
    id: "rules-needs",
    severities: &[Error, Warning],
    summary: "a rule needs a job that is undefined or in a later stage",
    documentation: "`rules:needs` replaces the job's own `needs` where the rule applies. GitLab checks the needs of every rule, \
whether it applies or not.",
    source: "https://docs.gitlab.com/ci/yaml/#rulesneeds",
    bad: Example::Pipeline(
        "\
a:
  script: x
b:
  script: x
  rules:
    - if: $X
      needs: [c]
    - when: always
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
b:
  script: x
  rules:
    - if: $X
      needs: [a]
    - when: always
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for rule in rules(&job.body).unwrap_or_default() {
            for need in needs(rule.body).unwrap_or_default() {
                problems.extend(judge(index, job, &need));
            }
        }
    }
}

/// A job's own `needs` would mean all instances; in a rule GitLab looks for a job of just this name, whatever `parallel` selects.
/// It passes over an optional need, which is then without effect.
fn multiplied(index: &Index<'_>, job: &Job, need: &Need<'_>, name: &str) -> Option<Diagnostic> {
    let message =
        format!("a rule of `{}` needs `{name}`, which `parallel` replaces by its instances", job.name);
    let severity = if need.optional { Warning } else { Error };
    let other = index.exact(name)?;
    let problem = Diagnostic::new(&RULE, severity, message)
        .with_label(need.origin, "")
        .with_label(other.origin, "the needed job");
    Some(problem.with_help("name the instances, for example `test 1/2` or `test: [linux]`"))
}

fn judge(index: &Index<'_>, job: &Job, need: &Need<'_>) -> Option<Diagnostic> {
    let name = need.job()?;
    if index.copies.is_multiplied(name) {
        return multiplied(index, job, need, name);
    }
    let Some(position) = index.copies.find(name).map(|id| id.job) else {
        if need.optional || index.is_open() {
            return None;
        }
        let message = format!("a rule of `{}` needs `{name}`, which is not in the pipeline", job.name);
        let problem = Diagnostic::error(&RULE, need.origin, message);
        return Some(
            problem.with_help(index.near_to(job, name).help_or("use the name of a job in this pipeline")),
        );
    };
    let other = &index.pipeline.jobs[position];
    if index.stage(other.stage())? <= index.stage(job.stage())? {
        return None;
    }
    let message = format!("a rule of `{}` needs `{name}`, which is in a later stage", job.name);
    Some(Diagnostic::error(&RULE, need.origin, message).with_label(other.origin, "the later job"))
}
