//! Completion of jobs: those that files name, and those whose names expressions make.

use super::{Candidate, Cursor};
use crate::hover::is_of;
use crate::index::Index;
use crate::meaning::{FileKind, Section};
use crate::model::{Model, OpenFile, case_at};
use crate::names::{NameKind, is_computed};
use lsp_types::CompletionItemKind;
use nestling::ide::JobFacts;
use std::collections::BTreeSet;

/// The units whose jobs are planned for their computed names.
const PLANNED_UNITS: usize = 20;

/// Returns the jobs that can be named: of the unit, then those of other units in full.
pub(super) fn jobs(cursor: &Cursor<'_>) -> Vec<Candidate> {
    let &Cursor { model, file, index, place, .. } = cursor;
    let Some(position) = index.file(&file.path) else { return Vec::new() };
    let own = place.path.first().copied().unwrap_or_default();
    let is_hidden_wanted =
        ["needs", "dependencies", "on_stop", "trigger"].iter().all(|key| !place.path.contains(key));
    let mut names = index.defined(position, &NameKind::Job);
    let is_rendered = names.iter().any(|name| is_computed(name));
    // A template names what it computes as it computes it: each unit has another name.
    let is_template = matches!(file.kind, FileKind::Template(_));
    names.retain(|name| is_template || !is_computed(name));
    names.retain(|name| *name != own && (is_hidden_wanted || !name.starts_with('.')));
    let mut candidates: Vec<Candidate> =
        names.iter().map(|name| Candidate::new(*name, CompletionItemKind::FUNCTION, "job")).collect();
    let own_units = index.units_of(position);
    if is_rendered && !is_template {
        let computed = computed(model, file, index, own_units.get(..1).unwrap_or_default());
        let labels = computed.into_iter().map(|(_, name)| name).filter(|name| name != own);
        candidates.extend(labels.map(|name| Candidate::new(name, CompletionItemKind::FUNCTION, "job")));
    }
    if !place.path.contains(&"needs") || place.section == Section::Header {
        return candidates;
    }
    let mut others: BTreeSet<(String, String)> = index
        .jobs_of_units(&own_units)
        .into_iter()
        .map(|(unit, name)| (unit.to_owned(), name.to_owned()))
        .collect();
    // Those that this one depends on are the ones that it can wait for.
    let units = own_units.iter().filter_map(|unit| index.facts.unit(unit));
    let dependencies: BTreeSet<&str> =
        units.flat_map(|unit| &unit.dependencies).map(String::as_str).collect();
    let dependencies = dependencies.into_iter().filter(|unit| !own_units.contains(unit));
    let dependencies: Vec<&str> = dependencies.take(PLANNED_UNITS).collect();
    if !dependencies.is_empty() {
        others.extend(computed(model, file, index, &dependencies));
    }
    let labels = others.into_iter().map(|(unit, name)| format!("{unit}:{name}"));
    candidates.extend(
        labels.map(|label| Candidate::new(label, CompletionItemKind::FUNCTION, "job of another unit")),
    );
    candidates
}

/// Returns the jobs of units whose names expressions make, each with its unit.
fn computed(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    units: &[&str],
) -> BTreeSet<(String, String)> {
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    let Some(unit_jobs) = model.jobs(file, units) else { return names };
    for unit in units {
        let written = index.jobs_of_unit(unit);
        let is_computed = |job: &JobFacts| {
            // A stop job, and a job for one environment, has the name of another one.
            let job_name = job.short_name.strip_suffix(":stop").unwrap_or(&job.short_name);
            let is_written = |name: &&str| *name == job_name || is_of(job, name);
            !written.iter().any(is_written) && !job_name.starts_with('.')
        };
        let of_unit =
            unit_jobs.jobs.iter().filter(|job| job.unit.as_ref().is_some_and(|own| own.as_str() == *unit));
        let computed = of_unit.filter(|job| is_computed(job) && !job.short_name.ends_with(":stop"));
        names.extend(computed.map(|job| ((*unit).to_owned(), job.short_name.clone())));
    }
    names
}

/// Returns the jobs that a case can expect: those of its templates, and those that it makes.
pub(super) fn jobs_of_case(cursor: &Cursor<'_>) -> Vec<Candidate> {
    let &Cursor { model, file, index, outline, place } = cursor;
    let Some(case) = case_at(file, outline, place.holder) else { return Vec::new() };
    let files = index.files_of_templates(&case.templates);
    let names = files.into_iter().flat_map(|file| &index.files[file].names);
    let jobs = names.filter(|name| {
        name.kind == NameKind::Job
            && name.is_definition
            && !name.text.starts_with('.')
            && !is_computed(&name.text)
    });
    let mut labels: BTreeSet<String> = jobs.map(|name| name.text.clone()).collect();
    let planned = model.case_jobs(file);
    let own = planned.cases.iter().filter(|planned| case.is_in_line(planned.line));
    let own = own.flat_map(|planned| &planned.jobs).map(|job| &job.name);
    labels.extend(own.filter(|name| !name.starts_with('.')).cloned());
    labels.into_iter().map(|name| Candidate::new(name, CompletionItemKind::FUNCTION, "job")).collect()
}
