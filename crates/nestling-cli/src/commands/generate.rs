//! `nestling generate`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::planned::{Planned, until_the_end};
use crate::session::Session;
use crate::{artifacts, log, output};
use nestling::emit::{Comments, Emitted, Parts, Settings, files};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Write the child pipeline: the parent job's command
///
/// Nothing is written while there is an error. The file is replaced in one step, so that whoever reads it sees the
/// old one or the new one.
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
}

pub(crate) fn run(
    args: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = until_the_end(Session::open(shared, environment, io)?);
    let planned = until_the_end(session.plan_and_synthesize()?);
    let ok = planned.report(io);
    log::plan(io, environment, &planned.plan);
    let emitted =
        ok.then(|| files(&planned.plan, &planned.sources, &settings(args, session, planned, environment)));
    // Before the reports, which hold everything that is wrong.
    let found = emitted.as_ref().map_or_else(Vec::new, |emitted| emitted.problems.clone());
    planned.report_more(found, io);
    if let Some(folder) = &args.report {
        artifacts::write(folder, session.directory(), planned, environment)?;
        io.talk(format_args!("wrote the reports into {}\n", folder.display()));
    }
    match emitted {
        Some(emitted) if !planned.has_errors() => write(&emitted, args, session, io),
        _ => Ok(Exit::Errors),
    }
}

fn settings(args: &Args, session: &Session, planned: &Planned, environment: &Environment) -> Settings {
    Settings {
        comments: if args.compact { Comments::None } else { Comments::Origins },
        file: artifact(&args.output, session),
        plan_job: environment.get("CI_JOB_NAME").unwrap_or("plan").to_owned(),
        parts: args.parts.map_or(Parts::Fewest, Parts::Exactly),
        limits: planned.limits(),
    }
}

/// The output's path as the trigger job will name it: GitLab keeps artifacts by their paths from the root.
fn artifact(output: &Path, session: &Session) -> String {
    let given = output.to_string_lossy().replace('\\', "/");
    let below = || {
        let folder = session.directory().join(output.parent()?).canonicalize().ok()?;
        let root = session.root().canonicalize().ok()?;
        Some(folder.strip_prefix(root).ok()?.join(output.file_name()?).to_string_lossy().replace('\\', "/"))
    };
    below().unwrap_or(given)
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
    for file in emitted.files.iter().rev() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let path = args.output.with_file_name(name);
        output::replace(&session.directory().join(&path), &file.text)?;
        io.talk(format_args!("wrote {}\n", path.display()));
    }
    Ok(Exit::Done)
}
