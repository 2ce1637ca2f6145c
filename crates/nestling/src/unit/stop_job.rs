//! The stop job of a deploy, by GitLab's rules for the pair
//! (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).

use super::jobs::UnitJob;
use super::stop_needs::{Waits, takes_artifacts, without_artifacts};
use super::stop_rules;
use crate::changes::{PipelineFacts, PipelineKind};
use crate::environments::Conditions;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// Keywords that a stop job inherits from its deploy job if its `stop` block does not set them: they decide whether it is in the
/// pipeline, where it runs, and with which rights.
///
/// ```
/// assert!(nestling::INHERITED_BY_STOP_JOBS.contains(&"resource_group"));
/// ```
pub const INHERITED_BY_STOP_JOBS: [&str; 14] = [
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

/// Number of those keywords, from the first, that a trigger job can have.
const OF_A_TRIGGER: usize = 4;

/// Writes the stop job of a deploy from a `stop:` block that is correct.
///
/// `deploy` is the deploying job's short name, and `body` is its body with the environment written out.
pub(super) fn stop_job(
    block: &Map,
    origin: Origin,
    deploy: &str,
    body: &Map,
    facts: &PipelineFacts,
) -> UnitJob {
    let mut stop = taken_over(block, body);
    for (key, value) in block.iter().filter(|(key, _)| !["variables", "dependencies"].contains(key)) {
        stop.set(key, value.clone());
    }
    let variables = variables(block, origin, body, facts);
    if !variables.is_empty() {
        stop.set("variables", Node::map(origin, variables));
    }
    stop.set("environment", stopped_environment(body, origin));
    let waits = Waits::of(block, body);
    if let Some(needs) = needs(waits, block, deploy, body, origin) {
        stop.set("needs", needs);
    }
    match stop_rules::for_stop(body, waits) {
        Some(rules) => stop.set("rules", rules),
        None => {
            stop.set("when", Node::string(origin, "manual"));
            stop.set("allow_failure", Node::plain(origin, "true"));
        }
    }
    let gets_artifacts = !block.contains("dependencies") && !block.contains("trigger");
    let artifacts_of = gets_artifacts.then(|| deploy.to_owned());
    UnitJob {
        origin,
        body: stop,
        environment: None,
        artifacts_of,
        conditions: Conditions::default(),
        promoted: None,
        role_needs: Vec::new(),
    }
}

fn taken_over(block: &Map, body: &Map) -> Map {
    let all = &INHERITED_BY_STOP_JOBS[..];
    let keys = if block.contains("trigger") { &all[..OF_A_TRIGGER] } else { all };
    let mut taken = Map::default();
    for key in keys {
        if let Some(value) = body.get(key) {
            taken.set(key, value.clone());
        }
    }
    taken
}

/// The variable that says how a runner gets the code
/// (<https://docs.gitlab.com/ci/runners/configure_runners/#git-strategy>).
pub(super) const GIT_STRATEGY: &str = "GIT_STRATEGY";

/// Returns `true` if the code may be gone when the environment stops. A branch may have been deleted, and deleting it is what
/// stops the environment; the refs of a merge request's pipelines stay.
pub(super) fn checkout_may_fail(facts: &PipelineFacts) -> bool {
    facts.kind == PipelineKind::Branch && !facts.is_default_branch()
}

/// The deploy's variables, overridden by the block's. A job that triggers a pipeline has no checkout to leave out.
fn variables(block: &Map, origin: Origin, body: &Map, facts: &PipelineFacts) -> Map {
    let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    let own = block.get("variables").and_then(Node::as_map);
    for (key, value) in own.into_iter().flat_map(Map::iter) {
        variables.set(key, value.clone());
    }
    let sets_strategy = own.is_some_and(|own| own.contains(GIT_STRATEGY));
    if !block.contains("trigger") && checkout_may_fail(facts) && !sets_strategy {
        variables.set(GIT_STRATEGY, Node::string(origin, "none"));
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

fn needs(waits: Waits, block: &Map, deploy: &str, body: &Map, origin: Origin) -> Option<Node> {
    if waits == Waits::AsItsDeploy {
        return body.get("needs").map(without_artifacts);
    }
    let mut need = Map::default();
    need.set("job", Node::string(origin, deploy));
    let artifacts = if takes_artifacts(block, body) { "true" } else { "false" };
    need.set("artifacts", Node::plain(origin, artifacts));
    Some(Node::seq(origin, vec![Node::map(origin, need)]))
}
