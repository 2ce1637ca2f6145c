//! The jobs of each unit under their final names, with needs across units.

use super::job_reference::{JobReference, resolve};
use super::naming::scoped;
use crate::unit::{UnitJob, UnitJobs, is_optional, needed_job, optional, renamed};
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::rules::JOB_NAME;
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::BTreeMap;

/// The jobs of every unit under their short names.
pub(super) struct Scopes<'a> {
    workspace: &'a Workspace,
    units: BTreeMap<&'a UnitName, &'a UnitJobs>,
    /// The workspace's own jobs.
    own: Option<&'a UnitJobs>,
}

impl<'a> Scopes<'a> {
    pub(super) fn new(workspace: &'a Workspace, all: &'a [UnitJobs]) -> Self {
        let units = all.iter().filter_map(|jobs| Some((jobs.unit.as_ref()?, jobs))).collect();
        let own = all.iter().find(|jobs| jobs.unit.is_none());
        Self { workspace, units, own }
    }

    /// Makes the jobs of the pipeline from those of a unit, each beside the one that it is made from; `bodies` are theirs,
    /// in the same order.
    pub(super) fn jobs_of<'u>(
        &self,
        unit: &'u UnitJobs,
        bodies: Vec<Map>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<(Job, &'u UnitJob)> {
        let mut jobs = Vec::new();
        for ((short, job), mut body) in unit.jobs.iter().zip(bodies) {
            let Some(name) = scoped(unit.unit.as_ref(), short) else {
                let message = format!("`{short}` cannot be a job's name");
                problems.push(Diagnostic::error(&JOB_NAME, job.origin, message));
                continue;
            };
            self.spread_needs(unit, &mut body);
            rename_jobs(&mut body, &mut |written, _| {
                self.final_name(unit, written).map(|name| name.to_string())
            });
            let environment = job.environment.clone();
            jobs.push((Job { name, origin: job.origin, unit: unit.unit.clone(), environment, body }, job));
        }
        jobs
    }

    fn final_name(&self, from: &UnitJobs, written: &str) -> Option<JobName> {
        match resolve(written, from, self.workspace) {
            JobReference::Own => scoped(from.unit.as_ref(), written),
            JobReference::Other { unit, job } => scoped(Some(unit), job),
            JobReference::Unknown => None,
        }
    }

    /// Turns needs on another unit's fanned-out job into needs on each of its jobs, and drops optional needs on jobs
    /// that this pipeline does not get, be it for their environments or with their units.
    fn spread_needs(&self, unit: &UnitJobs, body: &mut Map) {
        self.spread_list(unit, body, "needs");
        self.spread_list(unit, body, "dependencies");
        let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules") else { return };
        for rule in rules.iter_mut().filter_map(Node::as_map_mut) {
            self.spread_list(unit, rule, "needs");
        }
    }

    fn spread_list(&self, unit: &UnitJobs, body: &mut Map, key: &str) {
        // A tagged list, such as a `!reference`, is not resolved yet.
        if let Some(Node { kind: Kind::Seq(items), tag: None, .. }) = body.get_mut(key) {
            let is_need = key == "needs";
            *items = items.iter().flat_map(|item| self.spread(unit, item, is_need)).collect();
        }
    }

    /// Turns a need on the workspace's own job that is fanned out into needs on each of its jobs.
    fn spread_own(&self, need: &Node, name: &str, is_need: bool) -> Option<Vec<Node>> {
        let own = self.own?;
        let fan = own.fans.get(name).filter(|fan| !fan.is_empty() || is_optional(need))?;
        let on_fan = |short: &String| {
            let may_be_missing = is_need && own.further_conditional.contains(short);
            if may_be_missing { optional(need, short) } else { renamed(need, short) }
        };
        Some(fan.iter().map(on_fan).collect())
    }

    fn spread(&self, from: &UnitJobs, need: &Node, is_need: bool) -> Vec<Node> {
        let unchanged = || vec![need.clone()];
        let Some(name) = needed_job(need) else { return unchanged() };
        let (unit, job) = match resolve(name, from, self.workspace) {
            JobReference::Own => return unchanged(),
            JobReference::Other { unit, job } => (unit, job),
            JobReference::Unknown => return self.spread_own(need, name, is_need).unwrap_or_else(unchanged),
        };
        let other = self.units.get(unit);
        if let Some((other, fan)) = other.and_then(|other| Some((other, other.fans.get(job)?))) {
            let on_fan = |short: &String| {
                let name = format!("{unit}:{short}");
                let may_be_missing = is_need && other.further_conditional.contains(short);
                if may_be_missing { optional(need, &name) } else { renamed(need, &name) }
            };
            return fan.iter().map(on_fan).collect();
        }
        // Of a unit that is in, the need stays: `check` looks whether any pipeline has the job.
        let is_left_out = |other: &&UnitJobs| other.left_out.iter().any(|left_out| left_out.job == job);
        let is_out = other.is_none_or(is_left_out);
        if is_out && is_optional(need) { Vec::new() } else { unchanged() }
    }
}
