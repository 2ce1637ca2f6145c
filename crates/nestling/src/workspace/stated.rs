//! Dependencies that the repository already states: `depends_from: [cargo, npm, go, helm]` reads them from the manifests
//! of packages, so that nobody writes them twice. No package manager is run.

mod manifest;
mod cargo;
mod go;
mod helm;
mod npm;

use super::directories::UnitDirectories;
use super::unit::Unit;
use super::{Dependency, Order, Stated};
use crate::workspace::rules::DEPENDS_FROM;
use manifest::Reading;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, Suggestion};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Located;
use std::collections::BTreeMap;

pub(crate) use manifest::Manifests;

/// Ecosystem whose manifests state dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum From {
    Cargo,
    Npm,
    Go,
    Helm,
}

impl From {
    /// Returns the name that it has in `depends_from`.
    fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Go => "go",
            Self::Helm => "helm",
        }
    }

    /// The names of the files that are read.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Cargo => &["Cargo.toml"],
            Self::Npm => &["package.json", "pnpm-workspace.yaml"],
            Self::Go => &["go.mod", "go.work"],
            Self::Helm => &["Chart.yaml", "requirements.yaml"],
        }
    }
}

/// Directories of installed packages, whose manifests do not count.
pub(crate) const INSTALLED: &[u8] = b"node_modules";

const ALL: [From; 4] = [From::Cargo, From::Npm, From::Go, From::Helm];

/// Reads an entry of `depends_from`.
pub(crate) fn parse(text: &Located<String>) -> Result<From, Vec<Diagnostic>> {
    if let Some(from) = ALL.iter().find(|from| from.name() == text.value) {
        return Ok(*from);
    }
    let message = format!("dependencies cannot be read from `{}`", text.value);
    let problem = Diagnostic::error(&DEPENDS_FROM, text.origin, message);
    Err(vec![
        problem.with_help(
            Suggestion::among(&text.value, ALL.iter().map(|from| from.name()))
                .help_or("write one of cargo, npm (which reads pnpm's and Yarn's workspaces too), go, helm"),
        ),
    ])
}

/// Hears that a package in one directory needs the one in another, and where that is stated, should that be asked.
type Needs<'n> = dyn FnMut(&RepoPath, &RepoPath, &dyn Fn() -> Origin) + 'n;

/// Adds to the units what the manifests in them state.
pub(crate) fn add(manifests: Manifests, sources: &Sources, units: &mut [Unit]) -> Vec<Diagnostic> {
    let directories = UnitDirectories::new(units);
    let mut stated: BTreeMap<(usize, &UnitName), Origin> = BTreeMap::new();
    let mut needs = |from: &RepoPath, to: &RepoPath, origin: &dyn Fn() -> Origin| {
        if let (Some(from), Some(to)) = (directories.owner(from), directories.owner(to))
            && from != to
        {
            stated.entry((from, &units[to].name)).or_insert_with(origin);
        }
    };
    let asked_for = manifests.from.clone();
    let mut reading = Reading { manifests, sources, problems: Vec::new() };
    for from in asked_for {
        match from {
            From::Cargo => cargo::edges(&mut reading, &mut needs),
            From::Npm => npm::edges(&mut reading, &mut needs),
            From::Go => go::edges(&mut reading, &mut needs),
            From::Helm => helm::edges(&mut reading, &mut needs),
        }
    }
    let problems = problems_of_units(reading.problems, units, sources);
    let stated: Vec<_> = stated.into_iter().map(|((at, unit), origin)| (at, unit.clone(), origin)).collect();
    for (at, unit, origin) in stated {
        let depends_on = &mut units[at].depends_on;
        if let Err(place) = depends_on.binary_search_by(|known| known.unit.cmp(&unit)) {
            let dependency = Dependency { unit, order: Order::Unordered, stated: Stated::Manifest, origin };
            depends_on.insert(place, dependency);
        }
    }
    problems
}

/// The problems of manifests that are in a unit, or in a directory above one, where the manifests of package workspaces are.
fn problems_of_units(problems: Vec<Diagnostic>, units: &[Unit], sources: &Sources) -> Vec<Diagnostic> {
    let directories = UnitDirectories::new(units);
    let is_above_unit = |directory: RepoPath| units.iter().any(|unit| unit.dir.is_in(&directory));
    let concerns_a_unit = |problem: &Diagnostic| {
        let Some(label) = problem.labels.first() else { return false };
        let Ok(manifest) = RepoPath::parse(sources.path(label.origin.file)) else { return false };
        directories.owner(&manifest).is_some() || manifest.parent().is_some_and(is_above_unit)
    };
    problems.into_iter().filter(concerns_a_unit).collect()
}

#[cfg(test)]
mod tests;
