//! Jobs that must stay because jobs that stay depend on them.

use crate::fingerprint::stage_number;
use nestling_gitlab::pipeline::need::{dependencies, needs, parallel_base, rules_needs};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The jobs of a pipeline, and who takes what of whom.
pub(crate) struct Takers<'a> {
    pipeline: &'a Pipeline,
    by_name: HashMap<&'a str, usize>,
    stages: Vec<usize>,
}

impl<'a> Takers<'a> {
    pub(crate) fn new(pipeline: &'a Pipeline) -> Self {
        let stages = pipeline.jobs.iter().map(|job| stage_number(pipeline, job)).collect();
        let by_name =
            pipeline.jobs.iter().enumerate().map(|(index, job)| (job.name.as_str(), index)).collect();
        Self { pipeline, by_name, stages }
    }

    /// Takes the jobs out of a set that jobs outside of it need to run, until there are none, and returns each with the reason.
    pub(super) fn keep(&self, left_out: &mut BTreeSet<usize>) -> BTreeMap<usize, String> {
        let mut kept = BTreeMap::new();
        let mut staying: Vec<usize> =
            (0..self.pipeline.jobs.len()).filter(|index| !left_out.contains(index)).collect();
        while let Some(index) = staying.pop() {
            for (needed, why) in self.keeps(index, left_out) {
                if left_out.remove(&needed) {
                    kept.insert(needed, why);
                    staying.push(needed);
                }
            }
        }
        kept
    }

    /// Returns the jobs of a set that a job which stays cannot do without, each with the reason.
    fn keeps(&self, index: usize, left_out: &BTreeSet<usize>) -> Vec<(usize, String)> {
        let job = &self.pipeline.jobs[index];
        let mut kept = Vec::new();
        let mut keep = |needed: Option<usize>, why: &str| {
            if let Some(needed) = needed.filter(|needed| left_out.contains(needed)) {
                kept.push((needed, format!("`{}`, which stays, {why}", job.name)));
            }
        };
        for need in rules_needs(&job.body) {
            keep(need.job().and_then(|name| self.find(name)), "needs it in a rule");
        }
        for (name, _) in dependencies(&job.body).unwrap_or_default() {
            keep(self.find(name), "names it in `dependencies`");
        }
        match needs(&job.body) {
            Some(needs) => {
                for need in needs {
                    let needed = need.job().and_then(|name| self.find(name));
                    if need.artifacts && needed.is_some_and(|needed| self.has_artifacts(needed)) {
                        keep(needed, "takes its artifacts");
                    }
                    if needed.is_some_and(|needed| self.waits_for_stages(needed, left_out)) {
                        keep(needed, "waits for earlier stages through it");
                    }
                }
            }
            None if dependencies(&job.body).is_none() => {
                for needed in left_out.iter().copied() {
                    let is_earlier = self.stages[needed] < self.stages[index];
                    if is_earlier && self.has_artifacts(needed) {
                        keep(Some(needed), "takes the artifacts of all earlier stages");
                    }
                }
            }
            None => {}
        }
        kept
    }

    /// Returns the jobs whose artifacts a job takes.
    pub(crate) fn sources(&self, index: usize) -> Vec<usize> {
        let body = &self.pipeline.jobs[index].body;
        let named =
            dependencies(body).map(|named| named.iter().filter_map(|(name, _)| self.find(name)).collect());
        let of_needs = needs(body).map(|needs| {
            let with_artifacts = needs.iter().filter(|need| need.artifacts);
            with_artifacts.filter_map(|need| self.find(need.job()?)).collect()
        });
        let of_rules = rules_needs(body);
        let mut sources: Vec<usize> = of_needs.or(named).unwrap_or_else(|| {
            let is_earlier = |other: &usize| self.stages[*other] < self.stages[index];
            (0..self.pipeline.jobs.len()).filter(is_earlier).collect()
        });
        sources.extend(of_rules.iter().filter_map(|need| self.find(need.job()?)));
        sources.retain(|source| self.has_artifacts(*source));
        sources
    }

    /// Finds a job by its name, or by that of one of its copies.
    fn find(&self, name: &str) -> Option<usize> {
        let base = || parallel_base(name).and_then(|(base, _)| self.by_name.get(base));
        self.by_name.get(name).or_else(base).copied()
    }

    fn has_artifacts(&self, index: usize) -> bool {
        has_artifacts(&self.pipeline.jobs[index])
    }

    /// Returns `true` if a job without needs waits for jobs of earlier stages that stay.
    fn waits_for_stages(&self, index: usize, left_out: &BTreeSet<usize>) -> bool {
        if needs(&self.pipeline.jobs[index].body).is_some() {
            return false;
        }
        let mut earlier =
            (0..self.pipeline.jobs.len()).filter(|other| self.stages[*other] < self.stages[index]);
        earlier.any(|other| !left_out.contains(&other))
    }
}

fn has_artifacts(job: &Job) -> bool {
    let artifacts = job.body.get("artifacts").filter(|artifacts| !artifacts.is_null());
    artifacts.and_then(Node::as_map).is_none_or(|artifacts| !Map::is_empty(artifacts)) && artifacts.is_some()
}
