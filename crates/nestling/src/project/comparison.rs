//! Every unit at base and at head, for seeing what a change does to the jobs.

use super::finish::Unconverted;
use super::narrowing::UnitPatterns;
use super::{Error, Planning, Project};
use crate::cdk::{Assemblies, InRepository};
use crate::changes::{
    ChangeRequest, ChangeSet, Everything, Extent, Head, Occasion, OnUnknownBase, Policy, Scope,
};
use crate::plan::Plan;
use crate::repository::Repository;
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
    head: Project<'r>,
    history: History,
    patterns: UnitPatterns,
    assemblies: &'r dyn Assemblies,
    unconverted: Unconverted,
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
        let request =
            ChangeRequest { scope: Scope::Policy, given: None, unknown_base: OnUnknownBase::Fail, ..request };
        let mut head = Project::open(repository, request.clone())?;
        // Whatever the workspace says about such pipelines, it is a comparison that is asked for.
        head.request.policies =
            Occasion::ALL.map(|occasion| (occasion, Policy::Changed)).into_iter().collect();
        let changes = head.changes()?;
        let Some(base) = changes.base else { return Err(Error::NoBase) };
        let older = Head::Commit { commit: base.commit, found: base.found };
        let mut base = Project::at(repository, request, older)?;
        base.facts = head.facts.clone();
        Ok(Self {
            base,
            head,
            history: changes.history,
            patterns: UnitPatterns::default(),
            assemblies: &InRepository,
            unconverted: Unconverted::Warn,
        })
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

    /// Plans both sides.
    ///
    /// # Errors
    /// A file cannot be read, or a unit is named that is on neither side.
    pub fn run(self) -> Result<ComparedPlans, Error> {
        let Self { base, head, history, patterns, assemblies, unconverted } = self;
        let narrowing = patterns.narrowing(&[base.workspace(), head.workspace()])?;
        let plan = |project: &Project<'r>| {
            let changes = whole(project.head.clone(), history);
            Planning { assemblies, unconverted, ..project.plan(changes) }.run_narrowed(narrowing.clone())
        };
        Ok(ComparedPlans { base: plan(&base)?, head: plan(&head)? })
    }
}

impl std::fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Comparison")
            .field("base", &self.base)
            .field("head", &self.head)
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
