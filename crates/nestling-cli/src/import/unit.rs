//! The units that the moved jobs make.

use super::candidate::Owner;
use super::forwarded::Forwarded;
use super::strings::strings_of_values;
use nestling_gitlab::yaml::Map;
use std::collections::{BTreeMap, BTreeSet};

/// A unit to be written.
#[derive(Debug, Clone)]
pub(super) struct NewUnit {
    /// Its directory.
    pub directory: String,
    /// Its name.
    pub name: String,
    /// Globs of paths beside its directory that select it.
    pub changes: BTreeSet<String>,
    /// Units whose change selects it.
    pub depends_on: BTreeSet<String>,
    /// The `default` of its own jobs.
    pub defaults: Map,
    /// The `variables` of its own jobs.
    pub variables: Map,
    /// Its jobs.
    pub jobs: Vec<NewJob>,
    /// The template that has its jobs; `None` if they are in its own file.
    pub family: Option<Family>,
}

/// The template of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Family {
    /// Its name.
    pub template: String,
    /// The value of its input.
    pub input: Option<String>,
}

/// A job of a unit.
#[derive(Debug, Clone)]
pub(super) struct NewJob {
    /// The position of the old job among the candidates.
    pub candidate: usize,
    /// Its name in the unit's file.
    pub short: String,
    /// Everything that is written of it.
    pub body: Map,
    /// The changes to the job, in words.
    pub rewritten: Vec<String>,
    /// True if it is the `stop` block of another job, and nothing else is written of it.
    pub is_block: bool,
}

/// The units, and what holds for all of them.
#[derive(Debug, Default)]
pub(super) struct Composition {
    /// The units, by directory.
    pub units: Vec<NewUnit>,
    /// The kinds of pipelines that select every unit: some jobs run there whatever changed.
    pub whole: Whole,
    /// The `default` of all jobs.
    pub defaults: Map,
    /// The `variables` of all jobs.
    pub variables: Map,
    /// True if a job that fails cancels the others.
    pub cancels_on_failure: bool,
    /// The environments of the catalogue, by key.
    pub catalogue: BTreeMap<String, Map>,
    /// The new names of stop jobs that are `stop` blocks.
    pub stops: BTreeSet<String>,
    /// The text of each template, by name.
    pub templates: BTreeMap<String, String>,
    /// The new full name of each job that moves, by pipeline and old name.
    pub names: BTreeMap<(Owner, String), String>,
}

impl Composition {
    /// Returns the variables of the parent that the units ask for.
    pub(super) fn forwarded(&self) -> Forwarded {
        let mut forwarded = Forwarded::default();
        let of_units = self.units.iter().flat_map(|unit| {
            let jobs = unit.jobs.iter().map(|job| &job.body);
            [&unit.defaults, &unit.variables].into_iter().chain(jobs)
        });
        for map in [&self.defaults, &self.variables].into_iter().chain(of_units) {
            let texts = strings_of_values(map);
            texts.into_iter().for_each(|text| forwarded.extend(&Forwarded::asked_for(text)));
        }
        forwarded
    }
}

/// The kinds of pipelines that select every unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Whole {
    /// Merge requests select every unit.
    pub merge_requests: bool,
    /// Branches select every unit.
    pub branches: bool,
}

impl Whole {
    /// Returns `true` if there is such a kind.
    pub(super) fn is_any(self) -> bool {
        self.merge_requests || self.branches
    }
}
