//! The workspace, read once, and its plans for each kind of pipeline.

use super::kind::Kind;
use crate::exit::Failure;
use nestling::{ChangeSet, Files, PipelineFacts, Plan, Project, Severity, SharedRenderings};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A workspace with what its plans have in common: what templates do not ask of the pipeline is rendered once.
pub(super) struct Plans<'a> {
    project: Project<'a>,
    renderings: SharedRenderings,
    /// The plans of all units, by the name of the kind of pipeline.
    known: RefCell<BTreeMap<&'static str, Rc<Plan>>>,
}

impl<'a> Plans<'a> {
    /// Reads the workspace of some files.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(files: &'a dyn Files) -> Result<Self, Failure> {
        let project = Project::of_files(files, PipelineFacts::local(None, None, None))?;
        Ok(Self { project, renderings: SharedRenderings::default(), known: RefCell::default() })
    }

    /// Returns the workspace in a pipeline.
    pub(super) fn project(&self, facts: &PipelineFacts) -> Project<'_> {
        self.project.for_pipeline(facts.clone())
    }

    /// Plans a change.
    ///
    /// # Errors
    /// The plan cannot be made.
    pub(super) fn plan(&self, project: &Project<'_>, changes: ChangeSet) -> Result<Plan, Failure> {
        Ok(project.plan(changes).sharing(&self.renderings).run()?)
    }

    /// Returns the plan of all units for a kind of pipeline, if it has been made.
    pub(super) fn known(&self, kind: &Kind) -> Option<Rc<Plan>> {
        self.known.borrow().get(kind.name).cloned()
    }

    /// Plans all units for a kind of pipeline, once.
    ///
    /// # Errors
    /// The workspace has errors.
    pub(super) fn of_kind(&self, kind: &Kind) -> Result<Rc<Plan>, Failure> {
        if let Some(known) = self.known(kind) {
            return Ok(known);
        }
        let project = self.project(&kind.facts);
        let plan = without_errors(self.plan(&project, everything(&project))?)?;
        let plan = Rc::new(plan);
        self.known.borrow_mut().insert(kind.name, Rc::clone(&plan));
        Ok(plan)
    }

    /// Plans all units for any other pipeline. The plan is not checked.
    ///
    /// # Errors
    /// A unit has errors.
    pub(super) fn of_other(&self, facts: &PipelineFacts) -> Result<Plan, Failure> {
        let project = self.project(facts);
        let planning = project.plan(everything(&project)).sharing(&self.renderings);
        without_errors(planning.unchecked().run()?)
    }
}

/// Returns the changes that select all units, or none in a kind of pipeline that selects none.
fn everything(project: &Project<'_>) -> ChangeSet {
    match project.selects_none() {
        true => ChangeSet::of_paths([]),
        false => ChangeSet::everything(),
    }
}

fn without_errors(plan: Plan) -> Result<Plan, Failure> {
    let error = plan.diagnostics.iter().find(|problem| problem.severity == Severity::Error);
    match error {
        Some(error) => {
            let failure = Failure::usage(format!("the workspace has an error: {}", error.message));
            Err(failure.with_help("run `nestling check`"))
        }
        None => Ok(plan),
    }
}
