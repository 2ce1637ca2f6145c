//! The GitLab stages of the jobs.

use super::graph::{Graph, JobId, PlannedJob};
use super::request::Request;
use crate::ordering::in_order;
use std::collections::BTreeSet;

/// The stages in order, and the stage of each job.
pub(crate) struct Stages {
    pub names: Vec<String>,
    /// The index of each job's stage.
    stage_of_job: Vec<usize>,
}

impl Stages {
    /// Returns the stage of a job.
    pub(crate) fn of(&self, job: JobId) -> &str {
        &self.names[self.stage_of_job[job.index()]]
    }
}

/// Returns the waves of the pipelines in their order, then the stage of everything else. A job that needs one of a later
/// stage goes there, too.
pub(crate) fn stages(request: &Request<'_>, graph: &Graph) -> Stages {
    let mut names: Vec<String> = Vec::new();
    for group in request.deployment.nodes.iter().filter_map(|node| node.group.as_ref()) {
        let is_used = graph.jobs.iter().any(|job| job.group.as_ref() == Some(group));
        if is_used && !names.contains(group) {
            names.push(group.clone());
        }
    }
    let plain = &request.settings.stage;
    if graph.jobs.iter().any(|job| job.group.is_none()) && !names.contains(plain) {
        names.push(plain.clone());
    }
    let own_stage = |job: &PlannedJob| {
        let name = job.group.as_ref().unwrap_or(plain);
        names.iter().position(|other| other == name).unwrap_or(0)
    };
    let mut stage_of_job: Vec<usize> = graph.jobs.iter().map(own_stage).collect();
    let after: Vec<&BTreeSet<JobId>> = graph.jobs.iter().map(|job| &job.after).collect();
    // GitLab allows no need on a job of a later stage.
    for job in in_order(&after) {
        let before = &graph.jobs[job].after;
        let latest = before.iter().map(|other| stage_of_job[other.index()]).max().unwrap_or(0);
        let own = &mut stage_of_job[job.index()];
        *own = (*own).max(latest);
    }
    Stages { names, stage_of_job }
}
