//! `nestling affected`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{ChangeOptions, PassedOptions, RunOptions};
use crate::planned::{report_selected, until_the_end};
use clap::ValueEnum;
use nestling::Selected;
use nestling::view::affected::affected_v1;
use nestling::view::unclaimed;

/// List the units that a change affects
///
/// The fastest way to see the effect of a change: only units whose templates changed are rendered.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling affected --base main\n  nestling affected --format json | jq -r '.units[].name'"
)]
pub struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    changes: ChangeOptions,
    #[command(flatten)]
    passed: PassedOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Names, one per line.
    Text,
    /// Names, directories and reasons (schema: `nestling schema affected`).
    Json,
    /// Directories, one per line.
    Paths,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = until_the_end(invocation.open(run_options(args))?);
    let selected = until_the_end(session.select()?);
    session.tell_index_use(invocation.io);
    let ok = report_selected(selected, invocation.io);
    if let Some(line) = unclaimed(&selected.workspace, &selected.selection) {
        invocation.io.message(format!("{line}\n"));
    }
    invocation.io.data(list(args.format, selected)?)?;
    Ok(ended(ok))
}

fn run_options(args: &Args) -> RunOptions {
    RunOptions::from(&args.changes).with_passed(&args.passed).with_fingerprints(args.format == Format::Json)
}

fn list(format: Format, selected: &Selected) -> Result<String, Failure> {
    let selection = &selected.selection;
    let units = selection.selected().filter_map(|name| selected.workspace.unit(name.as_str()));
    Ok(match format {
        Format::Text => units.map(|unit| format!("{}\n", unit.name)).collect(),
        Format::Paths => units.map(|unit| format!("{}\n", unit.dir)).collect(),
        Format::Json => serde_json::to_string_pretty(&affected_v1(selected)).map_err(Failure::output)? + "\n",
    })
}
