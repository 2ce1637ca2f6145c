//! The gates of a stage of a pipeline beside its actions: a transition that is disabled, and conditions before or after it.
//!
//! Each becomes an action of its own, before all others of the stage or after them, so that nothing passes it.

use super::lost::{AFTER, BEFORE, DISABLED};
use super::pipeline::{Action, Does};
use crate::document::Json;
use nestling_gitlab::diagnostic::Diagnostic;

/// The keys of a stage that are read here: each with the rank of its action, before or after those that are written.
const CONDITIONS: [(&str, u64, &str); 2] = [
    (BEFORE, FIRST, "the entry condition of this stage"),
    (AFTER, LAST, "the success condition of this stage"),
];

const FIRST: u64 = 0;
const LAST: u64 = u64::MAX;

/// Returns `true` if an action is one of those that are made here: none of CDK's graph is its own.
pub(super) fn is_condition(action: &Action) -> bool {
    matches!(action.rank, FIRST | LAST)
}

/// Adds the actions that hold a stage to those that are written: in the order in which they run.
pub(super) fn held(
    mut actions: Vec<Action>,
    pipeline: &Json<'_>,
    stage: &Json<'_>,
    name: &str,
) -> Result<Vec<Action>, Diagnostic> {
    let mut held = Vec::new();
    for disabled in pipeline.field("Properties")?.items_of(DISABLED)? {
        if disabled.text_of("StageName")? == Some(name) {
            let reason = disabled.text_of("Reason")?.unwrap_or_default();
            let comment = format!("CodePipeline has disabled the transition to {name}: {reason}");
            held.push(action("Transition", FIRST, Does::Approve(Some(comment)), &disabled));
        }
    }
    for (key, rank, words) in CONDITIONS {
        let Some(written) = stage.get(key) else { continue };
        let providers = providers(&written)?;
        let what = if providers.is_empty() { words.to_owned() } else { format!("{words} ({providers})") };
        held.push(action(key, rank, Does::other(what), &written));
    }
    let (mut all, last): (Vec<Action>, Vec<Action>) = held.into_iter().partition(|held| held.rank == FIRST);
    all.append(&mut actions);
    all.extend(last);
    Ok(all)
}

/// Returns the kinds of rules of conditions, such as `DeploymentWindow`.
fn providers(written: &Json<'_>) -> Result<String, Diagnostic> {
    let mut providers: Vec<String> = Vec::new();
    for condition in written.items_of("Conditions")? {
        for rule in condition.items_of("Rules")? {
            let kind = rule.get("RuleTypeId").and_then(|kind| kind.get("Provider"));
            if let Some(provider) = kind.and_then(|provider| provider.value().as_str().map(str::to_owned)) {
                providers.push(provider);
            }
        }
    }
    providers.dedup();
    Ok(providers.join(", "))
}

fn action(name: &str, rank: u64, does: Does, written: &Json<'_>) -> Action {
    Action {
        name: name.to_owned(),
        rank,
        does,
        namespace: None,
        inputs: Vec::new(),
        primary: None,
        outputs: Vec::new(),
        lost: Vec::new(),
        assembly: None,
        parameters: Vec::new(),
        variables: Vec::new(),
        region: None,
        origin: written.origin(),
    }
}
