//! Names of jobs.

use crate::import::is_job_name;

/// Returns the name of a job, with a suffix if GitLab reads it as a keyword.
pub(super) fn job_name(name: &str) -> String {
    let is_free = is_job_name(name) && name != "pages";
    if is_free { name.to_owned() } else { format!("{name}-job") }
}
