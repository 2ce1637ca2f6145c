//! `nestling man`.

use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use crate::output;
use clap::Command;
use clap_mangen::Man;
use std::path::PathBuf;

/// Print the manual page, or write all manual pages to a directory
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling man | man -l -\n  nestling man ~/.local/share/man/man1")]
pub struct Args {
    /// Directory for `nestling.1` and the page of each command
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command; `all` is the whole command line.
pub(crate) fn run(args: &Args, mut all: Command, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    all.build();
    let Some(dir) = &args.dir else {
        invocation.io.data(page(all)?)?;
        return Ok(Exit::Done);
    };
    let target = invocation.directory().join(dir);
    let commands = all.get_subcommands().filter(|command| command.get_name() != "help");
    let mut pages: Vec<(String, Command)> =
        commands.map(|command| (format!("nestling-{}", command.get_name()), command.clone())).collect();
    pages.insert(0, ("nestling".to_owned(), all.clone()));
    for (name, command) in pages {
        let file = format!("{name}.1");
        output::replace(&target.join(&file), &page(command)?)?;
        invocation.io.message(format_args!("wrote {}\n", dir.join(&file).display()));
    }
    Ok(Exit::Done)
}

fn page(command: Command) -> Result<String, Failure> {
    let mut roff = Vec::new();
    Man::new(command).render(&mut roff)?;
    Ok(String::from_utf8_lossy(&roff).into_owned())
}
