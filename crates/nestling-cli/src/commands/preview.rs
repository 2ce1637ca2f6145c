//! `nestling preview`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::Session;
use nestling::view;

/// Look at the pipeline that `generate` would write
///
/// Without a commit to look at, the work tree counts as it is now, uncommitted and untracked files included.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling preview\n  nestling preview --as branch:main\n  nestling preview --all"
)]
pub struct Args {}

pub(crate) fn run(
    _: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let planned = session.plan()?;
    let ok = planned.report(io);
    io.data(view::tree(&planned.plan, io.paint_data()))?;
    Ok(if ok { Exit::Done } else { Exit::Errors })
}
