//! Changes to the old configuration that let more jobs move. Each is tried in memory before the report names it.

use super::candidate::{Candidate, Owner};
use super::evidence::Placement;
use super::keepers::Keeper;
use super::obstacle::{leaves_artifacts, takes_all_artifacts};
use super::order::{gates, is_by_stage};
use super::proposal::{Attempt, Proposal};
use crate::exit::Failure;
use nestling::{Files, Origin};
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// A kind of change, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// `needs: []` on the job.
    NoNeeds,
    /// The job in the first stage.
    FirstStage,
    /// `dependencies` without the job on those that download its artifacts.
    Dependencies,
    /// `needs` without the job on those that need it.
    WithoutNeed,
    /// `needs` of their own directory on the jobs that wait for it.
    NeedsOfDirectory,
    /// The job in a unit.
    Moved,
}

/// Changes to one job or to others because of it. [`Change::Moved`] is tried last: what moves a job depends on the reason why it stays.
const CHANGES: [Change; 6] = [
    Change::NoNeeds,
    Change::FirstStage,
    Change::Dependencies,
    Change::WithoutNeed,
    Change::NeedsOfDirectory,
    Change::Moved,
];

/// A change that was tried, and that lets more jobs move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cure {
    pub change: Change,
    /// The jobs that are changed.
    pub edited: Vec<usize>,
    /// Number of jobs that move then.
    pub moves: usize,
    /// The stage in which units start then.
    pub stage: String,
}

/// The changes to one job that keeps others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cures {
    /// Changes that help, the most helpful first; [`Change::Moved`] is the last.
    pub of_keeper: Vec<Cure>,
    /// True if they were tried.
    pub is_tried: bool,
}

/// All cures.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trials {
    /// The changes to each keeper alone.
    pub of_keepers: Vec<Cures>,
    /// One change to several keepers, where no change to one of them is as good.
    pub together: Option<Cure>,
}

/// Number of cures of one job that are named.
const NAMED: usize = 4;

/// Trials in a configuration of one job; the time of one grows with the square of the number of jobs.
const EFFORT: usize = 8_000_000;

/// The fewest and the most trials.
const TRIALS: [usize; 2] = [12, 400];

struct Trying<'a> {
    proposal: &'a Proposal,
    files: &'a dyn Files,
    default_branch: &'a str,
    left: usize,
    before: usize,
}

/// Tries the changes for each keeper.
///
/// # Errors
/// A file cannot be read.
pub(super) fn cures(
    proposal: &Proposal,
    keepers: &[Keeper],
    files: &dyn Files,
    default_branch: &str,
) -> Result<Trials, Failure> {
    let jobs = proposal.candidates.len().max(1);
    let left = (EFFORT / jobs / jobs).clamp(TRIALS[0], TRIALS[1]);
    let before = proposal.moved(&proposal.division);
    let mut trying = Trying { proposal, files, default_branch, left, before };
    let mut trials = Trials::default();
    for keeper in keepers {
        trials.of_keepers.push(trying.of_keeper(keeper)?);
    }
    let together = if keepers.len() > 1 { trying.together(keepers)? } else { None };
    let of_one = || trials.of_keepers.iter().flat_map(|cures| &cures.of_keeper);
    let best = |changes: &[Change]| {
        let cures = of_one().filter(|cure| changes.contains(&cure.change));
        cures.map(|cure| cure.moves).max().unwrap_or(before)
    };
    let (of_edits, of_itself) = (best(&CHANGES[..CHANGES.len() - 1]), best(&CHANGES[..2]));
    let together = together.filter(|cure| cure.moves >= of_edits && cure.moves > of_itself);
    trials.together = together;
    Ok(trials)
}

impl Trying<'_> {
    fn of_keeper(&mut self, keeper: &Keeper) -> Result<Cures, Failure> {
        let mut cures = Cures { of_keeper: Vec::new(), is_tried: self.left >= CHANGES.len() };
        if !cures.is_tried {
            return Ok(cures);
        }
        for change in CHANGES {
            let start = Attempt { candidates: self.proposal.candidates.clone(), lifted: None };
            let Some((attempt, edited)) = self.changed(start, change, keeper) else { continue };
            if self.estimate(&attempt) <= self.before {
                continue;
            }
            let (moves, stage) = self.proposal.count(&attempt, self.files, self.default_branch)?;
            if moves > self.before {
                cures.of_keeper.push(Cure { change, edited, moves, stage });
            }
        }
        let is_move = |cure: &Cure| cure.change == Change::Moved;
        cures.of_keeper.sort_by_key(|cure| (is_move(cure), usize::MAX - cure.moves, cure.change));
        cures.of_keeper.truncate(NAMED);
        Ok(cures)
    }

    /// Tries one change to all keepers, and leaves out those that need it not.
    fn together(&mut self, keepers: &[Keeper]) -> Result<Option<Cure>, Failure> {
        let mut best: Option<Cure> = None;
        for change in [Change::NoNeeds, Change::FirstStage, Change::NeedsOfDirectory] {
            if self.left <= keepers.len() {
                break;
            }
            let mut chosen: Vec<&Keeper> = keepers.iter().collect();
            let moves = self.all(change, &chosen).map_or(0, |(attempt, _)| self.estimate(&attempt));
            if moves <= best.as_ref().map_or(self.before, |best| best.moves) {
                continue;
            }
            for keeper in keepers.iter().rev() {
                let without: Vec<&Keeper> =
                    chosen.iter().copied().filter(|chosen| chosen.job != keeper.job).collect();
                let of_less = self.all(change, &without).map_or(0, |(attempt, _)| self.estimate(&attempt));
                if of_less >= moves {
                    chosen = without;
                }
            }
            let Some((attempt, edited)) = self.all(change, &chosen) else { continue };
            let (moves, stage) = self.proposal.count(&attempt, self.files, self.default_branch)?;
            if moves > best.as_ref().map_or(self.before, |best| best.moves) {
                best = Some(Cure { change, edited, moves, stage });
            }
        }
        Ok(best)
    }

    fn estimate(&mut self, attempt: &Attempt) -> usize {
        self.left = self.left.saturating_sub(1);
        self.proposal.estimate(attempt)
    }

    fn all(&self, change: Change, keepers: &[&Keeper]) -> Option<(Attempt, Vec<usize>)> {
        let mut attempt = Attempt { candidates: self.proposal.candidates.clone(), lifted: None };
        let mut all: BTreeSet<usize> = BTreeSet::new();
        for keeper in keepers {
            if let Some((changed, edited)) = self.changed(attempt.clone(), change, keeper) {
                attempt = changed;
                all.extend(edited);
            }
        }
        (!all.is_empty()).then(|| (attempt, all.into_iter().collect()))
    }

    /// Makes a change; `None` if there is nothing to change.
    fn changed(
        &self,
        mut attempt: Attempt,
        change: Change,
        keeper: &Keeper,
    ) -> Option<(Attempt, Vec<usize>)> {
        let jobs = &mut attempt.candidates;
        let edited = match change {
            Change::NoNeeds => no_needs(jobs, keeper.job),
            Change::FirstStage => self.first_stage(jobs, keeper.job),
            Change::Dependencies => dependencies(jobs, keeper, &self.proposal.placements),
            Change::WithoutNeed => without_need(jobs, keeper),
            Change::NeedsOfDirectory => needs_of_directory(jobs, keeper, &self.proposal.placements),
            Change::Moved => {
                attempt.lifted = Some(keeper.job);
                vec![keeper.job]
            }
        };
        (!edited.is_empty()).then_some((attempt, edited))
    }

    fn first_stage(&self, jobs: &mut [Candidate], job: usize) -> Vec<usize> {
        let first = first_position(jobs);
        let Some(stage) = self.proposal.first_stage() else { return Vec::new() };
        let Some(candidate) = jobs.get_mut(job).filter(|candidate| waits_by_stage(candidate, first)) else {
            return Vec::new();
        };
        candidate.position = first;
        set(candidate, "stage", &Node::string(Origin::generated(), stage));
        vec![job]
    }
}

impl Proposal {
    /// Returns the first stage of the root that has jobs.
    pub(super) fn first_stage(&self) -> Option<&str> {
        let index = first_position(&self.candidates).checked_sub(1)?;
        self.old.root.pipeline.stages.get(index).map(nestling::StageName::as_str)
    }
}

/// Returns the position of the first stage of the root that has jobs, beside `.pre`.
fn first_position(jobs: &[Candidate]) -> usize {
    let positions = jobs.iter().filter(|job| job.owner == Owner::Root).map(|job| job.position);
    positions.filter(|position| *position > 0).min().unwrap_or(1)
}

fn waits_by_stage(job: &Candidate, first: usize) -> bool {
    job.owner == Owner::Root && is_by_stage(job) && job.position > first && job.position < usize::MAX
}

fn no_needs(jobs: &mut [Candidate], job: usize) -> Vec<usize> {
    let first = first_position(jobs);
    let Some(candidate) = jobs.get_mut(job).filter(|candidate| waits_by_stage(candidate, first)) else {
        return Vec::new();
    };
    set(candidate, "needs", &Node::seq(Origin::generated(), Vec::new()));
    vec![job]
}

/// Lets jobs download artifacts of their own directory alone.
fn dependencies(jobs: &mut [Candidate], keeper: &Keeper, placements: &[Option<Placement>]) -> Vec<usize> {
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

fn without_need(jobs: &mut [Candidate], keeper: &Keeper) -> Vec<usize> {
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
fn needs_of_directory(
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

fn set(job: &mut Candidate, key: &str, value: &Node) {
    job.folded.set(key, value.clone());
    job.own.set(key, value.clone());
}
