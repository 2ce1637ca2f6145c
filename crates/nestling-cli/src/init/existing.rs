//! The files of Nestling that a repository has already, and what is wrong with them.

use super::findings::Remark;
use super::inventory::Inventory;
use super::overlay::Overlay;
use crate::exit::Failure;
use nestling::{FILE_NAME, Files, PipelineFacts, Project, RepoPath, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// A workspace without settings.
const EMPTY_WORKSPACE: &str = "workspace: {}\n";

/// A unit without jobs, in the place of one that is invalid.
const EMPTY_UNIT: &str = "unit: {}\n";

/// The content of the files.
#[derive(Debug, Default)]
pub(super) struct Existing {
    /// The directories that the workspace has as units.
    pub covered: BTreeSet<RepoPath>,
    /// The errors, each with its file.
    pub problems: Vec<Remark>,
}

impl Existing {
    /// Reads them.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, Failure> {
        let has_workspace = inventory.at_root.contains(FILE_NAME);
        if !has_workspace && inventory.own_files.is_empty() {
            return Ok(Self::default());
        }
        let root_file = RepoPath::root().child(FILE_NAME.as_bytes());
        let mut added = BTreeMap::new();
        if !has_workspace {
            added.insert(root_file.clone(), EMPTY_WORKSPACE.into());
        }
        let overlay = Overlay::new(files, added);
        let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
        let project = Project::of_files(&overlay, facts)?;
        let mut existing = Self::default();
        if has_workspace {
            existing.covered = project.workspace().units().map(|unit| unit.dir.clone()).collect();
        }
        let checked = project.plan(project.changes()?).check(project.kinds()?)?;
        for error in checked.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            let Some(origin) = error.origin() else { continue };
            let Ok(path) = RepoPath::parse(checked.sources.path(origin.file)) else { continue };
            let is_known = existing.problems.iter().any(|problem| problem.path == path);
            if path.file_name() == FILE_NAME.as_bytes() && !is_known {
                let reason = format!("it has errors: {} ({})", error.message, checked.sources.place(origin));
                existing.problems.push(Remark::new(&path, reason));
            }
        }
        Ok(existing)
    }

    /// Returns valid contents for the units that have errors, so that the proposals can be tried beside them.
    pub(super) fn replaced(&self) -> BTreeMap<RepoPath, Vec<u8>> {
        let units =
            self.problems.iter().filter(|problem| problem.path.parent().is_some_and(|dir| !dir.is_root()));
        units.map(|problem| (problem.path.clone(), EMPTY_UNIT.into())).collect()
    }
}
