//! Outcome of the records for the jobs of a plan.

use super::format::{FailedJobV1, RefusedV1, VerifiedJobV1, VerifiedPipelineV1, VerifiedV1};
use crate::fingerprint::Fingerprint;
use std::collections::HashMap;

/// Verified records, for a plan: [`Planning::passed`](crate::Planning::passed).
///
/// ```
/// use nestling::Passed;
///
/// let verified = r#"{ "format": 1, "project": "7", "jobs": [], "pipelines": [], "refused": [] }"#;
/// let passed = Passed::read(verified, 1_700_000_000)?;
/// assert!(passed.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Passed {
    by_fingerprint: HashMap<Fingerprint, Vec<VerifiedJobV1>>,
    refused: HashMap<Fingerprint, Vec<RefusedV1>>,
    pipelines: HashMap<u64, VerifiedPipelineV1>,
    /// The failures of jobs.
    failed: HashMap<Fingerprint, Vec<FailedJobV1>>,
    /// The time of the plan, in seconds since 1970.
    pub(crate) now: u64,
}

impl Passed {
    /// Reads the file that [`verify`](crate::verify) makes. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// It is not such a file.
    pub fn read(text: &str, now: u64) -> Result<Self, serde_json::Error> {
        Ok(Self::of(serde_json::from_str(text)?, now))
    }

    /// Takes over verified records. Those with something else than a fingerprint are no records of any job.
    pub fn of(verified: VerifiedV1, now: u64) -> Self {
        let mut passed = Self { now, ..Self::default() };
        if verified.format != super::format::VERSION {
            return passed;
        }
        for job in verified.jobs {
            if let Some(fingerprint) = Fingerprint::parse(&job.fingerprint) {
                passed.by_fingerprint.entry(fingerprint).or_default().push(job);
            }
        }
        passed.pipelines = verified.pipelines.into_iter().map(|pipeline| (pipeline.id, pipeline)).collect();
        for failed in verified.failed {
            if let Some(fingerprint) = Fingerprint::parse(&failed.fingerprint) {
                passed.failed.entry(fingerprint).or_default().push(failed);
            }
        }
        for refused in verified.refused {
            if let Some(fingerprint) = refused.fingerprint.as_deref().and_then(Fingerprint::parse) {
                passed.refused.entry(fingerprint).or_default().push(refused);
            }
        }
        passed
    }

    /// Adds the record of a job.
    pub(crate) fn add(&mut self, fingerprint: Fingerprint, record: VerifiedJobV1) {
        self.by_fingerprint.entry(fingerprint).or_default().push(record);
    }

    /// Returns `true` if there is no record.
    pub fn is_empty(&self) -> bool {
        self.by_fingerprint.is_empty()
    }

    /// Returns the records of a job with this fingerprint, the newest first.
    pub(crate) fn of_job(&self, fingerprint: &Fingerprint) -> Vec<&VerifiedJobV1> {
        let mut records: Vec<&VerifiedJobV1> =
            self.by_fingerprint.get(fingerprint).into_iter().flatten().collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.finished, record.pipeline)));
        records
    }

    /// Returns the failure of a job with this fingerprint in the newest pipeline, if it is newer than what a record says.
    pub(crate) fn failed_since(
        &self,
        fingerprint: &Fingerprint,
        record: &VerifiedJobV1,
    ) -> Option<&FailedJobV1> {
        // A job of an older pipeline may have been retried.
        let is_newer = |failed: &&FailedJobV1| match failed.finished {
            Some(finished) => finished > record.finished,
            None => failed.pipeline > record.pipeline,
        };
        let failures = self.failed.get(fingerprint).into_iter().flatten();
        failures.filter(is_newer).max_by_key(|failed| (failed.pipeline, !failed.unknown))
    }

    /// Returns the jobs of a pipeline.
    pub(crate) fn pipeline(&self, id: u64) -> Option<&VerifiedPipelineV1> {
        self.pipelines.get(&id)
    }

    /// Returns the pipelines of pushes to a branch, the newest first, but none from this one on.
    pub(crate) fn of_branch(&self, branch: &str, before: Option<u64>) -> Vec<&VerifiedPipelineV1> {
        let is_of_branch = |pipeline: &&VerifiedPipelineV1| {
            let is_earlier = before.is_none_or(|before| pipeline.id < before);
            is_earlier && !pipeline.tag && pipeline.r#ref == branch && pipeline.source == "push"
        };
        let mut pipelines: Vec<_> = self.pipelines.values().filter(is_of_branch).collect();
        pipelines.sort_unstable_by_key(|pipeline| std::cmp::Reverse(pipeline.id));
        pipelines
    }

    /// Returns why records of a job with this fingerprint do not count, as verification says.
    pub(crate) fn refused(&self, fingerprint: &Fingerprint) -> impl Iterator<Item = String> {
        let refused = self.refused.get(fingerprint).into_iter().flatten();
        refused.map(|refused| format!("the record {} does not count: {}", refused.record, refused.why))
    }
}

/// Decision to leave out a job that has passed, or to keep it, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobReuse {
    /// It is left out: this record shows that it has passed with the same content.
    Reused(Box<VerifiedJobV1>),
    /// It stays, for this reason. The records that do not count are after it, each with a reason of its own.
    Kept {
        /// The reason.
        why: String,
        /// The records that do not count.
        refused: Vec<String>,
    },
}
