//! Takes `reuse:` out of the jobs: GitLab does not know it.

use crate::unit::OF_HEADER;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{ReuseSettings, Workspace, never_left_out, reuse};
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::pipeline::keywords::JOB;
use nestling_gitlab::pipeline::rule::has_when;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Key, Node};

/// The keyword.
const REUSE: &str = "reuse";

/// Takes the policies of jobs out of their bodies.
pub(super) fn take(pipeline: &mut Pipeline, workspace: &Workspace) -> (ReuseSettings, Vec<Diagnostic>) {
    let mut settings = ReuseSettings::new();
    let mut problems = Vec::new();
    for job in &mut pipeline.jobs {
        // Every job of every plan comes by here: most have no keyword that is looked at twice.
        let mut keys = job.body.entries.iter().map(|entry| &entry.key);
        let Some(key) = keys.find(|key| is_near(key.text())).cloned() else { continue };
        if key.text() != REUSE {
            if let Some(problem) = misspelled(&key) {
                problems.push(problem);
                // The checks of GitLab's keywords would report it once more.
                job.body.remove(key.text());
            }
            continue;
        }
        let Some(mut node) = job.body.remove(REUSE) else { continue };
        let is_own = node.tag.take_if(|tag| &**tag == OF_HEADER).is_none();
        match reuse::of_job(&node, workspace.reuse) {
            Ok(policy) => {
                let idle = policy.filter(|_| is_own).and_then(|_| idle(job));
                problems.extend(idle.map(|why| without_effect(&node, &why)));
                settings.insert(job.name.clone(), policy);
            }
            Err(found) => {
                problems.extend(found);
                settings.insert(job.name.clone(), None);
            }
        }
    }
    (settings, problems)
}

/// Returns `true` for the keyword, and for one that may be meant as it.
fn is_near(keyword: &str) -> bool {
    let may_be = matches!(keyword.as_bytes(), [b'r' | b'R', _, _, _, ..]) && keyword.len() <= 8;
    may_be && !matches!(keyword, "rules" | "retry") && !JOB.contains(&keyword)
}

fn misspelled(key: &Key) -> Option<Diagnostic> {
    let help = Suggestion::among(key.text(), [REUSE]).help()?;
    let message = format!("unknown job keyword `{}`", key.text());
    Some(Diagnostic::error(&HEADER, key.origin, message).with_help(help))
}

/// Returns why a job is never left out, whatever its policy.
fn idle(job: &Job) -> Option<String> {
    if let Some(keyword) = never_left_out(&job.body) {
        return Some(format!("jobs with `{keyword}` are never omitted"));
    }
    if job.unit.is_none() {
        return Some("jobs of the workspace are never omitted".to_owned());
    }
    if job.body.get("allow_failure").is_some_and(|value| value.as_bool() != Some(false)) {
        return Some("jobs that are allowed to fail are never omitted".to_owned());
    }
    let has_rules = job.body.get("rules").is_some_and(|rules| !rules.is_null());
    let waits = ["manual", "delayed", "on_failure"].into_iter().find(|when| has_when(&job.body, when));
    waits.filter(|_| !has_rules).map(|when| format!("jobs with `when: {when}` are never omitted"))
}

fn without_effect(node: &Node, why: &str) -> Diagnostic {
    Diagnostic::warning(&KEY_UNUSED, node.origin, format!("`reuse` has no effect: {why}"))
        .with_help("remove it, or write `reuse: false`")
}
