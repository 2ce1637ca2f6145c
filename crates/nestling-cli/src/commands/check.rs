//! `nestling check`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::Session;

/// Find everything that is wrong, in every unit, selected or not
///
/// Renders all units as if each had changed, and reports all problems at once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling check\n  nestling check --as tag:v1.0.0")]
pub struct Args {}

pub(crate) fn run(
    _: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let planned = session.plan_everything()?;
    let ok = planned.report(io);
    if ok {
        let units = planned.plan.workspace.units.len();
        io.talk(format_args!("{units} units, {} jobs: no errors\n", planned.plan.pipeline.jobs.len()));
    }
    Ok(if ok { Exit::Done } else { Exit::Errors })
}
