//! `nestling explain`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::Session;
use nestling::diagnostic::did_you_mean;
use nestling::name::UnitName;
use nestling::view;

/// Say why a unit is in, or why it is not
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling explain services/api\n  nestling explain libs/core --as branch:main"
)]
pub struct Args {
    /// The unit
    unit: String,
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
    let workspace = &planned.plan.workspace;
    let wanted = args.unit.trim_end_matches('/').trim_start_matches("./");
    let found = workspace
        .unit(wanted)
        .or_else(|| workspace.units.iter().find(|unit| unit.dir.as_str() == Some(wanted)));
    let Some(unit) = found else {
        let failure = Failure::usage(format!("there is no unit `{wanted}`"));
        let near = did_you_mean(wanted, workspace.unit_names().map(UnitName::as_str));
        return Err(match near {
            Some(near) => failure.with_help(format!("did you mean `{near}`?")),
            None => failure.with_help("`nestling affected --all` lists the units"),
        });
    };
    io.data(view::explain_unit(&planned.plan, unit, &planned.sources, io.screen_of_data().paint).text)?;
    Ok(if ok { Exit::Done } else { Exit::Errors })
}
