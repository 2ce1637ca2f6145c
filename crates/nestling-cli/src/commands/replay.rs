//! `nestling replay`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{HeadOptions, RunOptions};
use crate::planned::report_diagnostics;
use clap::ValueEnum;
use nestling::view::replay::{replay_v1, text};

/// Show what the last merges of a branch would have run
///
/// Plans each merge, and each commit that was pushed or squashed onto the branch, as if the configuration of today had been
/// there: the workspace's file, the files of units, templates and what these include. All other files are those of the commit.
/// A unit is there at a merge if its directory is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling replay\n  nestling replay -n 500 --as merge_request\n  \
                  nestling replay --format json | jq '.totals'")]
pub struct Args {
    /// Number of merges
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 100)]
    merges: usize,
    /// Replay the merges of this branch or revision (default: the default branch)
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    head: HeadOptions,
    /// Select only this unit, or the units that match this glob (repeatable)
    #[arg(long, value_name = "UNIT", value_delimiter = ',', help_heading = "Selection")]
    only: Vec<String>,
    /// Exclude this unit, or the units that match this glob (repeatable)
    #[arg(long, value_name = "UNIT", value_delimiter = ',', help_heading = "Selection")]
    except: Vec<String>,
    /// Replay pipelines of this kind: merge_request, schedule, … (default: a push to the branch)
    #[arg(long = "as", value_name = "KIND", help_heading = "Selection")]
    act_as: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each merge, and totals.
    Table,
    /// JSON, for scripts (schema: `nestling schema replay`).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let options = RunOptions {
        only: args.only.clone(),
        except: args.except.clone(),
        act_as: args.act_as.clone(),
        ..RunOptions::from(&args.head)
    };
    let session = invocation.open(options)?;
    let replayed = session.replay(args.branch.as_deref(), args.merges)?;
    let io = &mut *invocation.io;
    if !report_diagnostics(&replayed.diagnostics, &replayed.sources, io) {
        return Ok(ended(false));
    }
    match args.format {
        Format::Table => io.show(text(&replayed, io.screen_of_data()))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&replay_v1(&replayed)).map_err(Failure::output)?;
            io.data(json + "\n")?;
        }
    }
    Ok(Exit::Done)
}
