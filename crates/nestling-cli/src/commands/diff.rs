//! `nestling diff`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::Io;
use crate::options::{CdkOptions, PlanOptions, RunOptions};
use crate::planned::report_plan;
use clap::ValueEnum;
use nestling::Plan;
use nestling::view::diff::{self, diff};

/// Compare the jobs of all units with those of the base commit
///
/// Plans every unit at both commits, changed or not, and compares the results job by job and key by key. Identical changes
/// to several jobs are shown once. A job whose rules exclude it from this kind of pipeline counts as missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling diff\n  nestling diff --base v1.4.0 --as branch:main\n  \
                  nestling diff --format markdown > note.md")]
pub struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    cdk: CdkOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for a terminal.
    Text,
    /// Markdown, for a comment on a merge request.
    Markdown,
    /// JSON, for scripts (schema: `nestling schema diff`).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::from(&args.plan).with_cdk(&args.cdk))?;
    let plans = session.plan_both()?;
    let (base, head) = (&plans.base, &plans.head);
    let ok = report_plan(head, invocation.io);
    if let Some(note) = diff::base_note(base) {
        invocation.io.message(format_args!("note: {note}\n"));
    }
    let difference = diff(base, head);
    let sides = [base, head].map(|side| side.changes.head.to_string());
    let text = formatted(args.format, &difference, head, sides, invocation.io)?;
    invocation.io.data(text)?;
    Ok(ended(ok))
}

fn formatted(
    format: Format,
    difference: &diff::Diff,
    head: &Plan,
    [older, newer]: [String; 2],
    io: &Io,
) -> Result<String, Failure> {
    let units = diff::compared_units(head);
    let description = head.facts.describe();
    Ok(match format {
        Format::Text => {
            let screen = io.data_screen();
            let title = format!("Base: {older}\nHead: {newer}\n{units}, as {description}");
            format!("{}\n\n{}", screen.paint.dim(title), diff::text(difference, screen))
        }
        Format::Markdown => {
            let title = format!("From {older} to {newer}. {units}, as {description}.");
            diff::markdown(difference, &title)
        }
        Format::Json => {
            let json = diff::diff_v1(difference, older, newer);
            serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n"
        }
    })
}
