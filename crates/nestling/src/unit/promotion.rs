//! Promotion: a deploy waits for the deploy to the environment before it.

use super::jobs::{UnitJob, UnitJobs};
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::yaml::{Map, Node};

/// Makes a deploy wait for another.
///
/// A job without `needs` gets the artifacts of all earlier stages. With a need it would lose them, so those jobs
/// of the unit that have some are needed too.
pub(super) fn wait_for(
    body: &mut Map,
    before: &str,
    origin: Origin,
    unit: &UnitJobs,
    workspace_stages: &[Staged],
) {
    let mut needs = match body.get("needs").and_then(Node::as_seq) {
        Some(needs) => needs.to_vec(),
        None => artifact_needs(body, origin, unit, workspace_stages),
    };
    needs.push(Node::string(origin, before));
    body.set("needs", Node::seq(origin, needs));
}

/// Optional needs on the unit's jobs of earlier stages whose artifacts a job without `needs` would get.
fn artifact_needs(body: &Map, origin: Origin, unit: &UnitJobs, workspace_stages: &[Staged]) -> Vec<Node> {
    let stages: Vec<&Staged> = workspace_stages.iter().chain(&unit.stages).collect();
    let Some(own_stage) = stage_index(&stages, body) else { return Vec::new() };
    let dependencies = body.get("dependencies").and_then(Node::as_seq);
    let mut needs = Vec::new();
    for (name, job) in &unit.jobs {
        let is_earlier = stage_index(&stages, &job.body).is_some_and(|stage| stage < own_stage);
        let is_listed = dependencies.is_none_or(|list| list.iter().any(|item| item.text() == Some(name)));
        if is_earlier && is_listed && gives_artifacts(job) {
            needs.push(optional_need(name, origin));
        }
    }
    needs
}

fn stage_index(stages: &[&Staged], body: &Map) -> Option<usize> {
    let stage = body.get("stage").and_then(Node::text).unwrap_or(StageName::DEFAULT);
    stages.iter().position(|staged| staged.name.as_str() == stage)
}

fn gives_artifacts(job: &UnitJob) -> bool {
    job.body.contains("artifacts") && !is_manual(&job.body)
}

fn optional_need(job: &str, origin: Origin) -> Node {
    let mut need = Map::default();
    need.set("job", Node::string(origin, job));
    need.set("optional", Node::plain(origin, "true"));
    Node::map(origin, need)
}
