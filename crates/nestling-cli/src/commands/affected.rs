//! `nestling affected`.

use crate::args::Shared;
use crate::ci_env::Environment;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::session::Session;
use clap::ValueEnum;
use nestling::plan::Selected;
use nestling::workspace::Unit;
use serde::Serialize;

/// List the selected units
///
/// Only units that are made from changed templates are rendered, so this is the quickest answer to what a change
/// concerns.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling affected --base main\n  nestling affected --format json | jq -r '.units[].name'"
)]
pub struct Args {
    /// How to list them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Names, one a line.
    Text,
    /// Names, directories and reasons.
    Json,
    /// Directories, one a line.
    Paths,
}

#[derive(Serialize)]
struct Listed {
    units: Vec<ListedUnit>,
    /// Gone since base.
    removed: Vec<ListedUnit>,
}

#[derive(Serialize)]
struct ListedUnit {
    name: String,
    directory: String,
    reasons: Vec<String>,
}

pub(crate) fn run(
    args: &Args,
    shared: &Shared,
    environment: &Environment,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let session = Session::open(shared, environment, io)?;
    let selected = session.select()?;
    let ok = selected.report(io);
    io.data(list(args.format, &selected.selected))?;
    Ok(if ok { Exit::Done } else { Exit::Errors })
}

fn list(format: Format, selected: &Selected) -> String {
    let selection = &selected.selection;
    let units = selection.selected().filter_map(|name| selected.workspace.unit(name.as_str()));
    match format {
        Format::Text => units.map(|unit| format!("{}\n", unit.name)).collect(),
        Format::Paths => units.map(|unit| format!("{}\n", unit.dir)).collect(),
        Format::Json => {
            let listed_unit = |unit: &'_ Unit| ListedUnit {
                name: unit.name.to_string(),
                directory: unit.dir.to_string(),
                reasons: selection.verdicts[&unit.name].reasons().iter().map(ToString::to_string).collect(),
            };
            let removed = selected.removed.iter().map(|removed| listed_unit(&removed.unit)).collect();
            let listed = Listed { units: units.map(listed_unit).collect(), removed };
            serde_json::to_string_pretty(&listed).map_or_else(|error| error.to_string(), |text| text + "\n")
        }
    }
}
