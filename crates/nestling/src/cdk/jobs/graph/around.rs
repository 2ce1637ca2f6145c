//! The jobs that an environment needs beside those of its nodes: its assets, the person who starts it, the deployment as
//! a whole, and the order of environments.

use super::{Graph, Planned, Role};
use crate::cdk::deployment::Work;
use crate::cdk::jobs::Request;
use crate::cdk::jobs::targets::Targets;
use crate::workspace::Start;
use std::collections::BTreeSet;

impl Graph {
    /// The jobs that deploy stacks of a target.
    fn deploys(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let is_deploy = |job: &Planned| job.target == Some(target) && deployed_by(request, job).is_some();
        let jobs = self.jobs.iter().enumerate();
        jobs.filter(|(_, job)| is_deploy(job)).map(|(at, _)| at).collect()
    }

    /// The stacks of a target that jobs of this pipeline deploy.
    pub(crate) fn stacks(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let of_target = self.jobs.iter().filter(|job| job.target == Some(target));
        let stacks: BTreeSet<usize> = of_target.filter_map(|job| deployed_by(request, job)).collect();
        stacks.into_iter().collect()
    }

    /// Whether a job of this pipeline deploys a stack.
    pub(crate) fn is_deployed(&self, request: &Request<'_>, stack: usize) -> bool {
        self.jobs.iter().any(|job| deployed_by(request, job) == Some(stack))
    }

    /// The stacks of a target that jobs outside of pipelines deploy, and that have assets.
    pub(crate) fn stacks_with_assets(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let of_target = self.jobs.iter().filter(|job| job.target == Some(target));
        of_target.filter_map(|job| with_assets(request, job)).collect()
    }

    /// Whether a job executes a change set that was looked at.
    fn executes(&self, request: &Request<'_>, job: usize) -> bool {
        let Role::Node(node) = self.jobs[job].role else { return false };
        matches!(request.deployment.nodes[node].work, Work::Execute(_))
    }

    /// Outside of pipelines the assets of a target are published by one job, before the stacks that use them.
    pub(super) fn assets(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
        let is_user = |job: &Planned| job.target == Some(target) && with_assets(request, job).is_some();
        let jobs = self.jobs.iter().enumerate();
        let users: Vec<usize> = jobs.filter(|(_, job)| is_user(job)).map(|(at, _)| at).collect();
        if users.is_empty() {
            return;
        }
        let name = format!("{}: assets", targets.all[target].name);
        let assets = self.push(name, Role::Assets(target), Some(target), None, targets.all[target].origin);
        for user in users {
            self.jobs[user].after.insert(assets);
        }
    }

    /// An environment of several stacks gets one job that is its deployment. In the normal run there is nothing left
    /// for it to do; run again from GitLab's list of deployments it rolls all stacks back, in order. So does one whose
    /// only stack is reviewed: a change set can be executed once.
    pub(super) fn settle(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
        let deploys = self.deploys(request, target);
        let (Some(first), Some(last)) = (deploys.first(), deploys.last()) else { return };
        if first == last && !self.executes(request, *first) {
            self.starts.insert(target, *first);
            return;
        }
        let name = common_parent(deploys.iter().map(|job| self.jobs[*job].name.as_str()));
        let name = name.unwrap_or_else(|| targets.all[target].name.clone());
        let group = self.jobs[*last].group.clone().or_else(|| self.jobs[*first].group.clone());
        let origin = targets.all[target].origin;
        let past = self.past();
        let is_last = |job: &usize| !deploys.iter().any(|other| past.holds(*other, *job));
        let lasts: BTreeSet<usize> = deploys.iter().copied().filter(is_last).collect();
        let settle = self.push(name, Role::Settle(target), Some(target), group, origin);
        for job in &mut self.jobs[..settle] {
            if !lasts.is_empty() && lasts.is_subset(&job.after) {
                job.after.insert(settle);
            }
        }
        self.jobs[settle].after = deploys.into_iter().collect();
        self.starts.insert(target, settle);
    }

    /// Where the catalogue has a person start an environment, one job asks, before everything of it. Where a step of
    /// the pipeline asks already, nobody is asked twice.
    pub(super) fn gate(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
        let of = &targets.all[target];
        let Some(Start::Manual(_)) = of.entry.map(|entry| entry.start) else { return };
        let past = self.past();
        let deploys = self.deploys(request, target);
        let asks = |job: &Planned| match job.role {
            Role::Node(node) => matches!(request.deployment.nodes[node].work, Work::Approve(_)),
            _ => false,
        };
        let asked = self.jobs.iter().enumerate().any(|(at, job)| {
            job.target == Some(target) && asks(job) && deploys.iter().all(|deploy| past.holds(*deploy, at))
        });
        if asked || deploys.is_empty() {
            return;
        }
        let own: Vec<usize> = (0..self.jobs.len())
            .filter(|at| {
                self.jobs[*at].target == Some(target) && !matches!(self.jobs[*at].role, Role::Diff(_))
            })
            .collect();
        let is_first = |at: &usize| !own.iter().any(|other| past.holds(*at, *other));
        let firsts: Vec<usize> = own.iter().copied().filter(is_first).collect();
        let name = format!("{}: start", of.name);
        let group = firsts.first().and_then(|at| self.jobs[*at].group.clone());
        let gate = self.push(name, Role::Gate(target), Some(target), group, of.origin);
        for first in firsts {
            let before = self.jobs[first].after.clone();
            self.jobs[gate].after.extend(before);
            self.jobs[first].after.insert(gate);
        }
    }

    /// `after` of the catalogue: an environment waits for the one before it, unless the pipeline says the opposite.
    pub(super) fn promote(&mut self, targets: &Targets<'_>) {
        for (at, target) in targets.all.iter().enumerate() {
            let Some(after) = target.entry.and_then(|entry| entry.after.as_ref()) else { continue };
            let before = targets.all.iter().position(|t| t.entry.is_some_and(|entry| entry.name == *after));
            let Some(before) = before.and_then(|before| self.starts.get(&before).copied()) else { continue };
            let past = self.past();
            let own: Vec<usize> =
                (0..self.jobs.len()).filter(|job| self.jobs[*job].target == Some(at)).collect();
            if self.starts.get(&at).is_some_and(|start| past.holds(*start, before)) {
                continue;
            }
            let is_first = |job: &usize| {
                !own.iter().any(|other| past.holds(*job, *other))
                    && !past.holds(before, *job)
                    && before != *job
            };
            for first in own.iter().copied().filter(is_first).collect::<Vec<_>>() {
                self.jobs[first].after.insert(before);
            }
        }
    }
}

/// The stack that is in its new state after a job of its own.
fn deployed_by(request: &Request<'_>, job: &Planned) -> Option<usize> {
    match job.role {
        Role::Node(node) => request.deployment.nodes[node].work.deploys(),
        _ => None,
    }
}

/// The stack of a job outside of pipelines, if it has assets.
fn with_assets(request: &Request<'_>, job: &Planned) -> Option<usize> {
    let Role::Node(node) = job.role else { return None };
    let node = &request.deployment.nodes[node];
    let stack = node.work.stack().filter(|_| node.pipeline.is_none())?;
    let has_assets = !request.deployment.assembly.stacks[stack].assets.is_empty();
    has_assets.then_some(stack)
}

/// What the names of a target's stacks start with: `Staging` for `Staging/Data` and `Staging/Service`.
fn common_parent<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let parents: BTreeSet<&str> = names
        .filter_map(|name| name.strip_suffix(".Deploy").unwrap_or(name).rsplit_once(['.', '/']))
        .map(|(parent, _)| parent)
        .collect();
    let mut parents = parents.into_iter();
    match (parents.next(), parents.next()) {
        (Some(only), None) => Some(only.to_owned()),
        _ => None,
    }
}
