//! Changes to the old configuration that let more jobs move. Each is tried in memory before the report names it.

use super::candidate::Candidate;
use super::edits::{
    dependencies, first_position, needs_of_directory, no_needs, set, set_optional, waits_by_stage,
    without_need,
};
use super::keepers::Keeper;
use super::proposal::{Attempt, Proposal};
use super::unmet::unmet_needs;
use crate::exit::Failure;
use nestling::{Files, Origin};
use nestling_gitlab::yaml::Node;
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
    /// Both of these.
    Apart,
    /// `needs` of their own directory on the jobs that wait for it.
    NeedsOfDirectory,
    /// The job in a unit.
    Moved,
    /// `optional: true` on needs that some pipelines do not have.
    OptionalNeeds,
}

/// Changes to one job or to others because of it. [`Change::Moved`] is tried last: what moves a job depends on the reason why it stays.
const CHANGES: [Change; 7] = [
    Change::NoNeeds,
    Change::FirstStage,
    Change::Dependencies,
    Change::WithoutNeed,
    Change::Apart,
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
    /// The needs that are faults.
    pub of_faults: Option<Cure>,
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
    let mut trials = Trials { of_faults: trying.of_faults()?, ..Trials::default() };
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
    let together =
        together.filter(|cure| cure.moves >= of_edits && cure.moves > of_itself.max(best(&[cure.change])));
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

    /// Makes each need optional that some pipelines do not have: Nestling refuses a unit with such a need.
    fn of_faults(&mut self) -> Result<Option<Cure>, Failure> {
        let mut attempt = Attempt { candidates: self.proposal.candidates.clone(), lifted: None };
        let mut edited = Vec::new();
        for unmet in unmet_needs(&self.proposal.candidates, &self.proposal.kinds, &self.proposal.old) {
            let Some(job) = attempt.candidates.get_mut(unmet.job) else { continue };
            set_optional(job, unmet.need);
            edited.push(unmet.job);
        }
        edited.dedup();
        if edited.is_empty() {
            return Ok(None);
        }
        let (moves, stage) = self.proposal.count(&attempt, self.files, self.default_branch)?;
        let change = Change::OptionalNeeds;
        Ok((moves > self.before).then_some(Cure { change, edited, moves, stage }))
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
            Change::Apart => {
                let placements = &self.proposal.placements;
                let (takers, needers) = (dependencies(jobs, keeper, placements), without_need(jobs, keeper));
                let both = if takers.is_empty() || needers.is_empty() {
                    Vec::new()
                } else {
                    [takers, needers].concat()
                };
                BTreeSet::from_iter(both).into_iter().collect()
            }
            Change::NeedsOfDirectory => needs_of_directory(jobs, keeper, &self.proposal.placements),
            Change::OptionalNeeds => Vec::new(),
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
