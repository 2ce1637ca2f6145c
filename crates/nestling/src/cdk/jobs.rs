//! The jobs of a unit's assembly, as somebody who knows both GitLab and AWS would write them.
//!
//! They come as one rendered fragment, so that what a unit writes below its header goes over them job by job, and so
//! that the environments stage writes the stop jobs.

mod body;
mod request;
mod targets;
mod kept;
mod graph;
mod around;
mod needs;
mod plan;
mod stages;
mod writing;
mod account;
mod outputs;
mod deploy;
mod gate;
mod files;
mod values;
mod step;
mod write;

use super::report::Report;
use crate::environments::LeftOut;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Node;
use request::unclear_pipeline;
use std::collections::BTreeMap;

pub use request::{Request, Unlisted};

/// The jobs, and what is not a job.
#[derive(Debug)]
pub struct Outcome {
    /// The jobs by short name, with `stages`.
    pub rendered: Node,
    /// The short name of the job of each node of the deployment that this pipeline runs.
    pub jobs: BTreeMap<usize, String>,
    /// Nodes that this pipeline does not run, and why.
    pub left_out: Vec<LeftOut>,
    /// What could not be carried over.
    pub report: Report,
    /// What is wrong in the header.
    pub problems: Vec<Diagnostic>,
}

/// Writes the jobs.
pub fn write(request: &Request<'_>) -> Outcome {
    let mut problems = Vec::new();
    let mut left_out = Vec::new();
    let chosen = request.chosen();
    let mut report = request.deployment.report.clone();
    report.lines.retain(|line| line.pipeline.is_none_or(|pipeline| chosen.contains(&pipeline)));
    problems.extend(unclear_pipeline(request));
    let targets = targets::targets(request, &mut left_out, &mut problems);
    let graph = plan::plan(request, &targets, &mut left_out);
    let (rendered, jobs) = write::write(request, &targets, &graph, &mut report, &mut problems);
    Outcome { rendered, jobs, left_out, report, problems }
}
