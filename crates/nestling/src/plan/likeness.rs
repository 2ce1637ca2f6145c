//! Matches removed units with new ones as git finds renames, by the lines that their files have in common.

use crate::changes::{Change, Status};
use crate::workspace::{FILE_NAME, Unit};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// From how many percent on two files are one that was renamed, as in `git diff -M`.
const RENAME: usize = 50;

/// The two states that are compared.
pub(super) struct Sides<'a> {
    pub old: &'a dyn Files,
    pub new: &'a dyn Files,
    pub changes: &'a [Change],
}

/// Features that a unit is recognized by.
struct Traits<'a> {
    name: &'a UnitName,
    /// Its `nestling.yml`, if it has one.
    file: Option<Vec<u8>>,
    /// Its files that came or went, from its directory.
    files: BTreeSet<Vec<u8>>,
}

/// Two units that may be one.
struct Candidate<'a> {
    files_in_common: usize,
    likeness: usize,
    old: &'a UnitName,
    new: &'a UnitName,
}

/// Returns the new unit of each that was moved. Two units are one if at least half of the lines of their `nestling.yml` are
/// the same, or, where they have none, half of their files by name; the likest pair first.
pub(super) fn moves(gone: &[&Unit], new: &[&Unit], sides: &Sides<'_>) -> BTreeMap<UnitName, UnitName> {
    let old_traits: Vec<Traits<'_>> =
        gone.iter().map(|unit| sides.traits(unit, sides.old, Status::Deleted)).collect();
    let new_traits: Vec<Traits<'_>> =
        new.iter().map(|unit| sides.traits(unit, sides.new, Status::Added)).collect();
    let mut candidates = Vec::new();
    for old in &old_traits {
        candidates.extend(new_traits.iter().filter_map(|new| Candidate::of(old, new)));
    }
    candidates.sort_by(|a, b| {
        let likest_first = (b.files_in_common, b.likeness).cmp(&(a.files_in_common, a.likeness));
        likest_first.then_with(|| (a.old, a.new).cmp(&(b.old, b.new)))
    });
    let mut moves = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for Candidate { old, new, .. } in candidates {
        if !moves.contains_key(old) && taken.insert(new) {
            moves.insert(old.clone(), new.clone());
        }
    }
    moves
}

impl<'a> Candidate<'a> {
    fn of(old: &Traits<'a>, new: &Traits<'a>) -> Option<Self> {
        let files_in_common = overlap(&old.files, &new.files);
        let likeness = match (&old.file, &new.file) {
            (Some(old), Some(new)) => lines_in_common(old, new),
            (None, None) => files_in_common,
            _ => 0,
        };
        let candidate = Self { files_in_common, likeness, old: old.name, new: new.name };
        (likeness >= RENAME).then_some(candidate)
    }
}

impl Sides<'_> {
    fn traits<'u>(&self, unit: &'u Unit, files: &dyn Files, status: Status) -> Traits<'u> {
        let path = unit.dir.child(FILE_NAME.as_bytes());
        // A file that cannot be read is reported where the workspace is loaded.
        let file = files.read(&path).ok().flatten();
        Traits { name: &unit.name, file, files: self.names(&unit.dir, status) }
    }

    /// The paths in a directory that came or went, seen from there.
    fn names(&self, dir: &RepoPath, status: Status) -> BTreeSet<Vec<u8>> {
        let changes = self.changes.iter().filter(|change| change.status == status);
        changes.filter_map(|change| change.path.relative_to(dir)).map(<[u8]>::to_vec).collect()
    }
}

/// Overlap of two sets, in percent of the larger one.
fn overlap(a: &BTreeSet<Vec<u8>>, b: &BTreeSet<Vec<u8>>) -> usize {
    percent(a.intersection(b).count(), a.len().max(b.len()))
}

/// Common lines of two files, in percent of the longer one.
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
