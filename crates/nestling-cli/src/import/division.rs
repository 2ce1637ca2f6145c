//! Divides the jobs into those that move into units and those that stay in the parent: what is tied stays together.

use super::candidate::{Candidate, Owner};
use super::includes::Includes;
use super::obstacle::{
    BRANCHES, MERGE_REQUEST, leaves_artifacts, needs_whole, obstacle, takes_all_artifacts, trigger_obstacle,
};
use super::old::OldPipeline;
use super::order::{Order, order};
use super::raw::References;
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs, rules_needs};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeMap;

/// Where each job goes.
pub(super) struct Division {
    /// For each candidate the reason why it stays; `None` if it moves.
    pub reasons: Vec<Option<String>>,
    /// The place of the trigger job among the stages of the parent.
    pub order: Order,
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
        reasons.push(reason.or_else(|| references.anchor_outside(candidate)));
    }
    keep_exceptions(candidates, &mut reasons);
    let ties = ties(candidates, references);
    loop {
        spread(candidates, old, &ties, &mut reasons);
        match order(candidates, &reasons, old) {
            Ok(order) => return Division { reasons, order },
            Err((index, reason)) => {
                if let Some(slot) = reasons.get_mut(index) {
                    *slot = Some(reason);
                }
            }
        }
    }
}

/// Where most jobs need every unit selected in a kind of pipeline, every unit is; where few do, these stay.
fn keep_exceptions(candidates: &[Candidate], reasons: &mut [Option<String>]) {
    for (kinds, name) in [(&[MERGE_REQUEST][..], "merge requests"), (&BRANCHES, "branches")] {
        let moving = || {
            let pairs = candidates.iter().enumerate().zip(&*reasons);
            pairs
                .filter(|((_, job), reason)| reason.is_none() && !job.folded.contains("trigger"))
                .map(|(job, _)| job)
        };
        let total = moving().count();
        let needing: Vec<usize> =
            moving().filter(|(_, job)| needs_whole(job, kinds)).map(|(index, _)| index).collect();
        if needing.len() * 2 >= total {
            continue;
        }
        for index in needing {
            if let Some(slot) = reasons.get_mut(index) {
                *slot =
                    Some(format!("its rules let it into {name} whatever changed, unlike those of most jobs"));
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
            for (one, other) in [(tie.from, tie.to), (tie.to, tie.from)] {
                let is_crossed = reasons.get(one).is_some_and(Option::is_some)
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
            (0..).zip(candidates).filter(|(_, job)| is_of_child(job)).map(|(at, _)| at).collect();
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
fn ties(candidates: &[Candidate], references: &References) -> Vec<Tie> {
    let mut names: BTreeMap<(Owner, &str), usize> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        names.insert((candidate.owner, &candidate.name), index);
    }
    let mut ties = Vec::new();
    for (from, candidate) in candidates.iter().enumerate() {
        let mut tie = |name: &str, relation: &'static str| {
            if let Some(to) = index_of(&names, candidate.owner, name) {
                ties.push(Tie { from, to, relation, only_together: false });
            }
        };
        let body = &candidate.folded;
        for need in needs(body).into_iter().flatten().chain(rules_needs(body)) {
            if let NeedSource::Job(name) = need.source {
                tie(name, "needs");
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
    }
    ties.extend(artifact_ties(candidates));
    ties
}

fn index_of(names: &BTreeMap<(Owner, &str), usize>, owner: Owner, name: &str) -> Option<usize> {
    let exact = names.get(&(owner, name));
    // `build 1/3` and `build: [a, b]` are jobs of `build`.
    let base = || name.split_once(": [").or_else(|| name.rsplit_once(' ')).map(|(base, _)| base);
    exact.or_else(|| names.get(&(owner, base()?))).copied()
}

/// A job without `needs` and `dependencies` downloads the artifacts of all earlier stages.
fn artifact_ties(candidates: &[Candidate]) -> Vec<Tie> {
    let mut ties = Vec::new();
    for (from, taker) in candidates.iter().enumerate().filter(|(_, job)| takes_all_artifacts(job)) {
        for (to, leaver) in candidates.iter().enumerate().filter(|(_, job)| leaves_artifacts(job)) {
            let is_earlier = leaver.position < taker.position;
            if from != to && taker.owner == leaver.owner && is_earlier {
                let relation = "downloads the artifacts of the earlier";
                ties.push(Tie { from, to, relation, only_together: true });
            }
        }
    }
    ties
}
