//! The names of jobs, indexed so that a misspelled one finds its neighbour among thousands.

use crate::diagnostic::Suggestion;
use crate::pipeline::Pipeline;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

/// In a pipeline of more jobs a name is not compared with all others, since thousands may be misspelled at once: with those
/// of the unit that it names, and with those that are one edit away.
const COMPARED_WITH_ALL: usize = 1000;

/// The names of a pipeline's jobs.
pub(super) struct JobNames<'a> {
    all: Vec<&'a str>,
    /// The names by what is before their first colon: those of a unit, whose name holds none.
    by_unit: HashMap<&'a str, Vec<&'a str>>,
    /// The positions of the names by the hash of each name, and of each name without one of its characters. Two names
    /// that are one edit apart share such a hash.
    by_neighbour: OnceLock<HashMap<u64, Vec<usize>>>,
}

impl<'a> JobNames<'a> {
    pub(super) fn new(pipeline: &'a Pipeline) -> Self {
        let all: Vec<&str> = pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
        let mut by_unit: HashMap<&str, Vec<&str>> = HashMap::new();
        for name in &all {
            if let Some((unit, _)) = name.split_once(':') {
                by_unit.entry(unit).or_default().push(name);
            }
        }
        Self { all, by_unit, by_neighbour: OnceLock::new() }
    }

    /// Returns the job whose name is near, other than the one that the name is written in.
    pub(super) fn near(&self, word: &str, except: &str) -> Suggestion<'a> {
        let is_other = |name: &&str| *name != except;
        if self.all.len() <= COMPARED_WITH_ALL {
            return Suggestion::among(word, self.all.iter().copied().filter(is_other));
        }
        let unit = word.split_once(':').and_then(|(unit, _)| self.by_unit.get(unit));
        let unit = unit.filter(|names| names.len() <= COMPARED_WITH_ALL);
        let of_unit = unit.into_iter().flatten().copied();
        Suggestion::among(word, of_unit.chain(self.one_edit_away(word)).filter(is_other))
    }

    /// Returns the job of a unit whose short name is near, other than the one that the name is written in.
    pub(super) fn near_in_unit(&self, unit: &str, word: &str, except: &str) -> Suggestion<'a> {
        let names = self.by_unit.get(unit).map(Vec::as_slice).unwrap_or_default();
        let full = format!("{unit}:{word}");
        let is_near = |name: &&str| name.split_once(':').is_some_and(|(other, _)| other == unit);
        let names: Vec<&str> = match names.len() <= COMPARED_WITH_ALL {
            true => names.to_vec(),
            false => self.one_edit_away(&full).filter(is_near).collect(),
        };
        let others = names.into_iter().filter(|name| *name != except);
        Suggestion::among(word, others.filter_map(|name| Some(name.split_once(':')?.1)))
    }

    fn one_edit_away(&self, word: &str) -> impl Iterator<Item = &'a str> {
        let by_neighbour = self.by_neighbour.get_or_init(|| self.neighbours());
        let positions: Vec<usize> =
            neighbours(word).filter_map(|hash| by_neighbour.get(&hash)).flatten().copied().collect();
        positions.into_iter().map(|position| self.all[position])
    }

    fn neighbours(&self) -> HashMap<u64, Vec<usize>> {
        let mut by_neighbour: HashMap<u64, Vec<usize>> = HashMap::new();
        for (position, name) in self.all.iter().enumerate() {
            for hash in neighbours(name) {
                by_neighbour.entry(hash).or_default().push(position);
            }
        }
        by_neighbour
    }
}

/// Returns the hashes of a name and of all that is left of it without one character.
fn neighbours(name: &str) -> impl Iterator<Item = u64> {
    let without = name.char_indices().map(|(start, character)| {
        let end = start + character.len_utf8();
        hash(&name[..start], &name[end..])
    });
    without.chain([hash(name, "")])
}

fn hash(start: &str, end: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    start.bytes().chain(end.bytes()).for_each(|byte| byte.hash(&mut hasher));
    hasher.finish()
}
