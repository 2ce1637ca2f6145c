//! The rules of a stop job.

use super::stop_needs::{Waits, without_artifacts};
use nestling_gitlab::yaml::{Map, Node};

/// Returns the rules of a stop job: those of its deploy, each manual and none blocking; `never` stays `never`.
pub(super) fn for_stop(deploy: &Map, waits: Waits) -> Option<Node> {
    let rules = deploy.get("rules")?;
    let stops = rules.as_seq()?.iter().map(|rule| stop_rule(rule, waits)).collect();
    Some(Node::seq(rules.origin, stops))
}

fn stop_rule(rule: &Node, waits: Waits) -> Node {
    let Some(written) = rule.as_map() else { return rule.clone() };
    let mut map = written.clone();
    if map.get("when").and_then(Node::text) == Some("never") {
        return Node::map(rule.origin, map);
    }
    map.remove("start_in");
    // A rule's own needs are the deploy's.
    if let Some(needs) = map.remove("needs")
        && waits == Waits::AsItsDeploy
    {
        map.set("needs", without_artifacts(&needs));
    }
    map.set("when", Node::string(rule.origin, "manual"));
    map.set("allow_failure", Node::plain(rule.origin, "true"));
    Node::map(rule.origin, map)
}
