//! The rules of a stop job.

use super::stop_needs::{Waits, without_artifacts};
use nestling_gitlab::yaml::{Map, Node};

/// The rules of a stop job: those of its deploy, each manual and none blocking; `never` stays `never`. Needs that a rule
/// has are the deploy's.
pub(crate) fn for_stop(deploy: &Map, waits: Waits) -> Option<Node> {
    let rules = deploy.get("rules")?;
    let stops = rules.as_seq()?.iter().map(|rule| {
        let Some(map) = rule.as_map() else { return rule.clone() };
        let mut map = map.clone();
        if map.get("when").and_then(Node::text) != Some("never") {
            map.remove("start_in");
            if let Some(needs) = map.remove("needs")
                && waits == Waits::AsItsDeploy
            {
                map.set("needs", without_artifacts(&needs));
            }
            map.set("when", Node::string(rule.origin, "manual"));
            map.set("allow_failure", Node::plain(rule.origin, "true"));
        }
        Node::map(rule.origin, map)
    });
    Some(Node::seq(rules.origin, stops.collect()))
}
