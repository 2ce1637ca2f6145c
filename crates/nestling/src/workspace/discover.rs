//! One walk over the repository's directories: which contain a `nestling.yml`, which a rule matches, and which contain a
//! manifest that dependencies are read from.

use super::FILE_NAME;
use super::directory_rule::DirectoryRule;
pub(crate) use super::linked::Found;
use super::linked::{Followed, LinkedFile, follow, opens_workspace};
use super::links::Links;
use super::stated::{self, Manifests};
use nestling_files::files::{EntryKind, FileQuery, FileVisitor, Files, ReadError, Walk, resolve_links};
use nestling_files::path::RepoPath;
use std::collections::BTreeMap;

/// Finds all units' directories, in order. The root is one if a rule matches it: its `nestling.yml` is the workspace's.
/// A directory whose `nestling.yml` opens a workspace of its own is left
/// alone with all that is below it, as Cargo leaves nested workspaces alone.
///
/// On the same way it gathers the manifests that are asked for, in such workspaces too: what is in there may be needed.
///
/// # Errors
/// A directory cannot be listed, or a `nestling.yml` cannot be read.
pub(crate) fn discover<'f>(
    files: &'f dyn Files,
    rules: &[DirectoryRule],
    manifests: &mut Manifests,
    root: &RepoPath,
) -> Result<Discovered<'f>, ReadError> {
    let mut collect: Vec<&[u8]> = manifests.names();
    let manifest_names = collect.len();
    let markers = rules.iter().flat_map(|rule| &rule.markers).map(|marker| marker.file.as_bytes());
    collect.extend(markers);
    let query = FileQuery {
        depth: rules.iter().map(DirectoryRule::depth).max().unwrap_or(0),
        collect: &collect,
        collect_links: true,
        collect_not_below: Some(stated::INSTALLED),
        ..FileQuery::new(FILE_NAME.as_bytes())
    };
    let mut discovery = Discovery {
        root,
        rules,
        manifests,
        manifest_names,
        marked: Vec::new(),
        excluded: Vec::new(),
        declared_submodules: declared_submodules(files)?,
        found: Vec::new(),
        nested: Vec::new(),
        links: Vec::new(),
        submodules: Vec::new(),
        targets: BTreeMap::new(),
    };
    files.find(&query, &mut discovery)?;
    let linked_files = discovery.collect_behind_links(files, &query)?;
    let Discovery {
        mut found, mut nested, mut links, mut submodules, mut marked, mut excluded, targets, ..
    } = discovery;
    marked.retain(|(directory, ..)| !nested.iter().any(|nested| directory.is_in(nested)));
    marked.sort();
    for (directory, rule, _) in &marked {
        mark(&mut found, rules, directory, *rule, &mut excluded);
    }
    links.sort_unstable();
    let mut broken_links = Vec::new();
    for link in links {
        match follow(files, rules, root, &link)? {
            Ok(Followed::Unit(directory, unit)) => add(&mut found, directory, unit),
            Ok(Followed::Workspace(directory)) => nested.push(directory),
            Ok(Followed::File) => {}
            Err(problem) => broken_links.push(problem),
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    nested.sort_unstable();
    submodules.sort_unstable();
    let links = Links::new(targets, files);
    Ok(Discovered { units: found, marked, excluded, nested, submodules, broken_links, links, linked_files })
}

/// Adds a unit that is behind a link; a rule may have found its directory already.
fn add(found: &mut Vec<(RepoPath, Found)>, directory: RepoPath, unit: Found) {
    match found.iter_mut().find(|(known, _)| *known == directory) {
        Some((_, known)) => {
            known.file = unit.file;
            known.linked.extend(unit.linked);
        }
        None => found.push((directory, unit)),
    }
}

/// Makes a unit of a directory that contains the file of a rule, unless the rule excludes it.
fn mark(
    found: &mut Vec<(RepoPath, Found)>,
    rules: &[DirectoryRule],
    directory: &RepoPath,
    rule: usize,
    excluded: &mut Vec<(usize, RepoPath)>,
) {
    if rules.get(rule).is_some_and(|rule| rule.excluded.matches(directory)) {
        excluded.push((rule, directory.clone()));
        return;
    }
    match found.iter_mut().find(|(known, _)| known == directory) {
        Some((_, known)) if known.rules.contains(&rule) => {}
        Some((_, known)) => {
            known.rules.push(rule);
            known.rules.sort_unstable();
        }
        None => {
            let unit = Found { rules: vec![rule], ..Found::default() };
            found.push((directory.clone(), unit));
        }
    }
}

/// Directories that a workspace's files are about.
pub(crate) struct Discovered<'f> {
    /// The directories that are units, in order.
    pub units: Vec<(RepoPath, Found)>,
    /// Directories with the file of a rule: the rule, and the name of the file.
    pub marked: Vec<(RepoPath, usize, Vec<u8>)>,
    /// The rules that exclude a directory, each with that.
    pub excluded: Vec<(usize, RepoPath)>,
    /// Directories with a workspace of their own, in order.
    pub nested: Vec<RepoPath>,
    /// Submodules that a rule matches, in order.
    pub submodules: Vec<RepoPath>,
    /// Messages about links that lead to no unit and should.
    pub broken_links: Vec<String>,
    /// All symbolic links, but for those in directories of installed packages.
    pub links: Links<'f>,
    /// Manifests and files of rules that are links.
    pub linked_files: Vec<LinkedFile>,
}

/// Returns the directory of the workspace that a directory belongs to: the nearest one above it, or itself, whose `nestling.yml`
/// has the header of a workspace, else the root of the repository.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn workspace_root(files: &dyn Files, position: &RepoPath) -> Result<RepoPath, ReadError> {
    let mut directory = position.clone();
    while let Some(parent) = directory.parent() {
        let bytes = files.read(&directory.child(FILE_NAME.as_bytes()))?;
        if bytes.is_some_and(|bytes| opens_workspace(&bytes)) {
            return Ok(directory);
        }
        directory = parent;
    }
    Ok(directory)
}

/// Finds the directories whose `nestling.yml` has the header of a workspace, in order.
///
/// # Errors
/// A directory cannot be listed, or a file cannot be read.
pub(crate) fn workspaces(files: &dyn Files) -> Result<Vec<RepoPath>, ReadError> {
    let mut workspaces = Workspaces(Vec::new());
    files.find(&FileQuery::new(FILE_NAME.as_bytes()), &mut workspaces)?;
    workspaces.0.sort_unstable();
    Ok(workspaces.0)
}

struct Workspaces(Vec<RepoPath>);

impl FileVisitor for Workspaces {
    fn directory(&mut self, directory: &RepoPath, file: Option<Vec<u8>>) -> Walk {
        if file.as_deref().is_some_and(opens_workspace) {
            self.0.push(directory.clone());
        }
        Walk::Descend
    }
}

/// Gathers directories and manifests while the repository is walked.
struct Discovery<'d> {
    /// The directory of the workspace.
    root: &'d RepoPath,
    rules: &'d [DirectoryRule],
    manifests: &'d mut Manifests,
    /// The number of names of manifests: those after them are files of rules.
    manifest_names: usize,
    marked: Vec<(RepoPath, usize, Vec<u8>)>,
    excluded: Vec<(usize, RepoPath)>,
    found: Vec<(RepoPath, Found)>,
    nested: Vec<RepoPath>,
    /// The paths that `.gitmodules` names: one that is not checked out is an empty directory.
    declared_submodules: Vec<RepoPath>,
    links: Vec<RepoPath>,
    submodules: Vec<RepoPath>,
    /// The links, with their targets as written.
    targets: BTreeMap<RepoPath, Vec<u8>>,
}

impl Discovery<'_> {
    fn is_matched(&self, path: &RepoPath) -> bool {
        self.rules.iter().any(|rule| rule.matches(path))
    }

    /// Collects the manifests and the files of rules that are links to files. Returns them.
    fn collect_behind_links(
        &mut self,
        files: &dyn Files,
        query: &FileQuery<'_>,
    ) -> Result<Vec<LinkedFile>, ReadError> {
        let mut collected = Vec::new();
        let links: Vec<RepoPath> = self.targets.keys().cloned().collect();
        for link in links {
            let Some(name) = query.collected_as(link.file_name()) else { continue };
            // A link that points outside of the repository, or to nothing, is no file.
            let Ok(resolved) = resolve_links(files, &link)? else { continue };
            let Some(bytes) = files.read(&resolved.path)? else { continue };
            self.collect(&link, name, bytes);
            collected.push(LinkedFile::new(link, resolved));
        }
        Ok(collected)
    }
}

impl FileVisitor for Discovery<'_> {
    fn directory(&mut self, directory: &RepoPath, file: Option<Vec<u8>>) -> Walk {
        if !directory.is_in(self.root) {
            return if self.root.is_in(directory) { Walk::Descend } else { Walk::Skip };
        }
        let is_root = directory == self.root;
        if self.declared_submodules.contains(directory) {
            self.not_entered(directory, EntryKind::Submodule);
            return Walk::Skip;
        }
        if !is_root && file.as_deref().is_some_and(opens_workspace) {
            self.nested.push(directory.clone());
            return Walk::Skip;
        }
        let excluding = self.rules.iter().enumerate().filter(|(_, rule)| rule.excludes(directory));
        self.excluded.extend(excluding.map(|(rule, _)| (rule, directory.clone())));
        let matching = self.rules.iter().enumerate().filter(|(_, rule)| rule.matches(directory));
        let rules: Vec<usize> = matching.map(|(rule, _)| rule).collect();
        let file = file.filter(|_| !is_root);
        if file.is_some() || !rules.is_empty() {
            self.found.push((directory.clone(), Found { file, rules, linked: Vec::new() }));
        }
        Walk::Descend
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        if !path.is_in(self.root) {
            return;
        }
        let is_file = path.file_name() == FILE_NAME.as_bytes();
        match kind {
            EntryKind::Symlink if is_file || self.is_matched(path) => self.links.push(path.clone()),
            EntryKind::Submodule if self.is_matched(path) => self.submodules.push(path.clone()),
            _ => {}
        }
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        if !path.is_in(self.root) {
            return;
        }
        let directory = path.parent().unwrap_or_default();
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.is_marked(&directory, path.file_name()) {
                self.marked.push((directory.clone(), index, path.file_name().to_vec()));
            }
        }
        if name < self.manifest_names {
            self.manifests.add(name, path, bytes);
        }
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        self.targets.insert(path.clone(), target);
    }
}

/// Reads the paths of submodules from `.gitmodules`.
fn declared_submodules(files: &dyn Files) -> Result<Vec<RepoPath>, ReadError> {
    let Some(bytes) = files.read(&RepoPath::root().child(b".gitmodules"))? else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = |line: &str| {
        let (key, path) = line.split_once('=')?;
        RepoPath::parse(path.trim().trim_matches('"')).ok().filter(|_| key.trim() == "path")
    };
    Ok(text.lines().filter_map(path).collect())
}
