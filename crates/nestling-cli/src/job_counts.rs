//! Numbers of jobs by kind of pipeline.

use crate::report::listed;
use nestling_gitlab::diagnostic::KindName;
use std::fmt;
use std::ops::RangeInclusive;

/// The number of jobs in each kind of pipeline that was checked: from those that are certain to all that are possible.
#[derive(Debug, Default)]
pub(crate) struct JobCounts(Vec<(KindName, RangeInclusive<usize>)>);

impl JobCounts {
    /// Adds jobs of a kind: those of another file, or of a kind that is new.
    pub(crate) fn add(&mut self, kind: &KindName, jobs: RangeInclusive<usize>) {
        match self.0.iter_mut().find(|(known, _)| known.id == kind.id) {
            Some((_, count)) => *count = count.start() + jobs.start()..=count.end() + jobs.end(),
            None => self.0.push((kind.clone(), jobs)),
        }
    }
}

/// Writes one number if all kinds have as many jobs, otherwise each number with its kinds: `2 jobs in merge requests and tags,
/// 5–6 in schedules`.
impl fmt::Display for JobCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut by_count: Vec<(&RangeInclusive<usize>, Vec<&KindName>)> = Vec::new();
        for (kind, count) in &self.0 {
            match by_count.iter_mut().find(|(known, _)| *known == count) {
                Some((_, kinds)) => kinds.push(kind),
                None => by_count.push((count, vec![kind])),
            }
        }
        if let [(count, _)] = by_count.as_slice() {
            return write!(f, "{} {}", number(count), noun(count));
        }
        let parts = by_count.iter().enumerate().map(|(position, (count, kinds))| {
            let noun = if position == 0 { format!(" {}", noun(count)) } else { String::new() };
            format!("{}{noun} in {}", number(count), listed(kinds))
        });
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}

/// Returns a number of jobs as the preview page has it: `6`, or `6–8` if only GitLab knows.
fn number(count: &RangeInclusive<usize>) -> String {
    let (certain, possible) = (count.start(), count.end());
    if certain == possible { possible.to_string() } else { format!("{certain}–{possible}") }
}

fn noun(count: &RangeInclusive<usize>) -> &'static str {
    if *count == (1..=1) { "job" } else { "jobs" }
}
