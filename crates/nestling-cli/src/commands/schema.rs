//! `nestling schema`.

use crate::exit::{Exit, Failure};
use crate::io::Io;
use clap::ValueEnum;
use nestling::workspace::Header;

/// Print the schema of a file, for editors
///
/// Put `# yaml-language-server: $schema=PATH` on the first line of the file, and the editor completes and checks it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling schema workspace > .vscode/nestling-workspace.json")]
pub struct Args {
    /// Of what
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// The root's nestling.yml.
    Workspace,
    /// A directory's nestling.yml.
    Unit,
    /// A template.
    Template,
}

pub(crate) fn run(args: &Args, io: &mut Io) -> Result<Exit, Failure> {
    let schema = match args.of {
        Of::Workspace => Header::Workspace.schema(),
        Of::Unit => Header::Unit.schema(),
        Of::Template => Header::Template.schema(),
    };
    io.data(format_args!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
