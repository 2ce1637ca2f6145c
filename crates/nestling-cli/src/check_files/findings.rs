//! Findings in several files, put together.

use super::input::{Input, Kind};
use crate::job_counts::JobCounts;
use nestling::{CheckedJob, CheckedKinds};
use nestling_gitlab::check::{Allow, allowed_count};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Source, Sources};
use nestling_gitlab::lint::KindsLinted;
use nestling_gitlab::pipeline::Pipeline;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Findings in files of the command line.
#[derive(Default)]
pub(crate) struct Findings {
    pub problems: Vec<Diagnostic>,
    pub sources: Sources,
    /// Number of files.
    pub files: usize,
    /// Number of jobs that they make, by kind of pipeline.
    pub jobs: JobCounts,
    /// Number of warnings that comments of plain files allow.
    pub allowed: usize,
    /// Findings in files of workspaces, where warnings are allowed already, with the files of their labels.
    of_workspaces: Vec<(Diagnostic, Vec<Option<Arc<Source>>>)>,
}

/// Use of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rendered {
    /// A unit uses it.
    Yes,
    /// No unit uses it.
    No,
}

impl Findings {
    /// Adds a plain file.
    pub(super) fn add_plain(&mut self, lint: impl FnOnce(&Sources) -> KindsLinted) {
        let linted = lint(&self.sources);
        self.files += 1;
        for kind in &linted.kinds {
            self.jobs.add(&kind.name, kind.certain_jobs..=kind.jobs);
        }
        self.problems.extend(linted.diagnostics);
    }

    /// Adds a file that is no text.
    pub(super) fn add_unreadable(&mut self, problem: Diagnostic) {
        self.files += 1;
        self.problems.push(problem);
    }

    /// Adds a file of a workspace: the findings in it, those of its unit, and those that are in no file.
    pub(super) fn add_checked(&mut self, checked: &CheckedKinds, input: &Input) -> Rendered {
        self.files += 1;
        let unit = checked.workspace.units().find(|unit| {
            let file = unit.dir.child(nestling::FILE_NAME.as_bytes());
            input.path.as_ref() == Some(&file)
        });
        let is_here = |file: FileId| checked.sources.path(file) == input.name;
        let is_of_file = |job: &&CheckedJob| match unit {
            Some(unit) => job.unit.as_ref() == Some(&unit.name),
            None => is_here(job.origin.file),
        };
        let mut has_jobs = false;
        for kind in &checked.kinds {
            let jobs = || kind.jobs.iter().filter(is_of_file);
            let (certain, possible) =
                (jobs().map(|job| job.certain).sum(), jobs().map(|job| job.count).sum());
            has_jobs |= possible > 0;
            self.jobs.add(&kind.name, certain..=possible);
        }
        let affects = |problem: &&Diagnostic| {
            problem.labels.is_empty()
                || problem.labels.iter().any(|label| is_here(label.origin.file))
                || unit.is_some_and(|unit| problem.units.contains(&unit.name))
        };
        let before = self.of_workspaces.len();
        for problem in checked.diagnostics.iter().filter(affects) {
            let sources = problem.labels.iter().map(|label| checked.sources.get(label.origin.file));
            self.of_workspaces.push((problem.clone(), sources.collect()));
        }
        let has_problems = self.of_workspaces.len() > before;
        if input.kind() == Kind::Template && !has_jobs && !has_problems {
            return Rendered::No;
        }
        Rendered::Yes
    }

    /// Applies comments that allow a warning, and reports what two files share once.
    pub(super) fn finished(mut self) -> Self {
        let catalog = nestling::rules();
        let pipeline = Pipeline::default();
        let allow = Allow { sources: &self.sources, catalog: &catalog, entries: &[], pipeline: &pipeline };
        let outcome = allow.apply(std::mem::take(&mut self.problems));
        self.allowed = allowed_count(&outcome.allowed);
        self.problems = outcome.problems;
        self.problems.extend(outcome.unused);
        self.adopt();
        let mut seen = HashSet::new();
        let sources = &self.sources;
        self.problems.retain(|problem| {
            let places: Vec<String> =
                problem.labels.iter().map(|label| sources.place(label.origin)).collect();
            seen.insert((problem.rule.id, problem.message.clone(), places))
        });
        self
    }

    /// Moves the findings of workspaces to the others, with the files that they point into.
    fn adopt(&mut self) {
        let mut ids: HashMap<*const Source, FileId> = HashMap::new();
        // Kept to the end, so that no other file is allocated at the same place.
        let of_workspaces = std::mem::take(&mut self.of_workspaces);
        for (problem, sources) in &of_workspaces {
            let mut problem = problem.clone();
            for (label, source) in problem.labels.iter_mut().zip(sources) {
                let Some(source) = source else { continue };
                let add = || self.sources.add(&source.path, source.text.clone());
                label.origin.file = *ids.entry(Arc::as_ptr(source)).or_insert_with(add);
            }
            self.problems.push(problem);
        }
    }
}
