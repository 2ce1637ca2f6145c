//! Settings of a header that change nothing: what they name, no step has.

use super::request::Request;
use crate::deployment::{GraphNode, InputSource, ScriptStep};
use crate::rules::CDK_HEADER;
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Suggestion};
use nestling_gitlab::yaml::Located;
use std::collections::BTreeSet;

/// The image of a step whose project names none.
pub(crate) const USUAL_IMAGE: &str = "aws/codebuild/standard";

/// The name under `images` of the image that builds images.
pub(crate) const ASSETS: &str = "assets";

/// Returns a warning for each setting that changes nothing.
pub(crate) fn unused(request: &Request<'_>) -> Vec<Diagnostic> {
    let settings = request.settings;
    let with_commands =
        steps(request).filter(|step| !step.spec.phases.is_empty() || !step.impossible.is_empty());
    let mut images: BTreeSet<&str> = with_commands.map(image_of).collect();
    if request.deployment.assembly.stacks.iter().any(|stack| stack.assets.images > 0) {
        images.insert(ASSETS);
    }
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    for input in steps(request).flat_map(|step| &step.inputs) {
        match &input.source {
            InputSource::Repository { name, .. } | InputSource::Store(name) => _ = sources.insert(name),
            _ => {}
        }
    }
    let mut problems = Vec::new();
    for (name, image) in settings.images.iter().filter(|(name, _)| !images.contains(name.as_str())) {
        problems.push(warning(image, format!("no step has the image `{name}`"), name, &images));
    }
    for (name, project) in settings.sources.iter().filter(|(name, _)| !sources.contains(name.as_str())) {
        problems.push(warning(project, format!("no step reads `{name}`"), name, &sources));
    }
    problems.extend(stages_without_pipeline(request));
    problems
}

/// Returns the image of a step, as the report shows it.
pub(crate) fn image_of(step: &ScriptStep) -> &str {
    step.image.as_deref().unwrap_or(USUAL_IMAGE)
}

/// Iterates over the steps of the chosen pipelines.
fn steps<'a>(request: &Request<'a>) -> impl Iterator<Item = &'a ScriptStep> {
    let chosen = request.chosen();
    let is_chosen = move |node: &&GraphNode| node.pipeline.is_some_and(|own| chosen.contains(&own));
    request.deployment.nodes.iter().filter(is_chosen).filter_map(|node| node.work.step())
}

fn warning(written: &Located<String>, message: String, name: &str, known: &BTreeSet<&str>) -> Diagnostic {
    let near = Suggestion::among(name, known.iter().copied());
    let listed: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    let others = match &listed[..] {
        [] => "remove the line: there are none".to_owned(),
        listed => format!("there are {}", listed.join(", ")),
    };
    Diagnostic::new(&CDK_HEADER, Severity::Warning, message)
        .with_label(written.origin, "it replaces nothing")
        .with_help(near.help_or(others))
}

/// `alone` is about the place that a stage has in a pipeline.
fn stages_without_pipeline(request: &Request<'_>) -> Vec<Diagnostic> {
    let deployment = request.deployment;
    let mut problems = Vec::new();
    for (key, policy) in request.settings.stages.iter().filter(|(_, policy)| policy.alone) {
        let is_named = |node: &&GraphNode| {
            let stage = node.stage.map(|stage| &deployment.assembly.stages[stage]);
            stage.is_some_and(|stage| request.settings.stage_key(&stage.path) == Some(key))
        };
        let mut nodes = deployment.nodes.iter().filter(is_named).peekable();
        if nodes.peek().is_some() && nodes.all(|node| node.pipeline.is_none()) {
            let message = format!("`alone` has no effect: no pipeline has the stage `{key}`");
            let problem =
                Diagnostic::new(&CDK_HEADER, Severity::Warning, message).with_label(policy.origin, "");
            problems.push(problem.with_help("remove it: without a pipeline, no stage waits for another"));
        }
    }
    problems
}
