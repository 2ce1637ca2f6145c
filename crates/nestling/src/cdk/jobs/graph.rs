//! The jobs as a graph: the nodes that this pipeline runs, and what GitLab needs beside them. A gate where a person
//! starts an environment, a job that settles each environment, barriers where needs are too many.

use super::Request;
use super::kept::{kept, places, read_by, through};
use super::targets::Targets;
use crate::cdk::deployment::{Past, Work};
use crate::compose::LeftOut;
use crate::diagnostic::Origin;
use crate::workspace::Start;
use std::collections::{BTreeMap, BTreeSet};

/// The most needs that GitLab allows a job (<https://docs.gitlab.com/ci/yaml/#needs>).
pub const NEEDS_LIMIT: usize = 50;

/// A job before it is written.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its short name.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// The target that it belongs to.
    pub target: Option<usize>,
    /// The wave or stage of the pipeline that it belongs to.
    pub group: Option<String>,
    /// The jobs that it waits for.
    pub after: BTreeSet<usize>,
    /// The jobs among them whose files or variables it reads.
    pub reads: BTreeSet<usize>,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What a node of the deployment does.
    Node(usize),
    /// Waits for the person who starts an environment.
    Gate(usize),
    /// Publishes the assets of a target outside of pipelines.
    Assets(usize),
    /// Brings an environment as a whole to the new state, and is its deployment.
    Settle(usize),
    /// Shows a merge request what it would change.
    Diff(usize),
    /// Waits for many jobs, so that others have to wait for one.
    Barrier,
}

/// The jobs, and what became of each node.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub jobs: Vec<Planned>,
    pub of_node: BTreeMap<usize, usize>,
    /// The job that makes the deployment of each target.
    pub starts: BTreeMap<usize, usize>,
}

/// Plans the jobs of this pipeline.
pub(crate) fn plan(request: &Request<'_>, targets: &Targets<'_>, left_out: &mut Vec<LeftOut>) -> Graph {
    let mut graph = Graph::default();
    let places: Vec<Option<Option<usize>>> = places(request, targets);
    let kept = kept(request, targets, &places, left_out);
    for at in &kept {
        let node = &request.deployment.nodes[*at];
        graph.of_node.insert(*at, graph.jobs.len());
        graph.jobs.push(Planned {
            name: node_name(request, *at),
            role: Role::Node(*at),
            target: places[*at].flatten(),
            group: node.group.clone(),
            after: BTreeSet::new(),
            reads: BTreeSet::new(),
            origin: node.origin,
        });
    }
    for at in &kept {
        let after = through(request, *at, &graph.of_node)
            .into_iter()
            .filter_map(|before| graph.of_node.get(&before).copied());
        graph.jobs[graph.of_node[at]].after = after.collect();
    }
    graph.reads(request);
    for (at, target) in targets.all.iter().enumerate() {
        if target.deployed {
            graph.assets(request, targets, at);
            graph.settle(request, targets, at);
            graph.gate(request, targets, at);
        } else if request.settings.diff && request.pipeline.kind == crate::changes::PipelineKind::MergeRequest
        {
            let name = format!("{}: diff", target.name);
            graph.push(name, Role::Diff(at), Some(at), None, target.origin);
        }
    }
    graph.promote(targets);
    graph.reduce();
    graph.limit_needs(request);
    graph
}

/// Several pipelines may use the same names, so each is put before its own.
pub(crate) fn node_name(request: &Request<'_>, at: usize) -> String {
    let node = &request.deployment.nodes[at];
    let several = request.chosen().len() > 1;
    let label = node.pipeline.filter(|_| several).and_then(|pipeline| request.deployment.label(pipeline));
    label.map_or_else(|| node.name.clone(), |label| format!("{label}.{}", node.name))
}

impl Graph {
    fn push(
        &mut self,
        name: String,
        role: Role,
        target: Option<usize>,
        group: Option<String>,
        origin: Origin,
    ) -> usize {
        let (after, reads) = (BTreeSet::new(), BTreeSet::new());
        self.jobs.push(Planned { name, role, target, group, after, reads, origin });
        self.jobs.len() - 1
    }

    /// Which jobs read what others make: their files, and the variables that `#{namespace.variable}` names.
    fn reads(&mut self, request: &Request<'_>) {
        for at in 0..self.jobs.len() {
            let Role::Node(index) = self.jobs[at].role else { continue };
            let node = &request.deployment.nodes[index];
            if let Work::Execute(stack) = node.work {
                let is_prepare = |job: &Planned| match job.role {
                    Role::Node(other) => {
                        matches!(request.deployment.nodes[other].work, Work::Prepare(s) if s == stack)
                    }
                    _ => false,
                };
                let prepare = self.jobs.iter().position(is_prepare);
                self.jobs[at].reads.extend(prepare);
            }
            let reads =
                read_by(request, index).into_iter().filter_map(|node| self.of_node.get(&node).copied());
            let reads: Vec<usize> = reads.collect();
            self.jobs[at].reads.extend(&reads);
            self.jobs[at].after.extend(reads);
        }
    }

    /// The jobs that deploy stacks of a target.
    fn deploys(&self, request: &Request<'_>, target: usize) -> Vec<usize> {
        let deploys = |job: &Planned| match job.role {
            Role::Node(node) => request.deployment.nodes[node].work.deploys().is_some(),
            _ => false,
        };
        let jobs = self.jobs.iter().enumerate();
        jobs.filter(|(_, job)| job.target == Some(target) && deploys(job)).map(|(at, _)| at).collect()
    }

    /// Whether a job executes a change set that was looked at.
    fn executes(&self, request: &Request<'_>, job: usize) -> bool {
        let Role::Node(node) = self.jobs[job].role else { return false };
        matches!(request.deployment.nodes[node].work, Work::Execute(_))
    }

    /// Outside of pipelines the assets of a target are published by one job, before the stacks that use them.
    fn assets(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
        let uses = |job: &Planned| match job.role {
            Role::Node(node) => {
                let node = &request.deployment.nodes[node];
                let stack = node.work.stack().filter(|_| node.pipeline.is_none());
                stack.is_some_and(|stack| !request.deployment.assembly.stacks[stack].assets.is_empty())
            }
            _ => false,
        };
        let jobs = self.jobs.iter().enumerate();
        let users: Vec<usize> =
            jobs.filter(|(_, job)| job.target == Some(target) && uses(job)).map(|(at, _)| at).collect();
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
    fn settle(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
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
    fn gate(&mut self, request: &Request<'_>, targets: &Targets<'_>, target: usize) {
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
    fn promote(&mut self, targets: &Targets<'_>) {
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

    pub(crate) fn past(&self) -> Past {
        Past::new(self.jobs.iter().map(|job| &job.after))
    }

    /// Leaves out what follows from the rest; what is read stays.
    fn reduce(&mut self) {
        let past = self.past();
        for at in 0..self.jobs.len() {
            let all = &self.jobs[at].after;
            let implied = |before: &usize| all.iter().any(|other| past.holds(*other, *before));
            let kept =
                all.iter().copied().filter(|before| self.jobs[at].reads.contains(before) || !implied(before));
            self.jobs[at].after = kept.collect();
        }
    }

    /// Puts barriers between a job and what it waits for, where that is more than GitLab allows.
    fn limit_needs(&mut self, request: &Request<'_>) {
        let spare =
            1 + usize::from(matches!(request.settings.from, super::super::settings::Source::Parent(_)));
        let limit = request.needs_limit.saturating_sub(spare).max(2);
        let mut barriers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for at in 0..self.jobs.len() {
            while self.jobs[at].after.len() > limit {
                let job = &self.jobs[at];
                let quiet = job.after.iter().copied().filter(|before| !job.reads.contains(before));
                let chunk: Vec<usize> = quiet.take(limit).collect();
                if chunk.len() < 2 {
                    break;
                }
                let known = barriers.get(&chunk).copied();
                let barrier = known.unwrap_or_else(|| {
                    let name = format!("{}: wait {}", self.jobs[at].name, barriers.len() + 1);
                    let (group, origin) = (self.jobs[at].group.clone(), self.jobs[at].origin);
                    let barrier = self.push(name, Role::Barrier, None, group, origin);
                    self.jobs[barrier].after = chunk.iter().copied().collect();
                    barriers.insert(chunk.clone(), barrier);
                    barrier
                });
                let job = &mut self.jobs[at];
                job.after.retain(|before| !chunk.contains(before));
                job.after.insert(barrier);
            }
        }
    }
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
