//! `nestling diff`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::Io;
use crate::options::{CdkOptions, PlanOptions, RunOptions};
use crate::planned::report_plan;
use clap::ValueEnum;
use nestling::Plan;
use nestling::view::diff::{self, diff};

/// Show what a change does to the jobs of all units
///
/// Plans every unit at base and at head, changed or not, and compares them job by job and key by key. What changes
/// alike in many jobs is told once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling diff\n  nestling diff --base v1.4.0 --as branch:main\n  \
                  nestling diff --format markdown > note.md")]
pub struct Args {
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    cdk: CdkOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For a note on a merge request.
    Markdown,
    /// For scripts (`nestling schema diff` describes it).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::from(&args.plan).with_cdk(&args.cdk))?;
    let plans = session.plan_both()?;
    let (base, head) = (&plans.base, &plans.head);
    let ok = report_plan(head, invocation.io);
    if base.has_errors() {
        invocation.io.talk("note: the older side has errors of its own: jobs of it may be missing here\n");
    }
    let found = diff(&base.pipeline, &head.pipeline);
    let sides = [base, head].map(|side| side.changes.head.to_string());
    let text = shown(args.format, &found, head, sides, invocation.io)?;
    invocation.io.data(text)?;
    Ok(ended(ok))
}

fn shown(
    format: Format,
    found: &diff::Diff,
    head: &Plan,
    [older, newer]: [String; 2],
    io: &Io,
) -> Result<String, Failure> {
    let units = head.workspace.units().len();
    let what = head.facts.describe();
    Ok(match format {
        Format::Text => {
            let screen = io.screen_of_data();
            let title = format!("Base: {older}\nHead: {newer}\nAll {units} units, as {what}");
            format!("{}\n\n{}", screen.paint.dim(title), diff::text(found, screen))
        }
        Format::Markdown => {
            diff::markdown(found, &format!("From {older} to {newer}, all {units} units, as {what}."))
        }
        Format::Json => {
            let json = diff::diff_v1(found, older, newer);
            serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n"
        }
    })
}
