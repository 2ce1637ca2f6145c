//! The needs of jobs: as few as say everything, and never more than GitLab allows.

use super::graph::{Graph, Role};
use super::request::Request;
use crate::cdk::settings::Source;
use std::collections::BTreeMap;

/// Leaves out what follows from the rest; what is read stays.
pub(crate) fn reduce(graph: &mut Graph) {
    let past = graph.past();
    for at in 0..graph.jobs.len() {
        let all = &graph.jobs[at].after;
        let implied = |before: &usize| all.iter().any(|other| past.holds(*other, *before));
        let kept =
            all.iter().copied().filter(|before| graph.jobs[at].reads.contains(before) || !implied(before));
        graph.jobs[at].after = kept.collect();
    }
}

/// Puts barriers between a job and what it waits for, where that is more than GitLab allows.
pub(crate) fn limit(graph: &mut Graph, request: &Request<'_>) {
    let spare = 1 + usize::from(matches!(request.settings.from, Source::Parent(_)));
    let limit = request.needs_limit.saturating_sub(spare).max(2);
    let mut barriers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    for at in 0..graph.jobs.len() {
        while graph.jobs[at].after.len() > limit {
            let job = &graph.jobs[at];
            let quiet = job.after.iter().copied().filter(|before| !job.reads.contains(before));
            let chunk: Vec<usize> = quiet.take(limit).collect();
            if chunk.len() < 2 {
                break;
            }
            let known = barriers.get(&chunk).copied();
            let barrier = known.unwrap_or_else(|| {
                let name = format!("{}: wait {}", graph.jobs[at].name, barriers.len() + 1);
                let (group, origin) = (graph.jobs[at].group.clone(), graph.jobs[at].origin);
                let barrier = graph.push(name, Role::Barrier, None, group, origin);
                graph.jobs[barrier].after = chunk.iter().copied().collect();
                barriers.insert(chunk.clone(), barrier);
                barrier
            });
            let job = &mut graph.jobs[at];
            job.after.retain(|before| !chunk.contains(before));
            job.after.insert(barrier);
        }
    }
}
