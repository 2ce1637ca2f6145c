//! The jobs of a unit's assembly, as an engineer who knows both GitLab and AWS would write them.
//!
//! They come as one fragment, so that what a unit writes below its header overrides them job by job, and so that the
//! environments stage writes the stop jobs.

mod body;
mod request;
mod named;
mod unused;
mod roles;
mod targets;
mod oddities;
mod removed;
mod kept;
mod merge;
mod graph;
mod around;
mod borrow;
mod shared;
mod needs;
mod plan;
mod stages;
mod writer;
mod files;
mod account;
mod outputs;
mod destroy;
mod diff;
mod deploy;
mod gate;
mod patterns;
mod handed_on;
mod kept_files;
mod phases;
mod secrets;
mod values;
mod step;
mod write;

use super::report::Report;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Located;
use request::unclear_pipeline;

pub use request::Request;
pub use targets::OmittedJob;
pub use write::WrittenJob;
pub use writer::Gate;

/// The jobs, and what is not a job.
#[derive(Debug)]
#[non_exhaustive]
pub struct WrittenJobs {
    /// The GitLab stages in order.
    pub stages: Vec<String>,
    /// The jobs, each behind those that it waits for.
    pub jobs: Vec<WrittenJob>,
    /// The nodes that this pipeline does not run.
    pub left_out: Vec<OmittedJob>,
    /// The things that are not carried over.
    pub report: Report,
    /// The environments that the header names and that do not exist.
    pub undefined: Vec<Located<String>>,
    /// Further errors and warnings about the header.
    pub problems: Vec<Diagnostic>,
}

/// Writes the jobs.
pub fn write(request: &Request<'_>) -> WrittenJobs {
    let mut left_out = Vec::new();
    let mut problems: Vec<Diagnostic> = unclear_pipeline(request).into_iter().collect();
    problems.extend(unused::unused(request));
    let chosen = request.chosen();
    let mut report = request.deployment.report.clone();
    // Nobody has to do anything about a pipeline that stays where it is.
    report.lines.retain(|line| line.pipeline.is_none_or(|pipeline| chosen.contains(&pipeline)));
    let targets = targets::targets(request, &mut left_out, &mut problems, &mut report);
    oddities::add(request, &targets, &mut report);
    oddities::add_sources(request, &mut report);
    removed::report(request, &mut report);
    let graph = plan::plan(request, &targets, &mut left_out, &mut report);
    shared::report_built_anew(&graph, request, &mut report);
    let written = write::write(request, &targets, &graph, &mut report, &mut problems);
    WrittenJobs {
        stages: written.stages,
        jobs: written.jobs,
        left_out,
        report,
        undefined: targets.undefined,
        problems,
    }
}
