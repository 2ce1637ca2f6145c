//! `job-script`: the script of a job.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::keywords::{LIST_LEVELS, WORK};
use crate::yaml::{Kind, Map, Node};

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
        for (key, node) in scripts(&job.body) {
            lines(key, node, 0, problems);
            if key == "script" && matches!(&node.kind, Kind::Seq(items) if items.is_empty()) {
                problems.push(Diagnostic::error(&RULE, node.origin, "`script` cannot be empty"));
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
        Kind::Seq(items) if depth < LIST_LEVELS => {
            items.iter().for_each(|item| lines(key, item, depth + 1, problems));
        }
        Kind::Seq(_) => {
            let message = format!("`{key}` nests lists more than {LIST_LEVELS} levels deep");
            problems.push(Diagnostic::error(&RULE, node.origin, message));
        }
        Kind::Map(_) => {
            let message = format!("YAML reads this line of `{key}` as a mapping");
            let problem = Diagnostic::error(&RULE, node.origin, message);
            problems.push(problem.with_help("quote the line: the `: ` in it makes it a key with a value"));
        }
        Kind::Scalar(_) if node.as_str().is_some() => {}
        Kind::Scalar(_) => {
            let message = format!("each line of `{key}` must be a string, found {}", node.type_name());
            problems.push(Diagnostic::error(&RULE, node.origin, message).with_help("quote the line"));
        }
    }
}
