//! Folds the rendered documents of a unit into complete jobs under their short names.

use super::jobs::UnitJobs;
use super::{never, source_rules};
use crate::environments::LeftOut;
use crate::unit::rules::WORKFLOW_IN_UNIT;
use nestling_gitlab::check::global_variables;
use nestling_gitlab::configuration::{RemoteIncludes, Surroundings, fold};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::keywords::has_work;
use nestling_gitlab::yaml::{Map, Node};

/// Folds what the templates and the fragment of a unit rendered to into jobs, later ones over earlier ones as GitLab
/// merges includes.
///
/// Problems are returned beside the jobs that could be made all the same. `components` are templates with a header; a file `is_vendored`
/// that was fetched from another project.
pub(super) fn unit_jobs(
    unit: &UnitName,
    rendered: Vec<Node>,
    surroundings: &Surroundings<'_>,
    gitlab: &Gitlab,
    components: &[FileId],
    is_vendored: &dyn Fn(FileId) -> bool,
) -> (UnitJobs, Vec<Diagnostic>) {
    let (mut configuration, mut problems) = fold(rendered, surroundings, RemoteIncludes::Refuse);
    source_rules::rewrite(configuration.jobs.values_mut(), is_vendored);
    let left_out = never::take_out(&mut configuration.jobs, is_vendored);
    problems.extend(global_variables(&configuration.globals, gitlab));
    if let Some(key) = configuration.workflow_key {
        let is_of_component = components.contains(&key.file) || is_vendored(key.file);
        problems.push(workflow_in_unit(unit, key, is_of_component));
        configuration.workflow = Map::default();
    }
    (UnitJobs { left_out, ..UnitJobs::new(Some(unit.clone()), configuration) }, problems)
}

/// Reports a `workflow`. A component has it for pipelines that include it, and works without.
fn workflow_in_unit(unit: &UnitName, key: Origin, is_of_component: bool) -> Diagnostic {
    if is_of_component {
        let message = "the `workflow` of this component is omitted: it would apply to the jobs of all units";
        let problem = Diagnostic::new(&WORKFLOW_IN_UNIT, Severity::Note, message).with_label(key, "");
        return problem.with_help("to use its rules, add them below the `---` of the root's `nestling.yml`");
    }
    let message = format!("`{unit}` sets `workflow`, which would apply to the jobs of all units");
    let problem = Diagnostic::error(&WORKFLOW_IN_UNIT, key, message);
    problem.with_help("move it below the `---` of the root's `nestling.yml`")
}

/// Takes out what the unit writes over a job that this pipeline does not get: alone it is no job.
pub(super) fn drop_overrides(jobs: &mut UnitJobs, left_out: &[LeftOut]) {
    let is_left_out = |name: &str| left_out.iter().any(|left_out| left_out.job == name);
    jobs.jobs.retain(|name, job| has_work(&job.body) || !is_left_out(name));
}
