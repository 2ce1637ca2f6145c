//! `job-value`: job keywords with one type of value.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Entry, Node};

pub(super) static RULE: Rule = Rule {
    id: "job-value",
    severities: &[Error],
    summary: "a job keyword has an invalid value",
    documentation: "`interruptible` is `true` or `false`. `coverage` is a regular expression between slashes. Each of `id_tokens` has \
`aud`. `secrets`, `hooks` and `release` are mappings. `publish` belongs to a job that publishes Pages.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline("a: { script: x, interruptible: \"yes\", coverage: '\\d+%' }\n"),
    good: Example::Pipeline(
        "a: { script: x, interruptible: true, coverage: '/\\d+%/', id_tokens: { T: { aud: https://a.example } } }\n",
    ),
};

/// Keywords whose values are mappings.
const MAPPINGS: [&str; 5] = ["secrets", "hooks", "release", "id_tokens", "dast_configuration"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let interruptible = form::value(&job.body, "interruptible");
        problems.extend(interruptible.and_then(|node| form::boolean(&RULE, "interruptible", node)));
        problems.extend(form::value(&job.body, "coverage").and_then(coverage));
        for key in MAPPINGS {
            let not_a_map = form::value(&job.body, key).filter(|node| node.as_map().is_none());
            problems.extend(not_a_map.map(|node| form::wrong(&RULE, key, "a mapping", node)));
        }
        if let Some(tokens) = job.body.get("id_tokens").and_then(Node::as_map) {
            problems.extend(tokens.entries.iter().filter_map(id_token));
        }
        problems.extend(publish(job));
    }
}

fn coverage(node: &Node) -> Option<Diagnostic> {
    let Some(text) = node.as_str() else { return form::string(&RULE, "coverage", node) };
    let pattern = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
    let message = match pattern {
        None => "`coverage` must be a regular expression between slashes",
        // Rust's `regex` has RE2's syntax, which GitLab uses.
        Some(pattern) if regex::Regex::new(pattern).is_err() => "`coverage` is not a valid RE2 expression",
        Some(_) => return None,
    };
    Some(Diagnostic::error(&RULE, node.origin, message).with_help("for example `'/coverage: \\d+%/'`"))
}

fn id_token(entry: &Entry) -> Option<Diagnostic> {
    if entry.value.get("aud").is_some_and(|audience| !audience.is_null()) {
        return None;
    }
    let message = format!("ID token `{}` requires `aud`", entry.key.text());
    let problem = Diagnostic::error(&RULE, entry.key.origin, message);
    Some(problem.with_help("add the audience: `aud: https://…`"))
}

fn publish(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("publish").filter(|entry| !entry.value.is_null())?;
    // A job of this name publishes Pages without the keyword, for the sake of old pipelines.
    if job.name.as_str() == "pages" || form::value(&job.body, "pages").is_some() {
        return None;
    }
    let message = format!("`publish` in `{}` requires `pages`", job.name);
    Some(Diagnostic::error(&RULE, entry.key.origin, message).with_help("add `pages: true`"))
}
