//! Reports parts and artifacts that are too large for GitLab.

use super::output::EmittedFile;
use super::split::{Load, PipelineLimits};
use super::written::Written;
use crate::plan::Plan;
use libdeflater::{CompressionLvl, Compressor};
use nestling_gitlab::check::rules::LIMITS;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::pipeline::{Job, Pipeline};
use std::collections::BTreeSet;

/// Reports a part whose units need each other, so that it cannot be cut again.
pub(super) fn of_part(part: &Written<'_>, load: Load, limits: &PipelineLimits) -> Option<Diagnostic> {
    if load.fits(limits) {
        return None;
    }
    let first = part.jobs.first()?;
    let units: BTreeSet<&str> =
        part.jobs.iter().filter_map(|job| Some(job.unit.as_ref()?.as_str())).collect();
    let mut over = Vec::new();
    if load.deployments > limits.deployments {
        over.push(format!("{} deployments of {}", load.deployments, limits.deployments));
    }
    if load.jobs > limits.jobs {
        over.push(format!("{} jobs of {}", load.jobs, limits.jobs));
    }
    if load.objects > limits.objects || over.is_empty() {
        over.push(format!("{} KiB of objects of {}", load.objects >> 10, limits.objects >> 10));
    }
    let (subject, help) = match units.len() {
        0 | 1 => (
            units
                .first()
                .map_or_else(|| "the jobs of the workspace".to_owned(), |unit| format!("the unit `{unit}`")),
            "split it into several units, or reduce its jobs",
        ),
        count => (
            format!("{count} units that need each other"),
            "remove some `needs` between units, so that they can be in different parts",
        ),
    };
    let message = format!("{subject}: too large for one pipeline: {}", over.join(", "));
    Some(Diagnostic::error(&LIMITS, first.origin, message).with_help(help))
}

/// Reports the jobs of a pipeline in parts that start a child pipeline of their own: below the router and its parts it would be
/// the third level, and GitLab has two
/// (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#nested-child-pipelines>).
pub(super) fn too_deep(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let starts_child =
        |job: &&Job| job.body.get("trigger").is_some_and(|trigger| trigger.get("include").is_some());
    let problem = |job: &Job| {
        let message = format!(
            "`{}` triggers a child pipeline from one of several parts, one level deeper than GitLab allows",
            job.name
        );
        let help = "trigger it from the parent, or keep the plan in one part: select fewer units, or raise the limits";
        Diagnostic::error(&LIMITS, job.origin, message).with_help(help)
    };
    pipeline.jobs.iter().filter(starts_child).map(problem).collect()
}

/// Reports artifacts that GitLab does not include: one that is too large, or all of them in an archive that is.
pub(super) fn of_artifacts(files: &[EmittedFile], plan: &Plan, limits: &PipelineLimits) -> Vec<Diagnostic> {
    let origin = plan.workspace.origin();
    let problem = |what: String, bytes: usize| {
        let message = format!(
            "{what} has {} KiB; GitLab includes artifacts up to {}",
            bytes >> 10,
            limits.artifact >> 10
        );
        Diagnostic::error(&LIMITS, origin, message).with_help(
            "use `--compact`, select fewer units, or raise the instance's `max_artifacts_content_include_size`",
        )
    };
    let large = files.iter().filter(|file| file.text.len() > limits.artifact);
    let mut problems: Vec<_> =
        large.map(|file| problem(format!("`{}`", file.path), file.text.len())).collect();
    let archive = archive(files, limits.artifact);
    if archive > limits.artifact {
        problems.push(problem(format!("the archive of {} files", files.len()), archive));
    }
    problems
}

/// The bytes of the files when they are compressed; those of small files are not worth the work.
fn archive(files: &[EmittedFile], limit: usize) -> usize {
    let whole: usize = files.iter().map(|file| file.text.len()).sum();
    if whole <= limit {
        return whole;
    }
    // The least that compresses at all: it is an estimate, from above.
    let mut compressor = Compressor::new(CompressionLvl::new(1).unwrap_or_default());
    let mut room = Vec::new();
    files
        .iter()
        .map(|file| compressed(&file.text, &mut compressor, &mut room).unwrap_or(file.text.len()))
        .sum()
}

fn compressed(text: &str, compressor: &mut Compressor, room: &mut Vec<u8>) -> Option<usize> {
    room.resize(compressor.deflate_compress_bound(text.len()), 0);
    compressor.deflate_compress(text.as_bytes(), room).ok()
}
