//! Divides the jobs into those that move into units and those that stay in the parent: what is tied stays together.

use super::candidate::{Candidate, Owner};
use super::evidence::Placement;
use super::includes::Includes;
use super::obstacle::{
    BRANCHES, MERGE_REQUEST, leaves_artifacts, needs_whole, obstacle, takes_all_artifacts, trigger_obstacle,
};
use super::old::OldPipeline;
use super::order::{Order, order};
use super::raw::References;
use super::strings::strings_of_values;
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs, parallel_base, rules_needs};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeMap;

/// The division of the jobs among units and the parent.
#[derive(Default)]
pub(super) struct Division {
    /// For each candidate the reason why it stays; `None` if it moves.
    pub reasons: Vec<Option<String>>,
    /// The place of the trigger job among the stages of the parent.
    pub order: Order,
    /// Jobs that downloaded artifacts of another side that are of no use to them: the taker and the one that left them.
    pub loosened: Vec<(usize, usize)>,
}

/// A relation of two jobs that does not reach across pipelines.
struct Tie {
    from: usize,
    to: usize,
    relation: &'static str,
    /// Set if the jobs are only tied where some pipeline has both.
    only_together: bool,
}

impl Tie {
    fn holds(&self, candidates: &[Candidate]) -> bool {
        let pair = candidates.get(self.from).zip(candidates.get(self.to));
        !self.only_together || pair.is_none_or(|(from, to)| from.meets(to))
    }
}

/// Divides the candidates, where some stay by themselves: those without a directory.
pub(super) fn divide(
    candidates: &[Candidate],
    placeless: &[Option<String>],
    placements: &[Option<Placement>],
    old: &OldPipeline,
    includes: &Includes,
    references: &References,
) -> Division {
    let mut reasons: Vec<Option<String>> = Vec::new();
    for (candidate, placeless) in candidates.iter().zip(placeless) {
        let reason = match child_index(candidate, old) {
            Some(index) => trigger_obstacle(candidate, index, old),
            None => obstacle(candidate, old, includes).or_else(|| placeless.clone()),
        };
        let reason = reason.or_else(|| references.anchor_outside(candidate));
        reasons.push(reason.or_else(|| references.defined_elsewhere(candidate)));
    }
    keep_exceptions(candidates, &mut reasons);
    let mut ties = ties(candidates, old, references);
    let (of_use, mut loosened) = artifact_ties(candidates, placements);
    ties.extend(of_use);
    loop {
        spread(candidates, old, &ties, &mut reasons);
        match order(candidates, &reasons, old) {
            Ok(order) => {
                let crosses = |(from, to): &(usize, usize)| {
                    let stays = |index: usize| reasons.get(index).map(Option::is_some);
                    let pair = candidates.get(*from).zip(candidates.get(*to));
                    stays(*from) != stays(*to) && pair.is_some_and(|(from, to)| from.meets(to))
                };
                loosened.retain(crosses);
                return Division { reasons, order, loosened };
            }
            Err((index, reason)) => {
                if let Some(slot) = reasons.get_mut(index) {
                    *slot = Some(reason);
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

/// Returns the position of the static child that a trigger job starts.
pub(super) fn child_index(candidate: &Candidate, old: &OldPipeline) -> Option<usize> {
    let is_trigger = candidate.owner == Owner::Root;
    old.children.iter().position(|child| is_trigger && child.trigger == candidate.name)
}

/// Lets reasons spread over ties and static children, until nothing changes.
fn spread(candidates: &[Candidate], old: &OldPipeline, ties: &[Tie], reasons: &mut [Option<String>]) {
    loop {
        let before = reasons.iter().flatten().count();
        for tie in ties {
            for (staying, other) in [(tie.from, tie.to), (tie.to, tie.from)] {
                let is_crossed = reasons.get(staying).is_some_and(Option::is_some)
                    && reasons.get(other).is_some_and(Option::is_none);
                if is_crossed && tie.holds(candidates) {
                    let names =
                        [tie.from, tie.to].map(|index| candidates.get(index).map_or("", |job| &job.name));
                    let [from, to] = names;
                    reasons[other] = Some(format!("`{from}` {} `{to}`, and one of them stays", tie.relation));
                }
            }
        }
        spread_over_children(candidates, old, reasons);
        if reasons.iter().flatten().count() == before {
            return;
        }
    }
}

/// A static child moves as a whole, or not at all.
fn spread_over_children(candidates: &[Candidate], old: &OldPipeline, reasons: &mut [Option<String>]) {
    for index in 0..old.children.len() {
        let is_of_child = |candidate: &Candidate| {
            candidate.owner == Owner::Child(index) || child_index(candidate, old) == Some(index)
        };
        let family: Vec<usize> =
            (0..).zip(candidates).filter(|(_, job)| is_of_child(job)).map(|(index, _)| index).collect();
        let staying = family.iter().find_map(|member| {
            let reason = reasons.get(*member)?.clone()?;
            Some((candidates.get(*member)?.name.clone(), reason))
        });
        let Some((name, reason)) = staying else { continue };
        for member in family {
            if let Some(slot) = reasons.get_mut(member).filter(|slot| slot.is_none()) {
                *slot = Some(format!("its static child stays because of `{name}`: {reason}"));
            }
        }
    }
}

/// Collects what ties jobs of one pipeline together: needs, artifacts, stop jobs, and what one is made of.
fn ties(candidates: &[Candidate], old: &OldPipeline, references: &References) -> Vec<Tie> {
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
fn artifact_ties(
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
                let relation = "downloads the artifacts of the earlier";
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
