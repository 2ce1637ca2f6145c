//! Directories of assemblies in the repository.

use crate::workspace::Unit;
use nestling_cdk::rules::CDK_HEADER;
use nestling_files::files::{DirectoryEntry, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Located;

/// Returns `true` if an assembly starts at the root of these files.
pub(crate) fn has_assembly(files: &dyn Files) -> bool {
    matches!(files.read(&RepoPath::root().child(b"manifest.json")), Ok(Some(_)))
}

/// Returns the assembly's directory in the repository: from the unit's own, or from the root where it starts with a slash.
///
/// # Errors
/// It points outside of the repository.
pub(crate) fn directory_of(unit: &Unit, written: &Located<String>) -> Result<RepoPath, Diagnostic> {
    let directory = match written.value.strip_prefix('/') {
        Some(from_root) => RepoPath::parse(from_root),
        None => unit.dir.join(&written.value),
    };
    directory.map_err(|error| Diagnostic::error(&CDK_HEADER, written.origin, error.to_string()))
}

/// Returns the directory of the app: the unit's own, or else the one that has the app's `cdk.json` and its assembly. A unit
/// cannot be at the root, where the app of a repository of one app is.
pub(crate) fn app_directory(unit: &Unit, assembly: &RepoPath, files: &dyn Files) -> RepoPath {
    let has_app = |directory: &RepoPath| matches!(files.read(&directory.child(b"cdk.json")), Ok(Some(_)));
    match assembly.parent() {
        Some(around) if !assembly.is_in(&unit.dir) && !has_app(&unit.dir) && has_app(&around) => around,
        _ => unit.dir.clone(),
    }
}

/// The files below a directory of the repository.
pub(crate) struct Below<'a> {
    pub files: &'a dyn Files,
    pub directory: RepoPath,
}

impl Files for Below<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.directory.join(path.as_bytes()) {
            Ok(path) => self.files.read(&path),
            Err(_) => Ok(None),
        }
    }

    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.files.walk_to(&self.directory, &mut |path, entries| match path.relative_to(&self.directory) {
            Some(rest) => match RepoPath::parse(rest) {
                Ok(below) => visit(&below, entries),
                Err(_) => Walk::Skip,
            },
            // The way down to the directory.
            None if self.directory.is_in(path) => Walk::Descend,
            None => Walk::Skip,
        })
    }
}
