//! When a deploying job runs: its own rules, the environment's conditions and freeze, and a person's click, as one.

use crate::workspace::{Blocking, Start};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// What the catalogue adds to a job's own rules.
pub(crate) struct Gate<'a> {
    /// How the deploy starts.
    pub start: Start,
    /// Expressions any of which has to hold, if there are some.
    pub expressions: Vec<&'a str>,
    /// Whether `$CI_DEPLOY_FREEZE` holds it back.
    pub frozen: bool,
    /// The entry of the catalogue, for origins.
    pub origin: Origin,
}

/// The variable that GitLab sets while a deploy freeze lasts
/// (<https://docs.gitlab.com/user/project/releases/#prevent-unintentional-releases-by-setting-a-deploy-freeze>).
const FREEZE: &str = "$CI_DEPLOY_FREEZE";

/// Writes `when`, `allow_failure` and `rules` of a deploying job.
pub(crate) fn apply(body: &mut Map, gate: &Gate<'_>) {
    let own = body.get("rules").and_then(Node::as_seq).map(<[Node]>::to_vec);
    if own.is_none() && gate.expressions.is_empty() && !gate.frozen {
        if let Start::Manual(blocking) = gate.start {
            body.set("when", Node::string(gate.origin, "manual"));
            if blocking == Blocking::Blocking {
                body.set("allow_failure", Node::plain(gate.origin, "false"));
            }
        }
        return;
    }
    let rules = gated(own.unwrap_or_else(|| vec![bare_rule(body, gate.origin)]), gate);
    body.set("rules", Node::seq(gate.origin, rules));
}

/// A job without rules as its one rule: `when` and `allow_failure` of the job move into it, where GitLab wants them.
fn bare_rule(body: &mut Map, origin: Origin) -> Node {
    let mut rule = Map::default();
    rule.set("when", body.remove("when").unwrap_or_else(|| Node::string(origin, "on_success")));
    if let Some(allow_failure) = body.remove("allow_failure") {
        rule.set("allow_failure", allow_failure);
    }
    Node::map(origin, rule)
}

fn gated(own: Vec<Node>, gate: &Gate<'_>) -> Vec<Node> {
    let mut rules = Vec::new();
    if gate.frozen {
        let mut rule = Map::default();
        rule.set("if", Node::string(gate.origin, FREEZE));
        rule.set("when", Node::string(gate.origin, "never"));
        rules.push(Node::map(gate.origin, rule));
    }
    for rule in own {
        let Some(map) = rule.as_map() else {
            rules.push(rule);
            continue;
        };
        let mut map = map.clone();
        if !is(&map, "never") {
            demand(&mut map, gate);
            start(&mut map, gate);
        }
        rules.push(Node::map(rule.origin, map));
    }
    rules
}

/// Joins the environment's expressions to a rule's own condition.
fn demand(rule: &mut Map, gate: &Gate<'_>) {
    let any = match gate.expressions.as_slice() {
        [] => return,
        [only] => (*only).to_owned(),
        many => many.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" || "),
    };
    let condition = match rule.get("if").and_then(Node::text) {
        Some(own) => format!("({any}) && ({own})"),
        None => any,
    };
    let text = Node::string(gate.origin, condition);
    let mut ordered = Map::default();
    ordered.set("if", text);
    rule.iter().filter(|(key, _)| *key != "if").for_each(|(key, value)| ordered.set(key, value.clone()));
    *rule = ordered;
}

/// Under `rules`, `when: manual` blocks unless `allow_failure` says otherwise (<https://docs.gitlab.com/ci/yaml/#when>).
fn start(rule: &mut Map, gate: &Gate<'_>) {
    let Start::Manual(blocking) = gate.start else { return };
    if is(rule, "delayed") {
        return;
    }
    rule.set("when", Node::string(gate.origin, "manual"));
    let allow = if blocking == Blocking::Blocking { "false" } else { "true" };
    rule.set("allow_failure", Node::plain(gate.origin, allow));
}

fn is(rule: &Map, when: &str) -> bool {
    rule.get("when").and_then(Node::text) == Some(when)
}
