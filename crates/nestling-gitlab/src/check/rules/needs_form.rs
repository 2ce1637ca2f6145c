//! `needs-form`: the entries of `needs`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "needs-form",
    severities: &[Error, Warning],
    summary: "an entry of `needs` is invalid",
    documentation: "`needs` is a list of names or mappings. A mapping has `job`, and can have `artifacts`, `optional` and \
`parallel`. With `pipeline` it downloads artifacts from another pipeline of the same hierarchy, with `project` and `ref` from \
another project. The id of a pipeline is a string: quote it. At most five entries can name jobs of other pipelines, \
and a job with `trigger` can have none of them.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [{ pipeline: 12, job: a }] }\n"),
    good: Example::Pipeline(
        "a: { script: make }\nb:\n  script: make\n  needs:\n    - job: a\n      artifacts: false\n    - { pipeline: \
\"$PARENT_PIPELINE_ID\", job: build }\n",
    ),
};

const KEYS: &[&str] = &["job", "artifacts", "optional", "parallel", "pipeline", "project", "ref"];

/// Entries that can name jobs of other pipelines (<https://docs.gitlab.com/ci/yaml/#needsproject>).
const OUTSIDE_LIMIT: usize = 5;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "needs") else { continue };
        match node.as_seq() {
            Some(items) => list(job, items, problems),
            None if node.as_map().is_some() => entry(job, node, problems),
            None => {
                let help = format!("write `needs: [{}]`", node.text().unwrap_or_default());
                problems.push(form::wrong(&RULE, "needs", "a list", node).with_help(help));
            }
        }
    }
}

fn list(job: &Job, items: &[Node], problems: &mut Vec<Diagnostic>) {
    items.iter().for_each(|item| entry(job, item, problems));
    let mut outside = items.iter().filter(|item| item.as_map().is_some_and(is_outside));
    if let Some(excess) = outside.nth(OUTSIDE_LIMIT) {
        let message = format!("`{}` needs more than {OUTSIDE_LIMIT} jobs of other pipelines", job.name);
        problems.push(Diagnostic::error(&RULE, excess.origin, message));
    }
}

/// Returns `true` if an entry names a job of another pipeline.
fn is_outside(entry: &Map) -> bool {
    entry.contains("project") || (entry.contains("pipeline") && entry.contains("job"))
}

fn entry(job: &Job, item: &Node, problems: &mut Vec<Diagnostic>) {
    if item.is_reference() || item.as_str().is_some_and(|name| !name.is_empty()) {
        return;
    }
    let Some(map) = item.as_map() else {
        problems.push(match item.as_str() {
            Some(_) => Diagnostic::error(&RULE, item.origin, "`needs` cannot contain an empty name"),
            None => form::wrong(&RULE, "needs", "a string or a mapping", item),
        });
        return;
    };
    problems.extend(form::keywords(&RULE, "needs", map, KEYS));
    for key in ["job", "pipeline", "project", "ref"] {
        problems.extend(form::value(map, key).and_then(|node| form::string(&RULE, key, node)));
    }
    for key in ["artifacts", "optional"] {
        problems.extend(form::value(map, key).and_then(|node| form::boolean(&RULE, key, node)));
    }
    problems.extend(combination(job, item, map));
}

/// Returns an error for keywords that are missing, or that conflict with each other.
fn combination(job: &Job, item: &Node, map: &Map) -> Option<Diagnostic> {
    let message = if map.contains("project") && !(map.contains("job") && map.contains("ref")) {
        "`needs:project` requires `job` and `ref`".to_owned()
    } else if !map.contains("job") && !map.contains("pipeline") {
        "an entry of `needs` requires `job`".to_owned()
    } else if map.contains("pipeline") && map.contains("project") {
        "`needs:pipeline` conflicts with `needs:project`".to_owned()
    } else if job.body.contains("trigger") && is_outside(map) {
        format!("trigger job `{}` cannot need jobs of other pipelines", job.name)
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, item.origin, message))
}
