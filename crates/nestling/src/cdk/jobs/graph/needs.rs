//! The needs of jobs: as few as say everything, and never more than GitLab allows.

use super::{Graph, Role};
use crate::cdk::jobs::Request;
use crate::cdk::settings::Source;
use std::collections::BTreeMap;

impl Graph {
    /// Leaves out what follows from the rest; what is read stays.
    pub(super) fn reduce(&mut self) {
        let past = self.past();
        for at in 0..self.jobs.len() {
            let all = &self.jobs[at].after;
            let implied = |before: &usize| all.iter().any(|other| past.holds(*other, *before));
            let kept =
                all.iter().copied().filter(|before| self.jobs[at].reads.contains(before) || !implied(before));
            self.jobs[at].after = kept.collect();
        }
    }

    /// Puts barriers between a job and what it waits for, where that is more than GitLab allows.
    pub(super) fn limit_needs(&mut self, request: &Request<'_>) {
        let spare = 1 + usize::from(matches!(request.settings.from, Source::Parent(_)));
        let limit = request.needs_limit.saturating_sub(spare).max(2);
        let mut barriers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for at in 0..self.jobs.len() {
            while self.jobs[at].after.len() > limit {
                let job = &self.jobs[at];
                let quiet = job.after.iter().copied().filter(|before| !job.reads.contains(before));
                let chunk: Vec<usize> = quiet.take(limit).collect();
                if chunk.len() < 2 {
                    break;
                }
                let known = barriers.get(&chunk).copied();
                let barrier = known.unwrap_or_else(|| {
                    let name = format!("{}: wait {}", self.jobs[at].name, barriers.len() + 1);
                    let (group, origin) = (self.jobs[at].group.clone(), self.jobs[at].origin);
                    let barrier = self.push(name, Role::Barrier, None, group, origin);
                    self.jobs[barrier].after = chunk.iter().copied().collect();
                    barriers.insert(chunk.clone(), barrier);
                    barrier
                });
                let job = &mut self.jobs[at];
                job.after.retain(|before| !chunk.contains(before));
                job.after.insert(barrier);
            }
        }
    }
}
