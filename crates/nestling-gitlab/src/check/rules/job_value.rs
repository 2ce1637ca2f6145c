//! `job-value`: job keywords with one type of value.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;

pub(super) static RULE: Rule = Rule {
    id: "job-value",
    severities: &[Error, Warning],
    summary: "a job keyword has an invalid value",
    documentation: "`interruptible` is `true` or `false`. `coverage` is a regular expression between slashes. Each of `id_tokens` has \
`aud`. `secrets`, `hooks` and `release` are mappings. `publish` belongs to a job that publishes Pages.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline(
        "a:
  script: x
  interruptible: \"yes\"
  coverage: '\\d+%'
",
    ),
    good: Example::Pipeline(
        "a:
  script: x
  interruptible: true
  coverage: '/\\d+%/'
  id_tokens: { T: { aud: https://a.example } }
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        problems.extend(publish(job));
    }
}

fn publish(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("publish").filter(|entry| !entry.value.is_null())?;
    if job.body.get("pages").and_then(|pages| pages.get("publish")).is_some_and(|node| !node.is_null()) {
        let message = format!("`publish` in `{}` conflicts with `pages:publish`", job.name);
        return Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help("keep one of them"));
    }
    // A job of this name publishes Pages without the keyword, for the sake of old pipelines.
    if job.name.as_str() == "pages" || form::value(&job.body, "pages").is_some() {
        return None;
    }
    let message = format!("`publish` in `{}` requires `pages`", job.name);
    Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help("add `pages: true`"))
}
