//! Pairs a deploy with its stop job, and reports where GitLab would not run the stop job without saying so.

use super::jobs::UnitJob;
use super::stop_job::{GIT_STRATEGY, checkout_may_fail, stop_job};
use super::stop_needs::takes_artifacts;
use super::{stop_artifacts, stop_block};
use crate::changes::PipelineFacts;
use crate::unit::rules::{STOP_BLOCK, STOP_CHECKOUT};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// Returns the name of a deploy's stop job.
pub(super) fn stop_name(deploy: &str) -> String {
    format!("{deploy}:stop")
}

/// Writes the stop job of a deploy from its `stop:` block, and wires `on_stop`.
///
/// With an error there is no stop job; there may be one with warnings.
pub(super) fn pair(
    deploy: &str,
    body: &mut Map,
    block: &Node,
    facts: &PipelineFacts,
) -> (Option<UnitJob>, Vec<Diagnostic>) {
    let origin = block.origin;
    let Some(block) = block.as_map() else {
        let message = "`stop` must be a mapping with a `script`";
        return (None, vec![Diagnostic::error(&STOP_BLOCK, origin, message)]);
    };
    let mut errors = stop_block::problems(block, origin);
    errors.extend(unpairable(deploy, body, block, origin));
    if !errors.is_empty() {
        return (None, errors);
    }
    let mut warnings: Vec<Diagnostic> = checkout(block, facts).into_iter().collect();
    warnings.extend(script_without_checkout(block, body, facts, origin));
    if takes_artifacts(block, body) {
        warnings.extend(stop_artifacts::keep(body, origin));
    }
    let Some(environment) = body.get_mut("environment").and_then(Node::as_map_mut) else {
        return (None, warnings);
    };
    environment.set("on_stop", Node::string(origin, stop_name(deploy)));
    (Some(stop_job(block, origin, deploy, body, facts)), warnings)
}

/// Reports why this deploy cannot have a stop job that GitLab would find.
fn unpairable(deploy: &str, body: &Map, block: &Map, origin: Origin) -> Option<Diagnostic> {
    let environment = environment(body)?;
    if !environment.deploys() {
        let message = "only a job that starts an environment can have a `stop`";
        let problem = Diagnostic::error(&STOP_BLOCK, origin, message);
        return Some(problem.with_help("remove the block, or the `action`"));
    }
    if let Some(own) = environment.map().and_then(|map| map.entry("on_stop")) {
        let message = "this job has both a `stop` block and an `on_stop`";
        let problem = Diagnostic::error(&STOP_BLOCK, origin, message);
        return Some(problem.with_label(own.key.origin, "here").with_help("keep one of them"));
    }
    if let Some(parallel) = body.entry("parallel") {
        let message = format!("`{deploy}` uses `parallel`: GitLab cannot pair a stop job with each instance");
        let problem = Diagnostic::error(&STOP_BLOCK, origin, message);
        let help = "write one job for each, for example with `#% for region in [\"eu\", \"us\"]`";
        return Some(problem.with_label(parallel.key.origin, "here").with_help(help));
    }
    other_name(environment.name_text(), block)
}

/// Reports a variable of the block that would give the stop job's environment another name.
fn other_name(name: &str, block: &Map) -> Option<Diagnostic> {
    let variables = block.get("variables").and_then(Node::as_map)?;
    let entry = variables.entries.iter().find(|entry| names_variable(name, entry.key.text()))?;
    let message = format!("`${}` is part of the environment's name, `{name}`", entry.key.text());
    let problem = Diagnostic::error(&STOP_BLOCK, entry.key.origin, message);
    Some(problem.with_help("the stop job must have the deploy job's value: remove it"))
}

/// Returns `true` if a string holds `$NAME` or `${NAME}`.
fn names_variable(text: &str, name: &str) -> bool {
    text.split('$').skip(1).any(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end] == name
    })
}

/// Warns of a stop job that insists on a checkout of a branch that may be gone.
fn checkout(block: &Map, facts: &PipelineFacts) -> Option<Diagnostic> {
    let strategy = block.get("variables")?.get(GIT_STRATEGY)?;
    let fetches = strategy.text().is_some_and(|text| !["none", "empty"].contains(&text));
    if !fetches || !checkout_may_fail(facts) {
        return None;
    }
    let message = "this stop job fetches the branch, which may have been deleted when it runs";
    let help = "deploy in the pipeline of the merge request, whose refs remain; or pass what the stop script needs as artifacts of the deploy job, and remove the variable";
    Some(Diagnostic::warning(&STOP_CHECKOUT, strategy.origin, message).with_help(help))
}

/// Warns of a stop job that runs a file of the repository, in a pipeline whose stop jobs have no checkout.
fn script_without_checkout(
    block: &Map,
    body: &Map,
    facts: &PipelineFacts,
    origin: Origin,
) -> Option<Diagnostic> {
    let sets_strategy = block.get("variables").is_some_and(|variables| variables.get(GIT_STRATEGY).is_some());
    // Artifacts of its deploy may bring the file.
    if !checkout_may_fail(facts) || sets_strategy || takes_artifacts(block, body) {
        return None;
    }
    let lines = block.get("script").map(Node::items_or_self).unwrap_or_default();
    let words = lines.iter().filter_map(Node::text).flat_map(str::split_whitespace);
    let file = words.into_iter().find(|word| word.starts_with("./"))?;
    let message = format!(
        "this stop job has no checkout, since deleting the branch stops the environment: `{file}` is missing"
    );
    let help = "deploy in the pipeline of the merge request, whose refs remain; or pass the file as an artifact of the deploy job; or use an image that contains it";
    Some(Diagnostic::warning(&STOP_CHECKOUT, origin, message).with_help(help))
}
