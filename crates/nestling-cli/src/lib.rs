//! The command line: arguments and environment in, text and an exit code out.
//!
//! Only this crate knows terminals, environment variables and exit codes; only `ci_env` reads the environment. A
//! command is a function of its arguments, a `Session` and an [`Io`], so tests run it in process.

mod args;
mod assemblies;
mod artifacts;
mod ci_env;
mod commands;
mod exit;
mod find_job;
mod init;
mod io;
mod leftover;
mod log;
mod output;
mod page;
mod place;
mod planned;
mod progress;
mod report;
mod session;
mod simulated;
mod watch;

pub use args::Cli;
pub use ci_env::Environment;
pub use exit::Exit;
pub use io::Io;

use args::Command;
use clap::Parser;
use exit::Failure;
use std::ffi::OsString;

/// Runs a command line and says how it ended. Data goes to standard output, talk to standard error.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &Environment, io: &mut Io) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, io),
    };
    io.set_up(cli.shared.color, environment);
    match dispatch(&cli, environment, io) {
        Ok(exit) => exit,
        Err(failure) => tell(&failure, io),
    }
}

fn dispatch(cli: &Cli, environment: &Environment, io: &mut Io) -> Result<Exit, Failure> {
    let shared = &cli.shared;
    match &cli.command {
        Command::Generate(args) => commands::generate::run(args, shared, environment, io),
        Command::Preview(args) => commands::preview::run(args, shared, environment, io),
        Command::Explain(args) => commands::explain::run(args, shared, environment, io),
        Command::Affected(args) => commands::affected::run(args, shared, environment, io),
        Command::Diff(args) => commands::diff::run(args, shared, environment, io),
        Command::Check(args) => commands::check::run(args, shared, environment, io),
        Command::Cdk(args) => commands::cdk::run(args, shared, io),
        Command::Init(args) => commands::init::run(args, shared, environment, io),
        Command::Schema(args) => commands::schema::run(args, io),
        Command::Completions(args) => commands::completions::run(args, io),
        Command::Man(args) => commands::man::run(args, io),
        Command::Test(args) => commands::test::run(args, shared, environment, io),
    }
}

/// Help and version are data; everything else that clap says is a wrong command line.
fn usage(error: &clap::Error, io: &mut Io) -> Exit {
    if error.use_stderr() {
        io.talk(error.render());
        return Exit::Usage;
    }
    match io.data(error.render()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Output,
    }
}

fn tell(failure: &Failure, io: &mut Io) -> Exit {
    if io.is_closed(failure) {
        return Exit::Done;
    }
    io.talk(format_args!("error: {:#}\n", failure.error));
    if let Some(help) = &failure.help {
        io.talk(format_args!("  = help: {help}\n"));
    }
    failure.exit
}
