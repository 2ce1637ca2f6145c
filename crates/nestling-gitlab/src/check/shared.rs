//! Things that only one job of a pipeline should have: two jobs with the same one are a finding, whatever else they have to do with
//! each other.

use super::CheckSettings;
use super::rules::{environment_shared, pages_shared};
use crate::pipeline::Job;
use crate::pipeline::presence::JobPresence;

/// Returns the environment that a job deploys to, and the path that it publishes a site to, each as a string that is different from
/// all others. Jobs that share none of them have no finding for it.
pub fn shared_things(job: &Job, presence: &JobPresence, settings: &CheckSettings) -> Vec<String> {
    let environment = environment_shared::deployed_environment(job, presence, settings);
    let environment = environment.map(|name| format!("environment {name}"));
    let site = pages_shared::path_prefix(job).map(|path| format!("site {path}"));
    environment.into_iter().chain(site).collect()
}
