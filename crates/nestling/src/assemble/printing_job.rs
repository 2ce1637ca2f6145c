//! The jobs that Nestling adds: they check nothing out, print something and pass.

use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::yaml::{Map, Node};

/// Returns the body of such a job. Without `needs` it waits for the stages before its own.
pub(crate) fn printing_job(
    stage: &str,
    needs: Option<Vec<Node>>,
    script: Vec<String>,
    origin: Origin,
) -> Map {
    let mut variables = Map::default();
    variables.set("GIT_STRATEGY", Node::string(origin, "none"));
    let mut body = Map::default();
    body.set("stage", Node::string(origin, stage));
    body.set("variables", Node::map(origin, variables));
    if let Some(needs) = needs {
        body.set("needs", Node::seq(origin, needs));
    }
    let lines = script.into_iter().map(|line| Node::string(origin, line));
    body.set("script", Node::seq(origin, lines.collect()));
    body
}

/// Lets a job run where those of the workspace do: without their tags, no runner may take it.
pub(crate) fn run_as_others(body: &mut Map, defaults: &Defaults) {
    for key in ["image", "tags"] {
        if let Some(node) = defaults.get(key) {
            body.set(key, node.clone());
        }
    }
}
