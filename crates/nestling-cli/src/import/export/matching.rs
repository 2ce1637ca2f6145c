//! Files that select a unit although none of its globs matches them.
//!
//! Each file would have to be asked about by itself, since a change of several files shows nothing about one of them. Files with one
//! owner are asked about in groups, by the binary digits of codes of the owners. All codes have the same number of ones, so of two units
//! each has a one where the other has none: for each file and each other unit there is a group that has the file and only files that
//! do not belong to that unit.

use crate::exit::Failure;
use nestling::{ChangeSet, Project, RepoPath, UnitName};
use nestling_files::path::Glob;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The end of a glob that matches a whole directory.
const WHOLE: &str = "/**/*";

/// The globs of all units, each once.
pub(super) struct Matching<'a> {
    units: Vec<&'a UnitName>,
    /// The units that a whole directory selects.
    directories: HashMap<&'a str, Vec<usize>>,
    others: Vec<(Glob, Vec<usize>)>,
}

/// Paths by the unit that they select.
type Selecting<'t> = BTreeMap<UnitName, BTreeSet<&'t RepoPath>>;

/// A file with the numbers of the units whose globs match it.
type Matched<'t> = (&'t RepoPath, BTreeSet<usize>);

impl<'a> Matching<'a> {
    pub(super) fn of(of_units: &'a BTreeMap<UnitName, BTreeSet<String>>) -> Self {
        let mut by_glob: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, globs) in of_units.values().enumerate() {
            globs.iter().for_each(|glob| by_glob.entry(glob).or_default().push(index));
        }
        let mut matching =
            Self { units: of_units.keys().collect(), directories: HashMap::new(), others: Vec::new() };
        for (glob, units) in by_glob {
            let directory =
                glob.strip_suffix(WHOLE).filter(|directory| !directory.contains(['*', '?', '[', '{', '\\']));
            match directory {
                Some(directory) => _ = matching.directories.insert(directory, units),
                None => matching.others.extend(Glob::parse(glob).ok().map(|glob| (glob, units))),
            }
        }
        matching
    }

    /// Returns the units whose globs match a path.
    fn matched(&self, path: &RepoPath) -> BTreeSet<usize> {
        let others = self.others.iter().filter(|(glob, _)| glob.matches(path)).flat_map(|(_, units)| units);
        let mut matched: BTreeSet<usize> = others.copied().collect();
        let text = path.to_string();
        for (end, _) in text.match_indices('/') {
            matched.extend(self.directories.get(&text[..end]).into_iter().flatten());
        }
        matched
    }

    /// Returns the files that select units whose globs do not match them.
    pub(super) fn selecting<'t>(
        &self,
        project: &Project<'_>,
        files: &'t [RepoPath],
    ) -> Result<Selecting<'t>, Failure> {
        let files = files.iter().map(|path| (path, self.matched(path)));
        let (alone, others): (Vec<Matched<'t>>, Vec<Matched<'t>>) =
            files.partition(|(_, units)| units.len() == 1);
        let (unclaimed, mut shared): (Vec<Matched<'t>>, Vec<Matched<'t>>) =
            others.into_iter().partition(|(_, units)| units.is_empty());
        // A group of files of the same units need not be split.
        shared.sort_by(|(_, units), (_, others)| units.cmp(others));
        let mut found = Selecting::new();
        for group in shared.chunk_by(|(_, units), (_, others)| units == others) {
            self.look(project, group, &|_| true, &mut found)?;
        }
        // A file of no unit that selects one, such as a template, would be found in nearly all groups of the others.
        self.look(project, &unclaimed, &|_| true, &mut found)?;
        let (digits, codes) = codes(self.units.len());
        for digit in 0..digits {
            let is_asked = |unit: usize| codes.get(unit).is_some_and(|code| (code >> digit) & 1 == 1);
            let group: Vec<Matched<'t>> = alone
                .iter()
                .filter(|(_, units)| !units.iter().any(|unit| is_asked(*unit)))
                .cloned()
                .collect();
            self.look(project, &group, &is_asked, &mut found)?;
        }
        Ok(found)
    }

    /// Looks for files that select one of these units. A change of several files selects all units that one of them does, so a group
    /// is split only where a unit is selected and lacks a glob for one of the files.
    fn look<'t>(
        &self,
        project: &Project<'_>,
        files: &[Matched<'t>],
        is_asked: &dyn Fn(usize) -> bool,
        found: &mut Selecting<'t>,
    ) -> Result<(), Failure> {
        let mut open = vec![files];
        while let Some(files) = open.pop() {
            if files.is_empty() {
                continue;
            }
            let changes = ChangeSet::of_paths(files.iter().map(|(path, _)| (*path).clone()));
            let selected = project.plan(changes).select()?;
            let is_missing = |unit: &&UnitName| {
                let Ok(index) = self.units.binary_search(unit) else { return false };
                is_asked(index) && !files.iter().all(|(_, units)| units.contains(&index))
            };
            let missing: Vec<&UnitName> = selected.selection.selected().filter(is_missing).collect();
            match files {
                [(path, _)] => {
                    missing
                        .into_iter()
                        .for_each(|unit| _ = found.entry(unit.clone()).or_default().insert(*path));
                }
                _ if missing.is_empty() => {}
                _ => {
                    let (first, second) = files.split_at(files.len() / 2);
                    open.extend([first, second]);
                }
            }
        }
        Ok(())
    }
}

/// Returns different codes with the same number of ones for a number of units, and the number of their digits.
fn codes(units: usize) -> (u32, Vec<u32>) {
    let of = |digits: u32| (0..1_u32 << digits).filter(move |code| code.count_ones() == digits / 2);
    let digits = (1..30).find(|digits| of(*digits).nth(units.saturating_sub(1)).is_some()).unwrap_or(30);
    (digits, of(digits).take(units).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_units_has_a_digit_that_the_other_lacks() {
        for units in [0, 1, 2, 3, 50, 1_050] {
            let (digits, codes) = codes(units);
            assert_eq!(codes.len(), units);
            assert!(units < 1_000 || digits == 13, "{digits} digits");
            let is_apart = |(a, b): (&u32, &u32)| a == b || a & !b != 0;
            assert!(codes.iter().all(|a| codes.iter().all(|b| is_apart((a, b)))), "{units} units");
        }
    }
}
