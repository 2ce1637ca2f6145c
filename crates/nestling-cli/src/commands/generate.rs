//! `nestling generate`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::Session;
use crate::{log, output};
use nestling::emit::{Comments, emit};
use nestling::view;
use std::path::PathBuf;

/// Write the child pipeline: the parent job's command
///
/// Nothing is written while there is an error. The file is replaced in one step, so that whoever reads it sees the
/// old one or the new one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling generate -o child-pipeline.yml\n  nestling generate --as branch:main -o -"
)]
pub struct Args {
    /// Where to write; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "child-pipeline.yml")]
    output: PathBuf,
    /// Leave out the comments that say where each job came from
    #[arg(long)]
    compact: bool,
}

pub(crate) fn run(
    args: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let planned = session.plan()?;
    let ok = planned.report(io);
    let tree = view::tree(&planned.plan, io.paint_talk());
    log::section(io, environment, "plan", "What will run, and why", &tree);
    if !ok {
        return Ok(Exit::Errors);
    }
    let comments = if args.compact { Comments::None } else { Comments::Origins };
    let text = emit(&planned.plan, &planned.sources, comments);
    if args.output.as_os_str() == "-" {
        io.data(text)?;
        return Ok(Exit::Done);
    }
    let path = session.directory().join(&args.output);
    output::replace(&path, &text)?;
    io.talk(format_args!("wrote {}\n", args.output.display()));
    Ok(Exit::Done)
}
