//! Every unit at base and at head, for seeing what a change does to the jobs.

use super::finish::Unconverted;
use super::narrowing::UnitPatterns;
use super::{Error, Planning, Project};
use crate::cdk::{Assemblies, InRepository};
use crate::changes::{
    ChangeRequest, ChangeSet, Everything, Extent, Head, Occasion, OnUnknownBase, PipelineFacts, Policies,
    Policy, Scope,
};
use crate::plan::Plan;
use crate::repository::Repository;
use crate::unit::SharedRenderings;
use nestling_git::History;

/// A repository at base and at head. What changed selects nothing here: both sides are planned as a whole.
///
/// ```no_run
/// use nestling::{ChangeRequest, Comparison, Repository};
///
/// let repository = Repository::discover(".")?;
/// let plans = Comparison::open(&repository, ChangeRequest::local().base("v1.4.0"))?.run()?;
/// println!("{} jobs before, {} now", plans.base.pipeline.jobs.len(), plans.head.pipeline.jobs.len());
/// # Ok::<(), nestling::Error>(())
/// ```
#[must_use = "the two plans are made by `run`"]
pub struct Comparison<'r> {
    base: Project<'r>,
    head: HeadProject<'r>,
    history: History,
    patterns: UnitPatterns,
    assemblies: &'r dyn Assemblies,
    unconverted: Unconverted,
    is_checked: bool,
    shared: Option<&'r SharedRenderings>,
}

/// The project at head: opened for the comparison, or one that has other plans as well.
enum HeadProject<'r> {
    Own(Box<Project<'r>>),
    Shared(&'r Project<'r>),
}

impl<'r> HeadProject<'r> {
    fn get(&self) -> &Project<'r> {
        match self {
            Self::Own(project) => project,
            Self::Shared(project) => project,
        }
    }
}

/// The plans of both sides of a [`Comparison`].
///
/// [`Comparison`] has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct ComparedPlans {
    /// Every unit at base.
    pub base: Plan,
    /// Every unit at head.
    pub head: Plan,
}

impl<'r> Comparison<'r> {
    /// Finds base and head as the request says, and reads the workspace of each.
    ///
    /// # Errors
    /// The repository cannot be read, or base is not known.
    pub fn open(repository: &'r Repository, request: ChangeRequest) -> Result<Self, Error> {
        let request = comparing(request);
        let mut head = Project::open(repository, request.clone())?;
        // Whatever the workspace says about such pipelines, it is a comparison that is asked for.
        head.request.policies = policies();
        let changes = head.changes()?;
        let base = base_of(repository, request, &changes, &head.facts)?;
        Ok(Self::new(base, HeadProject::Own(Box::new(head)), changes.history))
    }

    /// Finds the base of a project, for a comparison with it, and shares renderings with the project's other plans.
    ///
    /// # Errors
    /// As [`Comparison::open`]. A project without a repository has no base.
    pub fn of(head: &'r Project<'r>, renderings: &'r SharedRenderings) -> Result<Self, Error> {
        let Some(repository) = head.repository else { return Err(Error::NoBase) };
        let request = comparing(ChangeRequest { policies: policies(), ..head.request.clone() });
        let changes = head.changes_for(repository, &request)?;
        let base = base_of(repository, request, &changes, &head.facts)?;
        let comparison = Self::new(base, HeadProject::Shared(head), changes.history);
        Ok(Self { shared: Some(renderings), ..comparison })
    }

    fn new(base: Project<'r>, head: HeadProject<'r>, history: History) -> Self {
        Self {
            base,
            head,
            history,
            patterns: UnitPatterns::default(),
            assemblies: &InRepository,
            unconverted: Unconverted::Warn,
            is_checked: true,
            shared: None,
        }
    }

    /// Plans only these units, as [`Planning::only`] names them; a unit that one side lacks is named by the other.
    pub fn only<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.only.extend(units.into_iter().map(Into::into));
        self
    }

    /// Leaves these units out, as [`Comparison::only`] names them.
    pub fn except<S: Into<String>>(mut self, units: impl IntoIterator<Item = S>) -> Self {
        self.patterns.except.extend(units.into_iter().map(Into::into));
        self
    }

    /// Takes CDK assemblies that are not in the repository from here, as [`Planning::assemblies`].
    pub fn assemblies(mut self, assemblies: &'r dyn Assemblies) -> Self {
        self.assemblies = assemblies;
        self
    }

    /// Makes every part of a CDK pipeline that cannot be converted an error, as [`Planning::strict_cdk`].
    pub fn strict_cdk(mut self) -> Self {
        self.unconverted = Unconverted::Fail;
        self
    }

    /// Leaves out what GitLab would say of the pipelines, as [`Planning::unchecked`].
    pub fn unchecked(mut self) -> Self {
        self.is_checked = false;
        self
    }

    /// Plans both sides.
    ///
    /// # Errors
    /// A file cannot be read, or a unit is named that is on neither side.
    pub fn run(self) -> Result<ComparedPlans, Error> {
        let Self { base, head, history, patterns, assemblies, unconverted, is_checked, shared } = self;
        let head = head.get();
        let narrowing = patterns.narrowing(&[base.workspace(), head.workspace()])?;
        let plan = |project: &Project<'_>, shared: Option<&SharedRenderings>| {
            let changes = whole(project.head.clone(), history);
            let planning = Planning { assemblies, unconverted, is_checked, shared, ..project.plan(changes) };
            planning.run_narrowed(narrowing.clone())
        };
        Ok(ComparedPlans { base: plan(&base, None)?, head: plan(head, shared)? })
    }
}

fn comparing(request: ChangeRequest) -> ChangeRequest {
    ChangeRequest { scope: Scope::Policy, given: None, unknown_base: OnUnknownBase::Fail, ..request }
}

fn policies() -> Policies {
    Occasion::ALL.map(|occasion| (occasion, Policy::Changed)).into_iter().collect()
}

fn base_of<'r>(
    repository: &'r Repository,
    request: ChangeRequest,
    changes: &ChangeSet,
    facts: &PipelineFacts,
) -> Result<Project<'r>, Error> {
    let Some(base) = &changes.base else { return Err(Error::NoBase) };
    let older = Head::Commit { commit: base.commit, found: base.found.clone() };
    let base = Project::at(repository, request, older)?;
    Ok(Project { facts: facts.clone(), ..base })
}

impl std::fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Comparison")
            .field("base", &self.base)
            .field("head", self.head.get())
            .finish_non_exhaustive()
    }
}

/// Returns a change set in which every unit counts as changed.
fn whole(head: Head, history: History) -> ChangeSet {
    let extent = Extent::Everything(Everything::Asked);
    ChangeSet {
        base: None,
        head,
        extent,
        history,
        unknown_paths: Vec::new(),
        workspace_from: None,
        recorded: None,
    }
}
