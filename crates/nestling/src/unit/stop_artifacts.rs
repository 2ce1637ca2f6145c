//! Artifacts that a stop job takes from its deploy have to live as long as the environment.

use crate::unit::rules::STOP_ARTIFACTS_EXPIRE;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::duration;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// How long a deploy's artifacts are kept for its stop job, where nobody says.
const KEPT: &str = "1 year";

/// How long artifacts have to be kept, in seconds, where nothing says how long the environment lives.
const FOUR_WEEKS: f64 = 4.0 * 604_800.0;

/// Keeps a deploy's artifacts for its stop job, which fails without them; warns where the deploy says how long they are kept
/// and that is too short.
pub(super) fn keep(body: &mut Map, origin: Origin) -> Option<Diagnostic> {
    let stops_in = environment(body).and_then(|environment| environment.get("auto_stop_in"));
    let stops_in = stops_in.and_then(Node::text).map(str::to_owned);
    let lifetime = stops_in.as_deref().and_then(seconds);
    let artifacts = body.get_mut("artifacts").and_then(Node::as_map_mut)?;
    let Some(expire_in) = artifacts.get("expire_in") else {
        let outlives = lifetime.is_some_and(|lifetime| Some(lifetime) >= duration::seconds(KEPT));
        artifacts.set("expire_in", Node::string(origin, if outlives { "never" } else { KEPT }));
        return None;
    };
    let written = expire_in.text()?;
    let kept = duration::seconds(written)?;
    let message = match lifetime {
        Some(lifetime) if kept < lifetime => {
            let stops_in = stops_in.unwrap_or_default();
            format!("the stop job needs these artifacts for `{stops_in}`, and they expire in `{written}`")
        }
        // A variable, or nothing: the environment lives as long as its merge request or its branch.
        None if kept < FOUR_WEEKS => {
            format!("the stop job needs these artifacts, and they expire in `{written}`")
        }
        _ => return None,
    };
    let help = format!(
        "GitLab fails a job whose artifacts are gone: write `expire_in: {KEPT}`, or `dependencies: []` in the `stop` \
         block if it needs none"
    );
    Some(Diagnostic::warning(&STOP_ARTIFACTS_EXPIRE, expire_in.origin, message).with_help(help))
}

fn seconds(text: &str) -> Option<f64> {
    if text == "never" { Some(f64::INFINITY) } else { duration::seconds(text) }
}
