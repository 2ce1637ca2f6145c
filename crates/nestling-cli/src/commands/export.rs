//! `nestling export`.

use crate::exit::{Exit, Failure};
use crate::import::{Asked, export};
use crate::invocation::Invocation;
use crate::options::RunOptions;

/// Write a static pipeline that GitLab runs without Nestling
///
/// Writes the jobs of all units for each kind of pipeline, with the paths of their units as `rules:changes`, and includes them in
/// `.gitlab-ci.yml` in the place of Nestling's own jobs. Reports what a static pipeline does not do, and compares its jobs with those of
/// the workspace for a change of every path and, with `--prove`, for the newest merges. Nothing is written without `--write`. Ends with
/// exit code 1 if a pipeline would lack something.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling export\n  nestling export --prove 500\n  nestling export --write"
)]
pub struct Args {
    /// For the last N merges (200 if N is omitted), compare the jobs of the static pipeline with those that Nestling
    /// selects
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "200")]
    prove: Option<usize>,
    /// Write the files, unless a pipeline would lack jobs
    #[arg(long)]
    write: bool,
    /// Write even if a pipeline would lack jobs
    #[arg(long, requires = "write")]
    accept: bool,
}

/// Merges that are compared before files are written.
const MERGES: usize = 200;

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let mut session = invocation.open(RunOptions::default())?;
    session.remember();
    let prove = args.prove.or_else(|| args.write.then_some(MERGES));
    let asked = Asked { generated: None, prove, write: args.write, accept: args.accept };
    let exported = export(&session, &asked)?;
    invocation.io.data(&exported.text)?;
    if args.write && !exported.has_written {
        invocation.io.message(
            "no files are written, because a pipeline would lack jobs (`--accept` writes them anyway)\n",
        );
    }
    Ok(if exported.has_less && !args.accept { Exit::Errors } else { Exit::Done })
}
