//! `nestling cdk`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::CdkOptions;
use crate::planned::report_diagnostics;
use crate::report;
use clap::{Subcommand, ValueEnum};
use nestling::{Origin, Severity, Sources, assembly_jobs};
use nestling_cdk::deployment::{self, AppFiles};
use nestling_cdk::show::{self, Shown};
use nestling_files::files::DirectoryFiles;
use nestling_files::path::RepoPath;
use std::path::{Path, PathBuf};

/// Inspect CDK assemblies
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Cdk,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Cdk {
    /// Show how an assembly is converted: its graph, and the parts without a job
    #[command(
        after_help = "Examples:\n  nestling cdk show cdk.out\n  nestling cdk show cdk.out --format mermaid"
    )]
    Show {
        /// Output directory of `cdk synth`
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

/// Place of an assembly on this machine. `cdk synth` writes it into the app's directory, and no option names the repository
/// around that.
struct Place {
    files: DirectoryFiles,
    assembly: RepoPath,
    app: RepoPath,
}

impl Place {
    fn of(path: &Path) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let root = path.ancestors().last()?;
        let assembly = RepoPath::parse(path.strip_prefix(root).ok()?.to_str()?).ok()?;
        let app = assembly.parent()?;
        Some(Self { files: DirectoryFiles::new(root), assembly, app })
    }

    fn app_files(&self) -> AppFiles<'_> {
        AppFiles { files: &self.files, directory: &self.app, assembly: &self.assembly }
    }
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let Cdk::Show { assembly, format, cdk: options } = &args.command;
    let start = invocation.directory();
    let io = &mut *invocation.io;
    let sources = Sources::default();
    let directory = assembly.display().to_string();
    let directory = directory.trim_end_matches('/');
    let path = start.join(assembly);
    let place = Place::of(&path);
    let app = place.as_ref().map(Place::app_files);
    let deployment = match deployment::read_with_app(&DirectoryFiles::new(&path), app, directory, &sources) {
        Ok(deployment) => deployment,
        Err(problems) => {
            io.message(report::human(&problems, &sources, &io.renderer()));
            return Ok(Exit::Errors);
        }
    };
    let warnings = &deployment.assembly.warnings;
    if !warnings.is_empty() {
        io.message(report::human(warnings, &sources, &io.renderer()));
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
