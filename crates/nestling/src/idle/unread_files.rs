//! Files that look like those of a unit and are none: another spelling of `nestling.yml`, or one that git ignores. A template or an
//! included file that git ignores is read here, and missing in GitLab.

use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{FILE_NAME, Workspace, is_spelled_otherwise};
use globset::Glob;
use nestling_files::files::{DirectoryEntry, EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

const GITIGNORE: &[u8] = b".gitignore";

/// Warns of each in the directories of the workspace, but not of templates with such a name.
pub(super) fn find(
    files: &dyn Files,
    workspace: &Workspace,
    sources: &Sources,
) -> Result<Vec<Diagnostic>, ReadError> {
    if workspace.file.is_none() {
        return Ok(Vec::new());
    }
    let (mut misspelled, mut unlisted) = (Vec::new(), Vec::new());
    // Asking for a file in each directory takes long: only where a pattern can have hidden it.
    let mut hiding: Vec<RepoPath> = Vec::new();
    let mut unseen = Unseen::new(sources);
    files.walk(&mut |directory, entries| {
        unseen.see(directory, entries);
        if entries.iter().any(|entry| entry.name == GITIGNORE && entry.kind == EntryKind::File)
            && can_hide(&files.read(&directory.child(GITIGNORE)).ok().flatten().unwrap_or_default())
        {
            hiding.push(directory.clone());
        }
        if !directory.is_in(&workspace.root) {
            return if workspace.root.is_in(directory) { Walk::Descend } else { Walk::Skip };
        }
        if workspace.is_of_nested(directory) {
            return Walk::Skip;
        }
        let is_file = |kind: EntryKind| matches!(kind, EntryKind::File | EntryKind::Symlink);
        let named = entries.iter().filter(|entry| is_file(entry.kind) && is_spelled_otherwise(&entry.name));
        let paths: Vec<RepoPath> = named.map(|entry| directory.child(&entry.name)).collect();
        // Where the disk takes both spellings for one, the file would be found by either.
        let is_listed = || entries.iter().any(|entry| entry.name == FILE_NAME.as_bytes());
        if paths.is_empty() && hiding.iter().any(|above| directory.is_in(above)) && !is_listed() {
            unlisted.push(directory.child(FILE_NAME.as_bytes()));
        }
        misspelled.extend(paths.into_iter().filter(|path| !workspace.is_template_path(path)));
        Walk::Descend
    })?;
    let mut problems: Vec<Diagnostic> = misspelled.iter().map(is_not_read).collect();
    // What is on disk and in no listing is ignored: no commit contains it.
    let mut ignored = unseen.ignored(files)?;
    for path in unlisted {
        if files.read(&path)?.is_some() {
            ignored.insert(path);
        }
    }
    problems.extend(ignored.iter().map(is_ignored));
    Ok(problems)
}

/// Files that the plan was made from and that no listing has contained yet, by their directories.
struct Unseen {
    /// Paths with the text that was read.
    by_directory: HashMap<RepoPath, Vec<(RepoPath, Arc<str>)>>,
}

impl Unseen {
    fn new(sources: &Sources) -> Self {
        let mut by_directory: HashMap<RepoPath, Vec<(RepoPath, Arc<str>)>> = HashMap::new();
        for source in sources.files() {
            let path = source.repo_path.clone().or_else(|| RepoPath::parse(&source.path).ok());
            // The JSON files of a CDK assembly are made in the job.
            if let Some(path) = path
                && [&b".yml"[..], b".yaml"].iter().any(|end| path.as_bytes().ends_with(end))
                && let Some(directory) = path.parent()
            {
                by_directory.entry(directory).or_default().push((path, Arc::clone(&source.text)));
            }
        }
        Self { by_directory }
    }

    /// Removes the files that a listing contains.
    fn see(&mut self, directory: &RepoPath, entries: &[DirectoryEntry]) {
        let Some(sources) = self.by_directory.get_mut(directory) else { return };
        sources.retain(|(path, _)| !entries.iter().any(|entry| *path.file_name() == *entry.name));
    }

    /// Returns those that are on disk, and in no listing of their directories.
    fn ignored(mut self, files: &dyn Files) -> Result<BTreeSet<RepoPath>, ReadError> {
        let directories: Vec<RepoPath> = self.by_directory.keys().cloned().collect();
        for directory in directories {
            if self.by_directory.get(&directory).is_some_and(|sources| !sources.is_empty()) {
                // It may be of another workspace, or not in this one.
                files.walk_to(&directory, &mut |listed, entries| {
                    self.see(listed, entries);
                    Walk::Descend
                })?;
            }
        }
        let mut ignored = BTreeSet::new();
        for (path, text) in self.by_directory.into_values().flatten() {
            // A file of base or of another revision need not be on disk.
            if files.read(&path)?.is_some_and(|bytes| bytes == text.as_bytes()) {
                ignored.insert(path);
            }
        }
        Ok(ignored)
    }
}

/// Returns `true` if a line of a `.gitignore` ignores files that are called as those of units, somewhere. Patterns of the user's
/// own configuration are not known here.
fn can_hide(patterns: &[u8]) -> bool {
    String::from_utf8_lossy(patterns).lines().map(str::trim_end).any(|line| {
        let name = line.rsplit('/').next().unwrap_or_default();
        let is_pattern = !line.starts_with(['#', '!']) && !name.is_empty();
        is_pattern && Glob::new(name).is_ok_and(|glob| glob.compile_matcher().is_match(FILE_NAME))
    })
}

fn is_not_read(path: &RepoPath) -> Diagnostic {
    let message = format!("`{path}` is not read: only `{FILE_NAME}` defines a unit or a workspace");
    Diagnostic::new(&KEY_UNUSED, Severity::Warning, message)
        .with_help(format!("rename it to `{FILE_NAME}`, or remove it"))
}

fn is_ignored(path: &RepoPath) -> Diagnostic {
    let message = format!("`{path}` is ignored by git: no commit contains it, and GitLab does not see it");
    Diagnostic::new(&KEY_UNUSED, Severity::Warning, message)
        .with_help(format!("remove its pattern from `.gitignore`, or run `git add --force {path}`"))
}

#[cfg(test)]
mod tests {
    use super::can_hide;

    #[test]
    fn patterns_that_match_the_name_can_hide_a_file() {
        for (patterns, expected) in [
            ("nestling.yml\n", true),
            ("# ours\n/api/nestling.yml", true),
            ("**/nestling.yml", true),
            ("*.yml  \r\n", true),
            ("*", true),
            ("nestling.yml/", false),
            ("!nestling.yml\n#nestling.yml\n\n*.log\nnode_modules/\n.nestling/\n", false),
            ("child-pipeline.yml\n[", false),
        ] {
            assert_eq!(can_hide(patterns.as_bytes()), expected, "{patterns}");
        }
    }
}
