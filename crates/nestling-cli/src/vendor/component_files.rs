//! The files of a component at a commit of its project: its own, the local files that it includes, and the license.

use nestling::FILE_NAME;
use nestling::vendor::ComponentPath;
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::included_files;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::yaml::{self, Node};
use std::collections::BTreeMap;

/// Beginnings of the names of files that have to go with a copy, in lower case.
const LICENSES: [&str; 4] = ["license", "licence", "copying", "notice"];

/// The most files of one component, as GitLab includes in one pipeline.
const FILE_LIMIT: usize = 150;

/// The files of a component by their paths in its project.
#[derive(Debug)]
pub(super) struct ComponentFiles {
    /// Path of the component's own file.
    pub file: String,
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Reason why there are no files.
#[derive(Debug)]
pub(super) enum NoFiles {
    /// The project has no such component; these are the ones that it has.
    Unknown(Vec<String>),
    /// An included file cannot be copied.
    Include(String),
    /// A file cannot be read.
    Read(ReadError),
}

impl From<ReadError> for NoFiles {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

/// Returns the files of a component.
pub(super) fn component_files(
    component_path: &ComponentPath,
    files: &dyn Files,
) -> Result<ComponentFiles, NoFiles> {
    for file in component_path.files() {
        let Some(bytes) = read(files, &file)? else { continue };
        refuse_unit(&file)?;
        let mut found = BTreeMap::from([(file.clone(), bytes)]);
        add_included(&file, files, &mut found)?;
        for name in licenses(files)? {
            let bytes = read(files, &name)?;
            found.extend(bytes.map(|bytes| (name, bytes)));
        }
        return Ok(ComponentFiles { file, files: found });
    }
    Err(NoFiles::Unknown(names(files)?))
}

fn read(files: &dyn Files, path: &str) -> Result<Option<Vec<u8>>, NoFiles> {
    let path = RepoPath::parse(path).map_err(|error| NoFiles::Include(error.to_string()))?;
    Ok(files.read(&path)?)
}

/// Adds the local files that a file includes, and those that they include.
fn add_included(
    first: &str,
    files: &dyn Files,
    found: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), NoFiles> {
    let mut pending = vec![first.to_owned()];
    while let Some(path) = pending.pop() {
        let bytes = found.get(&path).map(Vec::as_slice).unwrap_or_default();
        for local in local_includes(bytes) {
            if local.contains('$') {
                return Err(NoFiles::Include(format!(
                    "`{path}` includes `{local}`, whose file depends on an input or a variable"
                )));
            }
            for included in paths(&local, files)? {
                if found.contains_key(&included) {
                    continue;
                }
                let Some(bytes) = read(files, &included)? else {
                    return Err(NoFiles::Include(format!(
                        "`{path}` includes `{local}`, which does not exist"
                    )));
                };
                if found.len() >= FILE_LIMIT {
                    return Err(NoFiles::Include(format!("it includes more than {FILE_LIMIT} files")));
                }
                refuse_unit(&included)?;
                found.insert(included.clone(), bytes);
                pending.push(included);
            }
        }
    }
    Ok(())
}

/// Refuses a file that would make a unit of the directory that it is written to.
fn refuse_unit(path: &str) -> Result<(), NoFiles> {
    let is_unit = path.rsplit('/').next() == Some(FILE_NAME);
    let message = || NoFiles::Include(format!("`{path}` would make its directory a unit"));
    if is_unit { Err(message()) } else { Ok(()) }
}

/// Returns the paths that an include names, or that its wildcards match.
fn paths(local: &str, files: &dyn Files) -> Result<Vec<String>, NoFiles> {
    let refused = |path: &str| NoFiles::Include(format!("the path `{path}` cannot be copied"));
    let paths = if local.contains('*') {
        included_files(local, files)?
    } else {
        vec![RepoPath::parse(local).map_err(|error| NoFiles::Include(error.to_string()))?]
    };
    paths
        .iter()
        .map(|path| path.as_str().map(str::to_owned).ok_or_else(|| refused(&path.to_string())))
        .collect()
}

/// Returns the local files that a file includes. What is no YAML is reported by `nestling check`.
fn local_includes(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let file = Sources::default().add("", &*text);
    let documents = yaml::parse_file(&text, file).unwrap_or_default();
    let includes = documents.iter().filter_map(|document| document.get("include"));
    let items = includes.flat_map(Node::items_or_self);
    let local = |item: &Node| match item.as_map() {
        Some(map) => map.get("local").and_then(Node::text).map(str::to_owned),
        None => item.text().filter(|text| !text.contains("://")).map(str::to_owned),
    };
    items.filter_map(local).collect()
}

/// Returns the licenses at the root of the project.
fn licenses(files: &dyn Files) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    files.walk_to(&RepoPath::root(), &mut |_, entries| {
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File) {
            let Ok(name) = std::str::from_utf8(&entry.name) else { continue };
            let lower = name.to_ascii_lowercase();
            if LICENSES.iter().any(|license| lower.starts_with(license)) {
                names.push(name.to_owned());
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_files::files::MemoryFiles;

    fn project() -> MemoryFiles {
        MemoryFiles::new([
            ("LICENSE", "MIT"),
            ("README.md", "x"),
            (
                "templates/build.yml",
                "spec: {}\n---\ninclude: [{ local: /parts/*.yml, inputs: { a: b } }]\na: { script: x }\n",
            ),
            ("templates/deploy/template.yml", "a: { script: x }\n"),
            ("templates/deploy/Dockerfile", "FROM scratch"),
            ("templates/open.yml", "include: [{ local: \"/parts/$[[ inputs.part ]].yml\" }]\n"),
            ("templates/gone.yml", "include: /parts/gone.txt\n"),
            ("templates/nestling.yml", "a: { script: x }\n"),
            ("parts/a.yml", "include: /other/b.yml\n"),
            ("other/b.yml", ".b: { image: alpine }\n"),
        ])
    }

    fn of(name: &str) -> String {
        let component_path = ComponentPath::parse(&format!("gitlab.com/g/p/{name}@1")).unwrap();
        match component_files(&component_path, &project()) {
            Ok(found) => format!("{}: {}", found.file, found.files.into_keys().collect::<Vec<_>>().join(" ")),
            Err(NoFiles::Unknown(names)) => format!("one of {}", names.join(", ")),
            Err(NoFiles::Include(message)) => message,
            Err(NoFiles::Read(error)) => error.to_string(),
        }
    }

    #[test]
    fn a_component_comes_with_its_includes_and_the_license() {
        for (name, expected) in [
            ("build", "templates/build.yml: LICENSE other/b.yml parts/a.yml templates/build.yml"),
            ("deploy", "templates/deploy/template.yml: LICENSE templates/deploy/template.yml"),
            ("other", "one of build, gone, nestling, open, deploy"),
            (
                "open",
                "`templates/open.yml` includes `/parts/$[[ inputs.part ]].yml`, whose file depends on an input or a variable",
            ),
            ("nestling", "`templates/nestling.yml` would make its directory a unit"),
            ("gone", "`templates/gone.yml` includes `/parts/gone.txt`, which does not exist"),
        ] {
            assert_eq!(of(name), expected);
        }
    }
}
