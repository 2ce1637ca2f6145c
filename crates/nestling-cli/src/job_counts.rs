//! Numbers of jobs by kind of pipeline.

use crate::io::counted;
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

/// Writes one number where all kinds have as many jobs, otherwise that of each kind.
impl fmt::Display for JobCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.first().map_or(0, |(_, count)| *count);
        if self.0.iter().all(|(_, count)| *count == first) {
            return f.write_str(&counted(first, "job"));
        }
        for (position, (kind, count)) in self.0.iter().enumerate() {
            match position {
                0 => write!(f, "{} in {}", counted(*count, "job"), kind.name)?,
                _ => write!(f, ", {count} in {}", kind.name)?,
            }
        }
        Ok(())
    }
}
