//! The jobs that a stop job waits for, and whether it gets the artifacts of its deploy.

use nestling_gitlab::name::StageName;
use nestling_gitlab::yaml::{Map, Node};

/// The jobs that a stop job waits for. GitLab skips a stop job that it cannot run yet, and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// The jobs that its deploy job waits for: it can run as soon as the deploy job can, and after a failed deployment.
    AsItsDeploy,
    /// Its deploy: the artifacts come from there, or it is in a later stage.
    ForItsDeploy,
}

impl Waits {
    pub(super) fn of(block: &Map, body: &Map) -> Self {
        let own_stage = stage(body).unwrap_or(StageName::DEFAULT);
        let is_moved = stage(block).is_some_and(|stage| stage != own_stage);
        if is_moved || takes_artifacts(block, body) { Self::ForItsDeploy } else { Self::AsItsDeploy }
    }
}

fn stage(body: &Map) -> Option<&str> {
    body.get("stage").and_then(Node::text)
}

/// Returns `true` if the stop job gets the artifacts of its deploy: it does, unless it says `dependencies: []`.
pub(super) fn takes_artifacts(block: &Map, body: &Map) -> bool {
    body.contains("artifacts") && !block.contains("dependencies") && !block.contains("trigger")
}

/// Returns the same needs for the sake of order alone: artifacts that have expired by then would fail the job. Needs on
/// other pipelines only ever fetch artifacts, and go.
pub(super) fn without_artifacts(needs: &Node) -> Node {
    let Some(items) = needs.as_seq() else { return needs.clone() };
    let of_this_pipeline = |need: &&Node| need.get("pipeline").is_none() && need.get("project").is_none();
    let ordered = items.iter().filter(of_this_pipeline).map(for_order).collect();
    Node::seq(needs.origin, ordered)
}

fn for_order(need: &Node) -> Node {
    let mut map = need.as_map().cloned().unwrap_or_default();
    if let Some(job) = need.text() {
        map.set("job", Node::string(need.origin, job));
    }
    if map.is_empty() {
        return need.clone();
    }
    map.set("artifacts", Node::plain(need.origin, "false"));
    Node::map(need.origin, map)
}
