//! Use of the index of trees: on by default on a laptop, and only by choice in a job of GitLab.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;

/// Variable that switches the index on or off.
const SWITCH: &str = "NESTLING_INDEX";

/// Returns `true` if the index in the git directory is read and written.
///
/// Whoever runs a job on a runner that keeps its clones can write there. In a job, it is therefore used only if somebody asks for
/// it, and never for a protected branch or tag.
///
/// # Errors
/// The variable is neither 0 nor 1.
pub(super) fn is_used(environment: &ProcessEnvironment) -> Result<bool, Failure> {
    let is_on = match environment.get(SWITCH) {
        None => !environment.in_gitlab(),
        Some("0") => false,
        Some("1") => true,
        Some(other) => {
            let message = format!("{SWITCH} must be 1 or 0, not `{other}`");
            return Err(Failure::usage(message));
        }
    };
    Ok(is_on && environment.get("CI_COMMIT_REF_PROTECTED") != Some("true"))
}
