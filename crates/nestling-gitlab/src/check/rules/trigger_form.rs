//! `trigger-form`: `trigger`, and the job that creates its artifact.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "trigger-form",
    severities: &[Error, Warning],
    summary: "`trigger` is invalid",
    documentation: "`trigger` names a project, or includes at most three files. An artifact of a job is included by `artifact` and \
`job`; that job must run a script in this pipeline, in the same stage or an earlier one. `strategy` is `depend` or, since \
GitLab 18.2, `mirror`. A job with `trigger` cannot be `delayed`, cannot have `parallel: 3`, and its `allow_failure` is `true` or \
`false`.",
    source: "https://docs.gitlab.com/ci/yaml/#trigger",
    bad: Example::Pipeline(
        "\
child:
  trigger:
    include:
      - artifact: child.yml
",
    ),
    good: Example::Pipeline(
        "\
make:
  script: ./make
  artifacts:
    paths: [child.yml]
child:
  needs: [make]
  trigger:
    include:
      - artifact: child.yml
        job: make
    strategy: depend
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "trigger") else { continue };
        let Some(include) = form::value_in(node, "include") else { continue };
        include.items_or_self().iter().for_each(|item| problems.extend(included(index, job, item)));
    }
}

/// The keys that name a file. GitLab's linter asks for none of them.
const SOURCES: [&str; 6] = ["local", "artifact", "project", "remote", "template", "component"];

fn included(index: &Index<'_>, job: &Job, item: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let Some(map) = item.as_map() else { return problems };
    if !SOURCES.iter().any(|key| map.contains(key)) {
        let message = format!("`{}` includes no file: the downstream pipeline fails", job.name);
        let help = format!("add one of {}", SOURCES.join(", "));
        problems.push(Diagnostic::warning(&RULE, item.origin, message).with_help(help));
    }
    if let Some(artifact) = map.get("artifact") {
        let path = artifact.text().unwrap_or_default();
        if !(path.ends_with(".yml") || path.ends_with(".yaml")) {
            let message = format!("pipeline file `{path}` must end in `.yml` or `.yaml`");
            problems.push(Diagnostic::error(&RULE, artifact.origin, message));
        }
        problems.extend(map.get("job").and_then(|creator| created_by(index, job, creator)));
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
        let help = index.near(name).help_or("use the name of a job in this pipeline");
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
