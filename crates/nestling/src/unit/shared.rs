//! Renderings of units that are the same in every kind of pipeline: made for the first kind and taken over by the others.
//!
//! Most templates ask nothing of `pipeline`, and rendering is most of the work. The renderer notes whether the facts of the
//! pipeline are read while a unit is rendered; only what was made without them is shared.

use super::given_inputs::GivenInputs;
use super::jobs::UnitJobs;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::{EnvironmentName, UnitName};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The jobs of a unit before they are fanned out over environments.
#[derive(Debug, Clone)]
pub(super) struct Folded {
    /// The jobs.
    pub jobs: UnitJobs,
    /// Set if a template reads `environment`.
    pub reads_environment: bool,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
}

impl Folded {
    /// Returns no jobs, for these reasons.
    pub(super) fn failed(problems: Vec<Diagnostic>) -> Self {
        Self { jobs: UnitJobs::default(), reads_environment: false, problems }
    }
}

/// A unit, rendered for an entry of the catalogue or for none yet.
type Key = (UnitName, Option<EnvironmentName>);

/// Renderings that several plans of one [`Project`](crate::Project) share: those of units whose templates ask nothing of the
/// pipeline. They belong to the project's files, and another project must not be given them.
///
/// ```
/// use nestling::{As, ChangeRequest, Project, Repository, SharedRenderings};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: {}");
/// # fixture.write("api/nestling.yml", "build: { script: make }");
/// # fixture.commit("a unit");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let mut project = Project::open(&repository, ChangeRequest::local().everything())?;
/// let renderings = SharedRenderings::default();
/// for kind in ["merge_request", "tag:v1"] {
///     project.simulate(As::parse(kind)?)?;
///     let plan = project.plan(project.changes()?).sharing(&renderings).unchecked().run()?;
///     assert_eq!(plan.pipeline.jobs.len(), 1);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct SharedRenderings {
    folded: RefCell<HashMap<Key, Rc<Folded>>>,
    /// The inputs that units give, in all kinds of pipelines.
    pub(super) inputs: RefCell<GivenInputs>,
}

impl SharedRenderings {
    /// Warns of the inputs that units give and no rendering reads.
    pub(crate) fn unread_inputs(&self) -> Vec<Diagnostic> {
        self.inputs.borrow().unread()
    }

    pub(super) fn get(&self, key: &Key) -> Option<Rc<Folded>> {
        self.folded.borrow().get(key).cloned()
    }

    pub(super) fn insert(&self, key: Key, folded: Rc<Folded>) {
        self.folded.borrow_mut().insert(key, folded);
    }
}
