//! Ties a deploy and its stop job together, and says where GitLab would not run the stop job without saying so.

use super::jobs::UnitJob;
use super::stop_job::{GIT_STRATEGY, checkout_may_fail, problems, stop_job};
use super::stop_needs::takes_artifacts;
use crate::changes::PipelineFacts;
use crate::unit::rules::{STOP_ARTIFACTS_EXPIRE, STOP_BLOCK, STOP_CHECKOUT};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::duration;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// How long a deploy's artifacts are kept for its stop job, where nobody says.
const KEPT: &str = "1 year";

/// A deploy's artifacts that expire sooner than this, with nothing that stops the environment before, are told of.
const FOUR_WEEKS: f64 = 4.0 * 604_800.0;

/// The name of a deploy's stop job.
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
    let at = block.origin;
    let Some(block) = block.as_map() else {
        return refused(Diagnostic::error(&STOP_BLOCK, at, "`stop` must be a mapping with a `script`"));
    };
    let mut found = problems(block, at);
    found.extend(cannot_have_one(deploy, body, block, at));
    if !found.is_empty() {
        return (None, found);
    }
    let mut warnings: Vec<Diagnostic> = checkout(block, facts).into_iter().collect();
    if takes_artifacts(block, body) {
        warnings.extend(keep_artifacts(body, at));
    }
    let Some(environment) = body.get_mut("environment").and_then(Node::as_map_mut) else {
        return (None, warnings);
    };
    environment.set("on_stop", Node::string(at, stop_name(deploy)));
    (Some(stop_job(block, at, deploy, body, facts)), warnings)
}

fn refused(problem: Diagnostic) -> (Option<UnitJob>, Vec<Diagnostic>) {
    (None, vec![problem])
}

/// Why this deploy cannot have a stop job that GitLab would find.
fn cannot_have_one(deploy: &str, body: &Map, block: &Map, at: Origin) -> Option<Diagnostic> {
    let error = |origin, message: String| Diagnostic::error(&STOP_BLOCK, origin, message);
    let environment = environment(body)?;
    if !environment.deploys() {
        let message = "only a job that starts an environment can have a `stop`".to_owned();
        return Some(error(at, message).with_help("take the block out, or the `action`"));
    }
    if let Some(own) = environment.map().and_then(|map| map.entry("on_stop")) {
        let message = "this job has both a `stop` block and an `on_stop`".to_owned();
        let problem = error(at, message).with_label(own.key.origin, "here");
        return Some(problem.with_help("keep one of them"));
    }
    if let Some(parallel) = body.entry("parallel") {
        let message = format!("`{deploy}` is multiplied, and GitLab finds no stop job for the copies");
        return Some(
            error(at, message)
                .with_label(parallel.key.origin, "here")
                .with_help("write one job for each, as with `#% for region in [\"eu\", \"us\"]`"),
        );
    }
    let name = environment.name_text();
    let own = block.get("variables").and_then(Node::as_map)?;
    let entry = own.entries.iter().find(|entry| names_variable(name, entry.key.text()))?;
    let message = format!("`${}` is part of the environment's name, `{name}`", entry.key.text());
    Some(
        error(entry.key.origin, message)
            .with_help("the stop job has to give it the deploy's value: take it out"),
    )
}

/// Whether a text holds `$NAME` or `${NAME}`.
fn names_variable(text: &str, name: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let rest = text[at + 1..].strip_prefix('{').unwrap_or(&text[at + 1..]);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end] == name
    })
}

/// A stop job that insists on a checkout of a branch that may be gone.
fn checkout(block: &Map, facts: &PipelineFacts) -> Option<Diagnostic> {
    let strategy = block.get("variables")?.get(GIT_STRATEGY)?;
    let fetches = strategy.text().is_some_and(|text| !["none", "empty"].contains(&text));
    (fetches && checkout_may_fail(facts)).then(|| {
        Diagnostic::warning(
            &STOP_CHECKOUT,
            strategy.origin,
            "this stop job fetches the branch, which may be gone when it runs",
        )
        .with_help(
            "deploy in the merge request's pipeline, whose refs stay; or carry what the stop needs in the deploy's \
             artifacts and take the variable out",
        )
    })
}

/// A stop job whose artifacts have expired fails: they are kept, or their owner is told.
fn keep_artifacts(body: &mut Map, at: Origin) -> Option<Diagnostic> {
    let stops_in = environment(body).and_then(|environment| environment.get("auto_stop_in")).cloned();
    let lives = stops_in.as_ref().and_then(Node::text).and_then(|text| match text {
        "never" => Some(f64::INFINITY),
        text => duration::seconds(text),
    });
    let artifacts = body.get_mut("artifacts").and_then(Node::as_map_mut)?;
    let Some(expire_in) = artifacts.get("expire_in").cloned() else {
        let longer = duration::seconds(KEPT).is_some_and(|kept| lives.is_some_and(|lives| lives >= kept));
        artifacts.set("expire_in", Node::string(at, if longer { "never" } else { KEPT }));
        return None;
    };
    let kept = expire_in.text().and_then(duration::seconds)?;
    let written = expire_in.text().unwrap_or_default();
    let message = match lives {
        Some(lives) if kept < lives => {
            let stops_in = stops_in.as_ref().and_then(Node::text).unwrap_or_default();
            format!("the stop job needs these artifacts for `{stops_in}`, and they expire in `{written}`")
        }
        // A variable, or nothing: the environment lives as long as its merge request or its branch.
        None if kept < FOUR_WEEKS => {
            format!("the stop job needs these artifacts, and they expire in `{written}`")
        }
        _ => return None,
    };
    Some(Diagnostic::warning(&STOP_ARTIFACTS_EXPIRE, expire_in.origin, message).with_help(format!(
        "GitLab fails a job whose artifacts are gone: write `expire_in: {KEPT}`, or `dependencies: []` in the `stop` \
         block if it needs none"
    )))
}
