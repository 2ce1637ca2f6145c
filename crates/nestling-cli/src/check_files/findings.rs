//! Findings in several files, put together.

use super::input::{Input, Kind};
use crate::planned::Planned;
use nestling::check::without_allowed;
use nestling::diagnostic::{Diagnostic, FileId, Sources};
use nestling::lint::Linted;
use nestling::pipeline::Job;
use std::collections::{HashMap, HashSet};

/// Findings in files of the command line.
#[derive(Default)]
pub(crate) struct Findings {
    pub problems: Vec<Diagnostic>,
    pub sources: Sources,
    /// Number of files.
    pub files: usize,
    /// Number of jobs that they make.
    pub jobs: usize,
    /// Findings in files of workspaces, in which comments that allow a warning are already applied.
    of_workspaces: Vec<Diagnostic>,
}

/// Tells if anything of a template was rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rendered {
    /// A unit uses it.
    Yes,
    /// No unit uses it.
    No,
}

impl Findings {
    /// Adds a plain file.
    pub(super) fn add_plain(&mut self, lint: impl FnOnce(&Sources) -> Linted) {
        let linted = lint(&self.sources);
        self.files += 1;
        self.jobs += linted.pipeline.jobs.len();
        self.problems.extend(linted.diagnostics);
    }

    /// Adds a file of a workspace: the findings in it, those of its unit, and those that are in no file.
    pub(super) fn add_planned(&mut self, planned: &Planned, input: &Input) -> Rendered {
        self.files += 1;
        let plan = &planned.plan;
        let unit = plan.workspace.units.iter().find(|unit| {
            let file = unit.dir.child(nestling::workspace::FILE_NAME.as_bytes());
            input.path.as_ref() == Some(&file)
        });
        let is_here = |file: FileId| planned.sources.path(file) == input.name;
        let is_of_file = |job: &&Job| match unit {
            Some(unit) => job.unit.as_ref() == Some(&unit.name),
            None => is_here(job.origin.file),
        };
        let jobs = plan.pipeline.jobs.iter().filter(is_of_file).count();
        self.jobs += jobs;
        let concerns = |problem: &&Diagnostic| {
            problem.labels.is_empty()
                || problem.labels.iter().any(|label| is_here(label.origin.file))
                || unit.is_some_and(|unit| problem.units.contains(&unit.name))
        };
        let before = self.of_workspaces.len();
        let mut ids: HashMap<FileId, FileId> = HashMap::new();
        for problem in planned.problems.iter().filter(concerns) {
            let mut problem = problem.clone();
            for label in &mut problem.labels {
                let id = ids.entry(label.origin.file).or_insert_with_key(|id| {
                    let source = planned.sources.get(*id);
                    let text = source.map_or_else(|| "".into(), |source| source.text.clone());
                    self.sources.add(planned.sources.path(*id), text)
                });
                label.origin.file = *id;
            }
            self.of_workspaces.push(problem);
        }
        let is_template = input.kind() == Kind::Template;
        if is_template && jobs == 0 && before == self.of_workspaces.len() {
            Rendered::No
        } else {
            Rendered::Yes
        }
    }

    /// Applies comments that allow a warning, and reports what two files share once.
    pub(super) fn finished(mut self) -> Self {
        self.problems = without_allowed(self.problems, &self.sources, &nestling::catalog::all());
        self.problems.append(&mut self.of_workspaces);
        let mut seen = HashSet::new();
        let sources = &self.sources;
        self.problems.retain(|problem| {
            let places: Vec<String> =
                problem.labels.iter().map(|label| sources.place(label.origin)).collect();
            seen.insert((problem.rule.id, problem.message.clone(), places))
        });
        self
    }
}
