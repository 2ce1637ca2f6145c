//! The configuration of today: the files that say what a pipeline is, apart from what it is about.

use super::super::{Error, Project};
use crate::workspace::FILE_NAME;
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use nestling_files::path::RepoPath;
use std::collections::{BTreeMap, HashSet};

/// Files that make up the configuration, with their contents.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// The content of each `nestling.yml`, by its directory.
    pub(super) markers: BTreeMap<RepoPath, Vec<u8>>,
    /// Directories that hold nothing but a `nestling.yml`: their units are about other directories.
    pub(super) alone: HashSet<RepoPath>,
    /// Templates, included files, and graphs of other tools.
    files: BTreeMap<RepoPath, Vec<u8>>,
    /// The template directories: a template that they lack today does not exist.
    template_directories: Vec<RepoPath>,
    /// All directories.
    directories: HashSet<RepoPath>,
}

impl Configuration {
    /// Reads the files of a project.
    ///
    /// # Errors
    /// A directory cannot be listed, or a file cannot be read.
    pub(super) fn read(project: &Project<'_>) -> Result<Self, Error> {
        let own = project.workspace().template_directories.iter().filter(|dir| dir.revision.is_none());
        let template_directories = own.map(|dir| dir.path.clone()).collect();
        let mut configuration = Self { template_directories, ..Self::default() };
        let paths = configuration.walk(project)?;
        let files = project.files();
        for path in paths {
            let Some(bytes) = files.read(&path)? else { continue };
            match path.parent().filter(|_| path.file_name() == FILE_NAME.as_bytes()) {
                Some(directory) => _ = configuration.markers.insert(directory, bytes),
                None => _ = configuration.files.insert(path, bytes),
            }
        }
        Ok(configuration)
    }

    /// Adds files that templates and jobs were read from, such as included ones, and graphs of other tools.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn add_read(&mut self, project: &Project<'_>) -> Result<(), Error> {
        let workspace = project.workspace();
        for path in project.sources().paths() {
            let Ok(path) = RepoPath::parse(&path) else { continue };
            let name = path.file_name();
            let is_yaml = name.ends_with(b".yml") || name.ends_with(b".yaml");
            let is_manifest = workspace.depends_from.reads(&path);
            let is_included = is_yaml && !is_manifest;
            if self.holds(&path) || !(is_included || workspace.depends_from.is_graph(&path)) {
                continue;
            }
            if let Some(bytes) = project.files().read(&path)? {
                self.files.insert(path, bytes);
            }
        }
        Ok(())
    }

    /// Lists all files once, and returns those of the configuration.
    fn walk(&mut self, project: &Project<'_>) -> Result<Vec<RepoPath>, Error> {
        let mut paths = Vec::new();
        let mut visit = |directory: &RepoPath, entries: &[DirectoryEntry]| {
            self.directories.insert(directory.clone());
            let is_template_directory = self.is_of_template(directory);
            for entry in entries {
                let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Symlink);
                let is_marker = entry.name == FILE_NAME.as_bytes();
                if is_file && (is_marker || is_template_directory) {
                    paths.push(directory.child(&entry.name));
                }
                if is_file && is_marker && entries.len() == 1 {
                    self.alone.insert(directory.clone());
                }
            }
            Walk::Descend
        };
        project.files().walk(&mut visit)?;
        Ok(paths)
    }

    /// Returns true if a path is one of the configuration's, today or in a template directory.
    pub(super) fn holds(&self, path: &RepoPath) -> bool {
        path.file_name() == FILE_NAME.as_bytes() || self.files.contains_key(path) || self.is_of_template(path)
    }

    /// Returns `true` if a path is in a template directory.
    fn is_of_template(&self, path: &RepoPath) -> bool {
        self.template_directories.iter().any(|dir| path.is_in(dir))
    }

    /// Returns the content of a file that is not a `nestling.yml`.
    pub(super) fn file(&self, path: &RepoPath) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Returns the files of a directory that are not a `nestling.yml`.
    pub(super) fn files_in<'a>(&'a self, directory: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
        let is_in = |path: &&RepoPath| path.parent().as_ref() == Some(directory);
        // From `a/`, since `a-b` and `a.yml` come before it, and after `a`.
        let below = self.files.range(directory.child(b"")..).map(|(path, _)| path);
        below.take_while(|path| path.is_in(directory)).filter(is_in)
    }

    /// Returns true if a directory is there today.
    pub(super) fn has_directory(&self, directory: &RepoPath) -> bool {
        self.directories.contains(directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_its_files_also_beside_paths_that_begin_as_it_does() {
        let paths = ["ci-old/a.yml", "ci.yml", "ci/a.yml", "ci/b/c.yml", "ci/d.yml", "cj.yml"];
        let files = paths.map(|path| (RepoPath::parse(path).unwrap(), Vec::new())).into();
        let configuration = Configuration { files, ..Configuration::default() };
        for (directory, expected) in [
            ("ci", &["ci/a.yml", "ci/d.yml"][..]),
            ("ci/b", &["ci/b/c.yml"]),
            ("", &["ci.yml", "cj.yml"]),
            ("cj", &[]),
        ] {
            let directory = RepoPath::parse(directory).unwrap();
            let found: Vec<String> = configuration.files_in(&directory).map(ToString::to_string).collect();
            assert_eq!(found, expected, "{directory}");
        }
    }
}
