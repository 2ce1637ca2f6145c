//! Files that select a unit although none of its globs matches them.
//!
//! Each file would have to be asked about by itself, since a change of several files shows nothing about one of them. Files with the same
//! owner are asked about in groups, by the binary digits of the owner's number: two units differ in at least one digit, so for each file
//! and each other unit there is a group that has the file and only files that do not belong to that unit.

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
        let (alone, shared): (Vec<Matched<'t>>, Vec<Matched<'t>>) =
            files.partition(|(_, units)| units.len() < 2);
        let mut found = Selecting::new();
        self.look(project, &shared, &|_| true, &mut found)?;
        let digits = usize::BITS - self.units.len().leading_zeros();
        for digit in 0..digits {
            for value in [0, 1] {
                let is_asked = |unit: usize| (unit >> digit) & 1 == value;
                let group: Vec<Matched<'t>> = alone
                    .iter()
                    .filter(|(_, units)| !units.iter().any(|unit| is_asked(*unit)))
                    .cloned()
                    .collect();
                self.look(project, &group, &is_asked, &mut found)?;
            }
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
