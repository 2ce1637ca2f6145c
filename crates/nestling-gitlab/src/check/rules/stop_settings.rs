//! What a stop job says and should not, or says otherwise than its deploy.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "stop-settings",
    severities: &[Warning],
    summary: "a stop job says what only a deploy may, or takes another turn",
    documentation: "`url`, `auto_stop_in` and `on_stop` belong to the deploy: a stop job cannot know the address any more, and \
GitLab heeds neither of the others there. Nor has a job that only prepares, verifies or accesses an environment an \
`on_stop`: it deploys nothing that could be stopped. A deploy and its stop job have the same `resource_group`, or GitLab's button \
does not stop the environment.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, resource_group: e, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: e, action: stop, auto_stop_in: 1 day } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, resource_group: e, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, when: manual, resource_group: e, environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body) else { continue };
        let (does, of_deploys): (_, &[&str]) = match environment.action() {
            "stop" => ("stops", &["url", "auto_stop_in", "on_stop"]),
            "prepare" => ("prepares", &["on_stop"]),
            "verify" => ("verifies", &["on_stop"]),
            "access" => ("accesses", &["on_stop"]),
            _ => continue,
        };
        let entries = environment.map().into_iter().flat_map(|map| &map.entries);
        for entry in entries.filter(|entry| of_deploys.contains(&entry.key.text())) {
            let key = entry.key.text();
            let message = format!("`{}` {does} an environment, and `{key}` belongs to its deploy", job.name);
            problems.push(Diagnostic::warning(&RULE, entry.key.origin, message).with_help("take it out"));
        }
    }
    for pair in index.stops() {
        let group = |body: &Map| body.get("resource_group").and_then(Node::text).map(str::to_owned);
        let (deploys, stops) = (group(&pair.deploy.body), group(&pair.stop.body));
        if deploys != stops {
            let shown = |group: Option<String>| group.map_or("none".to_owned(), |group| format!("`{group}`"));
            let (stop, theirs, ours) = (&pair.stop.name, shown(deploys), shown(stops));
            let message = format!("the stop job `{stop}` has the resource group {ours}, its deploy {theirs}");
            problems.push(
                Diagnostic::warning(&RULE, pair.stop.origin, message)
                    .with_label(pair.deploy.origin, "the deploy")
                    .with_help("give both the same `resource_group`"),
            );
        }
    }
}
