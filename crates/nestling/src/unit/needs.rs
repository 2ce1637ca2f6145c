//! Needs on jobs that were fanned out or left out.

use super::jobs::UnitJob;
use crate::environments::{Conditions, LeftOut};
use indexmap::IndexMap;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the jobs that each fanned-out job became.
pub(super) type Fans = BTreeMap<String, Vec<String>>;

/// Returns the job that a need names.
pub(crate) fn needed_job(need: &Node) -> Option<&str> {
    need.text().or_else(|| need.get("job").and_then(Node::text))
}

/// Returns `true` if GitLab accepts that the needed job does not exist.
pub(crate) fn is_optional(need: &Node) -> bool {
    need.get("optional").and_then(Node::as_bool).unwrap_or(false)
}

/// Returns the same need on another job.
pub(crate) fn renamed(need: &Node, job: &str) -> Node {
    let mut need = need.clone();
    let origin = need.origin;
    match need.as_map_mut() {
        Some(map) => map.set("job", Node::string(origin, job)),
        None => need = Node::string(origin, job),
    }
    need
}

/// Returns the jobs that fanned-out jobs became and that further conditions may keep out where the others of their fan are
/// in. A job that needs the whole fan does not wait for those in vain: its needs on them are optional.
pub(super) fn further_conditional(jobs: &IndexMap<String, UnitJob>, fans: &Fans) -> BTreeSet<String> {
    let mut further = BTreeSet::new();
    for fan in fans.values().filter(|fan| fan.len() > 1) {
        let known: Vec<(&String, &Conditions)> =
            fan.iter().filter_map(|name| Some((name, &jobs.get(name)?.conditions))).collect();
        let common = Conditions::common(known.iter().map(|(_, conditions)| *conditions));
        let has_more = known.into_iter().filter(|(_, conditions)| !conditions.without(&common).is_empty());
        further.extend(has_more.map(|(name, _)| name.clone()));
    }
    further
}

/// Returns the same need on another job, which may not be there.
pub(crate) fn optional(need: &Node, job: &str) -> Node {
    let mut map = need.as_map().cloned().unwrap_or_default();
    map.set("job", Node::string(need.origin, job));
    map.set("optional", Node::plain(need.origin, "true"));
    Node::map(need.origin, map)
}

/// Points needs on fanned-out jobs at the jobs that those became.
pub(super) fn retarget(
    jobs: &mut IndexMap<String, UnitJob>,
    fans: &Fans,
    further_conditional: &BTreeSet<String>,
) {
    for job in jobs.values_mut() {
        let suffix = job.environment.as_ref().map(|environment| format!(":{environment}"));
        retarget_list(&mut job.body, "needs", &|need| {
            retargeted(need, suffix.as_deref(), fans, further_conditional)
        });
        retarget_list(&mut job.body, "dependencies", &|job| {
            retargeted(job, suffix.as_deref(), fans, &BTreeSet::new())
        });
    }
}

fn retarget_list(body: &mut Map, key: &str, retargeted: &dyn Fn(&Node) -> Vec<Node>) {
    let Some(node) = body.get(key) else { return };
    let Some(needs) = node.as_seq() else { return };
    let origin = node.origin;
    let retargeted = needs.iter().flat_map(retargeted).collect();
    body.set(key, Node::seq(origin, retargeted));
}

/// The job of the same environment where there is one, else all of the fan.
fn retargeted(
    need: &Node,
    suffix: Option<&str>,
    fans: &Fans,
    further_conditional: &BTreeSet<String>,
) -> Vec<Node> {
    let Some(name) = needed_job(need) else { return vec![need.clone()] };
    let Some(fan) = fans.get(name) else { return vec![need.clone()] };
    if fan.is_empty() {
        return if is_optional(need) { Vec::new() } else { vec![need.clone()] };
    }
    let same_environment = suffix.map(|suffix| format!("{name}{suffix}"));
    match same_environment.filter(|job| fan.contains(job)) {
        Some(job) => vec![renamed(need, &job)],
        None => fan.iter().map(|job| on_fan(need, job, further_conditional)).collect(),
    }
}

fn on_fan(need: &Node, job: &str, further_conditional: &BTreeSet<String>) -> Node {
    if further_conditional.contains(job) { optional(need, job) } else { renamed(need, job) }
}

/// Leaves out the jobs that need one that was left out, and those that need them: GitLab rejects a pipeline with a
/// need on a job that does not exist.
pub(super) fn drop_dependents(
    jobs: &mut IndexMap<String, UnitJob>,
    fans: &Fans,
    left_out: &mut Vec<LeftOut>,
) {
    let empty_fans = fans.iter().filter(|(_, fan)| fan.is_empty());
    let mut missing: BTreeSet<String> = empty_fans.map(|(name, _)| name.clone()).collect();
    while let Some((name, lost)) = next_dependent(jobs, &missing) {
        jobs.shift_remove(&name);
        left_out.push(LeftOut::without(&name, &lost));
        missing.insert(name);
    }
}

/// The first job that needs a missing one, and the missing one.
fn next_dependent(jobs: &IndexMap<String, UnitJob>, missing: &BTreeSet<String>) -> Option<(String, String)> {
    for (name, job) in jobs {
        let needs = job.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
        let required = needs.iter().filter(|need| !is_optional(need));
        if let Some(lost) = required.filter_map(needed_job).find(|needed| missing.contains(*needed)) {
            return Some((name.clone(), lost.to_owned()));
        }
    }
    None
}
