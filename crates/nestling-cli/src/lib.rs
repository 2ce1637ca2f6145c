//! The command line: arguments and environment in, text and an exit code out.
//!
//! Only this crate knows terminals, environment variables and exit codes; only `ci_env` reads the environment. A
//! command is a function of its arguments, a `Session` and an [`Io`], so tests run it in process.

mod secrets;
mod ci_env;
mod exit;
mod io;
mod leftover;
mod protected;
mod output;
mod place;
mod json_noun;
mod report;
mod convert;
mod job_counts;
mod git_variables;
mod options;
mod graph_commands;
mod assemblies;
mod progress;
mod watch;
mod keyboard;
mod serve;
mod trace;
mod session;
mod invocation;
mod artifacts;
mod check_files;
mod find_job;
mod init;
mod import;
mod github;
mod vendor;
mod log;
mod durations;
mod page;
mod planned;
mod simulated;
mod commands;
mod args;
mod variables;

pub use args::Cli;
pub use ci_env::ProcessEnvironment;
pub use exit::Exit;
pub use io::Io;
pub use variables::{OTHER_VARIABLES, variable_names};

use args::Command;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use exit::Failure;
use invocation::Invocation;
use std::ffi::{OsStr, OsString};

/// Runs a command line and returns its exit code. Results go to standard output, diagnostics to standard error.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &ProcessEnvironment, io: &mut Io) -> Exit {
    let cli = match parsed(args, environment) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, io),
    };
    io.set_up(cli.global.color, environment);
    if !matches!(
        cli.command,
        Command::Lsp(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_)
    ) {
        variables::report_misspelled(environment, io);
    }
    match dispatch(&cli.command, &mut Invocation { global: &cli.global, environment, io }) {
        Ok(exit) => exit,
        Err(failure) => report_failure(&failure, io),
    }
}

/// Parses a command line; missing options may come from the environment.
fn parsed(
    args: impl IntoIterator<Item = OsString>,
    environment: &ProcessEnvironment,
) -> Result<Cli, clap::Error> {
    let command = Cli::command().mut_subcommands(without_values_of_variables);
    let mut command = without_empty_variables(command, environment);
    let mut matches = command.try_get_matches_from_mut(args)?;
    let conflict = match matches.subcommand() {
        Some(("check", matches)) => commands::check::idle_option(matches).map(|option| {
            ("check", format!("`--{option}` conflicts with FILE: files are checked as they are on disk"))
        }),
        Some(("explain", matches)) => commands::explain::idle_option(matches).map(|option| {
            ("explain", format!("`--{option}` conflicts with `--rule`: a rule is the same everywhere"))
        }),
        _ => None,
    };
    if let Some((name, message)) = conflict {
        let subcommand = command.find_subcommand_mut(name);
        return Err(subcommand.unwrap_or(&mut Cli::command()).error(ErrorKind::ArgumentConflict, message));
    }
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Ignores variables that are set to the empty string: GitLab sets several so where they do not apply, and clap would use the
/// empty string as a value.
fn without_empty_variables(command: clap::Command, environment: &ProcessEnvironment) -> clap::Command {
    // One that restricts what is trusted is never ignored: empty, it is an error.
    let is_ignored = |name: &str| name != "NESTLING_WORKSPACE_FROM" && environment.is_empty(name);
    let is_empty = |name: &OsStr| name.to_str().is_some_and(is_ignored);
    let command =
        command.mut_args(|arg| if arg.get_env().is_some_and(is_empty) { arg.env(None) } else { arg });
    command.mut_subcommands(|command| without_empty_variables(command, environment))
}

/// Keeps the values of variables out of the help, where they would be noise, and secrets at worst.
fn without_values_of_variables(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| arg.hide_env_values(true)).mut_subcommands(without_values_of_variables)
}

fn dispatch(command: &Command, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Generate(args) => commands::generate::run(args, invocation),
        Command::Preview(args) => commands::preview::run(args, invocation),
        Command::Explain(args) => commands::explain::run(args, invocation),
        Command::Affected(args) => commands::affected::run(args, invocation),
        Command::Replay(args) => commands::replay::run(args, invocation),
        Command::Diff(args) => commands::diff::run(args, invocation),
        Command::Check(args) => commands::check::run(args, invocation),
        Command::Cdk(args) => commands::cdk::run(args, invocation),
        Command::Note(args) => commands::note::run(args, invocation),
        Command::Passed(args) => commands::passed::run(args, invocation),
        Command::Observe(args) => commands::observe::run(args, invocation),
        Command::Convert(args) => commands::convert::run(args, invocation),
        Command::Init(args) => commands::init::run(args, invocation),
        Command::Import(args) => commands::import::run(args, invocation),
        Command::Export(args) => commands::export::run(args, invocation),
        Command::Vendor(args) => commands::vendor::run(args, invocation),
        Command::Lsp(args) => commands::lsp::run(args),
        Command::Schema(args) => commands::schema::run(args, invocation),
        Command::Completions(args) => commands::completions::run(args, Cli::command(), invocation),
        Command::Man(args) => commands::man::run(args, Cli::command(), invocation),
        Command::Test(args) => commands::test::run(args, invocation),
    }
}

/// Prints help and version as results; everything else from clap is an error of the command line.
fn usage(error: &clap::Error, io: &mut Io) -> Exit {
    if error.use_stderr() {
        io.message(error.render());
        return Exit::Usage;
    }
    match io.data(error.render()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Output,
    }
}

fn report_failure(failure: &Failure, io: &mut Io) -> Exit {
    if io.is_closed(failure) {
        return Exit::Done;
    }
    io.message(format_args!("error: {:#}\n", failure.error));
    if let Some(help) = &failure.help {
        io.message(format_args!("  = help: {help}\n"));
    }
    failure.exit
}
