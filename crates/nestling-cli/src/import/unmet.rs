//! Needs of the old configuration that cannot be met: GitLab creates no pipeline there.

use super::candidate::{Candidate, can_meet};
use super::obstacle::asks_for_workflow;
use super::old::OldPipeline;
use nestling::Origin;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::need::{NeedSource, needs, parallel_base};

/// A kind of pipeline, with the condition under which there is one.
pub(super) type KindOfPipeline = (&'static str, Guard);

/// A need that is not met.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    /// The index of the job.
    pub job: usize,
    /// The position in its `needs`.
    pub need: usize,
    pub origin: Origin,
    pub message: String,
}

/// Finds the needs that rules exclude from every pipeline of a kind that has the job, or wherever no path matches.
pub(super) fn unmet_needs(
    candidates: &[Candidate],
    kinds: &[KindOfPipeline],
    old: &OldPipeline,
) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    for (job, candidate) in candidates.iter().enumerate() {
        for (position, need) in needs(&candidate.folded).unwrap_or_default().iter().enumerate() {
            let NeedSource::Job(name) = need.source else { continue };
            let Some(needed) = find(candidates, candidate, name) else { continue };
            if need.optional || asks_for_workflow(candidate, old) || asks_for_workflow(needed, old) {
                continue;
            }
            let message = message(candidate, needed, kinds);
            unmet.extend(message.map(|message| Unmet { job, need: position, origin: need.origin, message }));
        }
    }
    unmet
}

fn find<'a>(candidates: &'a [Candidate], needing: &Candidate, name: &str) -> Option<&'a Candidate> {
    let find = |name: &str| candidates.iter().find(|job| job.owner == needing.owner && job.name == name);
    find(name).or_else(|| find(parallel_base(name)?.0))
}

fn message(needing: &Candidate, needed: &Candidate, kinds: &[KindOfPipeline]) -> Option<String> {
    let (mut excluded, mut unchanged) = (Vec::new(), Vec::new());
    for (index, (kind, workflow)) in kinds.iter().enumerate() {
        let guard = |job: &Candidate| job.guards.get(index).cloned().unwrap_or(Guard::Never);
        let own = Guard::all([workflow.clone(), guard(needing)]);
        let is_possible = |guard: &Guard| can_meet(guard, &Guard::Always);
        let own_unchanged = Guard::all([workflow.clone(), needing.guard_without_changes(index)]);
        if is_possible(&own) && !can_meet(&own, &guard(needed)) {
            excluded.push(*kind);
        } else if is_possible(&own_unchanged) && needed.is_selected_by_paths(index) {
            unchanged.push(*kind);
        }
    }
    let (needing, needed) = (&needing.name, &needed.name);
    let cure = "give both the same rules, or make the need `optional: true`";
    if !excluded.is_empty() {
        let kinds = excluded.join(", ");
        return Some(format!(
            "`{needing}` needs `{needed}`, which its rules exclude ({kinds}): GitLab creates no pipeline there; {cure}"
        ));
    }
    let kinds = unchanged.join(", ");
    let message = format!(
        "`{needing}` needs `{needed}`, which is omitted where none of its `changes` matches ({kinds}): GitLab creates no pipeline then; {cure}"
    );
    (!unchanged.is_empty()).then_some(message)
}
