//! Entries of the catalogue whose keys have no effect on the jobs that are sent to them.

use super::walked::WalkedJobs;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Environment, Start, Stop, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};

/// Keys that only a deploy job takes from its entry, beside `manual`, `blocking` and `stop`.
const OF_A_DEPLOY: [&str; 2] = ["url", "auto_stop_in"];

/// Warns of keys for deploys where none of the jobs deploys, and of an `after` that no unit has to wait for.
pub(super) fn without_effect(workspace: &Workspace, jobs: &WalkedJobs) -> Vec<Diagnostic> {
    let entries = || workspace.environments.entries.values().filter(|entry| jobs.deploy_to(&entry.name));
    let mut problems: Vec<Diagnostic> = entries().flat_map(|entry| keys_of_a_deploy(entry, jobs)).collect();
    problems.extend(entries().filter_map(|entry| after_nothing(entry, jobs)));
    problems.extend(entries().filter_map(|entry| delayed(entry, jobs)));
    problems
}

fn keys_of_a_deploy(entry: &Environment, jobs: &WalkedJobs) -> Vec<Diagnostic> {
    let action = entry.settings.get("action").and_then(|action| action.text());
    let action = action.filter(|action| matches!(*action, "access" | "verify" | "prepare"));
    let Some(action) = action.filter(|_| !jobs.start(&entry.name)) else { return Vec::new() };
    let mut keys: Vec<(&str, Origin)> = Vec::new();
    for key in OF_A_DEPLOY {
        keys.extend(entry.settings.entry(key).map(|setting| (key, setting.value.origin)));
    }
    if matches!(entry.start, Start::Manual(_)) {
        keys.push(("manual", entry.origin));
    }
    if let Stop::Block(block) = &entry.stop {
        keys.push(("stop", block.entries.first().map_or(entry.origin, |key| key.key.origin)));
    }
    let problem = |(key, origin): (&str, Origin)| {
        let message =
            format!("`{key}` of `{}` has no effect: with `action: {action}` no job deploys", entry.name);
        let help = format!("remove it, or `action: {action}`");
        Diagnostic::warning(&KEY_UNUSED, origin, message).with_help(help)
    };
    keys.into_iter().map(problem).collect()
}

/// `after` is about jobs of one unit.
fn after_nothing(entry: &Environment, jobs: &WalkedJobs) -> Option<Diagnostic> {
    let after = entry.after.as_ref()?;
    let earlier = &after.environment;
    if jobs.any_unit_deploys_to_both(earlier, &entry.name) {
        return None;
    }
    let message =
        format!("`after: {earlier}` has no effect: no unit that deploys to `{}` deploys to it", entry.name);
    let help = format!("remove it, or deploy to both: `environment: [{earlier}, {}]`", entry.name);
    Some(Diagnostic::warning(&KEY_UNUSED, after.origin, message).with_help(help))
}

/// A delayed job starts by itself, whatever the entry says.
fn delayed(entry: &Environment, jobs: &WalkedJobs) -> Option<Diagnostic> {
    let (job, origin) = jobs.delayed(&entry.name).filter(|_| matches!(entry.start, Start::Manual(_)))?;
    let message = format!("`manual` of `{}` has no effect on `{job}`, which is delayed", entry.name);
    let problem = Diagnostic::warning(&KEY_UNUSED, *origin, message);
    Some(
        problem.with_help(
            "remove `when: delayed` and `start_in`, or send the job to an entry that is not manual",
        ),
    )
}
