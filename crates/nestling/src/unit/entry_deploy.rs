//! A deploy to an entry of the catalogue that no job is sent to, for `check` to look at.

use super::deploying::Deploying;
use super::fan_out::fan_out;
use super::jobs::{UnitJob, UnitJobs};
use super::renderer::UnitRenderer;
use super::scope::UnitScope;
use super::values::UnitChange;
use crate::environments::Conditions;
use crate::workspace::{Declaration, Environment, Unit};
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// The unit that strings of the entry read as `unit`.
const UNIT: &str = "unit";

/// Makes a job that has nothing but the entry, with its stop job. All that is not the entry's has the place of the
/// workspace's header.
pub(crate) fn deploy_to_entry(
    renderer: &UnitRenderer<'_>,
    entry: &Environment,
) -> (UnitJobs, Vec<Diagnostic>) {
    let Ok(name) = UnitName::parse(UNIT) else { return (UnitJobs::default(), Vec::new()) };
    let origin = renderer.workspace.origin();
    let unit = Unit {
        name,
        dir: RepoPath::root().child(UNIT.as_bytes()),
        declaration: Declaration::Rule(origin),
        depends_on: Vec::new(),
        changes: Vec::new(),
        uses: Vec::new(),
        replaced_uses: Vec::new(),
        fragment: None,
        cdk: None,
        allow: Vec::new(),
    };
    let mut body = Map::default();
    body.set("script", Node::string(origin, "true"));
    // The stage is that of whichever job will be sent there, so any that exists will do.
    if let Some(stage) = renderer.workspace.stages.first() {
        body.set("stage", Node::string(origin, stage.name.as_str()));
    }
    body.set("environment", Node::seq(origin, vec![Node::string(origin, entry.name.as_str())]));
    let job = UnitJob {
        origin,
        body,
        environment: None,
        artifacts_of: None,
        conditions: Conditions::default(),
        promoted: None,
        role_needs: Vec::new(),
    };
    let jobs = UnitJobs { jobs: IndexMap::from([("deploy".to_owned(), job)]), ..UnitJobs::default() };
    let scope = UnitScope::of_unit(renderer, &unit, &UnitChange::default());
    let deploying = Deploying::new(&scope, None, false);
    fan_out(jobs, &deploying)
}
