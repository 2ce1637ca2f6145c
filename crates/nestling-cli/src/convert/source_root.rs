//! Paths of reports as paths from the root of the repository.

use std::path::{Component, Path, PathBuf};

/// The directories that paths of a report may start at.
#[derive(Debug)]
pub(crate) struct SourceRoot {
    /// The root of the repository, as it was named and with all links followed.
    roots: [PathBuf; 2],
    /// The directory that relative paths start at.
    directory: PathBuf,
    /// The root of the repository where the tool ran, if that was elsewhere.
    elsewhere: Option<PathBuf>,
}

impl SourceRoot {
    /// Creates the paths of a repository; relative paths start at the directory.
    ///
    /// # Errors
    /// One of the directories does not exist.
    pub(crate) fn new(root: &Path, directory: &Path, elsewhere: Option<PathBuf>) -> std::io::Result<Self> {
        let directory = directory.canonicalize()?;
        Ok(Self { roots: [root.to_owned(), root.canonicalize()?], directory, elsewhere })
    }

    /// Returns a path from the root of the repository; `None` if it points outside of it. Below a manifest, a relative path starts
    /// at the nearest directory above it where there is such a file: cargo writes them from the root of its workspace.
    pub(crate) fn locate(&self, path: &str, manifest: Option<&str>) -> Option<String> {
        let path = self.here(path);
        if path.is_absolute() {
            return self.inside(&path);
        }
        let above_manifest = manifest.and_then(|manifest| {
            let manifest = self.here(manifest);
            let files = manifest.ancestors().skip(1).map(|directory| directory.join(&path));
            files.into_iter().find(|file| file.is_file())
        });
        self.inside(&above_manifest.unwrap_or_else(|| self.directory.join(&path)))
    }

    /// Returns a path of the place where the tool ran as one of this machine.
    fn here(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        let below = self.elsewhere.as_ref().and_then(|elsewhere| path.strip_prefix(elsewhere).ok());
        below.map_or_else(|| path.to_owned(), |below| self.roots[1].join(below))
    }

    fn inside(&self, path: &Path) -> Option<String> {
        let path = without_dots(path)?;
        let mut below = self.roots.iter().filter_map(|root| path.strip_prefix(root).ok().map(Path::to_owned));
        let below = below.next().or_else(|| {
            // The same directory by another link.
            Some(path.canonicalize().ok()?.strip_prefix(&self.roots[1]).ok()?.to_owned())
        })?;
        below.to_str().filter(|below| !below.is_empty()).map(str::to_owned)
    }
}

/// Resolves `.` and `..` without following links; `None` if it leads above the root of the file system.
fn without_dots(path: &Path) -> Option<PathBuf> {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            other => resolved.push(other),
        }
    }
    Some(resolved)
}
