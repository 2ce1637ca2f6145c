//! What a stop job waits for, and whether it gets the artifacts of its deploy.

use nestling_gitlab::name::StageName;
use nestling_gitlab::yaml::{Map, Node};

/// What a stop job waits for. GitLab skips a stop job that it cannot run yet, and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// What its deploy waits for: it can run as soon as the deploy can, and after a deploy that failed half way.
    AsItsDeploy,
    /// Its deploy: the artifacts come from there, or it stands in a later stage.
    ForItsDeploy,
}

impl Waits {
    pub(super) fn of(block: &Map, body: &Map) -> Self {
        let stage = |map: &Map| map.get("stage").and_then(Node::text).map(str::to_owned);
        let own = stage(body).unwrap_or_else(|| StageName::DEFAULT.to_owned());
        let moved = stage(block).is_some_and(|stage| stage != own);
        if moved || takes_artifacts(block, body) { Self::ForItsDeploy } else { Self::AsItsDeploy }
    }
}

/// Whether the stop job gets the artifacts of its deploy: it does, unless it says `dependencies: []`.
pub(crate) fn takes_artifacts(block: &Map, body: &Map) -> bool {
    body.contains("artifacts") && !block.contains("dependencies") && !block.contains("trigger")
}

/// The same needs for the sake of order alone: artifacts that have expired by then would fail the job. Needs on other
/// pipelines only ever fetch artifacts, and go.
pub(super) fn without_artifacts(needs: &Node) -> Node {
    let Some(items) = needs.as_seq() else { return needs.clone() };
    let elsewhere = |item: &&Node| item.get("pipeline").is_none() && item.get("project").is_none();
    let ordered = items.iter().filter(elsewhere).map(|item| {
        let mut need = item.as_map().cloned().unwrap_or_default();
        if let Some(job) = item.text() {
            need.set("job", Node::string(item.origin, job));
        }
        if need.is_empty() {
            return item.clone();
        }
        need.set("artifacts", Node::plain(item.origin, "false"));
        Node::map(item.origin, need)
    });
    Node::seq(needs.origin, ordered.collect())
}
