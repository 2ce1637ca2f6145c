//! `nestling schema`.

use crate::exit::{Exit, Failure};
use crate::import::against_schema;
use crate::invocation::Invocation;
use clap::ValueEnum;
use nestling::Header;
use nestling::view::{affected, diff, explanation_schema, json_v1, replay};

/// Print the JSON schema of a file or an output format
///
/// With `# yaml-language-server: $schema=PATH` on the first line of a file, editors complete and check it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling schema workspace > .vscode/nestling-workspace.json\n  nestling schema plan > plan.schema.json"
)]
pub struct Args {
    /// Format
    #[arg(value_enum)]
    kind: Kind,
}

/// The formats that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The nestling.yml at the repository's root.
    Workspace,
    /// The nestling.yml of a unit.
    Unit,
    /// A template.
    Template,
    /// Any nestling.yml or template, for editors that use the same schema for all of these files.
    Nestling,
    /// A file of jobs, such as .gitlab-ci.yml.
    Jobs,
    /// Output of `preview --format json` and `generate --report`.
    Plan,
    /// Output of `diff --format json`.
    Diff,
    /// Output of `affected --format json`.
    Affected,
    /// Output of `replay --format json`.
    Replay,
    /// Output of `replay --against OLD --format json`.
    Against,
    /// Output of `explain --format json`.
    Explain,
    /// Output of `passed record`.
    Passed,
    /// Output of `passed verify`.
    Verified,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let schema = match args.kind {
        Kind::Workspace => Header::Workspace.schema(),
        Kind::Unit => Header::Unit.schema(),
        Kind::Template => Header::Template.schema(),
        Kind::Nestling => nestling::file_schema(),
        Kind::Jobs => nestling::jobs_schema(),
        Kind::Plan => json_v1::schema(),
        Kind::Diff => diff::schema(),
        Kind::Affected => affected::schema(),
        Kind::Replay => replay::schema(),
        Kind::Against => against_schema(),
        Kind::Explain => explanation_schema(),
        Kind::Passed => nestling::passed_schema(),
        Kind::Verified => nestling::verified_schema(),
    };
    invocation.io.data(format_args!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
