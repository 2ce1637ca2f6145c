//! Finds the files with cases.

use crate::workspace::CASES_DIRECTORY;
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;

/// A file with cases.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseFile {
    /// The file.
    pub path: RepoPath,
    /// The template that its cases are for: NAME in `NAME/tests/` beside `NAME/template.yml`.
    pub template: Option<String>,
}

impl CaseFile {
    /// Returns the file's name without its extension.
    pub(crate) fn stem(&self) -> String {
        let name = String::from_utf8_lossy(self.path.file_name()).into_owned();
        name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
    }

    /// Returns the prefix of its cases' names: the template, or else the file.
    pub(crate) fn label(&self) -> String {
        self.template.clone().unwrap_or_else(|| self.path.to_string())
    }
}

/// Finds the files `tests/*.yml` in and below these directories, in the order of their paths. `prefix` is the prefix of the
/// names of templates.
///
/// # Errors
/// A directory cannot be listed.
pub(super) fn discover(
    files: &dyn Files,
    directories: &[RepoPath],
    prefix: &str,
) -> Result<Vec<CaseFile>, ReadError> {
    let mut case_files: Vec<CaseFile> = Vec::new();
    let mut with_template: Vec<RepoPath> = Vec::new();
    files.walk(&mut |directory, entries| {
        let dir = directories.iter().find(|dir| directory.is_in(dir));
        if dir.is_none() && !directories.iter().any(|dir| dir.is_in(directory)) {
            return Walk::Skip;
        }
        let names = entries.iter().filter(|entry| entry.kind == EntryKind::File).map(|entry| &entry.name);
        if names.clone().any(|name| name == b"template.yml" || name == b"template.yaml") {
            with_template.push(directory.clone());
        }
        if let (Some(dir), Some(parent)) = (dir, directory.parent())
            && directory.file_name() == CASES_DIRECTORY
        {
            let own = with_template.contains(&parent).then(|| parent.relative_to(dir)).flatten();
            let template = own.map(|name| format!("{prefix}{}", String::from_utf8_lossy(name)));
            let cases = names.filter(|name| name.ends_with(b".yml") || name.ends_with(b".yaml"));
            for name in cases {
                case_files.push(CaseFile { path: directory.child(name), template: template.clone() });
            }
            return Walk::Skip;
        }
        Walk::Descend
    })?;
    case_files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(case_files)
}
