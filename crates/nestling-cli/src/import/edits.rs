//! Changes to jobs of the old configuration, in memory. Each function returns the jobs that it changed.

use super::candidate::{Candidate, Owner};
use super::evidence::Placement;
use super::keepers::Keeper;
use super::obstacle::{leaves_artifacts, takes_all_artifacts};
use super::order::{gates, is_by_stage};
use nestling::Origin;
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use nestling_gitlab::yaml::{Map, Node};

/// Returns the position of the first stage of the root that has jobs, beside `.pre`.
pub(super) fn first_position(jobs: &[Candidate]) -> usize {
    let positions = jobs.iter().filter(|job| job.owner == Owner::Root).map(|job| job.position);
    positions.filter(|position| *position > 0).min().unwrap_or(1)
}

/// Returns `true` if a job of the root waits for earlier stages.
pub(super) fn waits_by_stage(job: &Candidate, first: usize) -> bool {
    job.owner == Owner::Root && is_by_stage(job) && job.position > first && job.position < usize::MAX
}

/// Lets a job wait for no other one.
pub(super) fn no_needs(jobs: &mut [Candidate], job: usize) -> Vec<usize> {
    let first = first_position(jobs);
    let Some(candidate) = jobs.get_mut(job).filter(|candidate| waits_by_stage(candidate, first)) else {
        return Vec::new();
    };
    set(candidate, "needs", &Node::seq(Origin::generated(), Vec::new()));
    vec![job]
}

/// Lets jobs download artifacts of their own directory alone.
pub(super) fn dependencies(
    jobs: &mut [Candidate],
    keeper: &Keeper,
    placements: &[Option<Placement>],
) -> Vec<usize> {
    let Some(leaver) = jobs.get(keeper.job).filter(|job| leaves_artifacts(job)).cloned() else {
        return Vec::new();
    };
    let takes = |job: &Candidate| {
        takes_all_artifacts(job) && job.owner == leaver.owner && job.position > leaver.position
    };
    let takers = keeper.kept.iter().copied();
    let takers: Vec<usize> = takers.filter(|taker| jobs.get(*taker).is_some_and(takes)).collect();
    for taker in &takers {
        let names = of_directory(jobs, *taker, placements, &leaves_artifacts);
        let names = names.into_iter().map(|name| Node::string(Origin::generated(), name));
        let list = Node::seq(Origin::generated(), names.collect());
        if let Some(taker) = jobs.get_mut(*taker) {
            set(taker, "dependencies", &list);
        }
    }
    takers
}

/// Makes the need at a position optional.
pub(super) fn set_optional(job: &mut Candidate, position: usize) {
    let mut items = job.folded.get("needs").map(Node::items_or_self).unwrap_or_default().to_vec();
    if let Some(item) = items.get_mut(position) {
        let mut need = item.as_map().cloned().unwrap_or_default();
        if let Some(name) = item.text() {
            need.set("job", Node::string(item.origin, name));
        }
        need.set("optional", Node::plain(Origin::generated(), "true"));
        *item = Node::map(item.origin, need);
    }
    set(job, "needs", &Node::seq(Origin::generated(), items));
}

/// Removes the need of a job from those that it keeps.
pub(super) fn without_need(jobs: &mut [Candidate], keeper: &Keeper) -> Vec<usize> {
    let Some(name) = jobs.get(keeper.job).map(|job| job.name.clone()) else { return Vec::new() };
    let mut edited = Vec::new();
    for kept in &keeper.kept {
        let Some(job) = jobs.get_mut(*kept) else { continue };
        let entries = needs(&job.folded).unwrap_or_default();
        let is_other =
            |source: &NeedSource<'_>| !matches!(source, NeedSource::Job(needed) if *needed == name);
        let is_kept: Vec<bool> = entries.iter().map(|need| is_other(&need.source)).collect();
        if is_kept.iter().all(|is_kept| *is_kept) {
            continue;
        }
        let items = job.folded.get("needs").map(Node::items_or_self).unwrap_or_default();
        let items = items.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(item, _)| item.clone());
        let list = Node::seq(Origin::generated(), items.collect());
        set(job, "needs", &list);
        edited.push(*kept);
    }
    edited
}

/// Lets jobs that wait for one by its stage wait for the jobs of their own directory instead.
pub(super) fn needs_of_directory(
    jobs: &mut [Candidate],
    keeper: &Keeper,
    placements: &[Option<Placement>],
) -> Vec<usize> {
    let Some(before) = jobs.get(keeper.job).cloned() else { return Vec::new() };
    let waits = |job: &Candidate| job.owner == Owner::Root && gates(&before, job);
    let waiting = keeper.kept.iter().copied();
    let waiting: Vec<usize> = waiting.filter(|job| jobs.get(*job).is_some_and(waits)).collect();
    for job in &waiting {
        let names = of_directory(jobs, *job, placements, &|_| true);
        let need = |name: String| {
            let mut need = Map::default();
            need.set("job", Node::string(Origin::generated(), name));
            need.set("optional", Node::plain(Origin::generated(), "true"));
            Node::map(Origin::generated(), need)
        };
        let list = Node::seq(Origin::generated(), names.into_iter().map(need).collect());
        if let Some(job) = jobs.get_mut(*job) {
            set(job, "needs", &list);
        }
    }
    waiting
}

/// Returns the names of jobs of earlier stages that are of the directory of a job.
fn of_directory(
    jobs: &[Candidate],
    job: usize,
    placements: &[Option<Placement>],
    counts: &dyn Fn(&Candidate) -> bool,
) -> Vec<String> {
    let directory = |job: usize| Some(placements.get(job)?.as_ref()?.directory.as_str());
    let Some(of) = jobs.get(job) else { return Vec::new() };
    let earlier = (0..).zip(jobs).filter(|(index, other)| {
        other.owner == of.owner
            && other.position < of.position
            && directory(*index).is_some()
            && directory(*index) == directory(job)
            && other.meets(of)
    });
    earlier.filter(|(_, other)| counts(other)).map(|(_, other)| other.name.clone()).collect()
}

/// Sets a keyword of a job.
pub(super) fn set(job: &mut Candidate, key: &str, value: &Node) {
    job.folded.set(key, value.clone());
    job.own.set(key, value.clone());
}
