//! `on-stop`: a deploy names a stop job that cannot stop its environment.

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
    summary: "a deploy names a stop job that cannot stop its environment",
    documentation: "`on_stop` has to name a job of the same pipeline whose `environment` has `action: stop` and just the same name, \
letter by letter, variables unexpanded. GitLab refuses the pipeline otherwise. Nestling writes the pair from a `stop:` \
block.",
    source: "https://docs.gitlab.com/ci/yaml/#environmenton_stop",
    bad: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: f, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(own) = environment(&job.body) else { continue };
        let Some(named) = own.on_stop() else { continue };
        problems.extend(pair(index, job, &own, named));
    }
}

fn pair(index: &Index<'_>, job: &Job, own: &Environment<'_>, named: &Node) -> Option<Diagnostic> {
    let name = named.text().unwrap_or_default();
    let error = |message: String| Diagnostic::error(&RULE, named.origin, message);
    let Some(stop) = index.exact(name) else {
        if index.is_open() {
            return None;
        }
        let problem = error(format!("`{}` is stopped by `{name}`, which is not in the pipeline", job.name));
        // A stop block is a unit's; a plain pipeline has none.
        let other = match index.settings.level {
            Level::Root => "name a job of this pipeline",
            _ => "write a `stop:` block in the job instead",
        };
        return Some(problem.with_help(index.near_to(job, name).help_or(other)));
    };
    let Some(other) = environment(&stop.body) else {
        let problem = error(format!("the stop job `{name}` has no `environment`"));
        let help = format!("give it `environment: {{ name: {}, action: stop }}`", own.name_text());
        return Some(problem.with_label(stop.origin, "the stop job").with_help(help));
    };
    if other.name_text() != own.name_text() {
        let (this, that) = (own.name_text(), other.name_text());
        let problem = error(format!("`{name}` stops `{that}`, and `{}` starts `{this}`", job.name));
        let help = "write the same name in both, letter by letter";
        return Some(problem.with_label(other.origin, "the other name").with_help(help));
    }
    if other.action() != "stop" {
        let problem = error(format!("the stop job `{name}` does not stop anything"));
        return Some(problem.with_label(other.origin, "here").with_help("give it `action: stop`"));
    }
    None
}
