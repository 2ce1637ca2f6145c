//! `stop-settings`: settings of stop jobs that belong in the deploy job, or differ from it.

use super::Index;
use crate::check::index::StopPair;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "stop-settings",
    severities: &[Warning],
    summary: "a stop job has settings of a deploy job, or another resource group",
    documentation: "`url`, `auto_stop_in` and `on_stop` belong in the deploy job: a stop job cannot know the URL, and GitLab ignores \
the other two there. A job that only prepares, verifies or accesses an environment cannot have `on_stop` either: it deploys \
nothing that could be stopped. A deploy job and its stop job must have the same `resource_group`; otherwise GitLab's stop \
button does not work.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  resource_group: e
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  when: manual
  environment:
    name: e
    action: stop
    auto_stop_in: 1 day
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  resource_group: e
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  when: manual
  resource_group: e
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body) else { continue };
        let (verb, deploy_keys): (_, &[&str]) = match environment.action() {
            "stop" => ("stops", &["url", "auto_stop_in", "on_stop"]),
            "prepare" => ("prepares", &["on_stop"]),
            "verify" => ("verifies", &["on_stop"]),
            "access" => ("accesses", &["on_stop"]),
            _ => continue,
        };
        let entries = environment.map().into_iter().flat_map(|map| &map.entries);
        for entry in entries.filter(|entry| deploy_keys.contains(&entry.key.text())) {
            let key = entry.key.text();
            let message = format!("`{key}` belongs in the deploy job: `{}` {verb} the environment", job.name);
            problems.push(Diagnostic::warning(&RULE, entry.key.origin, message).with_help("remove it"));
        }
    }
    problems.extend(index.stops().filter_map(|pair| group_difference(&pair)));
}

fn group_difference(pair: &StopPair<'_>) -> Option<Diagnostic> {
    let deploy_group = pair.deploy.body.get("resource_group").and_then(Node::text);
    let stop_group = pair.stop.body.get("resource_group").and_then(Node::text);
    if deploy_group == stop_group {
        return None;
    }
    let message = format!(
        "stop job `{}` has {}, its deploy job has {}",
        pair.stop.name,
        in_words(stop_group),
        in_words(deploy_group)
    );
    let problem = Diagnostic::warning(&RULE, pair.stop.origin, message);
    Some(
        problem
            .with_label(pair.deploy.origin, "the deploy job")
            .with_help("give both the same `resource_group`"),
    )
}

fn in_words(group: Option<&str>) -> String {
    group.map_or_else(|| "no resource group".to_owned(), |group| format!("resource group `{group}`"))
}
