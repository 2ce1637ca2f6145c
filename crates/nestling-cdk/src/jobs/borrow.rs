//! The environments of jobs that belong to no stage: steps and approvals of a wave, or of a stage that somebody added by
//! hand.
//!
//! Every job names an environment, so that CI/CD variables, the role among them, can be scoped to it.

use super::graph::{Graph, JobId, PlannedJob, work_of};
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
    past: Past<PlannedJob>,
    /// The jobs, each behind those that it waits for.
    order: Vec<JobId>,
}

impl Lending<'_> {
    /// An approval belongs to what it lets through: a user who may deploy there may approve. A step belongs to what its wave
    /// has deployed before it, or else deploys after it.
    fn environment(&self, job: JobId) -> Option<TargetId> {
        let is_approval = work_of(self.request, &self.graph.jobs[job]).is_some_and(Work::is_approval);
        let let_through = is_approval.then(|| self.first_behind(job)).flatten();
        let of_group = |(other, target): (JobId, TargetId)| {
            let is_of_group = self.graph.jobs[job].group == self.graph.jobs[other].group;
            is_of_group.then_some((self.past.holds(job, other), target))
        };
        let group: Vec<(bool, TargetId)> = self.deploys().filter_map(of_group).collect();
        let last_before = group.iter().rev().find(|(is_before, _)| *is_before);
        let first_of_group = group.iter().map(|(_, target)| *target).min();
        let_through
            .or(last_before.map(|(_, target)| *target))
            .or(first_of_group)
            .or_else(|| self.last_before(job))
            .or_else(|| self.first_behind(job))
    }

    /// Returns the first target that is deployed after a job.
    fn first_behind(&self, job: JobId) -> Option<TargetId> {
        self.deploys().find(|(other, _)| self.past.holds(*other, job)).map(|(_, target)| target)
    }

    /// Returns the last target that is deployed before a job.
    fn last_before(&self, job: JobId) -> Option<TargetId> {
        let mut before = self.deploys().filter(|(other, _)| self.past.holds(job, *other));
        before.next_back().map(|(_, target)| target)
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
