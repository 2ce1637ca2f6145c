//! The order of keys: GitLab's customary one, so that every job reads alike.

use super::written::Written;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::keywords;
use nestling_gitlab::yaml::{Entry, Map, Node};

/// The global entries that every child pipeline has.
///
/// Without `workflow: rules` GitLab would give jobs without rules `only: [branches, tags]` and drop them from a child
/// of a merge request's pipeline (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/>).
pub(crate) fn globals(pipeline: &Written<'_>) -> Vec<(&'static str, Node)> {
    let origin = pipeline.jobs.first().map_or_else(Origin::generated, |job| job.origin);
    let mut workflow = Map::default();
    for (key, value) in pipeline.workflow.iter() {
        workflow.set(key, value.clone());
    }
    if workflow.get("rules").is_none_or(Node::is_null) {
        let mut always = Map::default();
        always.set("when", Node::string(origin, "always"));
        workflow.set("rules", Node::seq(origin, vec![Node::map(origin, always)]));
    }
    let stages = pipeline.stages.iter().map(|stage| Node::string(origin, stage.as_str())).collect();
    let mut globals = Vec::new();
    if !pipeline.includes.is_empty() {
        globals.push(("include", Node::seq(origin, pipeline.includes.to_vec())));
    }
    globals.push(("workflow", Node::map(origin, workflow)));
    globals.push(("stages", Node::seq(origin, stages)));
    globals
}

/// The entries in the customary order of their keys; keys that have no place in it keep theirs, at the end.
pub(crate) fn by_custom(body: &Map) -> Vec<&Entry> {
    let ranked = body.entries.iter().map(|entry| (keywords::job_key_rank(entry.key.text()), entry));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}
