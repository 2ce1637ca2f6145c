//! Jobs of units that are not selected, brought in because jobs that are in need them.

use crate::assemble::{JobReference, resolve, scoped};
use crate::select::{Reason, Verdict};
use crate::unit::UnitJobs;
use crate::workspace::Workspace;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::need;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// A job that is needed, and the first job that needs it.
type Wanted = (UnitName, String, JobName);

/// A unit that is not selected, with the jobs of it that others need.
pub(crate) struct BroughtIn {
    /// The first job that needs one of its jobs.
    pub verdict: Verdict,
    /// The needed jobs.
    pub jobs: UnitJobs,
    kept: BTreeSet<String>,
}

/// Returns the jobs of other units that those of selected units and of the workspace need, with what those need in turn, and
/// nothing else of their units.
pub(crate) fn bring_in(
    workspace: &Workspace,
    own: &UnitJobs,
    selected: &BTreeMap<UnitName, UnitJobs>,
    mut render: impl FnMut(&UnitName, &Verdict) -> UnitJobs,
) -> BTreeMap<UnitName, BroughtIn> {
    let mut queue: Vec<Wanted> = Vec::new();
    for jobs in std::iter::once(own).chain(selected.values()) {
        for name in jobs.jobs.keys() {
            queue.extend(wants(jobs, name, workspace));
        }
    }
    let mut all: BTreeMap<UnitName, BroughtIn> = BTreeMap::new();
    queue.reverse();
    while let Some((unit, job, needed_by)) = queue.pop() {
        if selected.contains_key(&unit) {
            continue;
        }
        let brought_in = all.entry(unit.clone()).or_insert_with(|| {
            let verdict = Verdict::Needed(vec![Reason::NeededBy { job: needed_by }]);
            BroughtIn { jobs: render(&unit, &verdict), verdict, kept: BTreeSet::new() }
        });
        for name in closure(&brought_in.jobs, &job) {
            if brought_in.kept.insert(name.clone()) {
                queue.extend(wants(&brought_in.jobs, &name, workspace));
            }
        }
    }
    for BroughtIn { jobs, kept, .. } in all.values_mut() {
        jobs.jobs.retain(|name, _| kept.contains(name));
    }
    all
}

/// Returns the jobs of other units that a job cannot do without.
fn wants(jobs: &UnitJobs, name: &str, workspace: &Workspace) -> Vec<Wanted> {
    let Some(job) = jobs.jobs.get(name) else { return Vec::new() };
    let Some(needed_by) = scoped(jobs.unit.as_ref(), name) else { return Vec::new() };
    let mut wanted = Vec::new();
    let by_role = job.role_needs.iter().map(|need| need.name.as_str());
    for needed in required(&job.body).chain(by_role) {
        if let JobReference::Other { unit, job } = resolve(needed, jobs, workspace) {
            wanted.push((unit.clone(), job.to_owned(), needed_by.clone()));
        }
    }
    wanted
}

/// Returns a job of a unit with all jobs of the same unit that it needs, the jobs that its fan became, and the stop jobs of
/// each.
fn closure(jobs: &UnitJobs, job: &str) -> BTreeSet<String> {
    let mut closure: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<String> = match jobs.fans.get(job) {
        Some(fan) => fan.clone(),
        None => vec![job.to_owned()],
    };
    while let Some(name) = queue.pop() {
        let Some(job) = jobs.jobs.get(&name) else { continue };
        if !closure.insert(name) {
            continue;
        }
        queue.extend(required(&job.body).map(str::to_owned));
        // A role means a job of this unit also where rules may drop it.
        queue.extend(job.role_needs.iter().map(|need| need.name.clone()));
        let on_stop = environment(&job.body).and_then(|environment| environment.on_stop());
        queue.extend(on_stop.and_then(Node::text).map(str::to_owned));
    }
    closure
}

/// Returns the names under `needs`, those of rules too, without the optional ones.
fn required(body: &Map) -> impl Iterator<Item = &str> {
    let needs = need::needs(body).unwrap_or_default();
    let all = needs.into_iter().chain(need::rules_needs(body));
    all.filter(|need| !need.optional).filter_map(|need| need.job())
}
