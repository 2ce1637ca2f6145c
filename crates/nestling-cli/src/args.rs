//! The command line as clap sees it; its doc comments are the help texts.

use crate::commands;
use crate::options::GlobalOptions;
use clap::{Parser, Subcommand, ValueEnum};

/// Hatches GitLab child pipelines from the directories that changed.
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
    /// Look at the pipeline that `generate` would write.
    Preview(commands::preview::Args),
    /// Say why a unit is in, or why it is not.
    Explain(commands::explain::Args),
    /// List the selected units.
    Affected(commands::affected::Args),
    /// Show what a change does to the jobs of all units.
    Diff(commands::diff::Args),
    /// Find everything that is wrong, in every unit, selected or not.
    Check(commands::check::Args),
    /// Look at CDK assemblies.
    Cdk(commands::cdk::Args),
    /// Write a workspace, a parent pipeline and a first unit.
    Init(commands::init::Args),
    /// Print the JSON schema of a format, for editors and scripts.
    Schema(commands::schema::Args),
    /// Print a script that completes commands and options in a shell.
    Completions(commands::completions::Args),
    /// Print the manual page, or write all of them into a folder.
    Man(commands::man::Args),
    /// Run the cases beside templates.
    Test(commands::test::Args),
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
