//! `nestling completions`.

use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use clap::Command;
use clap_complete::Shell;

/// Print a shell completion script
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling completions bash > /etc/bash_completion.d/nestling\n  \
                  nestling completions zsh > \"${fpath[1]}/_nestling\"\n  \
                  nestling completions fish > ~/.config/fish/completions/nestling.fish")]
pub struct Args {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// `all` is the whole command line.
pub(crate) fn run(args: &Args, mut all: Command, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut all, "nestling", &mut script);
    invocation.io.data(String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
