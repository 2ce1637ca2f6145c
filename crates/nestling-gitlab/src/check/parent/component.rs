//! Includes of the component that generates and triggers the child pipeline.

use super::rules::PARENT_STAGES;
use crate::diagnostic::{Diagnostic, Origin};
use crate::name::StageName;
use crate::pipeline::Pipeline;
use crate::yaml::Node;

/// The end of the component's path before its version. A mirror may be in any project that has the name.
const ADDRESS: &str = "/plan@";

/// The stage of the component's jobs, unless its input says another.
const DEFAULT_STAGE: &str = "test";

/// The stages of a pipeline that declares none (<https://docs.gitlab.com/ci/yaml/#stages>).
const UNDECLARED: [&str; 3] = ["build", "test", "deploy"];

/// The component's trigger job.
pub(super) const TRIGGER_JOB: &str = "nestling:run";

/// Variable that the component's trigger job passes to the child, and its value.
pub(super) const PASSED: (&str, &str) = ("PARENT_PIPELINE_ID", "$CI_PIPELINE_ID");

/// An include of the component.
pub(super) struct Component<'a> {
    /// Place of the include.
    pub(super) origin: Origin,
    stage: Option<&'a Node>,
}

/// Finds the includes of the component.
pub(super) fn components(pipeline: &Pipeline) -> Vec<Component<'_>> {
    pipeline.includes.iter().filter_map(component).collect()
}

fn component(include: &Node) -> Option<Component<'_>> {
    let address = include.get("component")?;
    let stage = include.get("inputs").and_then(|inputs| inputs.get("stage"));
    is_component(include).then_some(Component { origin: address.origin, stage })
}

/// Returns `true` for an include of the component.
pub(super) fn is_component(include: &Node) -> bool {
    let address = include.get("component").and_then(Node::text);
    address.is_some_and(|text| text.contains("nestling") && text.contains(ADDRESS))
}

/// Reports a stage that the pipeline does not have, and one at the edge.
pub(super) fn check(pipeline: &Pipeline, component: &Component<'_>) -> Option<Diagnostic> {
    let name = component.stage.map_or(Some(DEFAULT_STAGE), Node::text).filter(|name| !name.contains('$'))?;
    let origin = component.stage.map_or(component.origin, |stage| stage.origin);
    if [StageName::PRE, StageName::POST].contains(&name) {
        let message = "GitLab does not create a pipeline whose jobs are all in `.pre` and `.post`, such as one with this component's jobs alone";
        let help = "name a stage between them: with `needs`, both jobs start at once";
        return Some(Diagnostic::warning(&PARENT_STAGES, origin, message).with_help(help));
    }
    // Another include, which is not read, may list the stages.
    let is_read = pipeline.includes.len() == components(pipeline).len();
    let declared: Vec<&str> = pipeline.stages.iter().map(StageName::as_str).collect();
    let stages = if declared.is_empty() { &UNDECLARED[..] } else { &declared };
    if !is_read || stages.contains(&name) {
        return None;
    }
    let message =
        format!("the jobs of this component are in the stage `{name}`, which `stages` does not list");
    let stage = stages.last().unwrap_or(&DEFAULT_STAGE);
    let help = format!("write `inputs: {{ stage: {stage} }}`, or add `{name}` to `stages`");
    Some(
        Diagnostic::warning(&PARENT_STAGES, origin, message)
            .with_note("GitLab creates no pipeline")
            .with_help(help),
    )
}
