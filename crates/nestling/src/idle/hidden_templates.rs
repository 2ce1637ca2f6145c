//! Templates that another one of the same name in their directory hides.

use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{CASES_DIRECTORY, TemplateDirectory, Workspace};
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, utf8};
use std::collections::BTreeMap;

/// Warns of each, unless a unit uses it by a longer name. Where a name is looked for, `NAME.yml` comes before `NAME.yaml`, and
/// both before `NAME/template.yml`.
pub(super) fn hidden(
    files: &dyn Files,
    workspace: &Workspace,
    sources: &Sources,
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut problems = Vec::new();
    for dir in workspace.template_directories.iter().filter(|dir| dir.is_of_templates()) {
        for (name, mut spellings) in templates(files, dir)? {
            spellings.sort();
            let Some(((_, first), others)) = spellings.split_first() else { continue };
            for (_, path) in others {
                if is_used(workspace, dir, path) {
                    continue;
                }
                let Some(bytes) = files.read(path)? else { continue };
                // What is no text is reported where it is used.
                let Ok(text) = utf8(sources, path, bytes) else { continue };
                let origin = Origin::file(sources.add(path.to_string(), text.as_str()));
                let message = format!("template `{name}` is `{first}`, which hides this file");
                let problem = Diagnostic::warning(&KEY_UNUSED, origin, message);
                problems.push(problem.with_help("rename one of them, or remove it"));
            }
        }
    }
    Ok(problems)
}

/// Returns the files of each name, each with its place in the order in which they are looked for.
fn templates(
    files: &dyn Files,
    dir: &TemplateDirectory,
) -> Result<BTreeMap<String, Vec<(usize, RepoPath)>>, ReadError> {
    let mut templates: BTreeMap<String, Vec<(usize, RepoPath)>> = BTreeMap::new();
    files.walk(&mut |directory, entries| {
        if !directory.is_in(&dir.path) {
            return if dir.path.is_in(directory) { Walk::Descend } else { Walk::Skip };
        }
        if *directory != dir.path && directory.file_name() == CASES_DIRECTORY {
            return Walk::Skip;
        }
        for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Directory) {
            let path = directory.child(&entry.name);
            let below = path.relative_to(&dir.path).map(String::from_utf8_lossy).unwrap_or_default();
            for (order, ending) in [".yml", ".yaml", "/template.yml"].into_iter().enumerate() {
                if let Some(name) = below.strip_suffix(ending).filter(|name| !name.ends_with("/template")) {
                    templates.entry(name.to_owned()).or_default().push((order, path.clone()));
                }
            }
        }
        Walk::Descend
    })?;
    Ok(templates)
}

/// Returns `true` if a unit names the file itself: `dup/template` or `dup.yaml`.
fn is_used(workspace: &Workspace, dir: &TemplateDirectory, path: &RepoPath) -> bool {
    let below = path.relative_to(&dir.path).map(String::from_utf8_lossy).unwrap_or_default();
    let mut names = workspace.units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.as_str());
    names.any(|name| {
        name == below || (below.ends_with("/template.yml") && below.strip_suffix(".yml") == Some(name))
    })
}
