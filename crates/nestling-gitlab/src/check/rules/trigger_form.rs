//! `trigger-form`: `trigger`, and the job that creates its artifact.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::{Job, keywords};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "trigger-form",
    severities: &[Error, Warning],
    summary: "`trigger` is invalid",
    documentation: "`trigger` names a project, or includes at most three files. An artifact of a job is included by `artifact` and \
`job`; that job must run a script in this pipeline, in the same stage or an earlier one. `strategy` is `depend` or, since \
GitLab 18.2, `mirror`. A job with `trigger` cannot be `delayed`, cannot have `parallel: 3`, and its `allow_failure` is `true` or \
`false`.",
    source: "https://docs.gitlab.com/ci/yaml/#trigger",
    bad: Example::Pipeline("child: { trigger: { include: [{ artifact: child.yml }] } }\n"),
    good: Example::Pipeline(
        "make: { script: ./make, artifacts: { paths: [child.yml] } }\nchild:\n  needs: [make]\n  trigger:\n    include: [{ \
artifact: child.yml, job: make }]\n    strategy: depend\n",
    ),
};

/// lib/gitlab/ci/config/entry/trigger.rb, `INCLUDE_MAX_SIZE`.
const INCLUDE_LIMIT: usize = 3;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "trigger") else { continue };
        problems.extend(job_keywords(job));
        match node.as_map() {
            Some(map) => mapping(index, job, node, map, problems),
            None => problems.extend(form::string(&RULE, "trigger", node)),
        }
    }
}

/// Checks the values that a job cannot have together with `trigger`.
fn job_keywords(job: &Job) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if let Some(when) = job.body.get("when").filter(|when| when.text() == Some("delayed")) {
        let message = format!("trigger job `{}` cannot be delayed", job.name);
        problems.push(Diagnostic::error(&RULE, when.origin, message));
    }
    if let Some(parallel) = job.body.get("parallel").filter(|node| node.as_int().is_some()) {
        let message = format!("trigger job `{}` can use `parallel` only with `matrix`", job.name);
        problems.push(Diagnostic::error(&RULE, parallel.origin, message));
    }
    if let Some(allow) = form::value(&job.body, "allow_failure").filter(|node| node.as_map().is_some()) {
        problems.push(form::wrong(&RULE, "allow_failure", "`true` or `false` with `trigger`", allow));
    }
    problems
}

fn mapping(index: &Index<'_>, job: &Job, node: &Node, map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keywords(&RULE, "trigger", map, keywords::TRIGGER));
    if !map.contains("project") && !map.contains("include") {
        let message = format!("`trigger` of `{}` requires `project` or `include`", job.name);
        problems.push(Diagnostic::error(&RULE, node.origin, message));
    }
    problems.extend(form::value(map, "strategy").and_then(|node| strategy(index, node)));
    if let Some(forward) = form::value(map, "forward") {
        match forward.as_map() {
            Some(map) => {
                problems.extend(form::keywords(&RULE, "trigger:forward", map, keywords::TRIGGER_FORWARD));
                problems.extend(map.iter().filter_map(|(key, node)| form::boolean(&RULE, key, node)));
            }
            None => problems.push(form::wrong(&RULE, "forward", "a mapping", forward)),
        }
    }
    let Some(include) = form::value(map, "include") else { return };
    let items = include.items_or_self();
    if let Some(excess) = items.get(INCLUDE_LIMIT) {
        let message = format!("`trigger` can include at most {INCLUDE_LIMIT} files");
        problems.push(Diagnostic::error(&RULE, excess.origin, message));
    }
    items.iter().for_each(|item| problems.extend(included(index, job, item)));
}

fn strategy(index: &Index<'_>, node: &Node) -> Option<Diagnostic> {
    let unknown = form::one_of(&RULE, "strategy", node, &["depend", "mirror"]);
    if unknown.is_some() || node.text() != Some("mirror") || index.settings.gitlab.is_at_least(18, 2) {
        return unknown;
    }
    let problem = Diagnostic::error(&RULE, node.origin, "`strategy: mirror` requires GitLab 18.2");
    Some(problem.with_help("use `depend`"))
}

fn included(index: &Index<'_>, job: &Job, item: &Node) -> Vec<Diagnostic> {
    let Some(map) = item.as_map() else {
        return form::string(&RULE, "include", item).into_iter().collect();
    };
    let mut problems = form::keywords(&RULE, "trigger:include", map, keywords::TRIGGER_INCLUDE);
    if let Some(artifact) = map.get("artifact") {
        let path = artifact.text().unwrap_or_default();
        if !(path.ends_with(".yml") || path.ends_with(".yaml")) {
            let message = format!("pipeline file `{path}` must end in `.yml` or `.yaml`");
            problems.push(Diagnostic::error(&RULE, artifact.origin, message));
        }
        match map.get("job") {
            Some(creator) => problems.extend(created_by(index, job, creator)),
            None => {
                let problem = Diagnostic::error(&RULE, item.origin, "`artifact` requires `job`");
                problems.push(problem.with_help("add `job: …`, the job that creates the file"));
            }
        }
    }
    problems
}

/// Checks the job that creates the artifact of a trigger job.
fn created_by(index: &Index<'_>, job: &Job, creator: &Node) -> Option<Diagnostic> {
    let name = creator.text().unwrap_or_default();
    let Some(other) = index.exact(name) else {
        // An include that was not read may define the job.
        if index.is_open() {
            return None;
        }
        let message =
            format!("`{}` includes an artifact of `{name}`, which is not in the pipeline", job.name);
        let help = index.near(name).help_or("name a job of this pipeline");
        return Some(Diagnostic::error(&RULE, creator.origin, message).with_help(help));
    };
    if other.body.contains("trigger") {
        let message = format!("`{name}` is a trigger job and cannot have artifacts");
        return Some(Diagnostic::error(&RULE, creator.origin, message));
    }
    let own_stage = index.stage(job.stage())?;
    let creator_stage = index.stage(other.stage())?;
    if creator_stage > own_stage {
        let message = format!("`{}` includes an artifact of `{name}`, which is in a later stage", job.name);
        let problem = Diagnostic::error(&RULE, creator.origin, message);
        return Some(problem.with_label(other.origin, "the later job"));
    }
    if creator_stage < own_stage || job.body.contains("needs") {
        return None;
    }
    let message = format!("`{}` does not wait for `{name}`, whose artifact it includes", job.name);
    let problem = Diagnostic::warning(&RULE, creator.origin, message);
    Some(problem.with_help(format!("add `needs: [\"{name}\"]`")))
}
