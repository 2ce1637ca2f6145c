//! Files that a command has read, by whether a change of them selects a unit.

use super::narrowing::UnitPatterns;
use super::{Error, Project};
use crate::fingerprint::closures;
use crate::select::{UnitIndex, affects_everything, is_ignored};
use crate::workspace::{Unclaimed, Workspace};
use nestling_files::files::{DirectoryEntry, EntryKind, Files, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The committed files that a command read, by whether they select a unit.
///
/// [`Project::observed`] has an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    /// Number of the files whose change selects the unit.
    pub selecting: usize,
    /// The files whose change does not, each with the unit whose directory it is in.
    pub missing: BTreeMap<RepoPath, Option<UnitName>>,
    /// The files that `ignore` of the workspace leaves out, which no `changes` can bring back.
    pub ignored: BTreeSet<RepoPath>,
    /// The units to depend on, so that the files in their directories select the unit.
    pub depends_on: BTreeSet<UnitName>,
    /// The globs to add to `changes`, so that all others select it.
    pub changes: BTreeSet<String>,
}

impl Project<'_> {
    /// Judges the files that a command read for a unit. Paths that are not committed, such as what the command wrote, do not count.
    ///
    /// ```
    /// use nestling::{ChangeRequest, Project, RepoPath, Repository};
    /// # let fixture = nestling_git::testing::Fixture::new();
    /// # fixture.write("nestling.yml", "workspace: {}");
    /// # fixture.write("api/nestling.yml", "build: { script: ../tools/build }");
    /// # fixture.write("tools/build", "");
    /// # fixture.commit("a unit");
    /// # let directory = &fixture.root;
    ///
    /// let repository = Repository::discover(directory)?;
    /// let project = Project::open(&repository, ChangeRequest::local())?;
    /// let read = ["api/nestling.yml", "tools/build"].map(|path| RepoPath::parse(path).expect("a path"));
    /// let observed = project.observed("api", read)?;
    /// assert_eq!(observed.selecting, 1);
    /// assert!(observed.changes.contains("/tools/**/*"));
    /// # Ok::<(), nestling::Error>(())
    /// ```
    ///
    /// # Errors
    /// The unit does not exist, or the commit cannot be read.
    pub fn observed(&self, unit: &str, read: impl IntoIterator<Item = RepoPath>) -> Result<Observed, Error> {
        let workspace = self.workspace();
        let name = self.unit_named(unit)?;
        let committed = self.committed()?;
        let reading: BTreeSet<RepoPath> =
            read.into_iter().filter_map(|path| tracked(&committed, path)).collect();
        let closures = closures(workspace);
        let closure = closures.iter().find(|(known, _)| **known == name).map(|(_, closure)| closure);
        let counts = |index: usize| {
            let claimant = &workspace.units[index].name;
            *claimant == name || closure.is_some_and(|closure| closure.contains(claimant))
        };
        let index = UnitIndex::new(workspace);
        let mut observed = Observed::default();
        for path in &reading {
            let claims = index.claims(path);
            if is_ignored(workspace, path) {
                observed.ignored.insert(path.clone());
            } else if claims.iter().any(|(index, _)| counts(*index))
                || selects_all(workspace, path, claims.is_empty())
            {
                observed.selecting += 1;
            } else {
                observed.missing.insert(path.clone(), owner(workspace, path));
            }
        }
        observed.depends_on = observed.missing.values().flatten().cloned().collect();
        let of_nobody = observed.missing.iter().filter(|(_, owner)| owner.is_none()).map(|(path, _)| path);
        observed.changes = globs(&of_nobody.collect(), &committed, workspace);
        Ok(observed)
    }

    /// Returns the unit of a name or a directory.
    fn unit_named(&self, unit: &str) -> Result<UnitName, Error> {
        let patterns = UnitPatterns { only: vec![unit.to_owned()], except: Vec::new() };
        let mut units = patterns.narrowing(&[self.workspace()])?.only.into_iter();
        match (units.next(), units.next()) {
            (Some(name), None) => Ok(name),
            // A glob of several: a command is observed for one unit.
            (_, more) => Err(Error::UnknownUnit { pattern: unit.to_owned(), near: more }),
        }
    }

    /// Returns the files of the commit that is checked out.
    fn committed(&self) -> Result<BTreeSet<RepoPath>, Error> {
        let mut paths = BTreeSet::new();
        let Some(repository) = self.repository else { return Ok(paths) };
        let Some(commit) = repository.git().head()? else { return Ok(paths) };
        let mut visit = |directory: &RepoPath, entries: &[DirectoryEntry]| {
            let files = entries.iter().filter(|entry| entry.kind != EntryKind::Directory);
            paths.extend(files.map(|entry| directory.child(&entry.name)));
            Walk::Descend
        };
        repository.git().files_at(&commit)?.walk(&mut visit)?;
        Ok(paths)
    }
}

/// Returns the committed path that a file is, or the submodule that it is in.
fn tracked(committed: &BTreeSet<RepoPath>, path: RepoPath) -> Option<RepoPath> {
    let mut above = Some(path);
    while let Some(path) = above {
        if committed.contains(&path) {
            return Some(path);
        }
        above = path.parent();
    }
    None
}

/// Returns `true` if a change of a path selects every unit.
fn selects_all(workspace: &Workspace, path: &RepoPath, is_unclaimed: bool) -> bool {
    let by_policy =
        workspace.unclaimed == Unclaimed::Everything && is_unclaimed && path.is_in(&workspace.root);
    by_policy || affects_everything(workspace, path).is_some()
}

/// Returns the unit whose directory is the nearest above a path. A unit at the root has what nobody else has, and is no
/// dependency to propose.
fn owner(workspace: &Workspace, path: &RepoPath) -> Option<UnitName> {
    let owners = workspace.units.iter().filter(|unit| path.is_in(&unit.dir) && !unit.dir.is_root());
    owners.max_by_key(|unit| unit.dir.as_bytes().len()).map(|unit| unit.name.clone())
}

/// Returns globs for these paths: a directory of which all files were read as a whole, and all others by their paths.
fn globs(
    paths: &BTreeSet<&RepoPath>,
    committed: &BTreeSet<RepoPath>,
    workspace: &Workspace,
) -> BTreeSet<String> {
    let files = counts_below(committed.iter());
    let read = counts_below(paths.iter().copied());
    let is_whole = |directory: &RepoPath| {
        let has_units = || {
            let mut units = workspace.units.iter();
            units.any(|unit| unit.dir.is_in(directory) || directory.is_in(&unit.dir))
        };
        !directory.is_root() && files.get(directory) == read.get(directory) && !has_units()
    };
    let glob = |path: &&RepoPath| {
        let above = std::iter::successors(path.parent(), RepoPath::parent);
        match above.take_while(is_whole).last() {
            Some(directory) => format!("/{}/**/*", literal(&directory)),
            None => format!("/{}", literal(path)),
        }
    };
    paths.iter().map(glob).collect()
}

/// Counts the paths below each directory.
fn counts_below<'p>(paths: impl Iterator<Item = &'p RepoPath>) -> HashMap<RepoPath, usize> {
    let mut counts = HashMap::new();
    for path in paths {
        for directory in std::iter::successors(path.parent(), RepoPath::parent) {
            *counts.entry(directory).or_default() += 1;
        }
    }
    counts
}

/// Writes a path into a glob: `?` stands for a character that means something there.
fn literal(path: &RepoPath) -> String {
    path.to_string().replace(['*', '?', '[', ']', '{', '}', '\\', '!'], "?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChangeRequest, Repository};
    use nestling_git::testing::Fixture;

    fn observed(header: &str, unit: &str, read: &[&str]) -> (Vec<String>, Vec<String>, Vec<String>) {
        let fixture = Fixture::new();
        fixture.write("nestling.yml", header);
        for file in [
            "api/main.c",
            "api/docs/a.md",
            "lib/lib.c",
            "tools/a",
            "tools/b",
            "tools/c/d",
            "one/a",
            "one/b",
            "x[1]",
            "lock",
        ] {
            fixture.write(file, "1");
        }
        fixture.commit("files");
        fixture.write("api/out", "not committed");
        let repository = Repository::discover(&fixture.root).unwrap();
        let project = Project::open(&repository, ChangeRequest::local()).unwrap();
        let read = read.iter().map(|path| RepoPath::parse(path).unwrap());
        let observed = project.observed(unit, read).unwrap();
        let missing = observed.missing.keys().map(ToString::to_string).collect();
        let proposed = observed.depends_on.iter().map(ToString::to_string).chain(observed.changes).collect();
        (missing, proposed, observed.ignored.iter().map(ToString::to_string).collect())
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    const UNITS: &str = "units: [{ match: [api, lib] }]";

    #[test]
    fn files_that_do_not_select_the_unit_are_found_with_what_to_add() {
        let header = format!("workspace: {{ {UNITS}, everything: [lock] }}");
        let read = [
            "api/main.c",
            "api/out",
            "lib/lib.c",
            "tools/a",
            "tools/b",
            "tools/c/d",
            "one/a",
            "x[1]",
            "lock",
            "absent",
        ];
        let (missing, proposed, ignored) = observed(&header, "api", &read);
        assert_eq!(missing, texts(&["lib/lib.c", "one/a", "tools/a", "tools/b", "tools/c/d", "x[1]"]));
        assert_eq!(proposed, texts(&["lib", "/one/a", "/tools/**/*", "/x?1?"]));
        assert_eq!(ignored, texts(&[]));
    }

    #[test]
    fn what_is_proposed_is_enough() {
        let header = "workspace: { units: [{ match: lib }, { match: api, depends_on: [lib], changes: [/one/a, \"/tools/**/*\", \"/x?1?\"] }] }";
        let read = ["lib/lib.c", "tools/a", "tools/c/d", "one/a", "x[1]"];
        assert_eq!(observed(header, "api", &read), (texts(&[]), texts(&[]), texts(&[])));
    }

    #[test]
    fn what_is_ignored_cannot_be_brought_back() {
        let header = format!("workspace: {{ {UNITS}, ignore: [\"**/*.md\"] }}");
        let (missing, proposed, ignored) = observed(&header, "api", &["api/docs/a.md"]);
        assert_eq!((missing, proposed, ignored), (texts(&[]), texts(&[]), texts(&["api/docs/a.md"])));
    }
}
