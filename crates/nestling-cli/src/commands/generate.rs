//! `nestling generate`.

use crate::ci_env::ProcessEnvironment;
use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use crate::io::Io;
use crate::options::{CdkOptions, ChangeOptions, RunOptions};
use crate::place::from_root;
use crate::planned::{report_plan, tell, until_the_end};
use crate::session::Session;
use crate::{artifacts, leftover, log, output};
use nestling::{Comments, EmitOptions, Emitted, Parts};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Write the child pipeline: the parent job's command
///
/// Nothing is written while there is an error. The file is replaced in one step, so that whoever reads it sees the
/// old one or the new one. Parts that an older run has left beside it are removed; in a job of GitLab, where nothing
/// else may clean up, so are the file and the reports of an older job, before anything is done.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling generate -o child-pipeline.yml\n  nestling generate --report nestling\n  \
                  nestling generate --as branch:main -o -"
)]
pub struct Args {
    /// Where to write; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "child-pipeline.yml")]
    output: PathBuf,
    /// Leave a preview, the plan, a summary, a code quality report and links to them in this folder, even where errors
    /// keep the pipeline from being written
    #[arg(long, value_name = "DIR", env = "NESTLING_REPORT")]
    report: Option<PathBuf>,
    /// Leave out the comments that say where each job came from
    #[arg(long)]
    compact: bool,
    /// Write a router and this many parts, instead of as few files as GitLab takes
    #[arg(long, value_name = "N", env = "NESTLING_PARTS")]
    parts: Option<NonZeroUsize>,
    #[command(flatten)]
    changes: ChangeOptions,
    #[command(flatten)]
    cdk: CdkOptions,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let environment = invocation.environment;
    if environment.in_gitlab() {
        clear(args, invocation.directory(), invocation.io)?;
    }
    let session = until_the_end(invocation.open(RunOptions::from(&args.changes).with_cdk(&args.cdk))?);
    let plan = until_the_end(session.plan_and_synthesize()?);
    let io = &mut *invocation.io;
    let ok = report_plan(plan, io);
    log::plan(io, environment, plan);
    let emitted = if ok { Some(plan.emit(&options(args, session, environment))) } else { None };
    // Before the reports, which hold everything that is wrong.
    if let Some(emitted) = &emitted {
        tell(&emitted.diagnostics, &plan.sources, io);
        plan.diagnostics.extend(emitted.diagnostics.iter().cloned());
    }
    if let Some(folder) = &args.report {
        artifacts::write(folder, session.directory(), plan, environment)?;
        io.talk(format_args!("wrote the reports into {}\n", folder.display()));
    }
    match emitted {
        Some(emitted) if !plan.has_errors() => write(&emitted, args, session, io),
        _ => Ok(Exit::Errors),
    }
}

/// A job that fails must not publish what an older job has left in the same directory.
fn clear(args: &Args, start: &Path, io: &mut Io) -> Result<(), Failure> {
    let reports = args.report.iter().flat_map(|folder| artifacts::paths(&start.join(folder)));
    if args.output.as_os_str() == "-" {
        return leftover::clear(reports);
    }
    leftover::clear(reports.chain([start.join(&args.output)]))?;
    leftover::remove_parts(start, &args.output, &[], io)
}

fn options(args: &Args, session: &Session, environment: &ProcessEnvironment) -> EmitOptions {
    let mut options = EmitOptions::default();
    options.comments = if args.compact { Comments::None } else { Comments::Origins };
    options.file = artifact(&args.output, session, environment);
    options.plan_job = environment.get("CI_JOB_NAME").unwrap_or("plan").to_owned();
    options.parts = args.parts.map_or(Parts::Fewest, Parts::Exactly);
    options
}

/// The output's path as the trigger job will name it: GitLab keeps artifacts by their paths from the project's directory.
/// What is written elsewhere can only become one where somebody puts it, and that is taken to be the root.
fn artifact(output: &Path, session: &Session, environment: &ProcessEnvironment) -> String {
    let folder = session.directory().join(output.parent().unwrap_or(Path::new("")));
    let roots = environment.get("CI_PROJECT_DIR").map(Path::new).into_iter().chain([session.root()]);
    let below = roots.filter_map(|root| from_root(&folder, root)).next().unwrap_or_default();
    let name = output.file_name().unwrap_or(output.as_os_str());
    below.join(name).to_string_lossy().replace('\\', "/")
}

/// The parts before the router that names them, so that no reader finds a router without its parts.
fn write(emitted: &Emitted, args: &Args, session: &Session, io: &mut Io) -> Result<Exit, Failure> {
    if args.output.as_os_str() == "-" {
        let [only] = emitted.files.as_slice() else {
            return Err(Failure::usage("this pipeline is in several parts, and standard output takes one")
                .with_help("name a file: `-o child-pipeline.yml`"));
        };
        io.data(&only.text)?;
        return Ok(Exit::Done);
    }
    let mut written = Vec::new();
    for file in emitted.files.iter().rev() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        written.push(name);
        let path = args.output.with_file_name(name);
        output::replace(&session.directory().join(&path), &file.text)?;
        io.talk(format_args!("wrote {}\n", path.display()));
    }
    leftover::remove_parts(session.directory(), &args.output, &written, io)?;
    Ok(Exit::Done)
}
