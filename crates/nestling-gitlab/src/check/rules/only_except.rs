//! `only-except`: `only` and `except`, which behave differently in child pipelines.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::presence::source_of_reference;
use crate::yaml::{Entry, Node};

pub(super) static RULE: Rule = Rule {
    id: "only-except",
    severities: &[Error, Warning],
    summary: "`only` or `except` never matches in a child pipeline",
    documentation: "The source of a child pipeline is its parent, so `merge_requests`, `schedules`, `web` and similar keywords never \
match. `only` with branches and tags, which is also the meaning of `only` without refs, excludes the job from child pipelines \
of merge requests; `parent_pipelines` matches in every child. GitLab no longer develops `only` and `except`; use `rules`.",
    source: "https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except",
    bad: Example::Pipeline(
        "a:
  script: x
  only: [merge_requests]
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: $CI_MERGE_REQUEST_IID
",
    ),
};

/// The source of every child pipeline, as refs name it.
const PARENT: &str = "parent_pipeline";

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        for key in ["only", "except"] {
            let Some(entry) = job.body.entry(key).filter(|entry| !entry.value.is_null()) else { continue };
            // The pipeline of `.gitlab-ci.yml` has the sources that a child never has.
            if index.settings.level == Level::Child {
                in_child(job, entry, problems);
            }
        }
    }
}

/// Reports refs of `only` or `except` that a child pipeline does not match.
fn in_child(job: &Job, entry: &Entry, problems: &mut Vec<Diagnostic>) {
    let key = entry.key.text();
    let sources: Vec<&Node> = refs(&entry.value)
        .iter()
        .filter(|item| source(item).is_some_and(|source| source != PARENT))
        .collect();
    problems.extend(sources.iter().map(|source| never_matches(key, source)));
    let parent = refs(&entry.value).iter().find(|item| source(item) == Some(PARENT));
    if let Some(parent) = parent.filter(|_| key == "except" && entry.value.get("variables").is_none()) {
        let message = format!("`except` excludes `{}` from every child pipeline", job.name);
        let problem = Diagnostic::warning(&RULE, parent.origin, message);
        problems.push(problem.with_help("use `rules: [{ if: … }]`"));
    }
    if key == "only" && sources.is_empty() && parent.is_none() {
        let message = format!("`only` excludes `{}` from child pipelines of merge requests", job.name);
        let problem = Diagnostic::warning(&RULE, entry.key.origin, message);
        problems.push(problem.with_help("use `rules: [{ if: … }]`"));
    }
}

fn refs(node: &Node) -> &[Node] {
    let list = if node.as_map().is_some() { node.get("refs") } else { Some(node) };
    list.and_then(Node::as_seq).unwrap_or_default()
}

fn source(item: &Node) -> Option<&'static str> {
    source_of_reference(item.text()?)
}

fn never_matches(key: &str, item: &Node) -> Diagnostic {
    let name = item.text().unwrap_or_default();
    let message = format!("`{name}` in `{key}` never matches in a child pipeline");
    Diagnostic::warning(&RULE, item.origin, message).with_help(match source(item) {
        Some("merge_request") => "use `rules: [{ if: $CI_MERGE_REQUEST_IID }]`",
        _ => "use `rules` with a variable that the trigger job forwards",
    })
}
