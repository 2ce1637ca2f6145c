//! `nestling cdk`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::CdkOptions;
use crate::planned::report_diagnostics;
use crate::report;
use clap::{Subcommand, ValueEnum};
use nestling::{Origin, Severity, Sources, assembly_jobs};
use nestling_cdk::deployment;
use nestling_cdk::show::{self, Shown};
use nestling_files::files::{DirectoryFiles, Files};
use std::path::PathBuf;

/// Inspect CDK assemblies
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Cdk,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Cdk {
    /// Show how an assembly is converted: its graph, and the parts that become no job
    #[command(
        after_help = "Examples:\n  nestling cdk show cdk.out\n  nestling cdk show cdk.out --format mermaid"
    )]
    Show {
        /// The directory that `cdk synth` wrote
        assembly: PathBuf,
        /// Output format
        #[arg(long, value_enum, default_value_t = Format::Tree)]
        format: Format,
        #[command(flatten)]
        cdk: CdkOptions,
    },
}

/// Formats of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text.
    Tree,
    /// A Mermaid diagram.
    Mermaid,
    /// JSON, for scripts.
    Json,
    /// The jobs, assuming that each stage deploys to an environment of the same name.
    Jobs,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let Cdk::Show { assembly, format, cdk: options } = &args.command;
    let start = invocation.directory();
    let io = &mut *invocation.io;
    let sources = Sources::default();
    let directory = assembly.display().to_string();
    let directory = directory.trim_end_matches('/');
    let path = start.join(assembly);
    // `cdk synth` writes the assembly into the app's directory.
    let app = path.canonicalize().ok().and_then(|path| path.parent().map(DirectoryFiles::new));
    let app = app.as_ref().map(|app| -> &dyn Files { app });
    let deployment = match deployment::read_with_app(&DirectoryFiles::new(&path), app, directory, &sources) {
        Ok(deployment) => deployment,
        Err(problems) => {
            io.talk(report::human(&problems, &sources, &io.renderer()));
            return Ok(Exit::Errors);
        }
    };
    let warnings = &deployment.assembly.warnings;
    if !warnings.is_empty() {
        io.talk(report::human(warnings, &sources, &io.renderer()));
    }
    let written = assembly_jobs(&deployment, Origin::file(sources.add(directory, "")));
    let shown = Shown { directory, deployment: &deployment, report: &written.report };
    io.data(match format {
        Format::Tree => show::tree(&shown),
        Format::Mermaid => show::mermaid(&shown),
        Format::Json => show::json(&shown),
        Format::Jobs => nestling_gitlab::yaml::emit(&written.rendered),
    })?;
    if options.strict_cdk {
        let open = written.report.diagnostics(Severity::Error);
        return Ok(ended(report_diagnostics(&open, &sources, io)));
    }
    Ok(Exit::Done)
}
