//! Jobs that no path leads to, and that belong to a directory by those that they need or that need them: a release that needs a build.

use super::candidate::{Candidate, Owner};
use super::evidence::{Placement, is_called_as};
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs};
use std::collections::{BTreeMap, BTreeSet};

/// Gives such jobs the directory of their relatives: the one that their name has, or the only one.
pub(super) fn follow(candidates: &[Candidate], placements: &mut [Option<Placement>]) {
    let relatives = relatives(candidates);
    loop {
        let mut followed = Vec::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let is_free = placements.get(index).is_some_and(Option::is_none);
            if !is_free || !candidate.written_globs().is_empty() {
                continue;
            }
            let near = relatives.get(&index).into_iter().flatten();
            let near: BTreeMap<&str, usize> = near
                .filter_map(|other| Some((placements.get(*other)?.as_ref()?.directory.as_str(), *other)))
                .collect();
            let named = near.iter().find(|(directory, _)| is_called_as(&candidate.name, directory));
            let only = near.iter().next().filter(|_| near.len() == 1);
            let Some((directory, other)) = named.or(only) else { continue };
            let relative = candidates.get(*other).map_or("", |other| other.name.as_str());
            followed.push((index, (*directory).to_owned(), format!("`{relative}`, which it is tied to")));
        }
        if followed.is_empty() {
            return;
        }
        for (index, directory, evidence) in followed {
            if let Some(slot) = placements.get_mut(index) {
                *slot = Some(Placement { directory, evidence: vec![evidence], alternatives: Vec::new() });
            }
        }
    }
}

/// Returns for each job those that it needs and those that need it.
fn relatives(candidates: &[Candidate]) -> BTreeMap<usize, BTreeSet<usize>> {
    let names: BTreeMap<(Owner, &str), usize> =
        candidates.iter().enumerate().map(|(index, job)| ((job.owner, job.name.as_str()), index)).collect();
    let mut relatives: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let needed = needs(&candidate.folded).unwrap_or_default();
        let needed = needed.iter().filter_map(|need| match need.source {
            NeedSource::Job(name) => Some(name),
            _ => None,
        });
        let taken = dependencies(&candidate.folded).unwrap_or_default();
        for name in needed.chain(taken.into_iter().map(|(name, _)| name)) {
            if let Some(other) = names.get(&(candidate.owner, name)) {
                relatives.entry(index).or_default().insert(*other);
                relatives.entry(*other).or_default().insert(index);
            }
        }
    }
    relatives
}
