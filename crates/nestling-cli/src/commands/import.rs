//! `nestling import`.

use crate::exit::{Exit, Failure};
use crate::github::{FromGithub, import_workflow};
use crate::import::{Asked, import};
use crate::invocation::Invocation;
use crate::options::RunOptions;
use crate::session::Session;
use clap::ValueEnum;
use nestling::RepoPath;

/// Convert an existing pipeline to a workspace, and prove that it runs the same jobs
///
/// Reads `.gitlab-ci.yml` with its local includes and static children, finds the directory of each job, and reports four parts: carried
/// over as it is, rewritten, decided by you, not carried over. The old jobs are compared with the new ones for a change of every path
/// and, with `--prove`, for the newest merges. Nothing is written without `--write`. Ends with exit code 1 if a pipeline would lack
/// something.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling import\n  nestling import --prove\n  nestling import --prove 500 --write\n  nestling import --from github .github/workflows/api.yml"
)]
pub struct Args {
    /// Convert a GitHub Actions workflow instead of `.gitlab-ci.yml`
    #[arg(
        long,
        value_enum,
        requires = "workflow",
        conflicts_with_all = ["prove", "generated", "accept"],
        help_heading = "Other formats"
    )]
    from: Option<Format>,
    /// The file of the workflow
    #[arg(value_name = "WORKFLOW", requires = "from", help_heading = "Other formats")]
    workflow: Option<String>,
    /// Directory of the unit (default: the first directory in `paths` of the workflow)
    #[arg(long, value_name = "DIR", requires = "from", help_heading = "Other formats")]
    unit: Option<String>,
    /// Compare the jobs of the last N merges before and after (200 if N is omitted)
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "200")]
    prove: Option<usize>,
    /// Use this file instead of the artifact that a trigger job includes
    #[arg(long, value_name = "FILE")]
    generated: Option<String>,
    /// Write the files, unless a pipeline would lack jobs
    #[arg(long)]
    write: bool,
    /// Write even if a pipeline would lack jobs
    #[arg(long, requires = "write")]
    accept: bool,
}

/// Another format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A workflow of GitHub Actions.
    Github,
}

/// Merges that are compared before files are written.
const MERGES: usize = 200;

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let mut session = invocation.open(RunOptions::default())?;
    session.remember();
    if let (Some(Format::Github), Some(file)) = (args.from, &args.workflow) {
        let asked = FromGithub { file, directory: args.unit.as_deref(), write: args.write };
        invocation.io.data(&import_workflow(&session, &asked)?)?;
        return Ok(Exit::Done);
    }
    let prove = args.prove.or_else(|| args.write.then_some(MERGES));
    let generated = args.generated.as_deref().map(|file| generated(&session, file)).transpose()?;
    let imported = import(&session, &Asked { generated, prove, write: args.write, accept: args.accept })?;
    invocation.io.data(&imported.text)?;
    if args.write && !imported.has_written && imported.has_less {
        invocation.io.message(
            "no files are written, because a pipeline would lack jobs (`--accept` writes them anyway)\n",
        );
    }
    Ok(if imported.has_less && !args.accept { Exit::Errors } else { Exit::Done })
}

/// Finds the output of a generator in the repository.
fn generated(session: &Session, file: &str) -> Result<RepoPath, Failure> {
    let paths = session.named_paths(file);
    let mut paths = paths.into_iter();
    let file_there = paths.find(|path| session.root().join(path.to_string()).is_file());
    file_there.ok_or_else(|| {
        Failure::usage(format!("there is no file `{file}`"))
            .with_help("run the generator first, and write its output into the repository")
    })
}
