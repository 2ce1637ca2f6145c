//! The fingerprints of a plan, and of units for its templates: read from the commit's tree, and only if somebody asks.

use super::Request;
use crate::assemble::is_waiting_job;
use crate::fingerprint::{
    Fingerprints, JobContext, NoFingerprint, ParentPrint, UnitFingerprints, definition_print,
    job_fingerprints, parent_print, path_print,
};
use crate::template::{PrintOf, UNCOMMITTED, UnitPrints};
use crate::workspace::{ReuseSettings, Workspace};
use nestling_git::{CommitId, GitRepository, TreeId};
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::cell::OnceCell;

/// Tree of a commit that fingerprints are read from.
pub(crate) trait CommittedTree {
    /// Returns the repository and the tree.
    ///
    /// # Errors
    /// Why there is none, as where files are not committed.
    fn committed_tree(&self) -> Result<(&GitRepository, TreeId), NoTree>;
}

/// The reason why there is no tree to read fingerprints from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTree {
    /// The files are not those of a commit.
    Uncommitted(&'static str),
    /// The commit cannot be read.
    Unreadable,
}

impl NoTree {
    fn why(self) -> &'static str {
        match self {
            Self::Uncommitted(why) => why,
            Self::Unreadable => "the commit cannot be read",
        }
    }
}

/// A commit of a repository.
pub(crate) struct TreeOfCommit<'a> {
    pub(crate) git: &'a GitRepository,
    pub(crate) commit: CommitId,
}

impl CommittedTree for TreeOfCommit<'_> {
    fn committed_tree(&self) -> Result<(&GitRepository, TreeId), NoTree> {
        let tree = self.git.tree_of(&self.commit).map_err(|_| NoTree::Unreadable)?;
        Ok((self.git, tree))
    }
}

/// The fingerprints of the units of a workspace at a commit, read once.
pub(crate) struct FingerprintSource<'a> {
    tree: &'a dyn CommittedTree,
    workspace: &'a Workspace,
    units: OnceCell<Result<UnitFingerprints, String>>,
}

impl<'a> FingerprintSource<'a> {
    pub(crate) fn new(tree: &'a dyn CommittedTree, workspace: &'a Workspace) -> Self {
        Self { tree, workspace, units: OnceCell::new() }
    }

    /// Reads the fingerprints of units. A clone may lack trees: then there are none, and everything runs.
    fn units(&self) -> Result<&UnitFingerprints, &str> {
        let read = || {
            if let Some(why) = self.workspace.unknown_graphs.first() {
                return Err(why.clone());
            }
            let (git, tree) = self.tree.committed_tree().map_err(NoTree::why)?;
            UnitFingerprints::read(git, tree, self.workspace).map_err(|error| error.to_string())
        };
        self.units.get_or_init(read).as_ref().map_err(String::as_str)
    }
}

impl UnitPrints for FingerprintSource<'_> {
    fn fingerprint(&self, of: &PrintOf) -> Result<String, String> {
        if self.units.get().is_none()
            && let Err(NoTree::Uncommitted(_)) = self.tree.committed_tree()
        {
            return Ok(UNCOMMITTED.to_owned());
        }
        let none = |why: &str| format!("{of} has no fingerprint: {why}");
        let print = match of {
            PrintOf::Unit(unit) => {
                let units = self.units().map_err(none)?;
                self.workspace.unit(unit).and_then(|unit| units.of(&unit.name))
            }
            PrintOf::Path(path) => {
                let (git, tree) = self.tree.committed_tree().map_err(|no| none(no.why()))?;
                Some(path_print(git, tree, path).map_err(|why| none(&why))?)
            }
            PrintOf::Definition => {
                let (git, tree) = self.tree.committed_tree().map_err(|no| none(no.why()))?;
                let print = definition_print(git, tree, self.workspace);
                Some(print.map_err(|why| none(&why))?)
            }
        };
        print.map(|print| print.to_string()).ok_or_else(|| format!("{of} has no fingerprint"))
    }
}

/// Returns the fingerprints of all units.
pub(super) fn of_units(request: &Request<'_>) -> Option<Fingerprints> {
    let source = request.fingerprints.as_ref().filter(|_| request.wants_fingerprints)?;
    let units = source.units().cloned().unwrap_or_default();
    Some(Fingerprints { units: units.into_names(), ..Fingerprints::default() })
}

/// Returns the fingerprints of all units and of the jobs of a pipeline.
pub(super) fn of_plan(
    request: &Request<'_>,
    pipeline: &Pipeline,
    presence: &[JobPresence],
    settings: &ReuseSettings,
) -> Option<Fingerprints> {
    let source = request.fingerprints.as_ref().filter(|_| request.wants_fingerprints)?;
    let units = match source.units() {
        Ok(units) => units,
        Err(why) => {
            let jobs = vec![Err(NoFingerprint::new(why)); pipeline.jobs.len()];
            return Some(Fingerprints { jobs, ..Fingerprints::default() });
        }
    };
    let facts = &request.pipeline;
    let parent_files = request.parent_files.unwrap_or(request.files);
    let parent = parent_print(parent_files, request.parent_path, facts);
    let parent: ParentPrint = parent.unwrap_or_else(|error| Err(error.to_string()));
    let workspace = &request.loaded.workspace;
    let context = JobContext {
        pipeline,
        presence,
        units,
        parent: &parent,
        facts,
        workspace,
        settings,
        is_waiting: is_waiting_job,
    };
    let jobs = job_fingerprints(context);
    let trigger_jobs = parent.map(|parent| parent.trigger_jobs).unwrap_or_default();
    Some(Fingerprints { units: units.clone().into_names(), jobs, trigger_jobs })
}

#[cfg(test)]
mod tests;
