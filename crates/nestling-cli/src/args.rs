//! The command line as clap sees it; its doc comments are the help.

use crate::commands;
use crate::options::GlobalOptions;
use clap::{Parser, Subcommand};

/// Examples of the commands that are used most.
const EXAMPLES: &str = "Examples:\n  nestling init               write a first configuration\n  \
                        nestling preview            show the pipeline of your change\n  \
                        nestling explain UNIT       show why a unit runs, or does not\n  \
                        nestling check              find errors before you push\n  \
                        nestling generate           write the child pipeline, in CI\n\n\
                        Documentation: https://gitlab.com/nestling-ci/nestling/-/blob/main/docs/SUMMARY.md";

/// Generates a GitLab child pipeline for the directories that a change affects.
#[derive(Debug, Parser)]
#[command(
    name = "nestling",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = EXAMPLES
)]
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
    /// Inspect the repository and write a first configuration.
    Init(commands::init::Args),
    /// Convert an existing pipeline to a workspace, and prove that it runs the same jobs.
    Import(commands::import::Args),
    /// Write a static pipeline that GitLab runs without Nestling.
    Export(commands::export::Args),
    /// Fetch the components that units use, and write them to `ci/vendor`.
    Vendor(commands::vendor::Args),
    /// Show the pipeline that `generate` would write.
    Preview(commands::preview::Args),
    /// Explain why a unit, job or path is selected or not.
    Explain(commands::explain::Args),
    /// List the units that a change affects.
    Affected(commands::affected::Args),
    /// Show what recent merges of a branch would have run.
    Replay(commands::replay::Args),
    /// Compare the jobs of all units with those of the base commit.
    Diff(commands::diff::Args),
    /// Check all units, or any GitLab CI file, for errors.
    Check(commands::check::Args),
    /// Run the test cases of templates.
    Test(commands::test::Args),
    /// Write the child pipeline (the command of the plan job).
    Generate(commands::generate::Args),
    /// Print the plan as a note for the merge request.
    Note(commands::note::Args),
    /// Record jobs that have passed, and verify such records.
    Passed(commands::passed::Args),
    /// Run a command and list files it reads that do not select the unit.
    Observe(commands::observe::Args),
    /// Convert reports of other tools to GitLab's code quality format.
    Convert(commands::convert::Args),
    /// Show how a CDK assembly is converted to jobs.
    Cdk(commands::cdk::Args),
    /// Start the language server for an editor.
    Lsp(commands::lsp::Args),
    /// Print the JSON schema of a file or an output format.
    Schema(commands::schema::Args),
    /// Print a shell completion script.
    Completions(commands::completions::Args),
    /// Print the manual page, or write all manual pages to a directory.
    Man(commands::man::Args),
}
