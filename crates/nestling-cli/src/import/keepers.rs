//! The jobs that keep others in the parent, and those that keep each other there.

use super::candidate::Candidate;
use super::division::Division;
use super::order::{Indexed, ahead_of};
use std::collections::BTreeSet;

/// A job that stays for a reason of its own, with the jobs that stay because of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keeper {
    /// Its index.
    pub job: usize,
    /// The jobs that it keeps, directly or through others.
    pub kept: BTreeSet<usize>,
}

/// Returns the jobs that keep others, the one that keeps most first.
pub(super) fn keepers(division: &Division) -> Vec<Keeper> {
    let own = (0..division.reasons.len()).filter(|job| division.stays(*job) && !is_held(division, *job));
    let mut keepers: Vec<Keeper> = own.map(|job| Keeper { job, kept: BTreeSet::new() }).collect();
    let holders = |job: usize| division.holders.get(job).map(|holders| holders.staying.clone());
    for held in (0..division.reasons.len()).filter(|job| is_held(division, *job)) {
        let reached = reached(held, &|job| holders(job).unwrap_or_default());
        for keeper in keepers.iter_mut().filter(|keeper| reached.contains(&keeper.job)) {
            keeper.kept.insert(held);
        }
    }
    keepers.retain(|keeper| !keeper.kept.is_empty());
    keepers.sort_by_key(|keeper| (usize::MAX - keeper.kept.len(), keeper.job));
    keepers
}

/// Returns the groups of jobs each of which stays because another one of its group does.
pub(super) fn circles(candidates: &[Candidate], division: &Division) -> Vec<Vec<usize>> {
    let next = |job: usize| held_by(job, candidates, division);
    let held: Vec<usize> = (0..candidates.len()).filter(|job| is_held(division, *job)).collect();
    let edges: Vec<Vec<usize>> = (0..candidates.len()).map(next).collect();
    let mut reverse: Vec<Vec<usize>> = vec![Vec::new(); candidates.len()];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            if let Some(sources) = reverse.get_mut(*to) {
                sources.push(from);
            }
        }
    }
    let of = |list: &[Vec<usize>], job: usize| list.get(job).cloned().unwrap_or_default();
    let mut circles: Vec<Vec<usize>> = Vec::new();
    let mut known: BTreeSet<usize> = BTreeSet::new();
    for job in held {
        if known.contains(&job) {
            continue;
        }
        let forward = reached(job, &|job| of(&edges, job));
        let backward = reached(job, &|job| of(&reverse, job));
        let circle: Vec<usize> = forward.intersection(&backward).copied().collect();
        known.extend(&circle);
        circles.extend((!circle.is_empty()).then_some(circle));
    }
    circles
}

/// Returns `true` if a job stays because of another one.
fn is_held(division: &Division, job: usize) -> bool {
    division.holders.get(job).is_some_and(|holders| !holders.staying.is_empty())
}

/// Returns the held jobs because of which a job stays: those that keep it, and the one that its keeper waits for, if that would
/// otherwise be before the keeper.
fn held_by(job: usize, candidates: &[Candidate], division: &Division) -> Vec<usize> {
    let Some(holders) = division.holders.get(job) else { return Vec::new() };
    let mut jobs: Vec<usize> = holders.staying.clone();
    if let Some((late, ahead)) = holders.ahead {
        let moving: Vec<Indexed<'_>> =
            (0..).zip(candidates).filter(|(job, _)| !division.stays(*job)).collect();
        let is_last = candidates.get(late).is_some_and(|late| ahead_of(late, &moving).is_none());
        jobs.extend(is_last.then_some(ahead));
    }
    jobs.retain(|job| is_held(division, *job));
    jobs
}

/// Returns the jobs that are reached from one, itself only if it is on the way.
fn reached(from: usize, next: &dyn Fn(usize) -> Vec<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = next(from);
    while let Some(job) = open.pop() {
        if reached.insert(job) {
            open.extend(next(job));
        }
    }
    reached
}
