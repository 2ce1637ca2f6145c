//! The needs of jobs: as few as say everything, and never more than GitLab allows.

use super::graph::{Graph, JobId, Role};
use super::request::Request;
use crate::id::Id;
use crate::settings::AssemblySource;
use std::collections::BTreeMap;

/// Leaves out what follows from the rest; what is read stays.
pub(crate) fn reduce(graph: &mut Graph) {
    let past = graph.past();
    for job in &mut graph.jobs {
        let all = job.after.clone();
        let is_implied = |before: &JobId| all.iter().any(|other| past.holds(*other, *before));
        job.after.retain(|before| job.reads.contains(before) || !is_implied(before));
    }
}

/// Puts barriers between a job and what it waits for, where that is more than GitLab allows.
pub(crate) fn limit(graph: &mut Graph, request: &Request<'_>) {
    let spare = 1 + usize::from(matches!(request.settings.from, AssemblySource::Parent(_)));
    let limit = request.needs_limit.saturating_sub(spare).max(2);
    let mut barriers: BTreeMap<Vec<JobId>, JobId> = BTreeMap::new();
    for job_id in Id::all(&graph.jobs) {
        while graph.jobs[job_id].after.len() > limit {
            let job = &graph.jobs[job_id];
            // A barrier passes on neither files nor variables, and would be missing with what it waits for.
            let unread = job.required().filter(|before| !job.reads.contains(before));
            let chunk: Vec<JobId> = unread.take(limit).collect();
            if chunk.len() < 2 {
                break;
            }
            let barrier = match barriers.get(&chunk) {
                Some(known) => *known,
                None => {
                    let name = format!("{}: wait {}", job.name, barriers.len() + 1);
                    let (group, origin) = (job.group.clone(), job.origin);
                    let barrier = graph.push(name, Role::Barrier, None, group, origin);
                    graph.jobs[barrier].after = chunk.iter().copied().collect();
                    barriers.insert(chunk.clone(), barrier);
                    barrier
                }
            };
            let after = &mut graph.jobs[job_id].after;
            after.retain(|before| !chunk.contains(before));
            after.insert(barrier);
        }
    }
}
