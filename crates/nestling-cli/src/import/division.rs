//! Divides the jobs into those that move into units and those that stay in the parent: what is tied stays together.

use super::candidate::{Candidate, Owner, child_index};
use super::evidence::Placement;
use super::includes::Includes;
use super::obstacle::{BRANCHES, MERGE_REQUEST, needs_whole, obstacle, trigger_obstacle};
use super::old::OldPipeline;
use super::order::{Disorder, Order, order};
use super::raw::References;
use super::ties::{Tie, artifact_ties, ties};

/// The division of the jobs among units and the parent.
#[derive(Default)]
pub(super) struct Division {
    /// For each candidate the reason why it stays; `None` if it moves.
    pub reasons: Vec<Option<String>>,
    /// For each candidate the jobs that keep it in the parent; none if it stays for a reason of its own.
    pub holders: Vec<Holders>,
    /// The place of the trigger job among the stages of the parent.
    pub order: Order,
    /// Jobs that downloaded artifacts of another side that are of no use to them: the taker and the one that left them.
    pub loosened: Vec<(usize, usize)>,
}

/// The jobs that keep another one in the parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holders {
    /// Jobs that stay.
    pub staying: Vec<usize>,
    /// One of these that waited for a job of a unit, and that job, which may stay in turn.
    pub ahead: Option<(usize, usize)>,
}

/// The configuration that is divided.
#[derive(Clone, Copy)]
pub(super) struct Divisible<'a> {
    pub candidates: &'a [Candidate],
    pub placements: &'a [Option<Placement>],
    pub old: &'a OldPipeline,
    pub includes: &'a Includes,
    pub references: &'a References,
}

impl Divisible<'_> {
    /// Returns for each job the reason why it stays by itself, where some have one already: those without a directory.
    pub(super) fn own_reasons(&self, placeless: &[Option<String>]) -> Vec<Option<String>> {
        let mut reasons: Vec<Option<String>> = Vec::new();
        for (candidate, placeless) in self.candidates.iter().zip(placeless) {
            let reason = match child_index(candidate, self.old) {
                Some(index) => trigger_obstacle(candidate, index, self.old),
                None => obstacle(candidate, self.old, self.includes).or_else(|| placeless.clone()),
            };
            let reason = reason.or_else(|| self.references.anchor_outside(candidate));
            reasons.push(reason.or_else(|| self.references.defined_elsewhere(candidate)));
        }
        keep_exceptions(self.candidates, &mut reasons);
        reasons
    }

    /// Divides the candidates, of which those with a reason stay by themselves.
    pub(super) fn divide(&self, own_reasons: Vec<Option<String>>) -> Division {
        let candidates = self.candidates;
        let holders = vec![Holders::default(); candidates.len()];
        let mut division = Division { reasons: own_reasons, holders, ..Division::default() };
        let mut ties = ties(candidates, self.old, self.references);
        let (of_use, mut loosened) = artifact_ties(candidates, self.placements);
        ties.extend(of_use);
        loop {
            division.spread(candidates, self.old, &ties);
            match order(candidates, &division.reasons, self.old) {
                Ok(order) => {
                    loosened.retain(|(from, to)| {
                        let pair = candidates.get(*from).zip(candidates.get(*to));
                        division.stays(*from) != division.stays(*to)
                            && pair.is_some_and(|(from, to)| from.meets(to))
                    });
                    return Division { order, loosened, ..division };
                }
                Err(Disorder { job, reason, staying, ahead }) => {
                    division.keep(job, reason, Holders { staying, ahead });
                }
            }
        }
    }
}

/// If most jobs need every unit selected in a kind of pipeline, every unit is; if few do, these stay. A job that no `changes`
/// decide about goes with the others of its directory, where every unit is selected anyway.
fn keep_exceptions(candidates: &[Candidate], reasons: &mut [Option<String>]) {
    for (kinds, name) in [(&[MERGE_REQUEST][..], "merge requests"), (&BRANCHES, "branches")] {
        let mut total = 0;
        let mut needing = Vec::new();
        let mut without_globs = Vec::new();
        for (index, candidate) in candidates.iter().enumerate() {
            if reasons.get(index).is_none_or(Option::is_some) || candidate.folded.contains("trigger") {
                continue;
            }
            let needs_whole = needs_whole(candidate, kinds);
            if candidate.written_globs().is_empty() {
                without_globs.extend(needs_whole.then_some(index));
                continue;
            }
            total += 1;
            needing.extend(needs_whole.then_some(index));
        }
        if !needing.is_empty() && needing.len() * 2 >= total {
            continue;
        }
        let exception = format!("its rules let it into {name} whatever changed, unlike those of most jobs");
        let of_all = "no `changes` limits it to a directory".to_owned();
        for (indices, reason) in [(needing, exception), (without_globs, of_all)] {
            for index in indices {
                if let Some(slot) = reasons.get_mut(index) {
                    *slot = Some(reason.clone());
                }
            }
        }
    }
}

impl Division {
    /// Returns `true` if a job stays in the parent.
    pub(super) fn stays(&self, job: usize) -> bool {
        self.reasons.get(job).is_some_and(Option::is_some)
    }

    /// Keeps a job in the parent, unless it stays already.
    fn keep(&mut self, job: usize, reason: String, holders: Holders) {
        if let Some(slot) = self.reasons.get_mut(job).filter(|slot| slot.is_none()) {
            *slot = Some(reason);
            if let Some(slot) = self.holders.get_mut(job) {
                *slot = holders;
            }
        }
    }

    /// Lets reasons spread over ties and static children, until nothing changes.
    fn spread(&mut self, candidates: &[Candidate], old: &OldPipeline, ties: &[Tie]) {
        loop {
            let before = self.reasons.iter().flatten().count();
            for tie in ties {
                for (staying, other) in [(tie.from, tie.to), (tie.to, tie.from)] {
                    let is_crossed = self.stays(staying) && !self.stays(other);
                    if is_crossed && tie.holds(candidates) {
                        let holders = Holders { staying: vec![staying], ahead: None };
                        self.keep(other, tie.reason(candidates, staying), holders);
                    }
                }
            }
            self.spread_over_children(candidates, old);
            if self.reasons.iter().flatten().count() == before {
                return;
            }
        }
    }

    /// A static child moves as a whole, or not at all.
    fn spread_over_children(&mut self, candidates: &[Candidate], old: &OldPipeline) {
        for index in 0..old.children.len() {
            let is_of_child = |candidate: &Candidate| {
                candidate.owner == Owner::Child(index) || child_index(candidate, old) == Some(index)
            };
            let family: Vec<usize> =
                (0..).zip(candidates).filter(|(_, job)| is_of_child(job)).map(|(index, _)| index).collect();
            let staying = family.iter().find_map(|member| {
                let reason = self.reasons.get(*member)?.as_ref()?;
                let name = &candidates.get(*member)?.name;
                Some((*member, format!("its static child stays because of `{name}`: {reason}")))
            });
            let Some((holder, reason)) = staying else { continue };
            for member in family {
                self.keep(member, reason.clone(), Holders { staying: vec![holder], ahead: None });
            }
        }
    }
}
