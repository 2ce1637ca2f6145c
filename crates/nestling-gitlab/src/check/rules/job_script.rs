//! `job-script`: the script of a job.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::keywords::WORK;

pub(super) static RULE: Rule = Rule {
    id: "job-script",
    severities: &[Error],
    summary: "a job has no script, or an invalid one",
    documentation: "A job requires exactly one of `script`, `run` and `trigger`. A script is a string or a list of strings; lists can \
be nested ten levels deep. YAML reads an unquoted line such as `echo a: b` as a mapping, which GitLab rejects.",
    source: "https://docs.gitlab.com/ci/yaml/#script",
    bad: Example::Pipeline("a:\n  script:\n    - echo a: b\n"),
    good: Example::Pipeline("a:\n  script:\n    - 'echo a: b'\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        match WORK.iter().filter(|key| job.body.contains(key)).count() {
            0 => {
                let message = format!("`{}` requires `script`, `run` or `trigger`", job.name);
                problems.push(Diagnostic::error(&RULE, job.origin, message).with_help("add `script: …`"));
            }
            1 => {}
            _ => {
                let message = format!("`{}` can have only one of `script`, `run` and `trigger`", job.name);
                problems.push(Diagnostic::error(&RULE, job.origin, message).with_help("keep one of them"));
            }
        }
        problems.extend(beside_run(job));
    }
}

/// Reports a keyword that is a script of its own beside `run`.
fn beside_run(job: &Job) -> Option<Diagnostic> {
    job.body.get("run").filter(|node| !node.is_null())?;
    let entry = ["before_script", "after_script"].iter().find_map(|key| job.body.entry(key))?;
    let message = format!("`{}` conflicts with `run`", entry.key.text());
    Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help("make it a step of `run`"))
}
