//! `job-script`: a job has nothing to run, or something that is no script.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Kind, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "job-script",
    severities: &[Error],
    summary: "a job has nothing to run, or something that is no script",
    documentation: "A job needs one of `script`, `run` and `trigger`. A script is a text or a list of texts, lists inside it at most \
ten deep. A line such as `echo a: b` without quotes is a mapping to YAML, and GitLab refuses it.",
    source: "https://docs.gitlab.com/ci/yaml/#script",
    bad: Example::Pipeline("a:\n  script:\n    - echo a: b\n"),
    good: Example::Pipeline("a:\n  script:\n    - 'echo a: b'\n"),
};

/// Lists inside lists.
const DEPTH: usize = 10;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let runs = ["script", "run", "trigger"].iter().filter(|key| job.body.contains(key)).count();
        if runs == 0 {
            let message = format!("`{}` has neither `script` nor `trigger`", job.name);
            problems.push(Diagnostic::error(&RULE, job.origin, message).with_help("write `script: …`"));
        } else if runs > 1 {
            let message = format!("`{}` has more than one of `script`, `run` and `trigger`", job.name);
            problems.push(Diagnostic::error(&RULE, job.origin, message).with_help("keep one of them"));
        }
        for (key, node) in scripts(&job.body) {
            lines(key, node, 0, problems);
            if key == "script" && matches!(&node.kind, Kind::Seq(items) if items.is_empty()) {
                problems.push(Diagnostic::error(&RULE, node.origin, "this script is empty"));
            }
        }
    }
}

fn scripts(body: &Map) -> impl Iterator<Item = (&'static str, &Node)> {
    ["script", "before_script", "after_script"].into_iter().filter_map(|key| Some((key, body.get(key)?)))
}

fn lines(key: &str, node: &Node, depth: usize, problems: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Seq(_) if node.is_reference() => {}
        Kind::Seq(items) if depth < DEPTH => {
            items.iter().for_each(|item| lines(key, item, depth + 1, problems));
        }
        Kind::Seq(_) => {
            let message = format!("lists in `{key}` can be {DEPTH} deep");
            problems.push(Diagnostic::error(&RULE, node.origin, message));
        }
        Kind::Map(_) => problems.push(
            Diagnostic::error(&RULE, node.origin, format!("this line of `{key}` is a mapping to YAML"))
                .with_help("put the line in quotes: the `: ` in it makes it a key with a value"),
        ),
        Kind::Scalar(_) if node.as_str().is_none() => problems.push(
            Diagnostic::error(&RULE, node.origin, format!("this line of `{key}` is no text to YAML"))
                .with_help("put it in quotes"),
        ),
        Kind::Scalar(_) => {}
    }
}
