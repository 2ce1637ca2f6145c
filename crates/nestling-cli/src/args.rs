//! The command line as clap sees it; its doc comments are the help texts.

use crate::commands;
use crate::options::GlobalOptions;
use clap::{Parser, Subcommand};

/// Generates a GitLab child pipeline for the directories that a change affects.
#[derive(Debug, Parser)]
#[command(name = "nestling", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalOptions,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the child pipeline: the parent job's command.
    Generate(commands::generate::Args),
    /// Show the pipeline that `generate` would write.
    Preview(commands::preview::Args),
    /// Explain why a unit, job or path is selected or not.
    Explain(commands::explain::Args),
    /// List the selected units.
    Affected(commands::affected::Args),
    /// Compare the jobs of all units at base and at head.
    Diff(commands::diff::Args),
    /// Find errors in GitLab CI files, or in all units, before GitLab does.
    Check(commands::check::Args),
    /// Show how CDK assemblies are converted.
    Cdk(commands::cdk::Args),
    /// Record the jobs that have passed, and verify such records.
    Passed(commands::passed::Args),
    /// Run a command, and list the files that it read and that do not select a unit.
    Observe(commands::observe::Args),
    /// Convert the report of another tool into GitLab's code quality report.
    Convert(commands::convert::Args),
    /// Write a workspace, a parent pipeline and a first unit.
    Init(commands::init::Args),
    /// Make a workspace of an existing pipeline, and prove that it runs the same jobs.
    Import(commands::import::Args),
    /// Serve an editor over the language server protocol.
    Lsp(commands::lsp::Args),
    /// Print the JSON schema of a format, for editors and scripts.
    Schema(commands::schema::Args),
    /// Print a shell completion script.
    Completions(commands::completions::Args),
    /// Print the manual page, or write all of them to a directory.
    Man(commands::man::Args),
    /// Run the test cases of templates.
    Test(commands::test::Args),
}
