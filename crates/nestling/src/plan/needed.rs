//! Jobs of units that are not selected, brought in because jobs that are in need them.

use crate::assemble::{Target, resolve_target, scoped};
use crate::select::{Reason, Selection, Verdict};
use crate::unit::UnitJobs;
use crate::workspace::Workspace;
use nestling_gitlab::name::{JobName, UnitName};
use nestling_gitlab::pipeline::need;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// A job that is needed, and the first job that needs it.
type Wanted = (UnitName, String, JobName);

/// Adds to `units` the jobs of other units that theirs and the workspace's own need, with what those need in turn, and nothing else of them.
pub(crate) fn bring_in(
    workspace: &Workspace,
    own: &UnitJobs,
    units: &mut BTreeMap<UnitName, UnitJobs>,
    selection: &mut Selection,
    mut render: impl FnMut(&UnitName, &Selection) -> UnitJobs,
) {
    let mut queue: Vec<Wanted> = Vec::new();
    for jobs in std::iter::once(own).chain(units.values()) {
        for name in jobs.jobs.keys() {
            queue.extend(wants(jobs, name, workspace));
        }
    }
    let mut extra: BTreeMap<UnitName, (UnitJobs, BTreeSet<String>)> = BTreeMap::new();
    queue.reverse();
    while let Some((unit, job, by)) = queue.pop() {
        if units.contains_key(&unit) {
            continue;
        }
        let (jobs, kept) = extra.entry(unit.clone()).or_insert_with(|| {
            selection.verdicts.insert(unit.clone(), Verdict::Needed(vec![Reason::NeededBy { job: by }]));
            (render(&unit, selection), BTreeSet::new())
        });
        for name in closure(jobs, &job) {
            if kept.insert(name.clone()) {
                queue.extend(wants(jobs, &name, workspace));
            }
        }
    }
    for (unit, (mut jobs, kept)) in extra {
        jobs.jobs.retain(|name, _| kept.contains(name));
        units.insert(unit, jobs);
    }
}

/// The jobs of other units that a job cannot do without.
fn wants(jobs: &UnitJobs, name: &str, workspace: &Workspace) -> Vec<Wanted> {
    let Some(job) = jobs.jobs.get(name) else { return Vec::new() };
    let by = scoped(jobs.unit.as_ref(), name);
    needs(&job.body)
        .filter_map(|needed| match resolve_target(needed, jobs, workspace) {
            Target::Other { unit, job } => Some((unit.clone(), job.to_owned(), by.clone()?)),
            Target::Own | Target::Unknown => None,
        })
        .collect()
}

/// A job of a unit with all jobs of the same unit that it needs, what its fan became, and the stop jobs of each.
fn closure(jobs: &UnitJobs, job: &str) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<String> = match jobs.fans.get(job) {
        Some(fan) => fan.clone(),
        None => vec![job.to_owned()],
    };
    while let Some(name) = queue.pop() {
        let Some(job) = jobs.jobs.get(&name) else { continue };
        if !found.insert(name) {
            continue;
        }
        queue.extend(needs(&job.body).map(str::to_owned));
        let stop = job.body.get("environment").and_then(|environment| environment.get("on_stop"));
        queue.extend(stop.and_then(Node::text).map(str::to_owned));
    }
    found.into_iter().collect()
}

/// The names under `needs`, those of rules too, without the optional ones.
fn needs(body: &Map) -> impl Iterator<Item = &str> {
    let all = need::needs(body).unwrap_or_default().into_iter().chain(need::rules_needs(body));
    all.filter(|need| !need.optional).filter_map(|need| need.job())
}
