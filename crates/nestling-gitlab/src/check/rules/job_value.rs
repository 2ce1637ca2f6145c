//! Small keys of a job with one kind of value.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "job-value",
    severities: &[Error],
    summary: "a key of a job has a value that GitLab refuses",
    documentation: "`interruptible` is `true` or `false`. `coverage` is a regular expression between slashes. Each of `id_tokens` has \
`aud`. `secrets`, `hooks` and `release` are mappings. `publish` belongs to a job that publishes Pages.",
    source: "https://docs.gitlab.com/ci/yaml/#job-keywords",
    bad: Example::Pipeline("a: { script: x, interruptible: \"yes\", coverage: '\\d+%' }\n"),
    good: Example::Pipeline(
        "a: { script: x, interruptible: true, coverage: '/\\d+%/', id_tokens: { T: { aud: https://a.example } } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let value = |key| form::value(&job.body, key);
        problems.extend(value("interruptible").and_then(|it| form::flag(&RULE, "interruptible", it)));
        problems.extend(value("coverage").and_then(coverage));
        for key in ["secrets", "hooks", "release", "id_tokens", "dast_configuration"] {
            let wrong = value(key).filter(|node| node.as_map().is_none());
            problems.extend(wrong.map(|node| form::wrong(&RULE, key, "a mapping", node)));
        }
        for entry in value("id_tokens").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries) {
            if entry.value.get("aud").is_none_or(Node::is_null) {
                let message = format!("the token `{}` has no `aud`", entry.key.text());
                let problem = Diagnostic::error(&RULE, entry.key.origin, message);
                problems.push(problem.with_help("say whom it is for: `aud: https://…`"));
            }
        }
        problems.extend(publish(job));
    }
}

fn coverage(node: &Node) -> Option<Diagnostic> {
    let Some(text) = node.as_str() else { return Some(form::wrong(&RULE, "coverage", "a text", node)) };
    let inside = text.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
    let message = match inside {
        None => "`coverage` is a regular expression between slashes",
        Some(inside) if regex::Regex::new(inside).is_err() => "`coverage` is no regular expression of RE2",
        Some(_) => return None,
    };
    Some(Diagnostic::error(&RULE, node.origin, message).with_help("write such as `'/coverage: \\d+%/'`"))
}

fn publish(job: &Job) -> Option<Diagnostic> {
    let entry = job.body.entry("publish").filter(|entry| !entry.value.is_null())?;
    let pages = job.name.as_str() == "pages" || form::value(&job.body, "pages").is_some();
    (!pages).then(|| {
        let message = format!("`{}` publishes no Pages, and cannot have `publish`", job.name);
        Diagnostic::error(&RULE, entry.key.origin, message).with_help("add `pages: true`")
    })
}
