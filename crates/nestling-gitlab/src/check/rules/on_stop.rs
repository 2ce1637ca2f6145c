//! `on-stop`: the stop job of a deploy job.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::environment::{Environment, environment};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "on-stop",
    severities: &[Error],
    summary: "`on_stop` names a job that cannot stop the environment",
    documentation: "`on_stop` must name a job of the same pipeline whose `environment` has `action: stop` and exactly the same name, \
variables unexpanded. Otherwise GitLab rejects the pipeline. Nestling generates the pair from a `stop:` block.",
    source: "https://docs.gitlab.com/ci/yaml/#environmenton_stop",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  when: manual
  environment:
    name: f
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  when: manual
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(deployed) = environment(&job.body) else { continue };
        let Some(on_stop) = deployed.on_stop() else { continue };
        match index.exact(on_stop.text().unwrap_or_default()) {
            Some(stop) => problems.extend(pair(job, &deployed, stop, on_stop)),
            // An include that was not read may define the job.
            None if index.is_open() => {}
            None => problems.push(undefined(index, job, on_stop)),
        }
    }
}

fn undefined(index: &Index<'_>, job: &Job, on_stop: &Node) -> Diagnostic {
    let name = on_stop.text().unwrap_or_default();
    let message = format!("`on_stop` of `{}` names `{name}`, which is not in the pipeline", job.name);
    // Only a unit can have a stop block.
    let help = match index.settings.level {
        Level::Root => "use the name of a job in this pipeline",
        Level::Child => "write a `stop:` block in the job instead",
    };
    let problem = Diagnostic::error(&RULE, on_stop.origin, message);
    problem.with_help(index.near_to(job, name).help_or(help))
}

/// Checks that a stop job stops the environment that a job deploys to.
fn pair(job: &Job, deployed: &Environment<'_>, stop: &Job, on_stop: &Node) -> Option<Diagnostic> {
    let deployed_name = deployed.name_text();
    let Some(stopped) = environment(&stop.body) else {
        let message = format!("stop job `{}` requires `environment`", stop.name);
        let problem =
            Diagnostic::error(&RULE, on_stop.origin, message).with_label(stop.origin, "the stop job");
        return Some(
            problem.with_help(format!("add `environment: {{ name: {deployed_name}, action: stop }}`")),
        );
    };
    // GitLab compares the names before it expands variables.
    if stopped.name_text() != deployed_name {
        let stopped_name = stopped.name_text();
        let message = format!(
            "`{}` stops `{stopped_name}`, but `{}` deploys to `{deployed_name}`",
            stop.name, job.name
        );
        let problem =
            Diagnostic::error(&RULE, on_stop.origin, message).with_label(stopped.origin, "the other name");
        return Some(problem.with_help("use exactly the same name in both"));
    }
    if stopped.action() != "stop" {
        let message = format!("stop job `{}` requires `action: stop`", stop.name);
        let problem = Diagnostic::error(&RULE, on_stop.origin, message).with_label(stopped.origin, "here");
        return Some(problem.with_help("add `action: stop`"));
    }
    None
}
