//! The files of Nestling and the parent pipeline that a repository has already, and what is wrong with them.

use super::findings::Remark;
use super::inventory::Inventory;
use super::overlay::Overlay;
use super::parent;
use super::text::text_of;
use crate::exit::Failure;
use nestling::{FILE_NAME, Files, PipelineFacts, Project, RepoPath, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// A workspace without settings.
const EMPTY_WORKSPACE: &str = "workspace: {}\n";

/// A unit without jobs, in the place of one that is invalid.
const EMPTY_UNIT: &str = "unit: {}\n";

/// A pipeline without jobs.
const EMPTY_PIPELINE: &str = "stages: [build, test, deploy]\n";

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
        let has_pipeline = inventory.at_root.contains(parent::FILE);
        if !has_workspace && !has_pipeline && inventory.own_files.is_empty() {
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
        let pipeline = text_of(files, &RepoPath::root().child(parent::FILE.as_bytes()));
        let pipeline = pipeline.map_err(Failure::repository)?.unwrap_or_default();
        let checked = project.plan(project.changes()?).check(project.kinds()?)?;
        for error in checked.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            let Some(origin) = error.origin() else { continue };
            let name = checked.sources.path(origin.file);
            let Ok(path) = RepoPath::parse(&name) else { continue };
            // The parent pipeline and what it includes are read for the jobs that it has beside the child pipeline.
            let is_included = error.units.is_empty() && pipeline.contains(&*name) && inventory.is_file(&path);
            let is_of_parent = name == parent::FILE || is_included;
            if (path.file_name() == FILE_NAME.as_bytes() || is_of_parent)
                && !existing.problems.iter().any(|problem| problem.path == path)
            {
                let reason = format!("it has errors: {} ({})", error.message, checked.sources.place(origin));
                existing.problems.push(Remark::new(&path, reason));
            }
        }
        Ok(existing)
    }

    /// Returns valid contents for the units and the parent's files that have errors, so that the proposals can be tried beside
    /// them.
    pub(super) fn replaced(&self) -> BTreeMap<RepoPath, Vec<u8>> {
        let is_unit_file = |path: &RepoPath| path.file_name() == FILE_NAME.as_bytes();
        let is_workspace =
            |path: &RepoPath| is_unit_file(path) && path.parent().is_some_and(|dir| dir.is_root());
        let replaced = self.problems.iter().map(|problem| &problem.path).filter(|path| !is_workspace(path));
        let content = |path| if is_unit_file(path) { EMPTY_UNIT } else { EMPTY_PIPELINE };
        replaced.map(|path| (path.clone(), content(path).into())).collect()
    }
}
