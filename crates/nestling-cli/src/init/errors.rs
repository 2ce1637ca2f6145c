//! Finds the proposed units that have errors.

use super::findings::{Findings, Remark};
use super::glob::escaped;
use super::own_templates::OwnTemplate;
use super::units::Units;
use crate::exit::Failure;
use nestling::{Diagnostic, FILE_NAME, Project, RepoPath, Severity, Sources, UnitName};
use std::collections::{BTreeMap, BTreeSet};

/// Drops the units with errors; of one with several templates the last template. Returns true if it dropped one.
///
/// # Errors
/// A file cannot be read.
pub(super) fn drop_errors(
    project: &Project<'_>,
    units: &mut Units,
    findings: &mut Findings,
) -> Result<bool, Failure> {
    // Errors in existing files are not caused by proposed units.
    let known = project.diagnostics().iter().map(|problem| problem.message.clone()).collect();
    let proposed = |dir: &RepoPath| units.contains_key(dir);
    let proposed: Vec<(UnitName, RepoPath)> = project
        .workspace()
        .units()
        .filter(|unit| proposed(&unit.dir))
        .map(|unit| (unit.name.clone(), unit.dir.clone()))
        .collect();
    let mut search = Search { project, known, faulty: BTreeMap::new(), checks: 0 };
    search.search(&proposed, true)?;
    let is_dropping = !search.faulty.is_empty();
    for (dir, reason) in search.faulty {
        let Some(unit) = units.get_mut(&dir) else { continue };
        let dropped = unit.uses.pop().map(|used| used.template).unwrap_or_default();
        let reason = format!("{} cannot be used: {reason}", OwnTemplate::shown(&dropped));
        findings.not_understood.push(Remark::new(&dir, reason));
        if unit.uses.is_empty() {
            units.remove(&dir);
        }
    }
    Ok(is_dropping)
}

/// A search for units with errors.
struct Search<'s> {
    project: &'s Project<'s>,
    /// Messages that are about other files.
    known: BTreeSet<String>,
    /// The first error of each unit that has some, by its directory.
    faulty: BTreeMap<RepoPath, String>,
    /// Number of checks so far.
    checks: usize,
}

impl Search<'_> {
    /// Checks units together. Most errors name their units. If one names none, each half of the units is checked, so that few checks
    /// find a few errors among many units.
    fn search(&mut self, units: &[(UnitName, RepoPath)], is_all: bool) -> Result<(), Failure> {
        if units.is_empty() {
            return Ok(());
        }
        let mut planning = self.project.plan(self.project.changes()?);
        if !is_all {
            planning = planning.only(units.iter().map(|(name, _)| escaped(name.as_str())));
        }
        let checked = planning.check(self.project.kinds()?)?;
        self.checks += 1;
        let found_before = self.faulty.len();
        let mut is_unclear = false;
        for error in checked.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            if self.known.contains(&error.message) {
                continue;
            }
            let named: Vec<&RepoPath> =
                units.iter().filter(|(name, _)| error.units.contains(name)).map(|(_, dir)| dir).collect();
            match (named.as_slice(), units) {
                // Units that clash with each other are all named.
                ([], [(_, dir)]) => self.add(dir, error, &checked.sources),
                ([], _) => is_unclear = true,
                (named, _) => named.iter().for_each(|dir| self.add(dir, error, &checked.sources)),
            }
        }
        if is_unclear && self.faulty.len() == found_before {
            let (first, second) = units.split_at(units.len() / 2);
            self.search(first, false)?;
            self.search(second, false)?;
        }
        Ok(())
    }

    fn add(&mut self, dir: &RepoPath, error: &Diagnostic, sources: &Sources) {
        self.faulty.entry(dir.clone()).or_insert_with(|| message(error, sources));
    }
}

fn message(error: &Diagnostic, sources: &Sources) -> String {
    match error.origin() {
        // The proposed file is written only afterwards.
        Some(origin) if sources.path(origin.file) != FILE_NAME => {
            format!("{} ({})", error.message, sources.place(origin))
        }
        _ => error.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::{MemoryFiles, PipelineFacts};

    /// Searches among 40 units. Returns those with errors, and the number of checks.
    fn search(unit: impl Fn(bool) -> &'static str) -> (Vec<String>, usize) {
        let paths: Vec<String> = (0..40).map(|index| format!("u{index:02}/nestling.yml")).collect();
        let units = paths.iter().enumerate();
        let units = units.map(|(index, path)| (path.as_str(), unit([7, 23].contains(&index))));
        let template = "x: {}\n#% do fail(\"no\")\n";
        let files = [("nestling.yml", "workspace: { templates: [ci] }"), ("ci/faulty.yml", template)];
        let files = MemoryFiles::new(units.chain(files));
        let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
        let project = Project::of_files(&files, facts).unwrap();
        let units: Vec<(UnitName, RepoPath)> =
            project.workspace().units().map(|unit| (unit.name.clone(), unit.dir.clone())).collect();
        assert_eq!(units.len(), 40);
        let mut search =
            Search { project: &project, known: BTreeSet::new(), faulty: BTreeMap::new(), checks: 0 };
        search.search(&units, true).unwrap();
        (search.faulty.keys().map(ToString::to_string).collect(), search.checks)
    }

    #[test]
    fn errors_that_name_their_units_are_found_by_one_check_of_all() {
        let text = |is_faulty| if is_faulty { "unit: { use: faulty }" } else { "build: { script: make }" };
        let (faulty, checks) = search(text);
        assert_eq!(faulty, ["u07", "u23"]);
        assert_eq!(checks, 1);
    }

    #[test]
    fn for_other_errors_fewer_checks_are_made_than_there_are_units() {
        let text = |is_faulty| if is_faulty { "build: { stage: build }" } else { "build: { script: make }" };
        let (faulty, checks) = search(text);
        assert_eq!(faulty, ["u07", "u23"]);
        // Two for each halving, for each of the two.
        assert!(checks <= 1 + 2 * 2 * 6, "{checks} checks");
    }
}
