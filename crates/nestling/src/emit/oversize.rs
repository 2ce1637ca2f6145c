//! Reports parts and artifacts that are too large for GitLab.

use super::output::EmittedFile;
use super::split::{Load, PipelineLimits};
use super::written::Written;
use crate::plan::Plan;
use libdeflater::{CompressionLvl, Compressor};
use nestling_gitlab::check::rules::LIMITS;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::presence::{JobPresence, State};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::BTreeSet;

/// The bytes that a part has beside its jobs, in its own file and in the router.
pub(super) const PART: usize = 1024;

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
pub(super) fn too_deep(plan: &Plan) -> Vec<Diagnostic> {
    let problem = |job: &Job| {
        let message = format!(
            "`{}` triggers a child pipeline from one of several parts, one level deeper than GitLab allows",
            job.name
        );
        let help = "trigger it from the parent, or keep the plan in one part: select fewer units, or raise the limits";
        Diagnostic::error(&LIMITS, job.origin, message).with_help(help)
    };
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
    jobs.filter(starts_child).map(|(job, _)| problem(job)).collect()
}

/// Returns `true` for a job that starts a child pipeline.
pub(super) fn starts_child((job, presence): &(&Job, &JobPresence)) -> bool {
    let trigger = job.body.get("trigger");
    presence.state() != State::Out && trigger.is_some_and(|trigger| trigger.get("include").is_some())
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

/// Returns a number of bytes that the plan's text in one file does not exceed.
pub(super) fn text_bound(plan: &Plan, sources: &Sources) -> usize {
    let jobs = plan.pipeline.jobs.iter();
    let of_jobs = jobs.map(|job| job_bound(job, sources));
    let globals = super::ordered::globals(&Written::whole(&plan.pipeline));
    let of_globals = globals.iter().map(|(key, node)| string_bound(key, 0) + node_bound(node, 2));
    super::header::of(plan).len() + of_jobs.sum::<usize>() + of_globals.sum::<usize>()
}

/// Returns a number of bytes that the text of a job does not exceed.
pub(super) fn job_bound(job: &Job, sources: &Sources) -> usize {
    let comment = sources.place(job.origin).len() + 4;
    comment + string_bound(job.name.as_str(), 0) + map_bound(&job.body, 2)
}

fn map_bound(map: &Map, indent: usize) -> usize {
    map.iter().map(|(key, node)| indent + string_bound(key, indent) + node_bound(node, indent + 2)).sum()
}

fn node_bound(node: &Node, indent: usize) -> usize {
    let tag = node.tag.as_ref().map_or(0, |tag| tag.to_string().len() + 1);
    let content = match &node.kind {
        Kind::Scalar(scalar) => string_bound(&scalar.text, indent),
        Kind::Seq(items) => items.iter().map(|item| indent + 2 + node_bound(item, indent + 2)).sum(),
        Kind::Map(map) => map_bound(map, indent),
    };
    tag + content + 4
}

/// Quoted, a character takes two bytes, or as many as its number is written with.
fn string_bound(text: &str, indent: usize) -> usize {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n'));
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    text.len() * if is_plain { 2 } else { 6 } + lines * (indent + 1) + 8
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
