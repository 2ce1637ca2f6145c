//! Numbers of jobs by kind of pipeline.

use crate::io::counted;
use crate::report::listed;
use nestling_gitlab::diagnostic::KindName;
use std::fmt;

/// The number of jobs in each kind of pipeline that was checked.
#[derive(Debug, Default)]
pub(crate) struct JobCounts(Vec<(KindName, usize)>);

impl JobCounts {
    /// Adds jobs of a kind: those of another file, or of a kind that is new.
    pub(crate) fn add(&mut self, kind: &KindName, jobs: usize) {
        match self.0.iter_mut().find(|(known, _)| known.id == kind.id) {
            Some((_, count)) => *count += jobs,
            None => self.0.push((kind.clone(), jobs)),
        }
    }
}

/// Writes one number if all kinds have as many jobs, otherwise each number with its kinds: `2 jobs in merge requests and tags,
/// 5 in schedules`.
impl fmt::Display for JobCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_count: Vec<(usize, Vec<&KindName>)> = Vec::new();
        for (kind, count) in &self.0 {
            match by_count.iter_mut().find(|(known, _)| known == count) {
                Some((_, kinds)) => kinds.push(kind),
                None => by_count.push((*count, vec![kind])),
            }
        }
        if let [(count, _)] = by_count.as_slice() {
            return f.write_str(&counted(*count, "job"));
        }
        let parts = by_count.iter().enumerate().map(|(position, (count, kinds))| {
            let jobs = if position == 0 { counted(*count, "job") } else { count.to_string() };
            format!("{jobs} in {}", listed(kinds))
        });
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}
