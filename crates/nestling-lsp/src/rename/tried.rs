//! A rename is tried before it is offered: the files with its edits make the same jobs, with the same needs, and no new finding.

mod compare;

use crate::documents::{Document, Documents};
use crate::edit::Edit;
use crate::findings::{try_file, try_workspace};
use crate::index::Index;
use crate::model::{Model, OpenFile};
use crate::names::Name;
use crate::plain::read_jobs;
use compare::Normal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The changes of a rename.
pub(super) struct Changes<'a> {
    pub edits: &'a BTreeMap<PathBuf, Vec<Edit>>,
    pub moved: Option<&'a (PathBuf, PathBuf)>,
}

impl Changes<'_> {
    /// Returns the path of a file after the changes.
    fn path_after(&self, path: &Path) -> PathBuf {
        let inside = self.moved.and_then(|(from, to)| Some((to, path.strip_prefix(from).ok()?)));
        match inside {
            Some((to, inside)) if inside.as_os_str().is_empty() => to.clone(),
            Some((to, inside)) => to.join(inside),
            None => path.to_owned(),
        }
    }

    /// Returns the byte after the changes that a byte of a file becomes.
    fn offset_after(&self, path: &Path, offset: usize) -> usize {
        let edits = self.edits.get(path).map(Vec::as_slice).unwrap_or_default();
        let before = edits.iter().filter(|edit| edit.range.end <= offset);
        let (removed, added) = before
            .fold((0, 0), |(removed, added), edit| (removed + edit.range.len(), added + edit.text.len()));
        offset - removed + added
    }
}

/// Refuses a rename that changes more than a name.
///
/// # Errors
/// Names the job, the unit or the finding.
pub(super) fn check(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    (name, new_name): (&Name, &str),
    changes: &Changes<'_>,
) -> Result<(), String> {
    let normal = Normal::of(name, new_name);
    let (before, after) = states(model, index, changes);
    if let Some(workspace) = &file.workspace {
        let tried =
            |documents: &Documents| try_workspace(documents, workspace, model.assemblies, model.memos);
        let old = tried(&before)
            .map_err(|error| format!("the workspace cannot be read, with this name or without: {error}"))?;
        if let Some(error) = &old.unread {
            return Err(format!(
                "not all names are known while a file of the workspace has an error: {error}"
            ));
        }
        let new = tried(&after).map_err(|error| format!("with this name, {error}"))?;
        normal.compare_units(&old.checked.facts, &new.checked.facts)?;
        normal.compare_jobs(&old.jobs, &new.jobs)?;
        normal.compare_findings(&old.checked, &new.checked, changes)?;
    }
    for path in &index.plain {
        let jobs = |documents: &Documents| read_jobs(documents, &index.root, path);
        if let (Some(old), Some(new)) = (jobs(&before), jobs(&after)) {
            normal.compare_jobs(&old.jobs, &new.jobs)?;
        }
        if let (Some(old), Some(new)) = (try_file(&before, path), try_file(&after, path)) {
            normal.compare_findings(&old, &new, changes)?;
        }
    }
    Ok(())
}

/// Returns the files before and after the edits, each with the same files open. A file that is moved stays where it was, too: nothing
/// uses it there any more.
fn states(model: &Model<'_>, index: &Index, changes: &Changes<'_>) -> (Documents, Documents) {
    let mut before = model.documents.clone();
    for path in changes.edits.keys() {
        open(model, index, path, &mut before);
    }
    let mut after = before.clone();
    for (path, edits) in changes.edits {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let Some(document) = after.open.get_mut(path) else { continue };
        for edit in edits {
            document.text.replace_range(edit.range.clone(), &edit.text);
        }
    }
    if let Some((from, _)) = changes.moved {
        for path in files_below(from) {
            let Some(text) = after.text(&path) else { continue };
            let target = changes.path_after(&path);
            let Some(uri) = model.uri(&target) else { continue };
            after.open.insert(target, Document { uri, language: "yaml".to_owned(), version: 0, text });
        }
    }
    (before, after)
}

fn open(model: &Model<'_>, index: &Index, path: &Path, documents: &mut Documents) {
    if documents.open.contains_key(path) {
        return;
    }
    let (Some(uri), Some(file)) = (model.uri(path), index.file(path)) else { return };
    let text = index.files[file].text.clone();
    documents.open.insert(path.to_owned(), Document { uri, language: "yaml".to_owned(), version: 0, text });
}

/// Returns a file, or the files in a directory and in those below it.
fn files_below(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_owned()] };
    let entries = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !path.is_symlink());
    entries.flat_map(|path| files_below(&path)).collect()
}
