//! `nestling replay`.

use crate::exit::{Exit, Failure};
use crate::import::{Compared, against};
use crate::invocation::{Invocation, ended};
use crate::leftover::Earlier;
use crate::options::{HeadOptions, RunOptions, names};
use crate::planned::report_diagnostics;
use crate::{page, protected};
use clap::ValueEnum;
use nestling::view::replay::{html, replay_v1, text};
use std::path::PathBuf;

/// Show what recent merges of a branch would have run
///
/// Plans each merge, and each commit that was pushed or squashed onto the branch, as if the configuration of today had been
/// there: the workspace's file, the files of units, templates and what these include. All other files are those of the commit.
/// A unit is there at a merge if its directory is. With `--against`, the jobs of the configuration that the workspace has replaced are
/// compared with those of today for each merge, and exit code 1 says that a pipeline lacks something.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling replay\n  nestling replay -n 500 --as merge_request\n  \
                  nestling replay --passed --html replay.html\n  \
                  nestling replay --format json | jq '.totals'\n  \
                  nestling replay --against main~1\n  nestling replay --against old.yml --format json | jq '.totals'")]
pub struct Args {
    /// Number of merges
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 100)]
    merges: usize,
    /// Replay the merges into this branch or revision (default: the default branch)
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write an HTML page to this file (`-`: stdout)
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    html: Option<PathBuf>,
    #[command(flatten)]
    head: HeadOptions,
    /// Select only these units: names or globs, separated by commas (a comma in a name is `\,`; repeatable)
    #[arg(long, value_name = "UNIT", help_heading = "Selection")]
    only: Vec<String>,
    /// Exclude these units: names or globs, separated by commas (a comma in a name is `\,`; repeatable)
    #[arg(long, value_name = "UNIT", help_heading = "Selection")]
    except: Vec<String>,
    /// Replay pipelines of this kind: merge_request, schedule, … (default: a push to the branch)
    #[arg(long = "as", value_name = "KIND", help_heading = "Selection")]
    act_as: Option<String>,
    /// Count the jobs that `reuse` would have omitted, if all earlier merges and their merge requests passed
    #[arg(long, help_heading = "Selection")]
    passed: bool,
    /// Compare with the previous configuration, in a revision or a file of the repository
    #[arg(
        long,
        value_name = "OLD",
        help_heading = "Comparison",
        conflicts_with_all = ["branch", "only", "except", "act_as", "workspace_from", "passed", "html"]
    )]
    against: Option<String>,
    /// File with old and new names of jobs, in the format of the report of `nestling import`
    #[arg(long, value_name = "FILE", help_heading = "Comparison", requires = "against")]
    names: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each merge, and totals.
    Table,
    /// JSON, for scripts (schema: `nestling schema replay`; with `--against`: `nestling schema against`).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let options = RunOptions {
        only: names(&args.only),
        except: names(&args.except),
        act_as: args.act_as.clone(),
        ..RunOptions::from(&args.head)
    };
    if let Some(file) = &args.html {
        let file = invocation.directory().join(file);
        protected::refuse_name(&file)?;
        protected::refuse_tracked(&file, invocation.environment, Earlier::Page)?;
    }
    let mut session = invocation.open(options)?;
    if let Some(old) = &args.against {
        session.remember();
        let head = args.head.head.as_deref();
        let names = args.names.as_deref();
        let compared = against(&session, Compared { old, head, names, merges: args.merges })?;
        match args.format {
            Format::Table => invocation.io.data(&compared.text)?,
            Format::Json => {
                let json = serde_json::to_string_pretty(&compared.json).map_err(Failure::output)?;
                invocation.io.data(json + "\n")?;
            }
        }
        return Ok(if compared.has_less { Exit::Errors } else { Exit::Done });
    }
    let replayed = session.replay(args.branch.as_deref(), args.merges, args.passed)?;
    let io = &mut *invocation.io;
    if !report_diagnostics(&replayed.diagnostics, &replayed.sources, io) {
        return Ok(ended(false));
    }
    if let Some(file) = &args.html {
        page::write_text(file, &html(&replayed).map_err(Failure::output)?, &session, io)?;
        return Ok(Exit::Done);
    }
    match args.format {
        Format::Table => io.show(text(&replayed, io.data_screen()))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&replay_v1(&replayed)).map_err(Failure::output)?;
            io.data(json + "\n")?;
        }
    }
    Ok(Exit::Done)
}
