//! Artifacts that a stop job takes from its deploy have to live as long as the environment.

use crate::unit::rules::STOP_ARTIFACTS_EXPIRE;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::duration;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// Default time that the artifacts of a deploy job are kept for its stop job.
const KEPT: &str = "1 year";

/// Time in seconds that artifacts must be kept if the lifetime of the environment is unknown.
const FOUR_WEEKS: f64 = 4.0 * 604_800.0;

/// Lifetime of an environment.
#[derive(Debug, Clone)]
pub(crate) struct Lifetime {
    /// `auto_stop_in`; none for an environment that lives as long as its merge request or its branch.
    stops_in: Option<String>,
}

/// The fate of artifacts that a stop job gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// They outlive the environment.
    Long,
    /// They expire after this long, which is written in the job.
    Expire {
        /// `expire_in` as it is written.
        written: String,
        /// The place.
        origin: Origin,
    },
}

impl Lifetime {
    /// Returns the lifetime of the environment that a job deploys to.
    pub(crate) fn of(body: &Map) -> Self {
        let stops_in = environment(body).and_then(|environment| environment.get("auto_stop_in"));
        Self { stops_in: stops_in.and_then(Node::text).map(str::to_owned) }
    }

    /// Keeps the artifacts of a job for a stop job, which fails without them, where the job does not say how long they are
    /// kept.
    pub(crate) fn keep(&self, body: &mut Map, origin: Origin) -> Kept {
        let lifetime = self.stops_in.as_deref().and_then(seconds);
        let Some(artifacts) = body.get_mut("artifacts").and_then(Node::as_map_mut) else { return Kept::Long };
        let Some(expire_in) = artifacts.get("expire_in") else {
            let outlives = lifetime.is_some_and(|lifetime| Some(lifetime) >= duration::seconds(KEPT));
            artifacts.set("expire_in", Node::string(origin, if outlives { "never" } else { KEPT }));
            return Kept::Long;
        };
        // A variable: GitLab alone knows.
        let Some(kept) = expire_in.text().and_then(seconds) else { return Kept::Long };
        // Where nothing says how long the environment lives, it is as long as its merge request or its branch.
        if kept >= lifetime.unwrap_or(FOUR_WEEKS) {
            return Kept::Long;
        }
        let written = expire_in.text().unwrap_or_default().to_owned();
        Kept::Expire { written, origin: expire_in.origin }
    }
}

/// Keeps a deploy's own artifacts for its stop job; warns where the deploy says how long they are kept and that is too short.
pub(super) fn keep(body: &mut Map, origin: Origin) -> Option<Diagnostic> {
    let lifetime = Lifetime::of(body);
    let Kept::Expire { written, origin } = lifetime.keep(body, origin) else { return None };
    Some(lifetime.too_short(&written, origin))
}

impl Lifetime {
    /// Warns of artifacts that a stop job needs and that expire after the time `written`.
    pub(crate) fn too_short(&self, written: &str, origin: Origin) -> Diagnostic {
        let message = match self.stops_in.as_ref().filter(|text| seconds(text).is_some()) {
            Some(stops_in) => {
                format!("the stop job needs these artifacts for `{stops_in}`, but they expire in `{written}`")
            }
            None => format!("the stop job needs these artifacts, but they expire in `{written}`"),
        };
        let help = format!(
            "set `expire_in: {KEPT}`, or `dependencies: []` in the `stop` block if it needs none: GitLab fails a job whose artifacts have expired"
        );
        Diagnostic::warning(&STOP_ARTIFACTS_EXPIRE, origin, message).with_help(help)
    }
}

fn seconds(text: &str) -> Option<f64> {
    if text == "never" { Some(f64::INFINITY) } else { duration::seconds(text) }
}
