//! A base that GitLab's variables or the clone should give, and do not.

use super::rules::BASE_UNKNOWN;
use crate::changes::{ChangeSet, Everything, Extent};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};

/// Warns that every unit is selected because base is unknown.
pub(crate) fn base_unknown(changes: &ChangeSet) -> Option<Diagnostic> {
    let Extent::Everything(Everything::UnknownBase(why)) = &changes.extent else { return None };
    let message = format!("every unit is selected, since the base commit is unknown: {why}");
    let problem = Diagnostic::new(&BASE_UNKNOWN, Severity::Warning, message);
    Some(match why.help() {
        Some(help) => problem.with_help(help),
        None => problem,
    })
}
