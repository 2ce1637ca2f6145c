//! One order of stages from the workspace's list and the lists of all units.

use crate::assemble::rules::STAGES_ORDER;
use crate::unit::UnitJobs;
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::StageName;
use std::collections::{BTreeMap, BTreeSet};

/// GitLab's stages where nobody lists any (<https://docs.gitlab.com/ci/yaml/#stages>).
const CUSTOMARY: [&str; 3] = ["build", "test", "deploy"];

/// Merges lists of stages: each of them says which stage comes before which, and the result says the same. The
/// workspace's list stands as it is; beyond that, a stage that is new follows the one that it has before it in its list.
/// Two lists that disagree on an order are a problem with both places.
///
/// Where the workspace lists none, a unit without a list has GitLab's own: `build`, `test`, `deploy`.
pub(crate) fn merge(workspace: &[Staged], units: &[UnitJobs]) -> (Vec<StageName>, Vec<Diagnostic>) {
    let mut order = Order::default();
    order.add(workspace);
    for list in units.iter().map(|unit| &unit.stages).filter(|list| !list.is_empty()) {
        order.add(list);
    }
    let unlisted = units.iter().any(|unit| unit.stages.is_empty() && !unit.jobs.is_empty());
    if order.names.is_empty() || (workspace.is_empty() && unlisted) {
        order.add_customary();
    }
    let problems = std::mem::take(&mut order.problems);
    let mut names = order.sorted();
    names.retain(|name| name.as_str() != StageName::PRE && name.as_str() != StageName::POST);
    (names, problems)
}

/// What is known of the order: stages by number, and which stands before which.
#[derive(Default)]
struct Order {
    names: Vec<StageName>,
    numbers: BTreeMap<StageName, usize>,
    /// The stages as they would stand if nobody disagreed, by number: what decides where nothing else does.
    wished: Vec<usize>,
    /// What comes right after each stage in some list, and where that list has it.
    after: Vec<BTreeMap<usize, Origin>>,
    problems: Vec<Diagnostic>,
    told: BTreeSet<Origin>,
}

/// That a stage comes right before another, and where a list says so.
#[derive(Debug, Clone, Copy)]
struct Way {
    before: usize,
    after: usize,
    origin: Origin,
}

impl Order {
    fn add(&mut self, list: &[Staged]) {
        let stages: Vec<(StageName, Origin)> =
            list.iter().map(|stage| (stage.name.clone(), stage.origin)).collect();
        let numbers = self.insert(&stages);
        for (pair, (_, origin)) in numbers.windows(2).zip(stages.iter().skip(1)) {
            if let Err(opposite) = self.relate(pair[0], pair[1], *origin)
                && self.told.insert(*origin)
            {
                // Of what says the opposite, a place in another list tells more than one in this.
                let elsewhere = |way: &&Way| stages.iter().all(|(_, own)| *own != way.origin);
                let way = opposite.iter().find(elsewhere).or(opposite.first());
                let problem = self.disagreement((pair[0], pair[1]), *origin, way);
                self.problems.push(problem);
            }
        }
    }

    /// As [`Self::add`], for GitLab's own list, which gives way to every other.
    fn add_customary(&mut self) {
        let names = CUSTOMARY.iter().filter_map(|name| StageName::parse(name).ok());
        let stages: Vec<(StageName, Origin)> = names.map(|name| (name, Origin::generated())).collect();
        let numbers = self.insert(&stages);
        for pair in numbers.windows(2) {
            // Where a unit says otherwise, it is right.
            let _ = self.relate(pair[0], pair[1], Origin::generated());
        }
    }

    /// Gives numbers to a list's stages; new ones get a place behind the one that the list has before them, or before
    /// the first that is known.
    fn insert(&mut self, list: &[(StageName, Origin)]) -> Vec<usize> {
        let mut behind: Option<usize> = None;
        let mut numbers = Vec::with_capacity(list.len());
        for (at, (name, _)) in list.iter().enumerate() {
            let number = match self.numbers.get(name) {
                Some(number) => {
                    let place = self.place(*number);
                    behind = Some(behind.map_or(place, |last| last.max(place)));
                    *number
                }
                None => {
                    let place = behind.map_or_else(|| self.first_known(&list[at..]), |last| last + 1);
                    behind = Some(place);
                    self.new_stage(name, place)
                }
            };
            numbers.push(number);
        }
        numbers
    }

    fn new_stage(&mut self, name: &StageName, place: usize) -> usize {
        let number = self.names.len();
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        self.after.push(BTreeMap::new());
        self.wished.insert(place, number);
        number
    }

    fn place(&self, number: usize) -> usize {
        self.wished.iter().position(|one| *one == number).unwrap_or(self.wished.len())
    }

    fn first_known(&self, list: &[(StageName, Origin)]) -> usize {
        let known = list.iter().filter_map(|(name, _)| self.numbers.get(name));
        known.map(|number| self.place(*number)).min().unwrap_or(self.wished.len())
    }

    /// Notes that one stage comes before another, unless the opposite is known: then the place that says it.
    fn relate(&mut self, before: usize, after: usize, origin: Origin) -> Result<(), Vec<Way>> {
        if before == after {
            return Err(Vec::new());
        }
        if self.after[before].contains_key(&after) {
            return Ok(());
        }
        let opposite = self.way(after, before);
        if opposite.is_empty() {
            self.after[before].insert(after, origin);
            return Ok(());
        }
        Err(opposite)
    }

    /// Where it is written that one stage comes before another, perhaps with others between; nothing if it is not.
    fn way(&self, from: usize, to: usize) -> Vec<Way> {
        let mut came: BTreeMap<usize, Way> = BTreeMap::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for (next, origin) in &self.after[at] {
                came.entry(*next).or_insert_with(|| {
                    open.push(*next);
                    Way { before: at, after: *next, origin: *origin }
                });
            }
        }
        let mut way: Vec<Way> = Vec::new();
        let mut at = to;
        while at != from {
            let Some(last) = came.get(&at) else { return Vec::new() };
            way.insert(0, *last);
            at = last.before;
        }
        way
    }

    fn disagreement(&self, pair: (usize, usize), here: Origin, there: Option<&Way>) -> Diagnostic {
        let (before, after) = (&self.names[pair.0], &self.names[pair.1]);
        let Some(there) = there else {
            let message = format!("stage `{after}` stands twice in this list");
            return Diagnostic::error(&STAGES_ORDER, here, message).with_help("keep one of them");
        };
        let message = format!("stage `{after}` comes after `{before}` here, and before it elsewhere");
        let (first, second) = (&self.names[there.before], &self.names[there.after]);
        Diagnostic::error(&STAGES_ORDER, here, message)
            .with_label(there.origin, format!("here `{first}` comes before `{second}`"))
            .with_help("list the stages once, in `workspace: { stages: […] }`")
    }

    /// The stages, each after all that come before it.
    fn sorted(self) -> Vec<StageName> {
        let mut waiting = vec![0_usize; self.names.len()];
        for next in self.after.iter().flat_map(BTreeMap::keys) {
            waiting[*next] += 1;
        }
        let mut left = self.wished;
        let mut sorted = Vec::with_capacity(left.len());
        while let Some(at) = left.iter().position(|number| waiting[*number] == 0) {
            let number = left.remove(at);
            self.after[number].keys().for_each(|next| waiting[*next] -= 1);
            sorted.push(self.names[number].clone());
        }
        sorted
    }
}

#[cfg(test)]
mod tests;
