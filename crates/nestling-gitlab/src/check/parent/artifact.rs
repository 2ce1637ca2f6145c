//! `parent-artifact`: a file that a trigger job includes, and that no job of the parent makes and keeps.

use super::command::{Output, output};
use super::rules::PARENT_ARTIFACT;
use super::trigger::{Trigger, included, runs_nestling};
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::pipeline::matrix::{copies, parallel};
use crate::pipeline::need::parallel_base;
use crate::pipeline::{Job, Pipeline};
use crate::yaml::Node;
use nestling_files::path::{Glob, RepoPath};

/// lib/gitlab/ci/config/entry/product/parallel.rb, `PARALLEL_LIMIT`.
const INSTANCE_LIMIT: u64 = 200;

/// Reports includes of an artifact whose job does not exist.
pub(super) fn unknown_jobs(pipeline: &Pipeline, job: &Job) -> Vec<Diagnostic> {
    let generators = || pipeline.jobs.iter().filter(|job| runs_nestling(job)).map(|job| job.name.as_str());
    // An include that is not read may define it, and a parent without Nestling is none of ours.
    if !pipeline.includes.is_empty() || generators().next().is_none() {
        return Vec::new();
    }
    let names = included(job).filter_map(|item| item.get("job"));
    let unknown = names.filter_map(|node| {
        let name = node.text().filter(|name| !name.contains('$') && !is_created(pipeline, name))?;
        if let Some(parallel) = pipeline.job(name).and_then(|job| job.body.get("parallel")) {
            let message = format!(
                "`{}` includes an artifact of `{name}`, and none of its instances has this name",
                job.name
            );
            let problem = Diagnostic::warning(&PARENT_ARTIFACT, parallel.origin, message);
            return Some(problem.with_help("remove `parallel`"));
        }
        let message = format!("`{}` includes an artifact of `{name}`, which is not defined", job.name);
        let first = generators().next().unwrap_or_default();
        let help = Suggestion::among(name, generators()).help_or(format!("write `job: {first}`"));
        Some(Diagnostic::warning(&PARENT_ARTIFACT, node.origin, message).with_help(help))
    });
    unknown.collect()
}

/// Returns `true` if GitLab creates a job of this name: `parallel` gives its instances names of their own.
fn is_created(pipeline: &Pipeline, name: &str) -> bool {
    let jobs =
        parallel_base(name).and_then(|(base, _)| pipeline.job(base)).into_iter().chain(pipeline.job(name));
    jobs.into_iter().any(|job| {
        // Of more instances than GitLab allows, the error is another rule's.
        let count = parallel(&job.body).map_or(1, |parallel| parallel.count());
        count > INSTANCE_LIMIT || copies(job.name.as_str(), &job.body).iter().any(|copy| copy.name == name)
    })
}

/// Reports a file that is not the one that the job writes, and one that its artifacts do not hold.
pub(super) fn check(trigger: &Trigger<'_>) -> Vec<Diagnostic> {
    let Trigger { job, generator, include } = *trigger;
    let Some(artifact) = include.get("artifact") else { return Vec::new() };
    let Some(included) = artifact.text().filter(|text| !text.contains('$')).map(plain) else {
        return Vec::new();
    };
    let file = match output(generator, included) {
        None => return Vec::new(),
        Some(Output::Standard) => {
            let message = format!("`nestling generate` of `{}` writes to standard output", generator.name);
            let problem = Diagnostic::warning(&PARENT_ARTIFACT, artifact.origin, message);
            return vec![problem.with_help(format!("write `nestling generate --output {included}`"))];
        }
        Some(Output::File(file)) => file,
    };
    let mut problems = Vec::new();
    if file != included {
        let message = format!(
            "`nestling generate` of `{}` writes `{file}`, and `{}` includes `{included}`",
            generator.name, job.name
        );
        let help = match unheld(generator, &file).is_some() && unheld(generator, included).is_none() {
            true => format!("write `nestling generate --output {included}`"),
            false => format!("write `artifact: {file}`"),
        };
        problems.push(Diagnostic::warning(&PARENT_ARTIFACT, artifact.origin, message).with_help(help));
    }
    if problems.is_empty() || unheld(generator, included).is_some() {
        problems.extend(unheld(generator, &file));
    }
    problems
}

/// A path of a job without the `./` before it.
fn plain(path: &str) -> &str {
    path.trim_start_matches("./")
}

/// Returns what is wrong if the job certainly does not keep the file.
fn unheld(job: &Job, file: &str) -> Option<Diagnostic> {
    let name = &job.name;
    let warning = |origin, message: String| Diagnostic::warning(&PARENT_ARTIFACT, origin, message);
    let path = RepoPath::parse(file).ok()?;
    let Some(artifacts) = job.body.get("artifacts").filter(|node| !node.is_null()) else {
        let problem = warning(job.origin, format!("`{name}` has no artifacts to keep `{file}` in"));
        return Some(problem.with_help(format!("add `artifacts: {{ paths: [\"{file}\"] }}`")));
    };
    let artifacts = artifacts.as_map()?;
    if let Some(when) = artifacts.get("when").filter(|when| when.text() == Some("on_failure")) {
        let message = format!("`{name}` keeps `{file}` only if it fails");
        return Some(warning(when.origin, message).with_help("write `when: always`, or remove `when`"));
    }
    let is_in = |key: &str| -> Option<bool> {
        let items = artifacts.get(key).map(Node::items_or_self).unwrap_or_default();
        let globs: Option<Vec<&str>> = items.iter().map(Node::text).collect();
        let mut globs = globs?.into_iter();
        Some(globs.any(|glob| glob.contains('$') || holds(glob, &path)))
    };
    if let (Some(true), Some(exclude)) = (is_in("exclude"), artifacts.get("exclude")) {
        let is_known =
            !exclude.items_or_self().iter().any(|glob| glob.text().is_some_and(|g| g.contains('$')));
        let problem = warning(exclude.origin, format!("the artifacts of `{name}` exclude `{file}`"));
        return is_known.then(|| problem.with_help("narrow `exclude`"));
    }
    let is_untracked = artifacts.get("untracked").is_some_and(|value| value.text() != Some("false"));
    if is_untracked || is_in("paths")? {
        return None;
    }
    let paths = artifacts.entry("paths");
    let origin = paths.map_or(artifacts.entries.first()?.key.origin, |entry| entry.value.origin);
    let problem = warning(origin, format!("the artifacts of `{name}` do not contain `{file}`"));
    Some(problem.with_help(format!("add `{file}` to `paths`")))
}

/// Returns `true` if a glob of `artifacts` takes in a file, by itself or with a directory above it. Runners read `a/**` as every
/// level.
fn holds(glob: &str, path: &RepoPath) -> bool {
    let written = plain(glob).trim_end_matches('/');
    let whole = written.strip_suffix("/**").unwrap_or(written);
    if matches!(whole, "" | "." | "**") {
        return true;
    }
    let Ok(glob) = Glob::parse(whole) else { return true };
    std::iter::successors(Some(path.clone()), RepoPath::parent).any(|path| glob.matches(&path))
}
