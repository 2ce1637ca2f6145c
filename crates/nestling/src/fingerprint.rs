//! Fingerprints: hashes of what units and jobs are made from. Two commits with the same fingerprint of a unit have the same
//! files of it, wherever they are in the history and whatever else changed.
//!
//! The fingerprint of a unit covers exactly the paths whose change selects it: its directory, its `changes`, `everything` of the
//! workspace, and the same of the units that it depends on, less what `ignore` leaves out. It is read from git's trees, never
//! from the work tree. That of a job covers the unit's, the job as it is emitted, the jobs that it needs, and the parent
//! pipeline, which decides what runs at all.

mod digest;
mod inputs;
mod units;
mod paths;
mod predefined;
mod outside;
mod parent;
mod body;
mod effect;
mod known;
mod jobs;

pub use digest::Fingerprint;
pub(crate) use jobs::{JobContext, job_fingerprints, stage_number};
pub use known::{Fingerprints, NoFingerprint};
pub(crate) use parent::{ParentPrint, parent_print};
pub(crate) use paths::{definition_print, path_print};
pub(crate) use units::{UnitFingerprints, closures};
