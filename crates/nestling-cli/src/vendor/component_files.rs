//! The files at the root of a component: its own, and the licenses of its project.

use super::fetch::{cannot_vendor, unknown_component};
use crate::exit::Failure;
use nestling::FILE_NAME;
use nestling::vendor::{ComponentPath, VendorSource};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;

/// Beginnings of the names of files that have to go with a copy, in lower case.
const LICENSES: [&str; 4] = ["license", "licence", "copying", "notice"];

/// Returns the path of a component's own file.
pub(super) fn main_file(component: &ComponentPath, files: &dyn Files) -> Result<String, Failure> {
    for file in component.files() {
        let path = RepoPath::parse(&file).map_err(Failure::repository)?;
        if files.read(&path).map_err(Failure::repository)?.is_some() {
            return Ok(file);
        }
    }
    Err(unknown_component(component, &names(files).map_err(Failure::repository)?))
}

/// Refuses a file that would make a unit of the directory that it is written to.
pub(super) fn refuse_unit(source: &VendorSource, path: &str) -> Result<(), Failure> {
    let is_unit = path.rsplit('/').next() == Some(FILE_NAME);
    let message = || format!("`{path}` would make its directory a unit");
    if is_unit { Err(cannot_vendor(source, &message())) } else { Ok(()) }
}

/// Returns `true` for a license at the root of a project.
pub(super) fn is_license(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !path.contains('/') && LICENSES.iter().any(|license| lower.starts_with(license))
}

/// Returns the licenses at the root of the project.
pub(super) fn licenses(files: &dyn Files) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    files.walk_to(&RepoPath::root(), &mut |_, entries| {
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File) {
            let name = std::str::from_utf8(&entry.name).ok();
            names.extend(name.filter(|name| is_license(name)).map(str::to_owned));
        }
        Walk::Skip
    })?;
    Ok(names)
}

/// Returns the names of the components of a project.
fn names(files: &dyn Files) -> Result<Vec<String>, ReadError> {
    let directory = RepoPath::root().child(b"templates");
    let mut names = Vec::new();
    files.walk_to(&directory, &mut |at, entries| {
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File) {
            let name = String::from_utf8_lossy(&entry.name).into_owned();
            match at.parent() {
                _ if *at == directory => names.extend(name.strip_suffix(".yml").map(str::to_owned)),
                Some(parent) if parent == directory && name == "template.yml" => {
                    names.push(String::from_utf8_lossy(at.file_name()).into_owned());
                }
                _ => {}
            }
        }
        Walk::Descend
    })?;
    Ok(names)
}
