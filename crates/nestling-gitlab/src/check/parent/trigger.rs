//! The pairs of jobs that generate a child pipeline and trigger it.

use crate::pipeline::{Job, Pipeline};
use crate::yaml::Node;

/// A trigger job and the job that generates the pipeline with Nestling.
pub(super) struct Trigger<'a> {
    pub(super) job: &'a Job,
    pub(super) generator: &'a Job,
    /// The entry of `include` with the artifact.
    pub(super) include: &'a Node,
}

/// Finds the trigger jobs whose artifact Nestling makes. An artifact of another program is none of ours.
pub(super) fn triggers(pipeline: &Pipeline) -> Vec<Trigger<'_>> {
    let mut triggers = Vec::new();
    for job in &pipeline.jobs {
        let pair = included(job).find_map(|item| Some((pipeline.job(item.get("job")?.text()?)?, item)));
        if let Some((generator, include)) = pair.filter(|(generator, _)| runs_nestling(generator)) {
            triggers.push(Trigger { job, generator, include });
        }
    }
    triggers
}

/// Returns `true` if a trigger job includes an artifact of its own pipeline.
pub(super) fn includes_artifact(job: &Job) -> bool {
    included(job).next().is_some()
}

/// The entries of a trigger job's `include` that are artifacts.
pub(super) fn included(job: &Job) -> impl Iterator<Item = &Node> {
    let include = job.body.get("trigger").and_then(|trigger| trigger.get("include"));
    let items = include.map(Node::items_or_self).unwrap_or_default();
    items.iter().filter(|item| item.get("artifact").is_some())
}

/// The lines of a job's script, those before it left out.
pub(super) fn script(job: &Job) -> impl Iterator<Item = &str> {
    let lines = job.body.get("script").map(Node::items_or_self).unwrap_or_default();
    lines.iter().filter_map(Node::text)
}

/// Returns `true` if a job's script, or the one before it, generates a pipeline with Nestling.
pub(super) fn runs_nestling(job: &Job) -> bool {
    let before = job.body.get("before_script").map(Node::items_or_self).unwrap_or_default();
    let mut lines = script(job).chain(before.iter().filter_map(Node::text));
    lines.any(|line| line.contains("nestling") && line.contains("generate"))
}
