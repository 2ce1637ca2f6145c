//! `nestling preview`.

mod following;

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::io::Io;
use crate::leftover::Earlier;
use crate::options::{FileOptions, PipelineOptions, RunOptions};
use crate::planned::report_plan;
use crate::session::Session;
use crate::{find_job::find_job, output, page, protected, simulated};
use clap::ValueEnum;
use nestling::Plan;
use nestling::view::{self, Screen, json_v1};
use std::path::{Path, PathBuf};

/// Show the pipeline that `generate` would write
///
/// By default, previews the work tree, including uncommitted and untracked files. Jobs whose rules exclude them from this kind
/// of pipeline are not counted; conditions that only GitLab can evaluate are shown.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling preview\n  nestling preview --as branch:main --format table\n  \
                  nestling preview --job services/api:build\n  nestling preview --watch\n  nestling preview --html preview.html --open\n  \
                  nestling preview --format json | jq '.jobs[].name'"
)]
pub struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Tree)]
    format: Format,
    /// Show one job as GitLab receives it, with the source of each line
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    job: Option<String>,
    /// Write an HTML page with the pipeline graph to FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "job"])]
    html: Option<PathBuf>,
    /// Durations of jobs for the page's critical path: a JSON mapping of names to seconds, or the response of GitLab's jobs API
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "job"])]
    durations: Option<PathBuf>,
    /// Open the HTML page in a browser
    #[arg(long, conflicts_with_all = ["format", "job"])]
    open: bool,
    /// Update the preview whenever a file is saved
    #[arg(long, conflicts_with = "head")]
    watch: bool,
    /// Serve the page on this machine, and update it whenever a file is saved
    #[arg(long, conflicts_with_all = ["format", "job", "html", "head"])]
    serve: bool,
    #[command(flatten)]
    files: FileOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By unit, with reasons.
    Tree,
    /// By stage.
    Table,
    /// Mermaid flowchart, for Markdown.
    Mermaid,
    /// Graphviz graph.
    Dot,
    /// JSON, for scripts (schema: `nestling schema plan`).
    Json,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    refuse_idle_durations(args)?;
    if let Some(file) = &args.html {
        protected::refuse_tracked(&invocation.directory().join(file), invocation.environment, Earlier::Page)?;
    }
    let mut session = invocation.open(RunOptions::from(&args.pipeline).with_files(&args.files))?;
    // The pipeline is compared with others of the same files, which are read once. While they are watched, saved ones are read again.
    session.remember();
    let io = &mut *invocation.io;
    if args.watch || args.serve { following::watch(args, &mut session, io) } else { once(args, &session, io) }
}

fn once(args: &Args, session: &Session, io: &mut Io) -> Result<Exit, Failure> {
    let plan = session.plan()?;
    let ok = report_plan(&plan, io);
    show(args, session, &plan, io)?;
    Ok(ended(ok))
}

/// Durations are on the page alone.
fn refuse_idle_durations(args: &Args) -> Result<(), Failure> {
    let has_page = args.html.is_some() || args.open || args.serve;
    if args.durations.is_some() && !has_page {
        return Err(Failure::usage("`--durations` has no effect without a page")
            .with_help("add `--html FILE`, `--open` or `--serve`"));
    }
    Ok(())
}

fn show(args: &Args, session: &Session, plan: &Plan, io: &mut Io) -> Result<(), Failure> {
    if args.html.is_some() || args.open {
        if let Some(file) = args.html.as_deref().filter(|file| *file != Path::new("-")) {
            let file = session.directory().join(file);
            protected::refuse_name(&file)?;
            protected::refuse_read(&file, session.root(), &plan.sources)?;
            let durations = args.durations.as_ref().map(|durations| session.directory().join(durations));
            protected::refuse_input(&file, durations.as_deref())?;
        }
        let page = page::make(session, plan, args.durations.as_deref(), io)?;
        return page::write(args.html.as_deref(), &page, session, io).and_then(|path| match path {
            Some(path) if args.open => output::open(&path),
            _ => Ok(()),
        });
    }
    if let Some(name) = &args.job {
        let job = find_job(name, plan)?;
        return Ok(io.show(view::job(job, &plan.sources, io.data_screen()))?);
    }
    let text = formatted(args.format, plan, io.data_screen())?;
    if !matches!(args.format, Format::Tree | Format::Table) {
        io.data(text)?;
    } else {
        io.show(text)?;
        simulated::report_difference(session, plan, io)?;
    }
    Ok(())
}

fn formatted(format: Format, plan: &Plan, screen: Screen) -> Result<String, Failure> {
    Ok(match format {
        Format::Tree => view::tree(plan, screen),
        Format::Table => view::stages(plan, screen),
        Format::Mermaid => view::mermaid(plan),
        Format::Dot => view::dot(plan),
        Format::Json => {
            let json = json_v1::plan_v1(plan);
            serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n"
        }
    })
}
