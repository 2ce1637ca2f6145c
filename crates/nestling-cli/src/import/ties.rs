//! Relations of two jobs that do not reach across pipelines: both move, or both stay.

use super::candidate::{Candidate, Owner, child_index};
use super::evidence::Placement;
use super::obstacle::{leaves_artifacts, takes_all_artifacts};
use super::old::OldPipeline;
use super::raw::References;
use super::strings::strings_of_values;
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs, parallel_base, rules_needs};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeMap;

/// A relation of two jobs that does not reach across pipelines.
pub(super) struct Tie {
    pub from: usize,
    pub to: usize,
    relation: &'static str,
    /// Set if the jobs are only tied where some pipeline has both.
    only_together: bool,
}

impl Tie {
    /// Returns `true` if some pipeline has both jobs, where that matters.
    pub(super) fn holds(&self, candidates: &[Candidate]) -> bool {
        let pair = candidates.get(self.from).zip(candidates.get(self.to));
        !self.only_together || pair.is_none_or(|(from, to)| from.meets(to))
    }

    /// Returns the reason why one of the jobs stays, where the other one does.
    pub(super) fn reason(&self, candidates: &[Candidate], staying: usize) -> String {
        let name = candidates.get(staying).map_or("", |job| job.name.as_str());
        match staying == self.to {
            true => format!("it {} `{name}`, which stays", self.relation),
            false => format!("`{name}`, which stays, {} this job", self.relation),
        }
    }
}

/// Collects what ties jobs of one pipeline together: needs, artifacts, stop jobs, and what one is made of.
pub(super) fn ties(candidates: &[Candidate], old: &OldPipeline, references: &References) -> Vec<Tie> {
    let mut names: BTreeMap<(Owner, &str), usize> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        names.insert((candidate.owner, &candidate.name), index);
    }
    let mut ties = Vec::new();
    let mut ties_to_root = Vec::new();
    for (from, candidate) in candidates.iter().enumerate() {
        // The output of a generator is read already: the trigger job does not wait for it.
        let generators =
            if child_index(candidate, old).is_some() { generators(candidate) } else { Vec::new() };
        let mut tie = |name: &str, relation: &'static str| {
            if generators.contains(&name) {
                return;
            }
            if let Some(to) = index_of(&names, candidate.owner, name) {
                ties.push(Tie { from, to, relation, only_together: false });
            }
        };
        let body = &candidate.folded;
        for need in needs(body).into_iter().flatten().chain(rules_needs(body)) {
            match need.source {
                NeedSource::Job(name) => tie(name, "needs"),
                NeedSource::Pipeline { job: Some(name), .. } => {
                    let of_root = index_of(&names, Owner::Root, name);
                    ties_to_root.extend(of_root.map(|to| Tie {
                        from,
                        to,
                        relation: "needs",
                        only_together: false,
                    }));
                }
                _ => {}
            }
        }
        for (name, _) in dependencies(body).unwrap_or_default() {
            tie(name, "takes the artifacts of");
        }
        let on_stop = body.get("environment").and_then(|environment| environment.get("on_stop")?.text());
        on_stop.into_iter().for_each(|name| tie(name, "is stopped by"));
        let include = body.get("trigger").and_then(|trigger| trigger.get("include"));
        for entry in include.map(Node::items_or_self).unwrap_or_default() {
            entry
                .get("job")
                .and_then(Node::text)
                .into_iter()
                .for_each(|name| tie(name, "includes a file of"));
        }
        references.of(candidate).for_each(|name| tie(name, "is made of"));
        let same_key =
            candidates.iter().position(|other| other.owner == candidate.owner && other.key == candidate.key);
        if let Some(to) = same_key.filter(|to| *to != from) {
            ties.push(Tie { from, to, relation: "is written together with", only_together: false });
        }
    }
    ties.extend(ties_to_root);
    ties
}

/// Returns the jobs that write what a trigger job includes.
fn generators(candidate: &Candidate) -> Vec<&str> {
    let include = candidate.folded.get("trigger").and_then(|trigger| trigger.get("include"));
    let entries = include.map(Node::items_or_self).unwrap_or_default();
    entries.iter().filter_map(|entry| entry.get("job")?.text()).collect()
}

fn index_of(names: &BTreeMap<(Owner, &str), usize>, owner: Owner, name: &str) -> Option<usize> {
    let of_copy = || names.get(&(owner, parallel_base(name)?.0));
    names.get(&(owner, name)).or_else(of_copy).copied()
}

/// A job without `needs` and `dependencies` downloads the artifacts of all earlier stages. Those that are in the directory of another
/// unit, and that none of its strings names, are of no use to it.
pub(super) fn artifact_ties(
    candidates: &[Candidate],
    placements: &[Option<Placement>],
) -> (Vec<Tie>, Vec<(usize, usize)>) {
    let directory = |index: usize| Some(placements.get(index)?.as_ref()?.directory.as_str());
    let (mut ties, mut loosened) = (Vec::new(), Vec::new());
    for (from, taker) in candidates.iter().enumerate().filter(|(_, job)| takes_all_artifacts(job)) {
        for (to, leaver) in candidates.iter().enumerate().filter(|(_, job)| leaves_artifacts(job)) {
            let is_earlier = leaver.position < taker.position;
            if from == to || taker.owner != leaver.owner || !is_earlier {
                continue;
            }
            let is_of_no_use = directory(to)
                .is_some_and(|owner| directory(from) != Some(owner) && !uses_artifacts(taker, leaver, owner));
            if is_of_no_use {
                loosened.push((from, to));
            } else {
                let relation = "downloads the artifacts of";
                ties.push(Tie { from, to, relation, only_together: true });
            }
        }
    }
    (ties, loosened)
}

/// Returns `true` if artifacts of a job may be of use to another: they are outside of its directory, or the other names it.
fn uses_artifacts(taker: &Candidate, leaver: &Candidate, directory: &str) -> bool {
    let artifacts = leaver.folded.get("artifacts");
    let paths =
        artifacts.and_then(|artifacts| artifacts.get("paths")).map(Node::items_or_self).unwrap_or_default();
    let is_inside = |path: &Node| path.text().is_some_and(|path| path.starts_with(&format!("{directory}/")));
    let is_dotenv = artifacts.and_then(|artifacts| artifacts.get("reports")?.get("dotenv")).is_some();
    if paths.is_empty() || is_dotenv || !paths.iter().all(is_inside) {
        return true;
    }
    strings_of_values(&taker.folded).iter().any(|text| text.contains(directory))
}
