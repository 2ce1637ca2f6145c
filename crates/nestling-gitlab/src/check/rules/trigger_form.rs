//! What `trigger` may look like, and the job that makes its file.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "trigger-form",
    severities: &[Error, Warning],
    summary: "a `trigger` has a form that GitLab refuses",
    documentation: "`trigger` names a project, or includes at most three files. A file that a job made is named by `artifact` and \
`job`; that job has to be one of this pipeline that runs a script, in the same stage or an earlier one. `strategy` is \
`depend`, or `mirror` since GitLab 18.2. A job with `trigger` cannot be `delayed`, cannot have `parallel: 3`, and its \
`allow_failure` is `true` or `false`.",
    source: "https://docs.gitlab.com/ci/yaml/#trigger",
    bad: Example::Pipeline("child: { trigger: { include: [{ artifact: child.yml }] } }\n"),
    good: Example::Pipeline(
        "make: { script: ./make, artifacts: { paths: [child.yml] } }\nchild:\n  needs: [make]\n  trigger:\n    include: [{ \
artifact: child.yml, job: make }]\n    strategy: depend\n",
    ),
};

const KEYS: &[&str] = &["project", "branch", "include", "strategy", "forward", "inputs"];
const INCLUDE_KEYS: &[&str] = &[
    "local",
    "file",
    "project",
    "ref",
    "artifact",
    "job",
    "template",
    "component",
    "remote",
    "inputs",
    "rules",
];
/// lib/gitlab/ci/config/entry/trigger.rb, `INCLUDE_MAX_SIZE`.
const INCLUDES: usize = 3;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "trigger") else { continue };
        problems.extend(job_keys(job));
        match node.as_map() {
            Some(map) => mapping(index, job, node, map, problems),
            None => problems.extend(form::text(&RULE, "trigger", node)),
        }
    }
}

fn job_keys(job: &Job) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if let Some(when) = job.body.get("when").filter(|when| when.text() == Some("delayed")) {
        let message = format!("`{}` triggers a pipeline, and such a job cannot be delayed", job.name);
        problems.push(Diagnostic::error(&RULE, when.origin, message));
    }
    if let Some(parallel) = job.body.get("parallel").filter(|node| node.as_int().is_some()) {
        let message =
            format!("`{}` triggers a pipeline, and such a job is multiplied by `matrix` only", job.name);
        problems.push(Diagnostic::error(&RULE, parallel.origin, message));
    }
    if let Some(allow) = form::value(&job.body, "allow_failure").filter(|node| node.as_map().is_some()) {
        problems.push(form::wrong(&RULE, "allow_failure", "`true` or `false` beside `trigger`", allow));
    }
    problems
}

fn mapping(index: &Index<'_>, job: &Job, node: &Node, map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keys(&RULE, "`trigger`", map, KEYS));
    if !map.contains("project") && !map.contains("include") {
        let message = format!("`{}` triggers neither a `project` nor an `include`", job.name);
        problems.push(Diagnostic::error(&RULE, node.origin, message));
    }
    problems.extend(form::value(map, "strategy").and_then(|node| strategy(index, node)));
    if let Some(forward) = form::value(map, "forward") {
        match forward.as_map() {
            None => problems.push(form::wrong(&RULE, "forward", "a mapping", forward)),
            Some(map) => {
                let known = ["yaml_variables", "pipeline_variables"];
                problems.extend(form::keys(&RULE, "`forward`", map, &known));
                problems.extend(map.iter().filter_map(|(key, node)| form::flag(&RULE, key, node)));
            }
        }
    }
    let Some(include) = form::value(map, "include") else { return };
    let items = include.items_or_self();
    if let Some(fourth) = items.get(INCLUDES) {
        let message = format!("a `trigger` includes at most {INCLUDES} files");
        problems.push(Diagnostic::error(&RULE, fourth.origin, message));
    }
    items.iter().for_each(|item| problems.extend(included(index, job, item)));
}

fn strategy(index: &Index<'_>, node: &Node) -> Option<Diagnostic> {
    let unknown = form::one_of(&RULE, "strategy", node, &["depend", "mirror"]);
    if unknown.is_some() || node.text() != Some("mirror") || index.settings.gitlab.is_at_least(18, 2) {
        return unknown;
    }
    let problem = Diagnostic::error(&RULE, node.origin, "`strategy: mirror` came with GitLab 18.2");
    Some(problem.with_help("write `depend`"))
}

fn included(index: &Index<'_>, job: &Job, item: &Node) -> Vec<Diagnostic> {
    let Some(map) = item.as_map() else { return form::text(&RULE, "include", item).into_iter().collect() };
    let mut problems = form::keys(&RULE, "an `include`", map, INCLUDE_KEYS);
    if let Some(artifact) = map.get("artifact") {
        let path = artifact.text().unwrap_or_default();
        if !(path.ends_with(".yml") || path.ends_with(".yaml")) {
            let message = format!("the file `{path}` of a pipeline ends neither in `.yml` nor in `.yaml`");
            problems.push(Diagnostic::error(&RULE, artifact.origin, message));
        }
        match map.get("job") {
            Some(maker) => problems.extend(made_by(index, job, maker)),
            None => problems.push(
                Diagnostic::error(&RULE, item.origin, "an `artifact` is named together with its `job`")
                    .with_help("add `job: …`, the job that makes the file"),
            ),
        }
    }
    problems
}

fn made_by(index: &Index<'_>, job: &Job, maker: &Node) -> Option<Diagnostic> {
    let name = maker.text().unwrap_or_default();
    let error = |message: String| Diagnostic::error(&RULE, maker.origin, message);
    let Some(other) = index.exact(name) else {
        if index.is_open() {
            return None;
        }
        let problem =
            error(format!("the file of `{}` is made by `{name}`, which is not in the pipeline", job.name));
        return Some(problem.with_help(index.near(name).help_or("name a job of this pipeline")));
    };
    if other.body.contains("trigger") {
        return Some(error(format!("`{name}` triggers a pipeline itself, and makes no file")));
    }
    let (own, its) = (index.stage(job.stage())?, index.stage(other.stage())?);
    if its > own {
        let problem =
            error(format!("the file of `{}` is made by `{name}`, a job of a later stage", job.name));
        return Some(problem.with_label(other.origin, "the later job"));
    }
    (its == own && !job.body.contains("needs")).then(|| {
        let message = format!("`{}` does not wait for `{name}`, which makes its file", job.name);
        let problem = Diagnostic::warning(&RULE, maker.origin, message);
        problem.with_help(format!("add `needs: [\"{name}\"]`"))
    })
}
