//! Presence: is a job in the pipeline, under which condition, and how does it start?
//!
//! GitLab decides when it creates the pipeline, by `rules`, or by `only` and `except`, or by `when`. What is known by then is
//! put in; what is not, such as a project's variables, remains as a [`Guard`]. Anyone who asks whether a job runs asks here:
//! needs, the no-op job, checks and views follow from one answer
//! (<https://docs.gitlab.com/ci/jobs/job_rules/>).

mod moment;
mod variables;
mod clauses;
mod policy;
mod decide;
mod witness;
mod counterexample;
mod combinations;
mod refutation;
mod implication;
mod job;
mod trace;

pub(crate) use clauses::matches_any;
pub use counterexample::Counterexample;
pub use decide::{presence_of, workflow_guard, workflow_presence};
pub use implication::{Consequence, Implication, decide, follows, implies};
pub use job::{JobPresence, presences};
pub use moment::{Changed, Creation, Moment, Reference, Tree};
pub use policy::source_of_reference;
pub use trace::{RuleTrace, RuleVerdict, trace};
pub(crate) use variables::{is_predefined, literal};

use super::guard::Guard;
use crate::diagnostic::Origin;

/// The cases that decide about a job, in order: the first whose guard holds is the one. Where none holds, the job is not
/// in the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    cases: Vec<Case>,
}

/// One case: where its guard holds, its outcome is the job's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The condition, with everything known put in.
    pub guard: Guard,
    /// The outcome where the guard holds.
    pub outcome: Outcome,
    /// The rule that it comes from; `None` for a job without `rules`.
    pub rule: Option<DecidingRule>,
}

/// The rule after a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidingRule {
    /// Its position in the job's `rules`, from 0.
    pub index: usize,
    /// The entry of the list.
    pub origin: Origin,
}

/// The outcome of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The job is not in the pipeline.
    Absent,
    /// The job is in the pipeline.
    Present {
        /// Start of it.
        start: Start,
        /// `true` if the pipeline continues where the job fails, or where nobody starts it.
        allow_failure: bool,
    },
}

/// Start of a job in the pipeline: the `when` that decides (<https://docs.gitlab.com/ci/yaml/#when>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// By itself, where nothing before it failed.
    OnSuccess,
    /// By itself, where something before it failed.
    OnFailure,
    /// By itself, whatever happened before it.
    Always,
    /// By a person.
    Manual,
    /// By itself, some time after its turn came.
    Delayed,
}

/// The answer to "is this job in the pipeline?", as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In every such pipeline.
    In,
    /// In none.
    Out,
    /// Only if [`Presence::guard`] holds.
    Maybe,
}

impl State {
    /// Returns the state of a job that is in the pipeline where the guard holds.
    pub fn of(guard: &Guard) -> Self {
        match guard {
            Guard::Always => Self::In,
            Guard::Never => Self::Out,
            guard if follows(&Guard::Always, guard) => Self::In,
            guard if follows(guard, &Guard::Never) => Self::Out,
            _ => Self::Maybe,
        }
    }
}

impl Presence {
    /// Makes a presence of cases, in order. Cases that cannot decide are dropped.
    pub fn new(cases: impl IntoIterator<Item = Case>) -> Self {
        let mut kept: Vec<Case> = Vec::new();
        for case in cases {
            if case.guard == Guard::Never {
                continue;
            }
            let is_last = case.guard == Guard::Always;
            kept.push(case);
            if is_last {
                break;
            }
        }
        Self { cases: kept }
    }

    /// The cases, in the order in which GitLab asks them.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The condition under which the job is in the pipeline.
    pub fn guard(&self) -> Guard {
        // From the last case back: a case decides where its guard holds, otherwise those after it do.
        self.cases.iter().rev().fold(Guard::Never, |otherwise, case| match case.outcome {
            Outcome::Present { .. } => Guard::any([case.guard.clone(), otherwise]),
            Outcome::Absent => Guard::all([case.guard.clone().negated(), otherwise]),
        })
    }

    /// Returns `true` if the job is in the pipeline.
    pub fn state(&self) -> State {
        State::of(&self.guard())
    }

    /// The cases that put the job into the pipeline.
    pub fn present(&self) -> impl Iterator<Item = (&Case, Start, bool)> {
        self.cases.iter().filter_map(|case| match case.outcome {
            Outcome::Present { start, allow_failure } => Some((case, start, allow_failure)),
            Outcome::Absent => None,
        })
    }

    /// Start of the job, where every case that puts it into the pipeline says the same.
    pub fn start(&self) -> Option<Start> {
        let mut starts = self.present().map(|(_, start, _)| start);
        let first = starts.next()?;
        starts.all(|start| start == first).then_some(first)
    }

    /// Returns `true` if the job waits for a person wherever it is in the pipeline.
    pub fn is_manual(&self) -> bool {
        self.start() == Some(Start::Manual)
    }

    /// The only case, where it is certain which one decides.
    pub fn certain(&self) -> Option<Outcome> {
        match self.cases.as_slice() {
            [] => Some(Outcome::Absent),
            [case, ..] if case.guard == Guard::Always => Some(case.outcome),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
