//! Merges lists of stages into one order that keeps the order of each.

use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::StageName;
use std::collections::BTreeMap;

/// A stage, as an index into the stages that an order knows.
pub(super) type StageIndex = usize;

/// A statement that one stage comes right before another, and the place of the later one in the list that states it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    pub before: StageIndex,
    pub after: StageIndex,
    pub origin: Origin,
}

/// Stages, and which comes before which.
#[derive(Default)]
pub(super) struct StageOrder {
    names: Vec<StageName>,
    index_of: BTreeMap<StageName, StageIndex>,
    /// The stages as they would be if no list disagreed: it decides where nothing else does.
    preferred: Vec<StageIndex>,
    /// The stages that come right after each in some list, with their places there.
    after: Vec<BTreeMap<StageIndex, Origin>>,
}

impl StageOrder {
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn name(&self, stage: StageIndex) -> &StageName {
        &self.names[stage]
    }

    /// Adds the stages of a list and returns their indices. New ones get a position after the one that the list has before
    /// them, or before the first that is known.
    pub(super) fn insert<'n>(&mut self, list: impl Iterator<Item = &'n StageName>) -> Vec<StageIndex> {
        let names: Vec<&StageName> = list.collect();
        let mut last_position: Option<usize> = None;
        let mut indices = Vec::with_capacity(names.len());
        for (number, name) in names.iter().enumerate() {
            if let Some(known) = self.index_of.get(*name) {
                last_position = last_position.max(Some(self.position(*known)));
                indices.push(*known);
                continue;
            }
            let position = match last_position {
                Some(last) => last + 1,
                None => self.first_known(&names[number..]),
            };
            last_position = Some(position);
            indices.push(self.new_stage(name, position));
        }
        indices
    }

    fn new_stage(&mut self, name: &StageName, position: usize) -> StageIndex {
        let index = self.names.len();
        self.names.push(name.clone());
        self.index_of.insert(name.clone(), index);
        self.after.push(BTreeMap::new());
        self.preferred.insert(position, index);
        index
    }

    fn position(&self, stage: StageIndex) -> usize {
        self.preferred.iter().position(|index| *index == stage).unwrap_or(self.preferred.len())
    }

    fn first_known(&self, names: &[&StageName]) -> usize {
        let known = names.iter().filter_map(|name| self.index_of.get(*name));
        known.map(|stage| self.position(*stage)).min().unwrap_or(self.preferred.len())
    }

    /// Notes that one stage comes before another.
    ///
    /// # Errors
    /// The relations that say the opposite; none where both are the same stage.
    pub(super) fn relate(&mut self, relation: Relation) -> Result<(), Vec<Relation>> {
        let Relation { before, after, origin } = relation;
        if before == after {
            return Err(Vec::new());
        }
        if self.after[before].contains_key(&after) {
            return Ok(());
        }
        let opposite = self.path(after, before);
        if !opposite.is_empty() {
            return Err(opposite);
        }
        self.after[before].insert(after, origin);
        Ok(())
    }

    /// Returns the relations that put one stage before another, perhaps with others between; none if nothing does.
    fn path(&self, from: StageIndex, to: StageIndex) -> Vec<Relation> {
        let mut reached_by: BTreeMap<StageIndex, Relation> = BTreeMap::new();
        let mut open = vec![from];
        while let Some(before) = open.pop() {
            for (after, origin) in &self.after[before] {
                reached_by.entry(*after).or_insert_with(|| {
                    open.push(*after);
                    Relation { before, after: *after, origin: *origin }
                });
            }
        }
        let mut path: Vec<Relation> = Vec::new();
        let mut stage = to;
        while stage != from {
            let Some(last) = reached_by.get(&stage) else { return Vec::new() };
            path.insert(0, *last);
            stage = last.before;
        }
        path
    }

    /// Returns the stages, each after all that come before it.
    pub(super) fn sorted(self) -> Vec<StageName> {
        let mut open_predecessors = vec![0_usize; self.names.len()];
        for after in self.after.iter().flat_map(BTreeMap::keys) {
            open_predecessors[*after] += 1;
        }
        let mut left = self.preferred;
        let mut sorted = Vec::with_capacity(left.len());
        while let Some(position) = left.iter().position(|stage| open_predecessors[*stage] == 0) {
            let stage = left.remove(position);
            self.after[stage].keys().for_each(|after| open_predecessors[*after] -= 1);
            sorted.push(self.names[stage].clone());
        }
        sorted
    }
}
