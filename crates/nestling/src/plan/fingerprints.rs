//! The fingerprints of a plan, where somebody wants them.

use super::Request;
use crate::fingerprint::{
    Fingerprints, JobContext, NoFingerprint, ParentPrint, UnitFingerprints, job_fingerprints, parent_print,
};
use nestling_git::{GitRepository, TreeId};
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::presence::JobPresence;

/// Source of fingerprints: the tree of the commit that is planned.
#[derive(Clone, Copy)]
pub(crate) struct FingerprintSource<'a> {
    /// The repository, with the tree of the commit; the reason if there is no such tree, as where files are not committed.
    pub tree: Result<(&'a GitRepository, TreeId), &'static str>,
    /// The parent's file (`CI_CONFIG_PATH`), if the project names one.
    pub parent_path: Option<&'a str>,
}

/// Returns the fingerprints of all units.
pub(super) fn of_units(request: &Request<'_>) -> Option<Fingerprints> {
    let units = read_units(request, request.fingerprints?).unwrap_or_default();
    Some(Fingerprints { units: units.into_names(), jobs: Vec::new() })
}

/// Returns the fingerprints of all units and of the jobs of a pipeline.
pub(super) fn of_plan(
    request: &Request<'_>,
    pipeline: &Pipeline,
    presence: &[JobPresence],
) -> Option<Fingerprints> {
    let source = request.fingerprints?;
    let units = match read_units(request, source) {
        Ok(units) => units,
        Err(why) => {
            let jobs = vec![Err(NoFingerprint { why }); pipeline.jobs.len()];
            return Some(Fingerprints { units: UnitFingerprints::default().into_names(), jobs });
        }
    };
    let parent: ParentPrint =
        parent_print(request.files, source.parent_path).unwrap_or_else(|error| Err(error.to_string()));
    let jobs = job_fingerprints(JobContext { pipeline, presence, units: &units, parent: &parent });
    Some(Fingerprints { units: units.into_names(), jobs })
}

/// Reads the fingerprints of units. A clone may lack trees: then there are none, and everything runs.
fn read_units(request: &Request<'_>, source: FingerprintSource<'_>) -> Result<UnitFingerprints, String> {
    let (git, tree) = source.tree?;
    UnitFingerprints::read(git, tree, &request.loaded.workspace).map_err(|error| error.to_string())
}
