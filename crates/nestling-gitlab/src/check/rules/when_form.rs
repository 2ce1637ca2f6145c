//! `when-form`: `when`, `start_in`, `allow_failure` and `manual_confirmation` of a job.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::rule::{has_when, rules};

pub(super) static RULE: Rule = Rule {
    id: "when-form",
    severities: &[Error, Warning],
    summary: "`when`, `start_in` or `allow_failure` of a job is invalid",
    documentation: "`when` is one of on_success, on_failure, always, manual, delayed and never (the last in `rules` only). `delayed` \
requires `start_in`, at most one week. `allow_failure` is `true`, `false`, or a mapping with `exit_codes`. \
`manual_confirmation` is a string, and applies to manual jobs only.",
    source: "https://docs.gitlab.com/ci/yaml/#when",
    bad: Example::Pipeline(
        "a:
  script: x
  when: on_sucess
  allow_failure: \"true\"
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  when: delayed
  start_in: 1 hour
  allow_failure:
    exit_codes: [1, 2]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        problems.extend(if job.body.contains("rules") { delay_beside_rules(job) } else { delay(job) });
        problems.extend(confirmation(job));
    }
}

/// Beside `rules` GitLab requires `start_in` for a delayed job as well, and refuses it.
fn delay_beside_rules(job: &Job) -> Option<Diagnostic> {
    // `start_in` is an error of its own.
    if !has_when(&job.body, "delayed") || job.body.contains("start_in") {
        return None;
    }
    let origin = job.body.get("when").map_or(job.origin, |node| node.origin);
    let message = "`when: delayed` of a job conflicts with its `rules`";
    let problem = Diagnostic::error(&RULE, origin, message);
    Some(problem.with_help("write `when: delayed` and `start_in` into each rule that delays the job"))
}

fn delay(job: &Job) -> Option<Diagnostic> {
    let is_delayed = has_when(&job.body, "delayed");
    match job.body.entry("start_in").filter(|entry| !entry.value.is_null()) {
        None if is_delayed => {
            let origin = job.body.get("when").map_or(job.origin, |node| node.origin);
            let problem = Diagnostic::error(&RULE, origin, "`when: delayed` requires `start_in`");
            Some(problem.with_help("add, for example, `start_in: 30 minutes`"))
        }
        None => None,
        Some(entry) if !is_delayed => {
            let problem = Diagnostic::error(&RULE, entry.key.origin, "`start_in` requires `when: delayed`");
            Some(problem.with_help("add `when: delayed`, or remove `start_in`"))
        }
        Some(_) => None,
    }
}

fn confirmation(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("manual_confirmation").filter(|entry| !entry.value.is_null())?;
    let rules = rules(&job.body).unwrap_or_default();
    if has_when(&job.body, "manual") || rules.iter().any(|rule| has_when(rule.body, "manual")) {
        return None;
    }
    let message = format!("`manual_confirmation` has no effect: `{}` is not a manual job", job.name);
    Some(Diagnostic::warning(&RULE, entry.key.origin, message).with_help("add `when: manual`"))
}
