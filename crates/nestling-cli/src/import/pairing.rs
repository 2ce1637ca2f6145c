//! Puts the environments of deploy jobs and their stop jobs into the catalogue.

use super::candidate::Candidate;
use super::naming::is_job_name;
use super::old::OldPipeline;
use super::pairs::{Pair, pairs};
use super::unit::{Composition, NewJob};
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// The unit and the short name of each job, by its position among the candidates.
pub(super) type Names = BTreeMap<usize, (String, String)>;

/// Finds the pairs of all units, fills the catalogue, and names their jobs as Nestling does.
pub(super) fn pair_up(
    candidates: &[Candidate],
    old: &OldPipeline,
    groups: &BTreeMap<String, Vec<usize>>,
    names: &mut Names,
    composition: &mut Composition,
) -> Vec<Pair> {
    let mut paired = Vec::new();
    for members in groups.values() {
        let Some((unit, _)) = members.first().and_then(|first| names.get(first)).cloned() else { continue };
        for mut pair in pairs(members, candidates, &unit, old) {
            let Some(key) = free_key(&pair, &unit, &composition.catalogue) else { continue };
            pair.key = key;
            let Some(short) = short_name(&pair, members, names) else { continue };
            composition.catalogue.insert(pair.key.clone(), pair.entry.clone());
            let full = format!("{unit}:{short}:{}", pair.key);
            names.insert(pair.deploy, (unit.clone(), short));
            for (index, name) in [(pair.stop, format!("{full}:stop")), (pair.deploy, full)] {
                let Some(job) = candidates.get(index) else { continue };
                if index == pair.stop {
                    composition.stops.insert(name.clone());
                }
                composition.names.insert((job.owner, job.name.clone()), name);
            }
            paired.push(pair);
        }
    }
    paired
}

/// Returns a key under which the catalogue has the entry of a pair already, or can have it.
fn free_key(pair: &Pair, unit: &str, catalogue: &BTreeMap<String, Map>) -> Option<String> {
    let of_unit = format!("{}-{}", pair.key, unit.replace('/', "-"));
    let is_free = |key: &String| catalogue.get(key).is_none_or(|entry| entry.same_as(&pair.entry));
    [pair.key.clone(), of_unit].into_iter().find(is_free)
}

/// Returns the name of a deploy job without that of its environment, which Nestling adds.
fn short_name(pair: &Pair, members: &[usize], names: &Names) -> Option<String> {
    let (_, old) = names.get(&pair.deploy)?;
    let bare = old.strip_suffix(&pair.key).map(|rest| rest.trim_end_matches([':', '-', '_', ' ', '.']));
    let bare = bare.map(|rest| if rest.is_empty() { "deploy" } else { rest });
    let is_taken = |short: &str| {
        let mut others = members.iter().filter(|index| ![pair.deploy, pair.stop].contains(index));
        others.any(|index| names.get(index).is_some_and(|(_, other)| other == short))
    };
    let mut shorts = [bare, Some(old.as_str())].into_iter().flatten();
    shorts.find(|short| is_job_name(short) && !is_taken(short)).map(str::to_owned)
}

/// Makes a pair of the two jobs: one with a `stop` block, and one that is nothing but that block.
pub(super) fn join(jobs: &mut [NewJob], pairs: &[Pair]) {
    let origin = Origin::generated();
    for pair in pairs {
        let name_of =
            |index: usize| jobs.iter().find(|job| job.candidate == index).map(|job| job.short.clone());
        let Some((deploy_name, stop_name)) = name_of(pair.deploy).zip(name_of(pair.stop)) else { continue };
        for job in jobs.iter_mut() {
            if job.candidate == pair.deploy {
                let environments = vec![Node::string(origin, pair.key.as_str())];
                job.body.set("environment", Node::seq(origin, environments));
                job.body.set("stop", Node::map(origin, pair.block.clone()));
                // Its `on_stop` is not written any more.
                job.rewritten.retain(|line| !line.ends_with(&format!("is `{stop_name}` there")));
                job.rewritten.push(format!("its environment is `{}` of the catalogue", pair.key));
            } else if job.candidate == pair.stop {
                job.body = Map::default();
                job.is_block = true;
                job.rewritten.push(format!(
                    "it is the `stop` block of `{deploy_name}`, and waits for what that waits for"
                ));
            }
        }
    }
}
