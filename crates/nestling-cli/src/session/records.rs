//! Reads the records of passed jobs that a plan may leave out.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::io::Io;
use crate::options::RunOptions;
use anyhow::Context;
use nestling::Passed;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The file that `nestling passed verify` writes.
pub(crate) const VERIFIED: &str = "verified.json";

/// Reads the records of `--passed`, unless `NESTLING_REUSE` turns them off. Without the file every job runs: a job that could not
/// fetch the records must not fail for it.
pub(super) fn read(
    options: &RunOptions,
    environment: &ProcessEnvironment,
    io: &mut Io,
) -> Result<Option<Passed>, Failure> {
    let Some(directory) = &options.passed else { return Ok(None) };
    match environment.get("NESTLING_REUSE").map(str::to_ascii_lowercase).as_deref() {
        Some("0" | "false" | "no" | "off") => {
            io.talk("no job is left out: NESTLING_REUSE turns it off\n");
            return Ok(None);
        }
        None | Some("1" | "true" | "yes" | "on") => {}
        Some(other) => {
            return Err(Failure::usage(format!("NESTLING_REUSE must be 1 or 0, found `{other}`")));
        }
    }
    let start = options.directory.as_deref().unwrap_or(Path::new("."));
    let path = start.join(directory).join(VERIFIED);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
    let shown = directory.join(VERIFIED);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let passed = Passed::read(&text, now)
                .with_context(|| format!("`{}` is no file of verified records", shown.display()));
            Ok(Some(passed.map_err(Failure::repository)?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            io.talk(format_args!("no job is left out: there is no {}\n", shown.display()));
            Ok(Some(Passed::default()))
        }
        Err(error) => Err(Failure::repository(
            anyhow::Error::new(error).context(format!("cannot read `{}`", shown.display())),
        )),
    }
}
