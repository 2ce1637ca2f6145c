//! The workspace as it was at a commit, under the configuration of today.

use super::configuration::Configuration;
use super::configured::Configured;
use super::{Error, Replay};
use crate::changes::{Change, Status};
use crate::workspace::{self, Loaded, Reuse, Workspace};
use nestling_files::files::ReadError;
use nestling_git::CommitId;
use std::rc::Rc;
use std::sync::Arc;

/// The files of a commit, and the workspace that they are.
pub(super) struct State<'s> {
    pub(super) files: Configured<'s>,
    pub(super) loaded: Rc<Loaded>,
}

/// Reads states of one repository.
pub(super) struct States<'s> {
    pub(super) replay: &'s Replay<'s>,
    pub(super) configuration: &'s Configuration,
}

impl<'s> States<'s> {
    /// Reads a commit. A workspace that is known to be the same is taken over.
    pub(super) fn read(&self, commit: &CommitId, same: Option<Rc<Loaded>>) -> Result<State<'s>, Error> {
        let Replay { repository, project, with_passed, .. } = self.replay;
        let with_passed = *with_passed;
        let files = Configured::new(repository.git(), commit, self.configuration)?;
        let loaded = match same {
            Some(loaded) => loaded,
            None => {
                let Workspace { root, graph_outputs, given_vars, .. } = project.workspace();
                let mut loaded =
                    workspace::load_with(&files, project.sources(), root, (graph_outputs, given_vars))?;
                if let Some(from) = &project.workspace_from {
                    from.apply(&mut loaded);
                }
                if with_passed && loaded.workspace.reuse.is_none() {
                    Arc::make_mut(&mut loaded.workspace).reuse = Some(Reuse::OF_MEMBERS);
                }
                Rc::new(loaded)
            }
        };
        Ok(State { files, loaded })
    }

    /// Reads a commit which these changes separate from a known state, in either direction.
    pub(super) fn beside(
        &self,
        commit: &CommitId,
        known: &State<'s>,
        changes: &[Change],
    ) -> Result<State<'s>, Error> {
        let state = self.read(commit, Some(Rc::clone(&known.loaded)))?;
        if keeps_workspace(&known.loaded.workspace, &known.files, &state.files, changes)? {
            return Ok(state);
        }
        self.read(commit, None)
    }
}

/// Returns true if none of these changes can make another workspace: no directory came or went, and no file changed that a
/// workspace is read from, apart from the configuration.
fn keeps_workspace(
    workspace: &Workspace,
    before: &Configured<'_>,
    after: &Configured<'_>,
    changes: &[Change],
) -> Result<bool, ReadError> {
    for Change { path, status } in changes {
        let is_read = workspace.depends_from.reads(path)
            || workspace.is_marker(path)
            || path.as_bytes() == b".gitmodules";
        // A link that a rule matches is a unit.
        if is_read || workspace.is_made_by_rule(path) {
            return Ok(false);
        }
        if *status == Status::Modified {
            continue;
        }
        let directory = path.parent().unwrap_or_default();
        if !before.has_directory(&directory)? || !after.has_directory(&directory)? {
            return Ok(false);
        }
    }
    Ok(true)
}
