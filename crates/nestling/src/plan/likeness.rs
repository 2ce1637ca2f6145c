//! Which of the new units a unit that is gone has become: as git finds renames, by what the files have in common.

use crate::changes::{Change, Status};
use crate::workspace::{FILE_NAME, Unit};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// From how many percent on two files are one that was renamed, as in `git diff -M`.
const RENAME: usize = 50;

/// What tells.
pub(super) struct Sides<'a> {
    pub old: &'a dyn Files,
    pub new: &'a dyn Files,
    pub changes: &'a [Change],
}

/// The new unit of each that was moved. Two units are one if at least half of the lines of their `nestling.yml` are
/// the same, or, where they have none, half of their files by name; the likest pair first.
pub(super) fn moves(gone: &[&Unit], new: &[&Unit], sides: &Sides<'_>) -> BTreeMap<UnitName, UnitName> {
    let texts = |files: &dyn Files, units: &[&Unit]| -> Vec<Option<Vec<u8>>> {
        let path = |unit: &Unit| unit.dir.child(FILE_NAME.as_bytes());
        units.iter().map(|unit| files.read(&path(unit)).ok().flatten()).collect()
    };
    let (old_texts, new_texts) = (texts(sides.old, gone), texts(sides.new, new));
    let names = |units: &[&Unit], status| -> Vec<BTreeSet<Vec<u8>>> {
        units.iter().map(|unit| sides.names(&unit.dir, status)).collect()
    };
    let (old_names, new_names) = (names(gone, Status::Deleted), names(new, Status::Added));
    let mut pairs = Vec::new();
    for (a, old) in gone.iter().enumerate() {
        for (b, now) in new.iter().enumerate() {
            let common = overlap(&old_names[a], &new_names[b]);
            let likeness = match (&old_texts[a], &new_texts[b]) {
                (Some(old), Some(new)) => lines_in_common(old, new),
                (None, None) => common,
                _ => 0,
            };
            if likeness >= RENAME {
                pairs.push((common, likeness, &old.name, &now.name));
            }
        }
    }
    pairs.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then_with(|| (a.2, a.3).cmp(&(b.2, b.3))));
    let (mut moves, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, _, old, now) in pairs {
        if !moves.contains_key(old) && taken.insert(now.clone()) {
            moves.insert(old.clone(), now.clone());
        }
    }
    moves
}

impl Sides<'_> {
    /// The paths in a directory that came or went, seen from there.
    fn names(&self, dir: &RepoPath, status: Status) -> BTreeSet<Vec<u8>> {
        let those = self.changes.iter().filter(|change| change.status == status);
        those.filter_map(|change| change.path.relative_to(dir)).map(<[u8]>::to_vec).collect()
    }
}

/// How much two sets have in common, in percent of the larger one.
fn overlap(a: &BTreeSet<Vec<u8>>, b: &BTreeSet<Vec<u8>>) -> usize {
    percent(a.intersection(b).count(), a.len().max(b.len()))
}

/// How many lines two files have in common, in percent of the longer one.
fn lines_in_common(a: &[u8], b: &[u8]) -> usize {
    if a == b {
        return 100;
    }
    let mut lines: HashMap<&[u8], usize> = HashMap::new();
    for line in a.split(|byte| *byte == b'\n') {
        *lines.entry(line).or_default() += 1;
    }
    let mut common = 0;
    for line in b.split(|byte| *byte == b'\n') {
        if let Some(left) = lines.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    let count = |text: &[u8]| text.split(|byte| *byte == b'\n').count();
    percent(common, count(a).max(count(b)))
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0)
}
