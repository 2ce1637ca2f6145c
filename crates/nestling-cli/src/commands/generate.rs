//! `nestling generate`.

use crate::ci_env::ProcessEnvironment;
use crate::exit::{Exit, Failure};
use crate::invocation::Invocation;
use crate::io::Io;
use crate::leftover::Earlier;
use crate::options::{FileOptions, PipelineOptions, RunOptions};
use crate::place::from_root;
use crate::planned::{report_diagnostics, report_plan, until_the_end};
use crate::session::Session;
use crate::{artifacts, leftover, log, output, page, protected};
use nestling::{EmitOptions, Emitted};
use std::path::{Path, PathBuf};

/// Write the child pipeline (the command of the plan job)
///
/// If there are errors, no pipeline is written. Files are replaced atomically, and parts of an earlier run are removed. In a
/// GitLab job, the output and the reports of an earlier job are removed first, since the runner may not clean up.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling generate\n  nestling generate --report nestling-report\n  \
                  nestling generate --as branch:main -o -")]
pub struct Args {
    /// Write the pipeline to FILE (`-` for stdout)
    #[arg(short, long, value_name = "FILE", default_value = "child-pipeline.yml")]
    output: PathBuf,
    /// Write reports (HTML preview, plan, summary, code quality) to DIR, even if there are errors
    #[arg(long, value_name = "DIR", env = "NESTLING_REPORT")]
    report: Option<PathBuf>,
    /// On the page that `--report` writes, also show the other kinds of pipelines and the difference from base (takes longer)
    #[arg(long, requires = "report", env = "NESTLING_FULL_PAGE")]
    full_page: bool,
    #[command(flatten)]
    files: FileOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let environment = invocation.environment;
    let to_file = args.output.as_os_str() != "-";
    let output = invocation.directory().join(&args.output);
    let changes_from = refuse_outputs(args, invocation.directory(), environment)?;
    if environment.in_gitlab() {
        clear(args, invocation.directory(), invocation.io)?;
    }
    let session = until_the_end(invocation.open(run_options(args))?);
    let plan = until_the_end(session.plan_and_synthesize()?);
    session.tell_index_use(invocation.io);
    let io = &mut *invocation.io;
    let ok = report_plan(plan, io);
    log::plan(io, environment, plan);
    if args.pipeline.passed.passed.is_none() && plan.wants_records() {
        io.message("`reuse` is set, but no job is omitted: there are no records (`--passed`)\n");
    }
    let emitted = if ok { Some(plan.emit(&options(args, session, environment))) } else { None };
    // Before the reports are written, since they list all diagnostics.
    if let Some(emitted) = &emitted {
        report_diagnostics(&emitted.diagnostics, &plan.sources, io);
        plan.diagnostics.extend(emitted.diagnostics.iter().cloned());
    }
    if let Some(folder) = &args.report {
        for path in artifacts::paths(&session.directory().join(folder)) {
            protected::refuse_name(&path)?;
            protected::refuse_input(&path, changes_from.as_deref())?;
            protected::refuse_read(&path, session.root(), &plan.sources)?;
        }
        let parts = emitted.as_ref().map(|emitted| emitted.parts.as_slice()).unwrap_or_default();
        let mut page = page::of_report(session, plan, parts)?;
        if args.full_page
            && let Err(failure) = page::add_others(&mut page, session, plan)
        {
            // The pipeline is what the job is for.
            io.message(format_args!("the preview contains only this pipeline: {}\n", failure.error));
        }
        page::link(&mut page, session, plan);
        artifacts::write(folder, session.directory(), plan, &page, environment)?;
        io.message(format_args!("wrote the reports to {}/\n", folder.display()));
    }
    match emitted {
        Some(emitted) if !plan.has_errors() => {
            if to_file {
                protected::refuse_read(&output, session.root(), &plan.sources)?;
            }
            write(&emitted, args, session, io)
        }
        _ => {
            if to_file && output.is_file() {
                let shown = args.output.display();
                io.message(format_args!("{shown} is unchanged since an earlier run\n"));
            }
            Ok(Exit::Errors)
        }
    }
}

/// Refuses outputs that are inputs by their names, and tracked files. Returns the file of `--changes-from`, for those that are known
/// later.
fn refuse_outputs(
    args: &Args,
    start: &Path,
    environment: &ProcessEnvironment,
) -> Result<Option<PathBuf>, Failure> {
    let changes_from = args.pipeline.changes.changes_from.as_ref().filter(|file| file.as_os_str() != "-");
    let changes_from = changes_from.map(|file| start.join(file));
    let output = Some(&args.output).filter(|output| output.as_os_str() != "-");
    for written in args.report.iter().chain(output).map(|path| start.join(path)) {
        protected::refuse_name(&written)?;
        protected::refuse_input(&written, changes_from.as_deref())?;
    }
    let earlier = if args.files.compact { Earlier::CompactPipeline } else { Earlier::Pipeline };
    if let Some(output) = output {
        protected::refuse_tracked(&start.join(output), environment, earlier)?;
    }
    for report in args.report.iter().flat_map(|directory| artifacts::paths(&start.join(directory))) {
        protected::refuse_tracked(&report, environment, Earlier::Report)?;
    }
    Ok(changes_from)
}

/// Returns the options of the run. Where records are used, the plan among the reports has the fingerprints that the record of this
/// pipeline is made from; otherwise nobody pays for them.
fn run_options(args: &Args) -> RunOptions {
    RunOptions::from(&args.pipeline)
        .with_files(&args.files)
        .with_fingerprints(args.report.is_some() && args.pipeline.passed.passed.is_some())
}

/// Removes the output of an earlier job: a job that fails must not publish it as its own artifact.
fn clear(args: &Args, start: &Path, io: &mut Io) -> Result<(), Failure> {
    let reports = args.report.iter().flat_map(|folder| artifacts::paths(&start.join(folder)));
    if args.output.as_os_str() == "-" {
        return leftover::clear(reports);
    }
    let output = start.join(&args.output);
    // What is no pipeline of ours is not ours to remove.
    let output = Some(output).filter(|output| args.files.compact || leftover::is_ours(output));
    leftover::clear(reports.chain(output))?;
    leftover::remove_parts(start, &args.output, &[], io)
}

fn options(args: &Args, session: &Session, environment: &ProcessEnvironment) -> EmitOptions {
    let mut options = session.emit_options().clone();
    options.file = artifact(&args.output, session, environment);
    options.plan_job = environment.get("CI_JOB_NAME").unwrap_or("plan").to_owned();
    options
}

/// Returns the output's path for the trigger job: GitLab stores artifacts by their paths from the project's directory. A file
/// outside of it can only become an artifact if it is copied, which is assumed to be to the root.
fn artifact(output: &Path, session: &Session, environment: &ProcessEnvironment) -> String {
    let folder = session.directory().join(output.parent().unwrap_or(Path::new("")));
    let roots = environment.get("CI_PROJECT_DIR").map(Path::new).into_iter().chain([session.root()]);
    let below = roots.filter_map(|root| from_root(&folder, root)).next().unwrap_or_default();
    let name = output.file_name().unwrap_or(output.as_os_str());
    below.join(name).to_string_lossy().replace('\\', "/")
}

/// Writes the parts before the router that names them, so that there is never a router without its parts.
fn write(emitted: &Emitted, args: &Args, session: &Session, io: &mut Io) -> Result<Exit, Failure> {
    if args.output.as_os_str() == "-" {
        let [only] = emitted.files.as_slice() else {
            return Err(Failure::usage(
                "the pipeline has several parts and cannot be written to standard output",
            )
            .with_help("write to a file: `-o child-pipeline.yml`"));
        };
        io.data(&only.text)?;
        return Ok(Exit::Done);
    }
    let mut written = Vec::new();
    for file in emitted.files.iter().rev() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        written.push(name);
        let path = args.output.with_file_name(name);
        output::replace(&session.directory().join(&path), &file.text)?;
        io.message(format_args!("wrote {}\n", path.display()));
    }
    leftover::remove_parts(session.directory(), &args.output, &written, io)?;
    Ok(Exit::Done)
}
