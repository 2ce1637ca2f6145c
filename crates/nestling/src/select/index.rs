//! From a path to the units that it affects, with reasons.

use super::reason::Reason;
use crate::workspace::{Claim, UnitClaims, Workspace};
use nestling_files::path::RepoPath;

/// The workspace's units by the paths that they claim.
pub(crate) struct UnitIndex<'a>(UnitClaims<'a>);

impl<'a> UnitIndex<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        Self(UnitClaims::new(&workspace.units))
    }

    /// The units that a changed path affects, by their place in the workspace, each with its reason, in order.
    pub(crate) fn claims(&self, path: &RepoPath) -> Vec<(usize, Reason)> {
        self.0.of(path).into_iter().map(|(unit, claim)| (unit, reason(claim, path.clone()))).collect()
    }
}

fn reason(claim: Claim<'_>, path: RepoPath) -> Reason {
    let Claim::Rule(rule) = claim else { return Reason::OwnDirectory { path, others: 0 } };
    match &rule.link {
        Some(link) => Reason::Link { path, link: link.clone(), others: 0 },
        None => Reason::Changes { path, glob: rule.written.clone(), others: 0 },
    }
}
