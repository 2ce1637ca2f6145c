//! Jobs that cannot be in different parts: those of a unit, and those of units that need each other.

use nestling_gitlab::pipeline::need::{Need, dependencies, needs, parallel_base, rules_needs};
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::HashMap;

/// Returns the indices of a pipeline's jobs in groups that cannot be separated.
pub(super) fn groups(pipeline: &Pipeline) -> Vec<Vec<usize>> {
    let jobs = &pipeline.jobs;
    let mut sets = DisjointSets { parents: (0..jobs.len()).collect() };
    let mut index_of: HashMap<&str, usize> = HashMap::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        index_of.insert(job.name.as_str(), index);
    }
    let mut first_of_unit = HashMap::new();
    for (index, job) in jobs.iter().enumerate() {
        sets.join(*first_of_unit.entry(&job.unit).or_insert(index), index);
        for name in needed(job) {
            let base = parallel_base(name).map_or(name, |(base, _)| base);
            if let Some(other) = index_of.get(base) {
                sets.join(*other, index);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of_root: HashMap<usize, usize> = HashMap::new();
    for index in 0..jobs.len() {
        let group = *group_of_root.entry(sets.root(index)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(index);
    }
    groups
}

/// Returns the names of the jobs that a job waits for or gets artifacts from.
fn needed(job: &Job) -> Vec<&str> {
    let mut all = needs(&job.body).unwrap_or_default();
    all.extend(rules_needs(&job.body));
    let mut names: Vec<&str> = all.iter().filter_map(Need::job).collect();
    let dependencies = dependencies(&job.body).unwrap_or_default();
    names.extend(dependencies.iter().map(|(name, _)| *name));
    names
}

/// Disjoint sets of jobs; the parent of a job is a job of its set, and the root is its own.
struct DisjointSets {
    parents: Vec<usize>,
}

impl DisjointSets {
    fn root(&mut self, job: usize) -> usize {
        let mut root = job;
        while self.parents[root] != root {
            // Each step halves the way for the next search.
            self.parents[root] = self.parents[self.parents[root]];
            root = self.parents[root];
        }
        root
    }

    /// The root of the joined set is the earlier of both.
    fn join(&mut self, first: usize, second: usize) {
        let (first, second) = (self.root(first), self.root(second));
        self.parents[first.max(second)] = first.min(second);
    }
}
