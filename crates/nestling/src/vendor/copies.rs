//! The vendored files that an include of a component means.

use super::rules::VENDOR_MISSING;
use super::{LockedComponent, NestedInclude, VendorSource, Vendored, nested_include, not_vendored};
use nestling_files::files::MemoryFiles;
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::rules::INCLUDE;
use nestling_gitlab::configuration::{CopiedFile, CopiedFrom, included_files};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::component_values::ComponentValues;
use nestling_gitlab::yaml::Node;

/// The way out of an include that cannot be vendored.
const HELP: &str = "copy the component to a template directory and remove the include there, or include the component below the `---` of the root's `nestling.yml`";

impl Vendored {
    /// Returns the project of a component or of files, with the values that the component can read.
    pub(crate) fn copied_from(&self, source: &VendorSource) -> Option<CopiedFrom> {
        let entry = self.lock.get(source)?;
        let root = self.directory_of(source);
        let component = match source {
            VendorSource::Project(_) => None,
            VendorSource::Component(component) => Some(ComponentValues {
                name: component.name().to_owned(),
                sha: entry.commit.clone(),
                reference: component.version().to_owned(),
                version: entry.version.clone().unwrap_or_default(),
            }),
        };
        Some(CopiedFrom { root, host: source.host().to_owned(), component })
    }

    /// Returns the vendored files that an include of a vendored file means.
    ///
    /// # Errors
    /// They are not vendored, or cannot be.
    pub(crate) fn copies(&self, include: &Node, from: &CopiedFrom) -> Result<Vec<CopiedFile>, Diagnostic> {
        let Some((including, entry)) = self.entry_at(from) else { return Ok(Vec::new()) };
        let refused = |message: String| Diagnostic::error(&INCLUDE, include.origin, message).with_help(HELP);
        match nested_include(include, from).map_err(refused)? {
            NestedInclude::Component(component) => {
                let name = component.to_string();
                let Some((_, file)) = self.component(&name) else {
                    return Err(not_vendored(&name, include.origin, None));
                };
                self.copy(&VendorSource::Component(component), file, include.origin).map(|copy| vec![copy])
            }
            NestedInclude::Project(project, files) => {
                let source = VendorSource::Project(project);
                files.iter().map(|file| self.copy(&source, file, include.origin)).collect()
            }
            NestedInclude::Local(path) if path.contains('*') => {
                let files = MemoryFiles::new(entry.files.keys().map(|file| (file.as_str(), "")));
                let paths = included_files(&path, &files).map_err(|error| refused(error.to_string()))?;
                let copied = |path: &RepoPath| CopiedFile {
                    path: self.path_of(&including, &path.to_string()),
                    from: from.clone(),
                };
                Ok(paths.iter().map(copied).collect())
            }
            NestedInclude::Local(path) => {
                let CopiedFile { path, .. } = self.copy(&including, &path, include.origin)?;
                Ok(vec![CopiedFile { path, from: from.clone() }])
            }
        }
    }

    /// Returns `true` if the project of a file had a match of a glob when the file was fetched; `None` if nobody asked.
    pub(crate) fn exists(&self, glob: &str, from: &CopiedFrom) -> Option<bool> {
        self.entry_at(from)?.1.exists.get(glob).copied()
    }

    fn entry_at(&self, from: &CopiedFrom) -> Option<(VendorSource, &LockedComponent)> {
        self.lock.entries().find(|(source, _)| self.directory_of(source) == from.root)
    }

    fn copy(&self, source: &VendorSource, file: &str, origin: Origin) -> Result<CopiedFile, Diagnostic> {
        let file = file.trim_start_matches('/');
        let locked = self.lock.get(source).filter(|entry| entry.files.contains_key(file));
        match (locked, self.copied_from(source)) {
            (Some(_), Some(from)) => Ok(CopiedFile { path: self.path_of(source, file), from }),
            _ => {
                let message = format!("`{file}` of `{source}` is not vendored");
                let problem = Diagnostic::error(&VENDOR_MISSING, origin, message);
                Err(problem.with_help("run `nestling vendor`, and commit the files that it writes"))
            }
        }
    }
}
