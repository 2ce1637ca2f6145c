//! A unit whose jobs are fanned out: where its deploys may go, and its jobs as they render for each environment.

use super::for_environment::differs;
use super::jobs::UnitJobs;
use super::scope::UnitScope;
use super::shared::Folded;
use crate::changes::{PipelineFacts, PipelineKind};
use crate::environments::default_title;
use crate::workspace::{Catalogue, Environment, Unit};
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, has_errors};
use nestling_gitlab::name::EnvironmentName;
use nestling_gitlab::yaml::Node;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A unit, or the workspace, that deploys.
pub(super) struct Deploying<'a> {
    /// The unit with what it is rendered with.
    pub scope: &'a UnitScope<'a>,
    /// The jobs of its CDK assembly, which do not depend on the environment.
    pub assembly: Option<&'a Node>,
    /// Set if its templates read `environment`.
    pub reads_environment: bool,
    /// The jobs as they were rendered for environments so far.
    rendered: RefCell<BTreeMap<EnvironmentName, Rc<Folded>>>,
}

impl<'a> Deploying<'a> {
    pub(super) fn new(scope: &'a UnitScope<'a>, assembly: Option<&'a Node>, reads_environment: bool) -> Self {
        Self { scope, assembly, reads_environment, rendered: RefCell::default() }
    }

    /// Returns where deploys may go.
    pub(super) fn catalogue(&self) -> &'a Catalogue {
        &self.scope.renderer.workspace.environments
    }

    /// Returns the facts of the pipeline that deploys.
    pub(super) fn facts(&self) -> &'a PipelineFacts {
        self.scope.renderer.facts()
    }

    /// Returns the workspace's stages, in order.
    pub(super) fn stages(&self) -> &'a [Staged] {
        &self.scope.renderer.workspace.stages
    }

    /// Returns `true` if the pipeline is that of a merge request, or of a branch beside the default one: there are many of them at
    /// one time.
    pub(super) fn is_one_of_many(&self) -> bool {
        let facts = self.facts();
        match facts.kind {
            PipelineKind::MergeRequest => true,
            PipelineKind::Branch => facts.branch != facts.default_branch,
            PipelineKind::Tag => false,
        }
    }

    /// Returns the name that an entry of the catalogue has in GitLab.
    ///
    /// # Errors
    /// It cannot be evaluated.
    pub(super) fn title(&self, entry: &Environment) -> Result<String, Vec<Diagnostic>> {
        let title = self.scope.texts.string(entry.title.as_ref(), entry)?;
        Ok(title.unwrap_or_else(|| default_title(entry, self.scope.unit.map(|unit| &unit.name))))
    }

    /// Renders the unit's jobs for one environment; `None` where they are the same for all.
    ///
    /// # Errors
    /// What is wrong with them for this environment.
    pub(super) fn jobs_for(&self, entry: &Environment) -> Result<Option<UnitJobs>, Vec<Diagnostic>> {
        let Some(unit) = self.scope.unit else { return Ok(None) };
        if !self.reads_environment && !differs(unit, entry) {
            return Ok(None);
        }
        let known = self.rendered.borrow().get(&entry.name).cloned();
        let folded = known.unwrap_or_else(|| self.folded(unit, entry));
        self.rendered.borrow_mut().insert(entry.name.clone(), Rc::clone(&folded));
        if folded.problems.is_empty() { Ok(Some(folded.jobs.clone())) } else { Err(folded.problems.clone()) }
    }

    fn folded(&self, unit: &Unit, entry: &Environment) -> Rc<Folded> {
        self.scope.renderer.folded(&unit.name, Some(&entry.name), || {
            let value = match self.scope.environment_value(entry) {
                Ok(value) => value,
                Err(problems) => return Folded::failed(problems),
            };
            let rendered = self.scope.render(unit, Some((entry, value)));
            if has_errors(&rendered.problems) {
                return Folded::failed(rendered.problems);
            }
            self.scope.fold(unit, self.assembly, rendered)
        })
    }
}
