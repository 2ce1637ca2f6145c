//! `job-key`: a job has a key that GitLab does not know.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::keywords;
use crate::yaml::Entry;

pub(super) static RULE: Rule = Rule {
    id: "job-key",
    severities: &[Error, Warning],
    summary: "a job has a key that GitLab does not know",
    documentation: "GitLab refuses a pipeline with an unknown key in a job. A key that is nearly one of GitLab's is an error here; \
one that resembles none is passed on with a warning, since a newer GitLab may know it.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline("a: { script: make, alow_failure: true }\n"),
    good: Example::Pipeline("a: { script: make, allow_failure: true }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let trigger = job.body.contains("trigger");
        for entry in &job.body.entries {
            let key = entry.key.text();
            if !keywords::JOB.contains(&key) {
                problems.push(unknown(entry));
            } else if trigger && !keywords::TRIGGER_JOB.contains(&key) {
                let message =
                    format!("`{}` triggers a pipeline, and such a job cannot have `{key}`", job.name);
                problems.push(Diagnostic::error(&RULE, entry.key.origin, message).with_help("take it out"));
            }
        }
    }
}

fn unknown(entry: &Entry) -> Diagnostic {
    let key = entry.key.text();
    let message = format!("`{key}` is no key of a job");
    Diagnostic::misspelt(
        &RULE,
        entry.key.origin,
        message,
        Suggestion::among(key, keywords::JOB.iter().copied()),
        "it is passed on: GitLab refuses it, unless it is newer than this program",
    )
}
