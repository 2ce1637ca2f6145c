//! Jobs of vendored components that are in no pipeline, because inputs have made their rules false: `"false" == "true"`.

use super::needs::needed_job;
use crate::environments::LeftOut;
use indexmap::IndexMap;
use nestling_gitlab::configuration::ConfiguredJob;
use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::pipeline::expression::{Truth, Variable};
use nestling_gitlab::pipeline::rule::{RuleEntry, has_when};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// Takes out the jobs whose rules are in a vendored file and hold for no variables. A job that another one refers to stays: GitLab would
/// refuse a name that is not defined.
pub(super) fn take_out(
    jobs: &mut IndexMap<String, ConfiguredJob>,
    is_vendored: &dyn Fn(FileId) -> bool,
) -> Vec<LeftOut> {
    let is_never = |job: &ConfiguredJob| {
        let rules = job.body.get("rules").filter(|rules| is_vendored(rules.origin.file));
        rules.is_some_and(|rules| !may_hold(rules))
    };
    let never = jobs.iter().filter(|(_, job)| is_never(job)).map(|(name, _)| name.clone());
    let mut never: BTreeSet<String> = never.collect();
    while !never.is_empty() {
        let staying = jobs.iter().filter(|(name, _)| !never.contains(*name));
        let referenced = staying.flat_map(|(_, job)| references(&job.body));
        let kept: Vec<String> = referenced.filter(|name| never.contains(*name)).map(str::to_owned).collect();
        if kept.is_empty() {
            break;
        }
        kept.iter().for_each(|name| _ = never.remove(name));
    }
    jobs.retain(|name, _| !never.contains(name));
    never.into_iter().map(|job| LeftOut { job, reason: "no rule applies".to_owned() }).collect()
}

/// Returns the jobs that a job names.
fn references(body: &Map) -> impl Iterator<Item = &str> {
    let items = |key: &str| body.get(key).and_then(Node::as_seq).unwrap_or_default();
    let on_stop = body.get("environment").and_then(|environment| environment.get("on_stop")?.text());
    let of_rules = items("rules").iter().filter_map(|rule| rule.get("needs")?.as_seq()).flatten();
    let needs = items("needs").iter().chain(of_rules).filter_map(needed_job);
    needs.chain(items("dependencies").iter().filter_map(Node::text)).chain(on_stop)
}

/// Returns `true` if rules may add a job to a pipeline. Rules can be nested, as a `!reference` in a list makes them.
fn may_hold(rules: &Node) -> bool {
    first_answer(rules).unwrap_or(false)
}

/// Returns what the first rule says that holds for all variables; `true` as soon as one may add the job; `None` if none does.
fn first_answer(node: &Node) -> Option<bool> {
    if let Some(items) = node.as_seq() {
        return items.iter().find_map(first_answer);
    }
    let Some(body) = node.as_map() else { return Some(true) };
    let rule = RuleEntry { origin: node.origin, body };
    let open = ["changes", "exists"].into_iter().any(|key| rule.get(key).is_some());
    let condition = rule.condition_holds(&|_| Variable::Unknown);
    let holds = if open { condition.min(Truth::Maybe) } else { condition };
    match (holds, has_when(body, "never")) {
        (Truth::No, _) | (Truth::Maybe, true) => None,
        (Truth::Yes, true) => Some(false),
        (_, false) => Some(true),
    }
}
