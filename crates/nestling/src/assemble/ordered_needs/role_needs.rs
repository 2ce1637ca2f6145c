//! Needs by role (`^build`) on the jobs of more units than GitLab allows needs.

use super::barrier::Barriers;
use crate::assemble::rules::ROLE_ARTIFACTS;
use crate::unit::{RoleNeed, needed_job};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// Brings the needs of a job that has too many by role within the limit. Those that carry artifacts stay as far as they can,
/// of the nearest dependencies first, and one job waits for the others.
///
/// Diagnosed: artifacts for which there is no need left.
pub(super) fn limit(
    barriers: &mut Barriers,
    jobs: &mut [Job],
    index: usize,
    roles: &[RoleNeed],
) -> Option<Diagnostic> {
    let origin = roles.iter().find(|role| role.of_dependencies)?.origin;
    let needs = jobs[index].body.get("needs").and_then(Node::as_seq)?;
    if needs.len() <= barriers.limit {
        return None;
    }
    let is_by_role =
        |need: &Node| roles.iter().any(|role| role.of_dependencies && role.origin == need.origin);
    let others = needs.iter().filter(|need| !is_by_role(need)).count();
    let room = barriers.limit.saturating_sub(others + 1);
    let by_name: BTreeMap<&str, &Job> = jobs.iter().map(|job| (job.name.as_str(), job)).collect();
    let carries = |need: &Node| {
        let job = needed_job(need).and_then(|name| by_name.get(name));
        let is_left = need.get("artifacts").and_then(Node::as_bool) == Some(false);
        !is_left && job.is_some_and(|job| job.body.contains("artifacts"))
    };
    // Dependencies are in the order to build them in: the nearest come last.
    let mut candidates: Vec<usize> =
        (0..needs.len()).rev().filter(|place| is_by_role(&needs[*place])).collect();
    candidates.sort_by_key(|place| !carries(&needs[*place]));
    let waited: Vec<usize> = candidates.split_off(room.min(candidates.len()));
    let lost: Vec<String> =
        waited.iter().map(|place| &needs[*place]).filter(|need| carries(need)).filter_map(quoted).collect();
    let is_kept = |place: &usize| !waited.contains(place);
    let mut kept: Vec<Node> = (0..needs.len()).filter(is_kept).map(|place| needs[place].clone()).collect();
    let rest = (0..needs.len()).filter(|place| !is_kept(place)).map(|place| only_waiting(&needs[place]));
    let rest = rest.collect();
    let job = jobs[index].clone();
    kept.extend(barriers.chain(&job, rest, origin));
    let list = jobs[index].body.get("needs").map_or(origin, |needs| needs.origin);
    jobs[index].body.set("needs", Node::seq(list, kept));
    (!lost.is_empty()).then(|| lost_artifacts(&job, &lost, barriers.limit, origin))
}

fn quoted(need: &Node) -> Option<String> {
    needed_job(need).map(|name| format!("`{name}`"))
}

/// Returns a need for the order alone.
fn only_waiting(need: &Node) -> Node {
    let mut map = need.as_map().cloned().unwrap_or_default();
    if let Some(name) = need.text() {
        map = Map::default();
        map.set("job", Node::string(need.origin, name));
    }
    map.set("artifacts", Node::plain(need.origin, "false"));
    Node::map(need.origin, map)
}

fn lost_artifacts(job: &Job, lost: &[String], limit: usize, origin: Origin) -> Diagnostic {
    let message = format!(
        "`{}` needs jobs of more dependencies than GitLab allows needs ({limit}): it loses the artifacts of {}",
        job.name,
        lost.join(", ")
    );
    Diagnostic::warning(&ROLE_ARTIFACTS, origin, message)
        .with_label(job.origin, "the job")
        .with_help("list the jobs whose artifacts it reads in addition to the role")
}
