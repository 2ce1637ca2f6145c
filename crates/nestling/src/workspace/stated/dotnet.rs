//! .NET: references between projects, files that they take in from elsewhere, and the `Directory.*` files above them
//! (<https://learn.microsoft.com/visualstudio/msbuild/common-msbuild-project-items>,
//! <https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory>). Conditions count as met.

mod project;

use super::manifest::{Manifest, and_above};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use project::{Project, Properties, Resolved};

/// The names of projects, and of the files that MSBuild takes in by their names.
pub(super) const FILES: [&str; 4] = ["*.csproj", "*.fsproj", "*.vbproj", "Directory.*"];

/// The files named `Directory.*` that MSBuild imports by itself.
const TAKEN_IN: [&str; 3] = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let projects: Vec<Manifest<Project>> =
        FILES[..3].iter().flat_map(|name| reading.all(name, Project::parse)).collect();
    let is_taken_in = |path: &RepoPath| TAKEN_IN.iter().any(|name| name.as_bytes() == path.file_name());
    let taken_in = reading.those(FILES[3], is_taken_in, Project::parse);
    for project in &projects {
        let above: Vec<&Manifest<Project>> =
            TAKEN_IN.iter().filter_map(|name| nearest(&project.dir, name, &taken_in)).collect();
        let above = with_imported(above, &taken_in);
        for file in &above {
            edges.add_file(&project.dir, &file.path, || project.line_of(0));
        }
        let mut properties = Properties::default();
        for file in above.iter().copied().chain([project]) {
            properties.add(file);
        }
        for stating in above.iter().copied().chain([project]) {
            for reference in &stating.content.references {
                let origin = || stating.line_of(reference.start);
                match properties.resolve(&reference.path, stating) {
                    Some(Resolved::File(path)) if reference.is_project => {
                        let directory = path.parent().unwrap_or_default();
                        edges.add(&project.dir, &directory, origin);
                    }
                    Some(Resolved::File(path)) => edges.add_file(&project.dir, &path, origin),
                    Some(Resolved::Directory(path)) => edges.add(&project.dir, &path, origin),
                    None => {}
                }
            }
        }
    }
}

/// Returns the file of a name that is in a directory, or nearest above it.
fn nearest<'m>(
    directory: &RepoPath,
    name: &str,
    files: &'m [Manifest<Project>],
) -> Option<&'m Manifest<Project>> {
    let mut paths = and_above(directory).map(|above| above.child(name.as_bytes()));
    paths.find_map(|path| files.iter().find(|file| file.path == path))
}

/// Files with those above them that they import: the nearest alone is taken in by itself.
fn with_imported<'m>(
    mut files: Vec<&'m Manifest<Project>>,
    all: &'m [Manifest<Project>],
) -> Vec<&'m Manifest<Project>> {
    let mut next = 0;
    while let Some(file) = files.get(next).copied() {
        next += 1;
        let Some(parent) = file.dir.parent().filter(|_| file.content.imports_file_above) else { continue };
        let name = String::from_utf8_lossy(file.path.file_name()).into_owned();
        let imported = nearest(&parent, &name, all);
        files.extend(imported.filter(|imported| files.iter().all(|known| known.path != imported.path)));
    }
    files
}
