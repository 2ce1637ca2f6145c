//! The jobs that a job without `needs` waits for by its stage, as needs.

use super::units::{StagedJob, stops};
use super::{Artifacts, need};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::rule::may_be_passed;
use nestling_gitlab::yaml::Node;

/// Returns needs on those of these jobs that are in earlier stages, with their artifacts unless `dependencies` says which ones are fetched.
///
/// Jobs that later stages need not wait for are left out: manual ones whose failure is allowed. A need would wait for them.
/// Other manual jobs, which approve what comes after, are needed as the stage waits for them.
pub(super) fn of<'s, 'j: 's>(
    jobs: impl IntoIterator<Item = &'s StagedJob<'j>>,
    waiting: &StagedJob<'_>,
    origin: Origin,
) -> Vec<Node> {
    let dependencies = waiting.job.body.get("dependencies").and_then(Node::as_seq);
    let is_listed =
        |name: &str| dependencies.is_some_and(|list| list.iter().any(|item| item.text() == Some(name)));
    let mut needs = Vec::new();
    for earlier in jobs.into_iter().filter(|job| job.stage < waiting.stage) {
        let name = earlier.job.name.as_str();
        let is_waited_for = !may_be_passed(&earlier.job.body) && !stops(earlier.job);
        // GitLab wants each of the `dependencies` among the needs.
        if is_waited_for || is_listed(name) {
            let is_fetched = dependencies.is_none() || is_listed(name);
            let artifacts = if is_fetched { Artifacts::Fetched } else { Artifacts::Left };
            needs.push(need(earlier.job, artifacts, origin));
        }
    }
    needs
}
