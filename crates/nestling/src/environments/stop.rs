//! The stop job of a deploy, by GitLab's rules for the pair.

use super::rules;
use crate::changes::{PipelineFacts, PipelineKind};
use crate::compose::UnitJob;
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::{Map, Node};

/// What a stop job takes over from its deploy where its own block does not say: where and with what rights it runs.
const TAKEN_OVER: [&str; 12] = [
    "stage",
    "image",
    "services",
    "tags",
    "before_script",
    "id_tokens",
    "secrets",
    "hooks",
    "retry",
    "timeout",
    "resource_group",
    "identity",
];

/// What a stop block may not say, and why.
const REFUSED: [(&str, &str); 5] = [
    ("environment", "it is the deploy's environment that is stopped"),
    ("stage", "GitLab stops an environment only from the deploy's own stage, or by a need on the deploy"),
    ("rules", "it has the rules of the deploy, or GitLab could not find it"),
    ("needs", "it needs its deploy"),
    ("when", "a stop job is manual: GitLab starts it"),
];

/// Writes the stop job of a deploy from its `stop:` block.
///
/// `deploy` is the deploying job's short name, and `body` what it has become, its environment written out.
///
/// # Errors
/// The block has no script, or says what is not its to say.
pub(crate) fn stop_job(
    block: &Map,
    at: Origin,
    deploy: &str,
    body: &Map,
    pipeline: &PipelineFacts,
) -> Result<UnitJob, Vec<Diagnostic>> {
    let mut problems: Vec<Diagnostic> = REFUSED
        .iter()
        .filter_map(|(key, why)| {
            let entry = block.entry(key)?;
            Some(
                Diagnostic::error(
                    "stop-block",
                    entry.key.origin,
                    format!("a `stop` block cannot set `{key}`: {why}"),
                )
                .with_help("take it out"),
            )
        })
        .collect();
    if !block.contains("script") && !block.contains("run") && !block.contains("trigger") {
        problems.push(
            Diagnostic::error("stop-block", at, "this `stop` block has no `script`")
                .with_help("say how the environment is undone: `stop: { script: ./destroy.sh }`"),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut stop = Map::default();
    for key in TAKEN_OVER {
        if let Some(value) = body.get(key) {
            stop.set(key, value.clone());
        }
    }
    for (key, value) in block.iter() {
        stop.set(key, value.clone());
    }
    stop.remove("variables");
    let variables = variables(block, body, at, pipeline);
    if !variables.is_empty() {
        stop.set("variables", Node::map(at, variables));
    }
    stop.set("environment", environment(body, at));
    stop.set("needs", needs(deploy, body, at));
    match rules::for_stop(body) {
        Some(rules) => stop.set("rules", rules),
        None => {
            stop.set("when", Node::string(at, "manual"));
            stop.set("allow_failure", Node::plain(at, "true"));
        }
    }
    Ok(UnitJob { origin: at, body: stop, environment: None })
}

/// The deploy's variables, the block's over them, and how the code is had.
///
/// A branch may be gone when its environment stops, and a checkout would fail; the refs of a merge request's
/// pipelines stay (<https://docs.gitlab.com/ci/environments/#run-a-pipeline-job-when-environment-is-stopped>).
fn variables(block: &Map, body: &Map, at: Origin, pipeline: &PipelineFacts) -> Map {
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    variables.remove("GIT_STRATEGY");
    if checkout_may_fail(pipeline) {
        variables.set("GIT_STRATEGY", Node::string(at, "none"));
    }
    for (key, value) in block.get("variables").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        variables.set(key, value.clone());
    }
    variables
}

fn checkout_may_fail(pipeline: &PipelineFacts) -> bool {
    pipeline.kind == PipelineKind::Branch && !pipeline.is_default_branch()
}

/// The same name to the letter, and nothing that only a deploy may say: no `url`, no `auto_stop_in`.
fn environment(body: &Map, at: Origin) -> Node {
    let mut environment = Map::default();
    if let Some(name) = body.get("environment").and_then(|node| node.get("name")) {
        environment.set("name", name.clone());
    }
    environment.set("action", Node::string(at, "stop"));
    Node::map(at, environment)
}

/// With a need on its deploy a stop job can run whatever else of the pipeline failed.
fn needs(deploy: &str, body: &Map, at: Origin) -> Node {
    let mut need = Map::default();
    need.set("job", Node::string(at, deploy));
    let artifacts = if body.contains("artifacts") { "true" } else { "false" };
    need.set("artifacts", Node::plain(at, artifacts));
    Node::seq(at, vec![Node::map(at, need)])
}
