//! What an entry of `needs` may look like.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "needs-form",
    severities: &[Error, Warning],
    summary: "an entry of `needs` has a form that GitLab refuses",
    documentation: "`needs` is a list of names or mappings. A mapping has `job`, and may have `artifacts`, `optional` and \
`parallel`; with `pipeline` it takes artifacts from another pipeline of the same family, with `project` and `ref` from \
another project. The id of a pipeline is a text: quote it. At most five entries may reach outside of the pipeline, \
and a job with `trigger` may have none that does.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("a: { script: make }\nb: { script: make, needs: [{ pipeline: 12, job: a }] }\n"),
    good: Example::Pipeline(
        "a: { script: make }\nb:\n  script: make\n  needs:\n    - job: a\n      artifacts: false\n    - { pipeline: \
\"$PARENT_PIPELINE_ID\", job: build }\n",
    ),
};

const KEYS: &[&str] = &["job", "artifacts", "optional", "parallel", "pipeline", "project", "ref"];

/// How many entries may reach outside of the pipeline.
const OUTSIDE: usize = 5;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "needs") else { continue };
        match node.as_seq() {
            Some(items) => list(job, items, problems),
            None if node.as_map().is_some() => entry(job, node, problems),
            None => problems.push(
                form::wrong(&RULE, "needs", "a list", node)
                    .with_help(format!("write `needs: [{}]`", node.text().unwrap_or_default())),
            ),
        }
    }
}

fn list(job: &Job, items: &[Node], problems: &mut Vec<Diagnostic>) {
    items.iter().for_each(|item| entry(job, item, problems));
    let outside = |item: &&Node| {
        item.get("project").is_some() || (item.get("pipeline").is_some() && item.get("job").is_some())
    };
    if let Some(sixth) = items.iter().filter(outside).nth(OUTSIDE) {
        let message =
            format!("`{}` takes artifacts of more than {OUTSIDE} jobs outside of the pipeline", job.name);
        problems.push(Diagnostic::error(&RULE, sixth.origin, message));
    }
}

fn entry(job: &Job, item: &Node, problems: &mut Vec<Diagnostic>) {
    if item.is_reference() || item.as_str().is_some_and(|name| !name.is_empty()) {
        return;
    }
    let Some(map) = item.as_map() else {
        problems.push(match item.as_str() {
            Some(_) => Diagnostic::error(&RULE, item.origin, "the name of a needed job is empty"),
            None => form::wrong(&RULE, "needs", "a text or a mapping", item),
        });
        return;
    };
    problems.extend(form::keys(&RULE, "a need", map, KEYS));
    for key in ["job", "pipeline", "project", "ref"] {
        problems.extend(form::value(map, key).and_then(|node| form::text(&RULE, key, node)));
    }
    for key in ["artifacts", "optional"] {
        problems.extend(form::value(map, key).and_then(|node| form::flag(&RULE, key, node)));
    }
    problems.extend(whole(job, item, map));
}

/// What is missing, or cannot be together.
fn whole(job: &Job, item: &Node, map: &Map) -> Option<Diagnostic> {
    let trigger = job.body.contains("trigger");
    let outside = map.contains("project") || (map.contains("pipeline") && map.contains("job"));
    let message = if map.contains("project") && !(map.contains("job") && map.contains("ref")) {
        "a need on another project names its `job` and its `ref` as well".to_owned()
    } else if !map.contains("job") && !map.contains("pipeline") {
        "this need names no `job`".to_owned()
    } else if map.contains("pipeline") && map.contains("project") {
        "a need names a `pipeline` or a `project`, not both".to_owned()
    } else if trigger && outside {
        format!("`{}` triggers a pipeline, and such a job cannot take artifacts", job.name)
    } else {
        return None;
    };
    Some(Diagnostic::error(&RULE, item.origin, message))
}
