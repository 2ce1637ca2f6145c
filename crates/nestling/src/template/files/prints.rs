//! Hashes of files, found when a template asks for them.

use super::answers::Answers;
use super::question::{FileQuestion, PrintOf};
use minijinja::{Error, ErrorKind, Value};
use nestling_files::files::{Files, Resolved, resolve_links};
use nestling_files::path::RepoPath;
use sha2::{Digest, Sha256};

/// Stands for the fingerprint of a unit where two states of one are compared: the content of units is compared otherwise.
const STUB: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Source of the fingerprints that a template asks for.
#[derive(Debug, Clone)]
pub(in crate::template) enum PrintAnswers {
    /// The commit that is planned.
    Commit(Answers),
    /// Nobody: in a header.
    Header,
    /// All units have the same one. That of a path differs between two states if the path changed: it need not belong to the unit.
    Compared(Answers),
}

impl PrintAnswers {
    /// Returns the hash of these files. A value that is invalid fails the expression that uses it.
    pub(in crate::template) fn of(&self, files: PrintOf) -> Value {
        self.ask(files).unwrap_or_else(refused_print)
    }

    /// Returns the hash of these files, or why there is none.
    pub(super) fn ask(&self, files: PrintOf) -> Result<Value, String> {
        let (answers, question) = match (self, files) {
            (Self::Header, _) => {
                return Err("fingerprints are available in jobs, but not in a header".to_owned());
            }
            (Self::Compared(answers), PrintOf::Path(path)) => (answers, FileQuestion::ComparedPath(path)),
            (Self::Compared(_), PrintOf::Unit(_) | PrintOf::Definition) => return Ok(Value::from(STUB)),
            (Self::Commit(answers), files) => (answers, FileQuestion::Fingerprint(files)),
        };
        // The run is begun again where somebody answers.
        answers.ask(&question).unwrap_or_else(|| Err("the commit is not available".to_owned()))
    }
}

/// Returns a stand-in for the hash of a path, which differs between two states if one of these changed paths is part of it.
pub(in crate::template) fn compared_path(files: &dyn Files, path: &RepoPath, changed: &[RepoPath]) -> String {
    let (target, links) = match resolve_links(files, path) {
        Ok(Ok(Resolved { path, links })) => (path, links),
        // Such a link has no hash, which is reported where the jobs are made.
        _ => (path.clone(), Vec::new()),
    };
    let is_part =
        |changed: &RepoPath| changed.is_in(path) || changed.is_in(&target) || links.contains(changed);
    let state = if changed.iter().any(is_part) { "changed" } else { "same" };
    let digest = Sha256::digest(format!("{state} {path}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a value that fails the expression that uses it.
pub(in crate::template) fn refused_print(why: String) -> Value {
    Value::from(Error::new(ErrorKind::InvalidOperation, why))
}
