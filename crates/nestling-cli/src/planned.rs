//! What a session makes: a plan or a selection, with the texts that their problems point into.

use crate::exit::Failure;
use crate::io::Io;
use crate::report;
use nestling::check;
use nestling::diagnostic::{self, Diagnostic, Sources, has_errors};
use nestling::emit;
use nestling::files::Files;
use nestling::path::RepoPath;
use nestling::plan::{self, Plan};

/// A plan with the texts that its messages point into.
pub(crate) struct Planned {
    pub plan: Plan,
    pub sources: Sources,
    pub problems: Vec<Diagnostic>,
    /// How many warnings were allowed.
    pub allowed: usize,
    /// A warning for each comment and entry of `allow` that silenced nothing in this run.
    pub unused: Vec<Diagnostic>,
}

/// A selection, for commands that need no more.
pub(crate) struct Selected {
    pub selected: plan::Selected,
    pub sources: Sources,
}

/// Keeps a value until the process ends, which is soon: to give back the memory of ten thousand units piece by piece
/// would take as long as to select among them.
pub(crate) fn until_the_end<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

impl Planned {
    /// Tells what else is wrong, and keeps it with the rest.
    pub(crate) fn report_more(&mut self, problems: Vec<Diagnostic>, io: &mut Io) {
        tell(&problems, &self.sources, io);
        self.problems.extend(problems);
    }

    /// What the workspace says that one pipeline may hold.
    pub(crate) fn limits(&self) -> emit::PipelineLimits {
        let given = &self.plan.workspace.gitlab.limits;
        let jobs = given.jobs.unwrap_or(usize::MAX);
        emit::PipelineLimits { deployments: given.deployments, jobs, ..emit::PipelineLimits::default() }
    }

    /// Whether something is wrong that keeps the pipeline from being written.
    pub(crate) fn has_errors(&self) -> bool {
        has_errors(&self.problems)
    }

    /// Tells what is wrong; whether nothing of it is an error.
    pub(crate) fn report(&self, io: &mut Io) -> bool {
        tell(&self.problems, &self.sources, io)
    }
}

impl Selected {
    /// Tells what is wrong; whether nothing of it is an error.
    pub(crate) fn report(&self, io: &mut Io) -> bool {
        tell(&self.selected.diagnostics, &self.sources, io)
    }
}

pub(crate) fn tell(problems: &[Diagnostic], sources: &Sources, io: &mut Io) -> bool {
    if !problems.is_empty() {
        io.talk(report::human(problems, sources, &io.renderer()));
    }
    !has_errors(problems)
}

/// What the repository's own `.gitlab-ci.yml` does to the child.
pub(crate) fn parent(files: &dyn Files) -> Result<check::Parent, Failure> {
    let path = RepoPath::parse(".gitlab-ci.yml").map_err(Failure::repository)?;
    let bytes = files.read(&path).map_err(Failure::repository)?;
    Ok(bytes.map(|bytes| check::Parent::read(&String::from_utf8_lossy(&bytes))).unwrap_or_default())
}

/// What GitLab would say of the plan's pipeline.
pub(crate) fn checked(plan: &Plan, parent: check::Parent) -> Vec<Diagnostic> {
    let gitlab = &plan.workspace.gitlab;
    let mut problems = gitlab.problems.clone();
    let mut settings = check::Settings::new(gitlab.clone()).with_parent(parent);
    settings.variables = check::KnownVariables::of_child(&plan.facts);
    settings.division = check::Division::Parts;
    problems.extend(check::check(&plan.pipeline, &settings));
    diagnostic::folded(problems)
}
