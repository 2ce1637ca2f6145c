//! The fingerprints that a plan has, and why jobs have none.

use super::digest::Fingerprint;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The fingerprints of a plan.
///
/// Computed for [`Planning::fingerprints`](crate::Planning::fingerprints), which has an example.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Fingerprints {
    /// Fingerprints of all units of the workspace, by name.
    pub units: BTreeMap<UnitName, Fingerprint>,
    /// Fingerprints of the plan's jobs, in their order.
    pub jobs: Vec<Result<Fingerprint, NoFingerprint>>,
    /// The trigger jobs of the parent that may start the pipeline.
    pub(crate) trigger_jobs: BTreeSet<String>,
}

/// The reason why a job has no fingerprint: its result does not depend on known content alone.
///
/// As text it completes the sentence "no fingerprint: …".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoFingerprint {
    /// The reason.
    pub why: String,
    /// Set if each run of the job is one of its own, whatever its content.
    pub(crate) is_own: bool,
}

impl NoFingerprint {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_own: false }
    }
}

impl std::fmt::Display for NoFingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}
