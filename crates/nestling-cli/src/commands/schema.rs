//! `nestling schema`.

use crate::exit::{Exit, Failure};
use crate::io::Io;
use clap::ValueEnum;
use nestling::view::json_v1;

/// Print the JSON schema of a format, for editors and scripts
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling schema plan > plan.schema.json")]
pub struct Args {
    /// Which format
    #[arg(value_enum)]
    kind: Kind,
}

/// The formats that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// What `preview --format json` and `generate --report` write.
    Plan,
    /// What `diff --format json` writes.
    Diff,
}

pub(crate) fn run(args: &Args, io: &mut Io) -> Result<Exit, Failure> {
    let schema = match args.kind {
        Kind::Plan => json_v1::schema(),
        Kind::Diff => nestling::view::diff::schema(),
    };
    io.data(format_args!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
