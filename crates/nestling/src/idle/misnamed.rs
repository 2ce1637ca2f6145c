//! Files whose names are nearly that of a unit's file: nobody reads them.

use crate::workspace::Workspace;
use crate::workspace::idle_rules::KEY_UNUSED;
use nestling_files::files::{FileQuery, FileVisitor, Files, ReadError, Walk};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, utf8};
use std::collections::BTreeMap;

/// Names that people write in place of `nestling.yml`.
const MISNAMED: [&[u8]; 6] = [
    b"nestling.yaml",
    b"Nestling.yml",
    b"Nestling.yaml",
    b".nestling.yml",
    b".nestling.yaml",
    b"nestling.yml.yml",
];

/// Packages of other projects may have their own.
const INSTALLED: &[u8] = b"node_modules";

/// Warns of each.
pub(super) fn misnamed(
    files: &dyn Files,
    workspace: &Workspace,
    sources: &Sources,
) -> Result<Vec<Diagnostic>, ReadError> {
    let query = FileQuery { collect: &MISNAMED, collect_not_below: Some(INSTALLED), ..FileQuery::new(b"") };
    let mut found = Misnamed { workspace, files: BTreeMap::new() };
    files.find(&query, &mut found)?;
    let mut problems = Vec::new();
    for (path, bytes) in found.files {
        // The place of a file is enough where its text cannot be shown.
        let text = utf8(sources, &path, bytes).unwrap_or_default();
        let origin = Origin::file(sources.add(path.to_string(), text.as_str()));
        let message = format!("`{path}` is not read: the file of a unit is called `nestling.yml`");
        problems.push(Diagnostic::warning(&KEY_UNUSED, origin, message).with_help("rename it"));
    }
    Ok(problems)
}

struct Misnamed<'w> {
    workspace: &'w Workspace,
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl FileVisitor for Misnamed<'_> {
    fn directory(&mut self, _: &RepoPath, _: Option<Vec<u8>>) -> Walk {
        Walk::Skip
    }

    fn collect(&mut self, path: &RepoPath, _: usize, bytes: Vec<u8>) {
        let is_elsewhere = self.workspace.nested.iter().any(|nested| path.is_in(nested));
        if path.is_in(&self.workspace.root) && !is_elsewhere {
            self.files.insert(path.clone(), bytes);
        }
    }
}
