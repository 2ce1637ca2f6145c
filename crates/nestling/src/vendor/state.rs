//! The vendored components of a workspace, and what is wrong with them.

use super::lock::{VendorLock, checksum};
use super::rules::{VENDOR_CHANGED, VENDOR_LOCK, VENDOR_MISSING, VENDOR_UNUSED};
use super::{ComponentPath, DIRECTORY, LOCK_FILE, LockedComponent, VendorSource};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, Suggestion, utf8};
use nestling_gitlab::yaml;
use std::collections::{BTreeMap, BTreeSet};

/// The command that puts it right.
const HELP: &str = "run `nestling vendor`";

/// The way out of a lock file that is not YAML.
const CONFLICT: &str =
    "after a merge conflict, accept either side (`git checkout --ours`), and run `nestling vendor`";

/// The way out where git converted the line endings of a file.
const LINE_ENDINGS: &str =
    "git converted its line endings: add `ci/vendor/** -text` to `.gitattributes`, and run `nestling vendor`";

/// The vendored components of a workspace.
#[derive(Debug, Clone)]
pub(crate) struct Vendored {
    /// Their directory.
    pub directory: RepoPath,
    /// The lock file.
    pub lock: VendorLock,
    /// The start of the lock file.
    pub origin: Origin,
    /// Errors in the lock file, which is empty then.
    pub problems: Vec<Diagnostic>,
}

impl Vendored {
    /// Returns the component of this path, and the path of its file in its project.
    pub(crate) fn component(&self, component_path: &str) -> Option<(&LockedComponent, &str)> {
        let component = self.lock.components.get(component_path)?;
        Some((component, component.file.as_deref()?))
    }

    /// Returns the directory of a component or a project, where its files are as in its project.
    pub(crate) fn directory_of(&self, source: &VendorSource) -> RepoPath {
        self.inside(&self.directory, &source.directory())
    }

    /// Returns the path of a file of a component or a project.
    pub(crate) fn path_of(&self, source: &VendorSource, path: &str) -> RepoPath {
        self.inside(&self.directory_of(source), path)
    }

    fn inside(&self, directory: &RepoPath, path: &str) -> RepoPath {
        path.split('/').fold(directory.clone(), |path, part| path.child(part.as_bytes()))
    }

    /// Returns the path of the lock file.
    pub(crate) fn lock_path(&self) -> RepoPath {
        self.directory.child(LOCK_FILE.as_bytes())
    }

    /// Returns the paths of all files, each with its component and its checksum.
    pub(crate) fn files(&self) -> impl Iterator<Item = (RepoPath, &str, Origin)> {
        self.lock.entries().flat_map(move |(source, entry)| {
            let files = entry.files.iter();
            files.map(move |(path, file)| (self.path_of(&source, path), file.sha256.as_str(), file.origin))
        })
    }

    /// Returns the names of the components that these use, and of what those include.
    fn used<'n>(&'n self, first: impl Iterator<Item = &'n str>) -> BTreeSet<&'n str> {
        let mut pending: Vec<&str> = first.collect();
        let mut used = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if used.insert(name) {
                let entries = [self.lock.components.get(name), self.lock.projects.get(name)];
                pending.extend(
                    entries.into_iter().flatten().flat_map(|entry| &entry.includes).map(String::as_str),
                );
            }
        }
        used
    }
}

/// Returns the path of the lock file of a workspace.
pub(crate) fn lock_path(root: &RepoPath) -> RepoPath {
    directory(root).child(LOCK_FILE.as_bytes())
}

fn directory(root: &RepoPath) -> RepoPath {
    DIRECTORY.split('/').fold(root.clone(), |path, part| path.child(part.as_bytes()))
}

/// Reads the lock file of a workspace; `None` if there is none.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(
    files: &dyn Files,
    root: &RepoPath,
    sources: &Sources,
) -> Result<Option<Vendored>, ReadError> {
    let path = lock_path(root);
    let Some(bytes) = files.read(&path)? else { return Ok(None) };
    let (lock, origin) = match utf8(sources, &path, bytes) {
        Ok(text) => parse(&text, sources.add(&path, text.as_str())),
        Err(problem) => (Err(vec![problem]), Origin::generated()),
    };
    let (lock, problems) = match lock {
        Ok(lock) => (lock, Vec::new()),
        Err(problems) => (VendorLock::default(), problems),
    };
    Ok(Some(Vendored { directory: directory(root), lock, origin, problems }))
}

fn parse(text: &str, file: FileId) -> (Result<VendorLock, Vec<Diagnostic>>, Origin) {
    let origin = Origin::file(file);
    let parsed = yaml::parse_file(text, file).map_err(|problems| {
        let with_help = |problem: Diagnostic| problem.with_help(CONFLICT);
        problems.into_iter().map(with_help).collect()
    });
    let lock = parsed.and_then(|documents| match documents.first() {
        Some(node) => VendorLock::read(node),
        None => Err(vec![Diagnostic::error(&VENDOR_LOCK, origin, "the lock file is empty").with_help(HELP)]),
    });
    (lock, origin)
}

/// Reports components that are used and not vendored, or vendored and not used, and files that are not what was fetched.
///
/// # Errors
/// A file or a directory cannot be read.
pub(crate) fn findings<'u>(
    vendored: Option<&Vendored>,
    uses: impl Iterator<Item = (&'u ComponentPath, Origin)>,
    files: &dyn Files,
) -> Result<Vec<Diagnostic>, ReadError> {
    if let Some(broken) = vendored.filter(|vendored| !vendored.problems.is_empty()) {
        return Ok(broken.problems.clone());
    }
    let mut used: BTreeMap<String, BTreeSet<Origin>> = BTreeMap::new();
    for (component_path, origin) in uses {
        used.entry(component_path.to_string()).or_default().insert(origin);
    }
    let locked: BTreeSet<&str> = vendored.iter().flat_map(|vendored| component_paths(vendored)).collect();
    let mut problems = Vec::new();
    for (component_path, origins) in
        used.iter().filter(|(component_path, _)| !locked.contains(component_path.as_str()))
    {
        let near = Suggestion::among(component_path, locked.iter().copied()).word();
        problems.extend(origins.iter().map(|origin| not_vendored(component_path, *origin, near)));
    }
    let Some(vendored) = vendored else { return Ok(problems) };
    let reached = vendored.used(used.keys().map(String::as_str));
    for (source, entry) in vendored.lock.entries() {
        let name = source.to_string();
        if !reached.contains(name.as_str()) {
            let message = match source {
                VendorSource::Component(_) => format!("no unit uses the vendored component `{name}`"),
                VendorSource::Project(_) => {
                    format!("no component includes files of the vendored project `{name}`")
                }
            };
            let problem = Diagnostic::warning(&VENDOR_UNUSED, entry.origin, message);
            problems.push(problem.with_help("run `nestling vendor`, which removes it"));
        }
    }
    let mut expected = BTreeSet::from([vendored.lock_path()]);
    for (path, sha256, origin) in vendored.files() {
        match files.read(&path)? {
            None => problems.push(does_not_exist(&path, origin)),
            Some(bytes) if checksum(&bytes) != sha256 => {
                problems.push(match checksum(&without_carriage_returns(&bytes)) == sha256 {
                    true => differs(&path, origin).with_help(LINE_ENDINGS),
                    false => differs(&path, origin),
                });
            }
            Some(_) => {}
        }
        expected.insert(path);
    }
    problems.extend(not_locked(vendored, &expected, files)?);
    Ok(problems)
}

/// Returns a file with the line endings that git gives it on other systems.
fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes()
}

fn component_paths(vendored: &Vendored) -> impl Iterator<Item = &str> {
    vendored.lock.components.keys().map(String::as_str)
}

/// Reports a file that the lock file has.
pub(crate) fn does_not_exist(path: &RepoPath, origin: Origin) -> Diagnostic {
    changed(format!("vendored file `{path}` does not exist"), origin)
}

/// Reports a file that is not as it was fetched.
pub(crate) fn differs(path: &RepoPath, origin: Origin) -> Diagnostic {
    changed(format!("vendored file `{path}` differs from its SHA-256 in the lock file"), origin)
}

fn changed(message: String, origin: Origin) -> Diagnostic {
    let help =
        "run `nestling vendor`, which restores it; to change a component, copy it to a template directory";
    Diagnostic::error(&VENDOR_CHANGED, origin, message).with_help(help)
}

/// Reports a component that the lock file does not have.
pub(crate) fn not_vendored(component_path: &str, origin: Origin, near: Option<&str>) -> Diagnostic {
    let message = format!("component `{component_path}` is not vendored");
    let problem = Diagnostic::error(&VENDOR_MISSING, origin, message);
    match near {
        Some(near) => problem.with_help(format!("run `nestling vendor`, or did you mean `{near}`?")),
        None => problem.with_help("run `nestling vendor`, and commit the files that it writes"),
    }
}

/// Warns of files beside those of the lock file: nothing reads them.
fn not_locked(
    vendored: &Vendored,
    expected: &BTreeSet<RepoPath>,
    files: &dyn Files,
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut problems = Vec::new();
    files.walk_to(&vendored.directory, &mut |directory, entries| {
        if directory.is_in(&vendored.directory) {
            let here = entries.iter().filter(|entry| entry.kind != EntryKind::Directory);
            for path in here.map(|entry| directory.child(&entry.name)) {
                if !expected.contains(&path) {
                    let message = format!("`{path}` is not in the lock file: nothing reads it");
                    let problem = Diagnostic::warning(&VENDOR_UNUSED, vendored.origin, message);
                    problems.push(problem.with_help("remove it, or move it out of the directory"));
                }
            }
        }
        Walk::Descend
    })?;
    Ok(problems)
}
