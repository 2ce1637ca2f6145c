//! The stop job of a deploy, by GitLab's rules for the pair
//! (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).

use super::jobs::UnitJob;
use super::stop_needs::{Waits, takes_artifacts, without_artifacts};
use super::stop_rules;
use crate::changes::{PipelineFacts, PipelineKind};
use crate::unit::rules::STOP_BLOCK;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// What a stop job takes over from its deploy where its own block does not say: when it is in the pipeline at all, and
/// where and with what rights it runs.
const TAKEN_OVER: [&str; 14] = [
    "stage",
    "only",
    "except",
    "resource_group",
    "image",
    "services",
    "tags",
    "before_script",
    "id_tokens",
    "secrets",
    "hooks",
    "retry",
    "timeout",
    "identity",
];

/// How many of those a job that triggers a pipeline can have.
const OF_A_TRIGGER: usize = 4;

/// What a stop block may not say, and why.
const REFUSED: [(&str, &str); 12] = [
    ("environment", "it is the deploy's environment that is stopped"),
    ("rules", "it has the rules of the deploy, or GitLab could not find it"),
    ("only", "it is in the pipelines of the deploy, or GitLab could not find it"),
    ("except", "it is in the pipelines of the deploy, or GitLab could not find it"),
    ("needs", "it can run when its deploy can, and a need beyond that might never be met"),
    ("when", "a stop job is manual: GitLab starts it"),
    ("start_in", "a stop job is manual: GitLab starts it"),
    ("allow_failure", "a stop job that nobody has started would hold the pipeline up"),
    ("resource_group", "it has that of the deploy, or GitLab would not run it from the environment's page"),
    ("parallel", "GitLab looks for one job of this name"),
    ("extends", "only a whole job can extend another"),
    ("inherit", "it takes over what its deploy has"),
];

/// What is wrong with a stop block in itself.
pub(crate) fn problems(block: &Map, at: Origin) -> Vec<Diagnostic> {
    let refused = REFUSED.iter().filter_map(|(key, why)| {
        let key_origin = block.entry(key)?.key.origin;
        let message = format!("a `stop` block cannot set `{key}`: {why}");
        Some(Diagnostic::error(&STOP_BLOCK, key_origin, message).with_help("take it out"))
    });
    let mut problems: Vec<Diagnostic> = refused.collect();
    if !["script", "run", "trigger"].iter().any(|key| block.contains(key)) {
        problems.push(
            Diagnostic::error(&STOP_BLOCK, at, "this `stop` block has no `script`")
                .with_help("say how the environment is undone: `stop: { script: ./destroy.sh }`"),
        );
    }
    if let Some(entry) = block.entry("dependencies")
        && entry.value.as_seq().is_none_or(|list| !list.is_empty())
    {
        let message = "a stop job can only get the artifacts of its deploy";
        problems.push(
            Diagnostic::error(&STOP_BLOCK, entry.key.origin, message)
                .with_help("write `dependencies: []` for none, or leave it out for the deploy's"),
        );
    }
    problems
}

/// Writes the stop job of a deploy from a `stop:` block without [`problems`].
///
/// `deploy` is the deploying job's short name, and `body` what it has become, its environment written out.
pub(crate) fn stop_job(block: &Map, at: Origin, deploy: &str, body: &Map, facts: &PipelineFacts) -> UnitJob {
    let triggers = block.contains("trigger");
    let taken = &TAKEN_OVER[..if triggers { OF_A_TRIGGER } else { TAKEN_OVER.len() }];
    let mut stop = Map::default();
    for key in taken {
        if let Some(value) = body.get(key) {
            stop.set(key, value.clone());
        }
    }
    for (key, value) in block.iter().filter(|(key, _)| !["variables", "dependencies"].contains(key)) {
        stop.set(key, value.clone());
    }
    let mut variables = variables(block, body);
    if !triggers && checkout_may_fail(facts) && !block_sets(block, GIT_STRATEGY) {
        variables.set(GIT_STRATEGY, Node::string(at, "none"));
    }
    if !variables.is_empty() {
        stop.set("variables", Node::map(at, variables));
    }
    stop.set("environment", stopped_environment(body, at));
    let waits = Waits::of(block, body);
    if let Some(needs) = needs(waits, block, deploy, body, at) {
        stop.set("needs", needs);
    }
    match stop_rules::for_stop(body, waits) {
        Some(rules) => stop.set("rules", rules),
        None => {
            stop.set("when", Node::string(at, "manual"));
            stop.set("allow_failure", Node::plain(at, "true"));
        }
    }
    UnitJob { origin: at, body: stop, environment: None }
}

/// How a runner gets the code (<https://docs.gitlab.com/ci/runners/configure_runners/#git-strategy>).
pub(crate) const GIT_STRATEGY: &str = "GIT_STRATEGY";

/// Whether the code may be gone when the environment stops. A branch may have been deleted, and deleting it is what
/// stops the environment; the refs of a merge request's pipelines stay.
pub(crate) fn checkout_may_fail(facts: &PipelineFacts) -> bool {
    facts.kind == PipelineKind::Branch && !facts.is_default_branch()
}

fn block_sets(block: &Map, variable: &str) -> bool {
    block.get("variables").is_some_and(|variables| variables.get(variable).is_some())
}

/// The deploy's variables with the block's over them.
fn variables(block: &Map, body: &Map) -> Map {
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    for (key, value) in block.get("variables").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        variables.set(key, value.clone());
    }
    variables
}

/// The same name to the letter, and nothing that only a deploy may say: no `url`, no `auto_stop_in`.
fn stopped_environment(body: &Map, origin: Origin) -> Node {
    let mut stopped = Map::default();
    if let Some(name) = environment(body).and_then(|environment| environment.name()) {
        stopped.set("name", name.clone());
    }
    stopped.set("action", Node::string(origin, "stop"));
    Node::map(origin, stopped)
}

fn needs(waits: Waits, block: &Map, deploy: &str, body: &Map, at: Origin) -> Option<Node> {
    match waits {
        Waits::AsItsDeploy => body.get("needs").map(without_artifacts),
        Waits::ForItsDeploy => {
            let mut need = Map::default();
            need.set("job", Node::string(at, deploy));
            let artifacts = if takes_artifacts(block, body) { "true" } else { "false" };
            need.set("artifacts", Node::plain(at, artifacts));
            Some(Node::seq(at, vec![Node::map(at, need)]))
        }
    }
}
