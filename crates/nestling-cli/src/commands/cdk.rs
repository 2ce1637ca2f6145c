//! `nestling cdk`.

use crate::args::Shared;
use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::planned::tell;
use crate::report;
use clap::{Subcommand, ValueEnum};
use nestling::cdk::show::{self, Shown};
use nestling::cdk::{self, deployment};
use nestling::diagnostic::{Origin, Severity, Sources};
use nestling::files::DirectoryFiles;
use std::path::{Path, PathBuf};

/// Look at CDK assemblies
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Cdk,
}

/// What to do with one.
#[derive(Debug, Subcommand)]
enum Cdk {
    /// Show what an assembly becomes: the graph, and what of it becomes no job
    #[command(
        after_help = "Examples:\n  nestling cdk show cdk.out\n  nestling cdk show cdk.out --format mermaid"
    )]
    Show {
        /// The directory that `cdk synth` wrote
        assembly: PathBuf,
        /// How to show it
        #[arg(long, value_enum, default_value_t = Format::Tree)]
        format: Format,
    },
}

/// How the graph is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people.
    Tree,
    /// A Mermaid diagram.
    Mermaid,
    /// JSON for programs.
    Json,
    /// The jobs, if every stage went to an environment of its own name.
    Jobs,
}

pub(crate) fn run(args: &Args, shared: &Shared, io: &mut Io) -> Result<Exit, Failure> {
    let Cdk::Show { assembly, format } = &args.command;
    let start = shared.directory.as_deref().unwrap_or(Path::new("."));
    let sources = Sources::default();
    let directory = assembly.display().to_string();
    let directory = directory.trim_end_matches('/');
    let deployment = match deployment::read(&DirectoryFiles::new(start.join(assembly)), directory, &sources) {
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
    let alone = cdk::alone(&deployment, Origin::file(sources.add(directory, "")));
    let shown = Shown { directory, deployment: &deployment, report: &alone.report };
    io.data(match format {
        Format::Tree => show::tree(&shown),
        Format::Mermaid => show::mermaid(&shown),
        Format::Json => show::json(&shown),
        Format::Jobs => nestling::yaml::emit(&alone.rendered),
    })?;
    if shared.strict_cdk {
        let open = alone.report.diagnostics(Severity::Error);
        return Ok(if tell(&open, &sources, io) { Exit::Done } else { Exit::Errors });
    }
    Ok(Exit::Done)
}
