//! `job-key`: keywords of a job.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::pipeline::keywords::{self, PASSED_ON};
use crate::yaml::Entry;

pub(super) static RULE: Rule = Rule {
    id: "job-key",
    severities: &[Error, Warning],
    summary: "a job has an unknown keyword",
    documentation: "GitLab rejects a pipeline with an unknown job keyword. A keyword that resembles a known one is an error. Any \
other is passed on with a warning, since a newer GitLab may know it.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline("a: { script: make, alow_failure: true }\n"),
    good: Example::Pipeline("a: { script: make, allow_failure: true }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let is_trigger = job.body.contains("trigger");
        for entry in &job.body.entries {
            let key = entry.key.text();
            if !keywords::JOB.contains(&key) {
                problems.push(unknown(entry));
            } else if is_trigger && !keywords::TRIGGER_JOB.contains(&key) {
                let message = format!("trigger job `{}` cannot have `{key}`", job.name);
                problems.push(Diagnostic::error(&RULE, entry.key.origin, message).with_help("remove it"));
            }
        }
    }
}

fn unknown(entry: &Entry) -> Diagnostic {
    let key = entry.key.text();
    let message = format!("unknown job keyword `{key}`");
    let suggestion = Suggestion::among(key, keywords::JOB.iter().copied());
    Diagnostic::misspelt(&RULE, entry.key.origin, message, suggestion, PASSED_ON)
}
