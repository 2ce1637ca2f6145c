//! The GitLab stages of the jobs.

use super::graph::{Graph, Planned};
use super::request::Request;
use crate::cdk::ordering::in_order;
use std::collections::BTreeSet;

/// The stages in order, and the stage of each job.
pub(crate) struct Stages {
    pub names: Vec<String>,
    of: Vec<usize>,
}

impl Stages {
    /// The stage of a job.
    pub(crate) fn of(&self, job: usize) -> &str {
        &self.names[self.of[job]]
    }
}

/// The waves of the pipelines in their order, then the stage of everything else. A job that needs one of a later stage
/// goes there, too.
pub(crate) fn stages(request: &Request<'_>, graph: &Graph) -> Stages {
    let mut names: Vec<String> = Vec::new();
    for node in &request.deployment.nodes {
        let group = node
            .group
            .as_ref()
            .filter(|group| graph.jobs.iter().any(|job| job.group.as_ref() == Some(group)));
        if let Some(group) = group.filter(|group| !names.contains(group)) {
            names.push(group.clone());
        }
    }
    if graph.jobs.iter().any(|job| job.group.is_none()) && !names.contains(&request.settings.stage) {
        names.push(request.settings.stage.clone());
    }
    let place = |job: &Planned| {
        let name = job.group.as_ref().unwrap_or(&request.settings.stage);
        names.iter().position(|other| other == name).unwrap_or(0)
    };
    let mut of: Vec<usize> = graph.jobs.iter().map(place).collect();
    let after: Vec<&BTreeSet<usize>> = graph.jobs.iter().map(|job| &job.after).collect();
    for job in in_order(&after) {
        let latest = graph.jobs[job].after.iter().map(|before| of[*before]).max();
        of[job] = of[job].max(latest.unwrap_or(0));
    }
    Stages { names, of }
}
