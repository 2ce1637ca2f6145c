//! The environments of jobs that belong to no stage: steps and approvals of a wave, or of a stage that somebody added by
//! hand.
//!
//! Every job names an environment, so that CI/CD variables, the role among them, can be scoped to it.

use super::graph::{Graph, JobId, work_of};
use super::request::Request;
use super::targets::TargetId;
use crate::deployment::Work;
use crate::id::Id;
use crate::ordering::{Past, in_order};
use std::collections::BTreeSet;

/// Gives each job of a pipeline without a target the environment of one.
pub(crate) fn lend(graph: &mut Graph, request: &Request<'_>) {
    let past = graph.past();
    let after: Vec<&BTreeSet<JobId>> = graph.jobs.iter().map(|job| &job.after).collect();
    let order = in_order(&after);
    let lending = Lending { graph, request, past, order };
    let mut lent = Vec::new();
    for (job_id, job) in Id::each(&graph.jobs) {
        if job.target.is_none() && work_of(request, job).is_some() {
            lent.push((job_id, lending.environment(job_id)));
        }
    }
    for (job_id, target) in lent {
        graph.jobs[job_id].environment = target;
    }
}

struct Lending<'a> {
    graph: &'a Graph,
    request: &'a Request<'a>,
    past: Past<crate::jobs::graph::PlannedJob>,
    /// The jobs, each behind those that it waits for.
    order: Vec<JobId>,
}

impl Lending<'_> {
    /// An approval belongs to what it lets through: whoever may deploy there may give it. A step belongs to what its wave
    /// has deployed before it, or else deploys after it.
    fn environment(&self, job: JobId) -> Option<TargetId> {
        let is_approval = work_of(self.request, &self.graph.jobs[job]).is_some_and(Work::is_approval);
        let let_through = is_approval.then(|| self.first_behind(job, false)).flatten();
        let_through
            .or_else(|| self.last_before(job, true))
            .or_else(|| self.first_behind(job, true))
            .or_else(|| self.first_of_group(job))
            .or_else(|| self.last_before(job, false))
            .or_else(|| self.first_behind(job, false))
    }

    /// Returns the first target that is deployed after a job, in its own wave or anywhere.
    fn first_behind(&self, job: JobId, in_group: bool) -> Option<TargetId> {
        let mut deploys = self.deploys().filter(|(other, _)| self.past.holds(*other, job));
        deploys.find(|(other, _)| !in_group || self.are_of_one_group(job, *other)).map(|(_, target)| target)
    }

    /// Returns the last target that is deployed before a job, in its own wave or anywhere.
    fn last_before(&self, job: JobId, in_group: bool) -> Option<TargetId> {
        let deploys = self.deploys().filter(|(other, _)| self.past.holds(job, *other));
        let mut own = deploys.filter(|(other, _)| !in_group || self.are_of_one_group(job, *other));
        own.next_back().map(|(_, target)| target)
    }

    fn first_of_group(&self, job: JobId) -> Option<TargetId> {
        self.deploys().find(|(other, _)| self.are_of_one_group(job, *other)).map(|(_, target)| target)
    }

    fn are_of_one_group(&self, job: JobId, other: JobId) -> bool {
        self.graph.jobs[job].group == self.graph.jobs[other].group
    }

    /// Returns the jobs that work for a target, in order, with the target.
    fn deploys(&self) -> impl DoubleEndedIterator<Item = (JobId, TargetId)> {
        self.order.iter().filter_map(|job| {
            let planned = &self.graph.jobs[*job];
            let works = planned.nodes.iter().any(|node| {
                let node = &self.request.deployment.nodes[*node];
                node.work.stack().is_some() && node.pipeline.is_some()
            });
            planned.target.filter(|_| works).map(|target| (*job, target))
        })
    }
}
