//! Reads the records of passed jobs that a plan may leave out.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::io::Io;
use crate::options::RunOptions;
use anyhow::Context;
use nestling::{Passed, VerifiedV1};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The file that `nestling passed verify` writes.
pub(crate) const VERIFIED: &str = "verified.json";

/// Verified records, and what they are for.
pub(super) struct Records {
    /// The records. They say what a branch owes as well.
    pub passed: Passed,
    /// Set if jobs that have passed are left out.
    pub leave_out: bool,
}

/// Reads the records of `--passed`. Without the file every job runs: a job that could not fetch the records must not fail for it.
pub(super) fn read(
    options: &RunOptions,
    environment: &ProcessEnvironment,
    io: &mut Io,
) -> Result<Option<Records>, Failure> {
    let Some(directory) = &options.passed else { return Ok(None) };
    let leave_out = leaves_out(environment)?;
    if !leave_out {
        io.message("no job is omitted: NESTLING_REUSE=0\n");
    }
    let start = options.directory.as_deref().unwrap_or(Path::new("."));
    let path = start.join(directory).join(VERIFIED);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
    let shown = directory.join(VERIFIED);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let verified: VerifiedV1 = serde_json::from_str(&text)
                .with_context(|| format!("`{}` is not a file of verified records", shown.display()))
                .map_err(Failure::repository)?;
            if let Some(why) = verified.unusable(environment.get("CI_PROJECT_ID")) {
                io.message(format_args!("no record of {} counts: {why}\n", shown.display()));
                return Ok(Some(Records { passed: Passed::default(), leave_out }));
            }
            Ok(Some(Records { passed: Passed::of(verified, now), leave_out }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = match start.join(directory).is_dir() {
                true => "nestling passed verify",
                false => "nestling passed script download",
            };
            io.message(format_args!(
                "warning: no job is omitted: {} does not exist; create it with `{text}`\n",
                shown.display()
            ));
            Ok(Some(Records { passed: Passed::default(), leave_out }))
        }
        Err(error) => Err(Failure::repository(
            anyhow::Error::new(error).context(format!("cannot read `{}`", shown.display())),
        )),
    }
}

/// Reads `NESTLING_REUSE`.
fn leaves_out(environment: &ProcessEnvironment) -> Result<bool, Failure> {
    match environment.get("NESTLING_REUSE").map(str::to_ascii_lowercase).as_deref() {
        Some("0" | "false" | "no" | "off") => Ok(false),
        None | Some("1" | "true" | "yes" | "on") => Ok(true),
        Some(other) => Err(Failure::usage(format!("NESTLING_REUSE must be 1 or 0, found `{other}`"))),
    }
}
