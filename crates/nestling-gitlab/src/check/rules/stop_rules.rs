//! Stop jobs that are not where their deploy is.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::presence::State;
use crate::pipeline::rule::rules;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "stop-rules",
    severities: &[Warning],
    summary: "a stop job has other rules than its deploy",
    documentation: "GitLab looks for the stop job in the pipeline of the deploy. Where rules leave it out there is nothing to stop \
with, and GitLab says nothing. Give both the same conditions in the same order; only `when` and `allow_failure` differ.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, environment: { name: e, on_stop: stop } }\n\
stop: { script: s, rules: [{ if: $X, when: manual, allow_failure: true }], environment: { name: e, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { script: d, rules: [{ if: $X }], environment: { name: e, on_stop: stop } }\n\
stop: { script: s, rules: [{ if: $X, when: manual, allow_failure: true }], environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        let (deploys, stops) = (index.state(pair.deploy_at), index.state(pair.stop_at));
        let (deploy, stop) = (&pair.deploy.name, &pair.stop.name);
        let message = if deploys == State::Out {
            continue;
        } else if stops == State::Out {
            format!("`{deploy}` is in the pipeline, and its stop job `{stop}` never is")
        } else if stops == State::In || same(&pair.deploy.body, &pair.stop.body) {
            continue;
        } else {
            format!("the stop job `{stop}` has other rules than `{deploy}`")
        };
        problems.push(
            Diagnostic::warning(&RULE, pair.stop.origin, message)
                .with_label(pair.deploy.origin, "the deploy")
                .with_help("give both the same conditions in the same order"),
        );
    }
}

/// Whether the conditions are the same, rule by rule.
fn same(deploy: &Map, stop: &Map) -> bool {
    let (Some(deploy), Some(stop)) = (rules(deploy), rules(stop)) else {
        return ["only", "except"].iter().all(|key| alike(deploy.get(key), stop.get(key)))
            && !deploy.contains("rules")
            && !stop.contains("rules");
    };
    let never = |map: &Map| map.get("when").and_then(Node::text) == Some("never");
    deploy.len() == stop.len()
        && deploy.iter().zip(&stop).all(|(a, b)| {
            never(a.body) == never(b.body)
                && ["if", "changes", "exists"].iter().all(|key| alike(a.body.get(key), b.body.get(key)))
        })
}

fn alike(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same_as(b) || (a.text().is_some() && a.text() == b.text()),
        _ => false,
    }
}
