//! The paths that select each unit, as globs of `rules:changes`.

use super::matching::Matching;
use crate::exit::Failure;
use crate::import::evidence::whole;
use crate::import::tree::Tree;
use nestling::{Job, Project, RepoPath, Unit, UnitName};
use nestling_gitlab::pipeline::need::{NeedSource, needs, parallel_base};
use std::collections::{BTreeMap, BTreeSet};

/// The globs of the paths that select each unit.
pub(super) struct Gates {
    of_units: BTreeMap<UnitName, BTreeSet<String>>,
}

impl Gates {
    /// Collects the globs that the workspace states, and adds what else selects a unit among the files that there are.
    ///
    /// # Errors
    /// The selection cannot be made.
    pub(super) fn of(project: &Project<'_>, tree: &Tree) -> Result<Self, Failure> {
        let workspace = project.workspace();
        let everything = workspace.everything_globs();
        let mut of_units = BTreeMap::new();
        for unit in workspace.units() {
            let mut globs: BTreeSet<String> = everything.iter().cloned().collect();
            for name in closure(project, &unit.name) {
                let Some(other) = workspace.unit(name.as_str()) else { continue };
                let directory = other.dir.to_string();
                globs.insert(if directory.is_empty() { "**/*".to_owned() } else { whole(&directory) });
                globs.extend(other.change_globs());
            }
            of_units.insert(unit.name.clone(), globs);
        }
        let mut gates = Self { of_units };
        gates.add_files(project, tree)?;
        Ok(gates)
    }

    /// Adds each file that selects a unit and that no glob matches: a template, a lock file, a manifest.
    fn add_files(&mut self, project: &Project<'_>, tree: &Tree) -> Result<(), Failure> {
        let matching = Matching::of(&self.of_units);
        let all = file_counts(&tree.files);
        for (unit, paths) in matching.selecting(project, &tree.files)? {
            let globs = folded(&paths, &all);
            self.of_units.entry(unit).or_default().extend(globs);
        }
        Ok(())
    }

    /// Returns the globs for each job of a pipeline: those of its unit, and of the units of all jobs that need it. `None` for a job of
    /// the workspace, which is in every pipeline.
    pub(super) fn of_jobs(&self, jobs: &[Job]) -> BTreeMap<String, Option<BTreeSet<String>>> {
        let mut gates: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
        for job in jobs {
            let own = job.unit.as_ref().map(|unit| self.of_units.get(unit).cloned().unwrap_or_default());
            gates.insert(job.name.to_string(), own);
        }
        // A needed job is in each pipeline that has the job which needs it.
        let names: BTreeSet<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
        let needed: Vec<(String, Vec<String>)> =
            jobs.iter().map(|job| (job.name.to_string(), needed_by(job, &names))).collect();
        loop {
            let mut has_changed = false;
            for (name, others) in &needed {
                let gate = gates.get(name).cloned().flatten();
                for other in others {
                    let Some(known) = gates.get_mut(other) else { continue };
                    let joined = known.as_ref().zip(gate.as_ref()).map(|(known, gate)| known | gate);
                    if *known != joined {
                        *known = joined;
                        has_changed = true;
                    }
                }
            }
            if !has_changed {
                return gates;
            }
        }
    }
}

/// Returns the names of the jobs of the same pipeline that a job needs.
fn needed_by(job: &Job, jobs: &BTreeSet<&str>) -> Vec<String> {
    let mut names = Vec::new();
    for need in needs(&job.body).unwrap_or_default() {
        let NeedSource::Job(name) = need.source else { continue };
        let is_known = |name: &str| jobs.contains(name);
        let base = parallel_base(name).map(|(base, _)| base);
        names.extend([Some(name), base].into_iter().flatten().find(|name| is_known(name)).map(str::to_owned));
    }
    names
}

/// Returns a unit with all those that it depends on.
fn closure(project: &Project<'_>, unit: &UnitName) -> BTreeSet<UnitName> {
    let mut known = BTreeSet::new();
    let mut open = vec![unit.clone()];
    while let Some(name) = open.pop() {
        if !known.insert(name.clone()) {
            continue;
        }
        let unit = project.workspace().unit(name.as_str());
        open.extend(unit.into_iter().flat_map(Unit::dependencies).cloned());
    }
    known
}

/// Returns the number of files below each directory but the root.
fn file_counts<'p>(paths: impl IntoIterator<Item = &'p RepoPath>) -> BTreeMap<RepoPath, usize> {
    let mut counts = BTreeMap::new();
    for path in paths {
        let mut directory = path.parent();
        while let Some(known) = directory.filter(|directory| !directory.is_root()) {
            directory = known.parent();
            *counts.entry(known).or_default() += 1;
        }
    }
    counts
}

/// Returns paths as globs: a directory as a whole where all of its files are among them.
fn folded(paths: &BTreeSet<&RepoPath>, all: &BTreeMap<RepoPath, usize>) -> BTreeSet<String> {
    let among = file_counts(paths.iter().copied());
    let is_whole =
        |directory: &RepoPath| among.contains_key(directory) && among.get(directory) == all.get(directory);
    let mut globs = BTreeSet::new();
    for path in paths {
        let mut topmost = None;
        let mut directory = path.parent();
        while let Some(known) = directory.filter(|directory| is_whole(directory)) {
            directory = known.parent();
            topmost = Some(known);
        }
        globs.insert(
            topmost.map_or_else(|| escaped(&path.to_string()), |directory| whole(&directory.to_string())),
        );
    }
    globs
}

/// Returns a path as a glob that matches it alone, or at least it.
fn escaped(path: &str) -> String {
    path.chars()
        .map(|c| if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') { '?' } else { c })
        .collect()
}
