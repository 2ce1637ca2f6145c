//! Dependencies that the repository already states: `depends_from: [cargo, npm, go]` reads them out of the manifests of
//! packages, so that nobody writes them twice. No package manager is run.

mod cargo;
mod go;
mod npm;

use super::unit::Unit;
use super::{Dependency, Order, Stated};
use crate::diagnostic::{Diagnostic, FileId, Origin, Sources, did_you_mean, utf8};
use crate::files::{Files, ReadError, Search, Walk};
use crate::name::UnitName;
use crate::path::RepoPath;
use crate::yaml::Located;
use std::collections::{BTreeMap, HashMap};

/// Who states dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum From {
    Cargo,
    Npm,
    Go,
}

const NAMES: [(&str, From); 3] = [("cargo", From::Cargo), ("npm", From::Npm), ("go", From::Go)];

/// Reads an entry of `depends_from`.
pub(crate) fn parse(text: &Located<String>) -> Result<From, Vec<Diagnostic>> {
    if let Some((_, from)) = NAMES.iter().find(|(name, _)| *name == text.value) {
        return Ok(*from);
    }
    let message = format!("dependencies cannot be read from `{}`", text.value);
    let problem = Diagnostic::error("depends-from", text.origin, message);
    Err(vec![match did_you_mean(&text.value, NAMES.iter().map(|(name, _)| *name)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => {
            problem.with_help("write one of cargo, npm (which reads pnpm's and Yarn's workspaces too), go")
        }
    }])
}

/// A package in one directory needs the one in another.
#[derive(Debug)]
struct Edge {
    from: RepoPath,
    to: RepoPath,
    /// Where that is stated.
    origin: Origin,
}

/// A manifest as it was read.
struct Manifest<T> {
    dir: RepoPath,
    file: FileId,
    text: String,
    content: T,
}

impl<T> Manifest<T> {
    /// Where a name stands: the first line that holds it, as a word of its own.
    fn place(&self, name: &str) -> Origin {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@' | '.');
        let holds = |line: &str| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + name.len()..].chars().next();
                !before.is_some_and(is_part) && !after.is_some_and(|c| is_part(c) && c != '.')
            })
        };
        match self.text.lines().position(holds) {
            Some(line) => Origin::line(self.file, u32::try_from(line + 1).unwrap_or(u32::MAX)),
            None => Origin::file(self.file),
        }
    }

    fn at(&self, to: RepoPath, name: &str) -> Edge {
        Edge { from: self.dir.clone(), to, origin: self.place(name) }
    }
}

/// Reads manifests, and keeps what is wrong in them.
struct Reading<'a> {
    files: &'a dyn Files,
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// All files of a name, outside of installed packages. One that cannot be understood is left out with a warning.
    fn all<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<Manifest<T>>, ReadError> {
        let mut found = Vec::new();
        let search = Search { without: Some(b"node_modules"), ..Search::new(name.as_bytes()) };
        self.files.find(&search, &mut |dir, bytes| {
            found.extend(bytes.map(|bytes| (dir.clone(), bytes)));
            Walk::Descend
        })?;
        found.sort_unstable();
        let mut manifests = Vec::new();
        for (dir, bytes) in found {
            let path = dir.child(name.as_bytes());
            let text = match utf8(self.sources, &path, bytes) {
                Ok(text) => text,
                Err(problem) => {
                    self.problems.push(problem);
                    continue;
                }
            };
            let file = self.sources.add(&path, text.as_str());
            match parse(&text) {
                Ok(content) => manifests.push(Manifest { dir, file, text, content }),
                Err(why) => self.problems.push(
                    Diagnostic::warning(
                        "depends-from",
                        Origin::file(file),
                        format!("`{path}` cannot be read"),
                    )
                    .with_note(why)
                    .with_help("what it depends on is not known, and a change there does not select it"),
                ),
            }
        }
        Ok(manifests)
    }
}

/// Adds to the units what the manifests in them state.
///
/// # Errors
/// A directory or a manifest cannot be read.
pub(crate) fn add(
    from: &[From],
    files: &dyn Files,
    sources: &Sources,
    units: &mut [Unit],
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut reading = Reading { files, sources, problems: Vec::new() };
    let mut edges = Vec::new();
    for from in from {
        edges.extend(match from {
            From::Cargo => cargo::edges(&mut reading)?,
            From::Npm => npm::edges(&mut reading)?,
            From::Go => go::edges(&mut reading)?,
        });
    }
    let dirs: HashMap<RepoPath, usize> =
        units.iter().enumerate().map(|(at, unit)| (unit.dir.clone(), at)).collect();
    let mut stated: BTreeMap<(usize, UnitName), Origin> = BTreeMap::new();
    for edge in edges {
        if let (Some(from), Some(to)) = (owner(&dirs, &edge.from), owner(&dirs, &edge.to))
            && from != to
        {
            stated.entry((from, units[to].name.clone())).or_insert(edge.origin);
        }
    }
    for ((at, unit), origin) in stated {
        let depends_on = &mut units[at].depends_on;
        if let Err(place) = depends_on.binary_search_by(|known| known.unit.cmp(&unit)) {
            let dependency = Dependency { unit, order: Order::Unordered, stated: Stated::Manifest, origin };
            depends_on.insert(place, dependency);
        }
    }
    let in_unit = |problem: &Diagnostic| {
        let path = problem.labels.first().map(|label| sources.path(label.origin.file));
        path.and_then(|path| RepoPath::parse(path).ok()).is_some_and(|path| owner(&dirs, &path).is_some())
    };
    Ok(reading.problems.into_iter().filter(in_unit).collect())
}

/// The unit whose directory is nearest above a path.
fn owner(dirs: &HashMap<RepoPath, usize>, path: &RepoPath) -> Option<usize> {
    let mut at = Some(path.clone());
    while let Some(directory) = at {
        if let Some(unit) = dirs.get(&directory) {
            return Some(*unit);
        }
        at = directory.parent();
    }
    None
}

#[cfg(test)]
mod tests;
