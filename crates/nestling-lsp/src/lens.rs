//! Lenses: what a branch does to a unit, what happens to a job in each kind of pipeline, who uses a template.

use crate::findings::UnitJobs;
use crate::hover::{counted, is_of, written_here};
use crate::index::Index;
use crate::meaning::{FileKind, Section};
use crate::model::{Model, OfPipeline, OpenFile};
use crate::names::{Name, NameKind};
use crate::outline::Outline;
use crate::plain;
use lsp_types::{CodeLens, Command};
use nestling::ide::{JobFacts, JobInKind, SelectionFacts};
use nestling_gitlab::pipeline::keywords::is_hidden;
use serde_json::json;
use std::fmt::Write as _;
use std::ops::Range;

/// The jobs of one definition that have a lens each.
const SHOWN_JOBS: usize = 3;

/// The command of a lens: it opens the preview page.
pub(crate) const PREVIEW: &str = "nestling.preview";

/// Returns the lenses of a file.
pub(crate) fn lenses(model: &Model<'_>, file: &OpenFile<'_>) -> Vec<CodeLens> {
    let index = model.index(file);
    let Some(position) = index.file(&file.path) else { return Vec::new() };
    let outline = Outline::of(file.text);
    let mut lenses = Vec::new();
    if let FileKind::Template(name) = &file.kind {
        lenses.push(lens(file, header(&outline), users(&index, name), None));
    }
    let own = index.facts.units.iter().find(|unit| unit.file.as_ref() == Some(&file.repo_path));
    if let Some(unit) = own {
        let selections = model.selections(file, &unit.name);
        let text = selected(&selections);
        lenses.extend(text.map(|text| lens(file, header(&outline), text, Some(&unit.name))));
    }
    lenses.extend(job_lenses(model, file, &index, position));
    lenses
}

fn job_lenses(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, position: usize) -> Vec<CodeLens> {
    let units = index.units_of(position);
    let is_own = file.repo_path == index.facts.file && file.workspace.is_some();
    if units.is_empty() && !is_own {
        return plain_lenses(model, file, index, position);
    }
    // A template is the same for all units that use it, mostly: one of them stands for the others.
    let Some(unit_jobs) = model.jobs(file, units.get(..1).unwrap_or_default()) else { return Vec::new() };
    let path = file.repo_path.to_string();
    let mut lenses = Vec::new();
    for name in definitions(index, position) {
        let is_here = written_here(file, &name.range);
        let all = unit_jobs.jobs.iter();
        let mut jobs: Vec<&JobFacts> = all.filter(|job| is_here(job, &unit_jobs.sources)).collect();
        if jobs.is_empty() {
            jobs = unit_jobs.jobs.iter().filter(|job| is_of(job, &name.text)).collect();
        }
        let more = units.len().saturating_sub(1);
        for job in jobs.iter().take(SHOWN_JOBS) {
            let text = presence(job, &unit_jobs, &path, more);
            lenses.push(lens(file, name.range.clone(), text, Some(job.name.as_str())));
        }
        if jobs.len() > SHOWN_JOBS {
            let text = format!("and {} more", counted(jobs.len() - SHOWN_JOBS, "job"));
            lenses.push(lens(file, name.range.clone(), text, None));
        }
    }
    lenses
}

/// Returns the visible jobs that a file defines.
fn definitions(index: &Index, position: usize) -> impl Iterator<Item = &Name> {
    let names = index.files[position].names.iter();
    names.filter(|name| name.kind == NameKind::Job && name.is_definition && !is_hidden(&name.text))
}

/// Returns the lenses of a plain file's jobs. There is no page that they could open.
fn plain_lenses(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, position: usize) -> Vec<CodeLens> {
    if file.kind != FileKind::Jobs {
        return Vec::new();
    }
    let read = plain::jobs(model, file);
    let path = file.repo_path.to_string();
    let mut lenses = Vec::new();
    for name in definitions(index, position) {
        let found = read.iter().find_map(|read| {
            let job = read.jobs.iter().find(|job| job.name.as_str() == name.text)?;
            Some(presence(job, read, &path, 0))
        });
        lenses.extend(found.map(|title| {
            let command = Command { title, command: String::new(), arguments: None };
            CodeLens { range: file.lines.range(name.range.clone()), command: Some(command), data: None }
        }));
    }
    lenses
}

fn lens(file: &OpenFile<'_>, bytes: Range<usize>, title: String, subject: Option<&str>) -> CodeLens {
    let arguments = Some(vec![json!(file.uri.as_str()), json!(subject)]);
    let command = Command { title, command: PREVIEW.to_owned(), arguments };
    CodeLens { range: file.lines.range(bytes), command: Some(command), data: None }
}

/// Returns the bytes of the header's key, or of the beginning of the file.
fn header(outline: &Outline<'_>) -> Range<usize> {
    let first = outline.entries.first().filter(|entry| entry.document == 0);
    let is_header = Section::of(outline, 0, &FileKind::Nestling) == Section::Header;
    first.filter(|_| is_header).and_then(|entry| entry.key.clone()).unwrap_or(0..0)
}

fn users(index: &Index, template: &str) -> String {
    let names: Vec<&str> = index.facts.users(template).map(|(unit, _)| unit.name.as_str()).collect();
    match names.as_slice() {
        [] => "used by no unit".to_owned(),
        names if names.len() <= SHOWN_JOBS => format!("used by {}", names.join(", ")),
        names => format!("used by {}", counted(names.len(), "unit")),
    }
}

/// Returns the effect of the branch on a unit: the first changed path, and the jobs of each kind of pipeline that differs.
fn selected(pipelines: &[OfPipeline]) -> Option<String> {
    let first = &pipelines.first()?.facts;
    let Some(because) = pipelines.iter().find_map(|pipeline| pipeline.facts.because.as_ref()) else {
        return Some("not selected on this branch".to_owned());
    };
    let mut text = format!("selected on this branch: {because}");
    if first.more_paths > 0 {
        let _ = write!(text, " and {} more", first.more_paths);
    }
    let jobs: Vec<String> = pipelines.iter().map(|pipeline| jobs_in_words(&pipeline.facts)).collect();
    if jobs.iter().all(|words| *words == jobs[0]) {
        return Some(format!("{text} · {}", jobs[0]));
    }
    for (pipeline, jobs) in pipelines.iter().zip(&jobs) {
        let _ = write!(text, " · {}: {jobs}", pipeline.kind);
    }
    Some(text)
}

/// Returns the number of a unit's jobs in a pipeline, with the environments that they deploy to.
fn jobs_in_words(facts: &SelectionFacts) -> String {
    if facts.because.is_none() {
        return "not selected".to_owned();
    }
    let mut text = counted(facts.jobs, "job");
    if !facts.environments.is_empty() {
        let names: Vec<&str> = facts.environments.iter().map(String::as_str).collect();
        let _ = write!(text, ", deploys {}", names.join(", "));
    }
    text
}

/// Returns the final name of a job, and its presence in the kinds of pipelines that every project has.
fn presence(job: &JobFacts, unit_jobs: &UnitJobs, path: &str, more: usize) -> String {
    let mut parts = vec![job.name.to_string()];
    for kind in &job.kinds {
        let label = match kind.kind.id.split_once(':') {
            Some(("branch", branch)) if kind.kind.name == "the default branch" => branch.to_owned(),
            Some(("tag", _)) if kind.kind.name == "tags" => "tag".to_owned(),
            None if kind.kind.id == "merge_request" => "merge request".to_owned(),
            _ => continue,
        };
        parts.push(format!("{label}: {}", in_words(kind, unit_jobs, path)));
    }
    if more > 0 {
        parts.push(format!("and {}", counted(more, "more unit")));
    }
    parts.join(" · ")
}

fn in_words(kind: &JobInKind, unit_jobs: &UnitJobs, path: &str) -> String {
    let Some(origin) = kind.decided_by else { return kind.state.clone() };
    let of_rule = unit_jobs.sources.path(origin.file);
    let place =
        if of_rule == path { format!("line {}", origin.line) } else { format!("{of_rule}:{}", origin.line) };
    format!("{} ({place})", kind.state)
}
