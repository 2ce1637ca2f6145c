//! The command line as clap sees it; its doc comments are the help texts.

use crate::commands;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Hatches GitLab child pipelines from the directories that changed.
#[derive(Debug, Parser)]
#[command(name = "nestling", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub shared: Shared,
    /// What to do.
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

/// Options of every command.
#[derive(Debug, clap::Args)]
pub struct Shared {
    /// Compare with this commit instead of the one that the pipeline implies
    #[arg(long, global = true, value_name = "REV", env = "NESTLING_BASE", help_heading = "What changed")]
    pub base: Option<String>,
    /// Take this commit as the new state; by default the pipeline's commit, or the work tree
    #[arg(long, global = true, value_name = "REV", env = "NESTLING_HEAD", help_heading = "What changed")]
    pub head: Option<String>,
    /// Take the changed paths from a file, one a line (`-` for standard input)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "NESTLING_CHANGES_FROM",
        help_heading = "What changed"
    )]
    pub changes_from: Option<PathBuf>,
    /// The paths of `--changes-from` are separated by NUL
    #[arg(short = 'z', global = true, help_heading = "What changed")]
    pub nul: bool,
    /// Select every unit
    #[arg(long, global = true, env = "NESTLING_ALL", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "What changed")]
    pub all: bool,
    /// Only this unit, or those that this glob matches; may be given several times
    #[arg(
        long,
        global = true,
        value_name = "UNIT",
        env = "NESTLING_ONLY",
        value_delimiter = ',',
        help_heading = "What changed"
    )]
    pub only: Vec<String>,
    /// Not this unit, nor those that this glob matches; may be given several times
    #[arg(
        long,
        global = true,
        value_name = "UNIT",
        env = "NESTLING_EXCEPT",
        value_delimiter = ',',
        help_heading = "What changed"
    )]
    pub except: Vec<String>,
    /// Act as this pipeline would: merge_request, branch:NAME, tag:NAME, schedule, web …
    #[arg(
        long = "as",
        global = true,
        value_name = "SOURCE",
        env = "NESTLING_AS",
        help_heading = "What changed"
    )]
    pub act_as: Option<String>,
    /// Never fetch a commit that is missing
    #[arg(long, global = true, env = "NESTLING_NO_FETCH", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "What changed")]
    pub no_fetch: bool,
    /// Fail instead of selecting everything where the base is unknown
    #[arg(long, global = true, env = "NESTLING_STRICT_BASE", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "What changed")]
    pub strict_base: bool,
    /// Make everything of CDK pipelines that is not carried over an error
    #[arg(long, global = true, env = "NESTLING_STRICT_CDK", value_parser = clap::builder::FalseyValueParser::new())]
    pub strict_cdk: bool,
    /// Run as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// When to use color
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
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
