//! Going to the definition of a name, and finding its uses.

use crate::hover::{is_of, jobs_of_name, written_here};
use crate::index::{Index, Occurrence, files_of_include};
use crate::library;
use crate::model::{Model, OpenFile, case_at};
use crate::names::{Name, NameKind, is_computed};
use crate::outline::Outline;
use crate::position;
use lsp_types::{Location, Position};
use nestling::Sources;
use nestling::ide::JobFacts;
use nestling_files::files::{DirectoryFiles, EntryKind, Files as _, Walk};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::Origin;
use std::ops::Range;

/// The files behind a glob that are shown.
const SHOWN_FILES: usize = 100;

/// The units that are planned to find the uses of a computed name.
const PLANNED_UNITS: usize = 20;

/// Returns the definitions of the name at a position.
pub(crate) fn definition(model: &Model<'_>, file: &OpenFile<'_>, position: Position) -> Vec<Location> {
    let index = model.index(file);
    let Some(occurrence) = name_under(&index, file, position) else { return Vec::new() };
    let name = index.name(occurrence);
    match &name.kind {
        NameKind::Template => {
            let template = index.facts.template(&name.text);
            let path = template.and_then(|template| template.path.as_ref()).map(|path| index.absolute(path));
            let path = path.or_else(|| library::path(&name.text));
            path.and_then(|path| model.start_of(&path)).into_iter().collect()
        }
        NameKind::Include => {
            let paths = files_of_include(&index.root, &name.text).into_iter();
            let paths = paths.filter(|path| path.is_file() || model.documents.open.contains_key(path));
            paths.take(SHOWN_FILES).filter_map(|path| model.start_of(&path)).collect()
        }
        NameKind::Unit => {
            let named = defined(model, &index, occurrence);
            if named.is_empty() { unit_file(model, &index, &name.text).into_iter().collect() } else { named }
        }
        NameKind::DirectoryGlob => units_behind(model, &index, &name.text),
        NameKind::Glob => files_behind(model, file, &index, &name.text),
        NameKind::Rule => Vec::new(),
        NameKind::Job => {
            let named = defined(model, &index, occurrence);
            if named.is_empty() { planned(model, file, &index, occurrence) } else { named }
        }
        _ => defined(model, &index, occurrence),
    }
}

/// Returns all places of the name at a position.
pub(crate) fn references(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    position: Position,
    with_definitions: bool,
) -> Vec<Location> {
    let index = model.index(file);
    let Some(occurrence) = name_under(&index, file, position) else { return Vec::new() };
    let name = index.name(occurrence);
    let mut occurrences = index.same(occurrence);
    if name.kind == NameKind::Job && name.is_definition && is_computed(&name.text) {
        occurrences.extend(uses_of_computed(model, file, &index, occurrence));
        occurrences.sort_unstable();
        occurrences.dedup();
    }
    let is_defined = occurrences.iter().any(|same| index.name(*same).is_definition);
    occurrences.retain(|same| with_definitions || !index.name(*same).is_definition);
    let mut found = locations(model, &index, &occurrences);
    // A computed name is defined where a template computes it.
    if with_definitions && !is_defined && name.kind == NameKind::Job {
        found.extend(planned(model, file, &index, occurrence));
    }
    found
}

/// Returns the names that stand for a job whose name is computed at this definition.
fn uses_of_computed(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    occurrence: Occurrence,
) -> Vec<Occurrence> {
    let units: Vec<&str> = index.units_of(occurrence.0).into_iter().take(PLANNED_UNITS).collect();
    let Some(unit_jobs) = model.jobs(file, &units) else { return Vec::new() };
    let is_here = written_here(file, &index.name(occurrence).range);
    let jobs = unit_jobs.jobs.iter().filter(|job| is_here(job, &unit_jobs.sources));
    let jobs: Vec<(&str, &JobFacts)> =
        jobs.filter_map(|job| Some((job.unit.as_ref()?.as_str(), job))).collect();
    let is_use = |user: usize, name: &Name| {
        let mut named = jobs.iter().filter(|(_, job)| is_of(job, &name.text));
        named.any(|(unit, _)| match &name.unit {
            Some(named) => named == unit,
            None => index.units_of(user).contains(unit),
        })
    };
    let mut uses = Vec::new();
    for (user, indexed) in index.files.iter().enumerate() {
        let names = indexed.names.iter().enumerate();
        let of_jobs = names.filter(|(_, name)| name.kind == NameKind::Job && !name.is_definition);
        uses.extend(of_jobs.filter(|(_, name)| is_use(user, name)).map(|(position, _)| (user, position)));
    }
    uses
}

/// Returns the name at a position.
pub(crate) fn name_under(index: &Index, file: &OpenFile<'_>, position: Position) -> Option<Occurrence> {
    index.name_at(index.file(&file.path)?, file.lines.offset(position))
}

pub(crate) fn locations(model: &Model<'_>, index: &Index, occurrences: &[Occurrence]) -> Vec<Location> {
    let location =
        |occurrence: &Occurrence| model.location(index, occurrence.0, index.name(*occurrence).range.clone());
    occurrences.iter().filter_map(location).collect()
}

fn defined(model: &Model<'_>, index: &Index, occurrence: Occurrence) -> Vec<Location> {
    let mut occurrences = index.same(occurrence);
    occurrences.retain(|same| index.name(*same).is_definition);
    locations(model, index, &occurrences)
}

/// Returns the places where the jobs are written that a name stands for once templates are rendered.
fn rendered(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, occurrence: Occurrence) -> Vec<Location> {
    let Some(found) = jobs_of_name(model, file, index, occurrence) else { return Vec::new() };
    written_at(model, index, &found.unit_jobs.sources, found.jobs().map(|job| job.origin))
}

/// Returns the locations of origins in local files, each once.
fn written_at(
    model: &Model<'_>,
    index: &Index,
    sources: &Sources,
    origins: impl Iterator<Item = Origin>,
) -> Vec<Location> {
    let mut locations: Vec<Location> = Vec::new();
    for origin in origins {
        let path = index.root.join(sources.path(origin.file));
        let Some(source) = sources.get(origin.file) else { continue };
        let range = position::range(&source.text, origin, model.encoding);
        let location = model.uri(&path).filter(|_| path.is_file()).map(|uri| Location { uri, range });
        locations.extend(location.filter(|location| !locations.contains(location)));
    }
    locations
}

/// Returns the places where the jobs are written that a name of a unit's file, or of a test case, stands for.
fn planned(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, occurrence: Occurrence) -> Vec<Location> {
    let of_units = rendered(model, file, index, occurrence);
    if !of_units.is_empty() {
        return of_units;
    }
    rendered_in_case(model, file, index, index.name(occurrence).range.start)
}

/// Returns the places where the job is written that a test case names.
fn rendered_in_case(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, offset: usize) -> Vec<Location> {
    let outline = Outline::of(file.text);
    let touches = |range: &&Range<usize>| range.start <= offset && offset <= range.end;
    let named = outline.entries.iter().enumerate().rev().find_map(|(entry, written)| {
        let ranges = [written.key.as_ref(), written.value.as_ref()];
        Some((entry, ranges.into_iter().flatten().find(touches)?.clone()))
    });
    let Some((entry, range)) = named else { return Vec::new() };
    let Some(case) = case_at(file, &outline, Some(entry)) else { return Vec::new() };
    let text = &file.text[range];
    let name = text.strip_prefix(&case.unit).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text);
    let planned = model.case_jobs(file);
    let jobs = planned.cases.iter().filter(|planned| case.is_in_line(planned.line));
    let jobs = jobs.flat_map(|planned| &planned.jobs).filter(|job| job.name == name);
    written_at(model, index, &planned.sources, jobs.map(|job| job.origin))
}

/// Returns the file of a unit without a name of its own; for one that a rule makes, the rule.
fn unit_file(model: &Model<'_>, index: &Index, unit: &str) -> Option<Location> {
    let unit = index.facts.unit(unit)?;
    if let Some(file) = &unit.file {
        return model.start_of(&index.absolute(file));
    }
    let own = index.absolute(&index.facts.file);
    let root = index.facts.file.parent().unwrap_or_default();
    let rule = index.file(&own).and_then(|file| {
        let names = index.files[file].names.iter();
        let mut globs = names.filter(|name| name.kind == NameKind::DirectoryGlob);
        let makes = |glob: &str| glob_from(&root, glob).is_some_and(|glob| glob.matches(&unit.directory));
        let glob = globs.find(|name| makes(&name.text))?;
        model.location(index, file, glob.range.clone())
    });
    rule.or_else(|| model.start_of(&own))
}

/// Returns the units whose directories match a glob.
fn units_behind(model: &Model<'_>, index: &Index, glob: &str) -> Vec<Location> {
    let root = index.facts.file.parent().unwrap_or_default();
    let Some(glob) = glob_from(&root, glob) else { return Vec::new() };
    let units = index.facts.units.iter().filter(|unit| glob.matches(&unit.directory));
    let places = units.filter_map(|unit| match &unit.file {
        Some(file) => model.start_of(&index.absolute(file)),
        None => first_file(model, index, &unit.directory),
    });
    places.collect()
}

/// Returns the first file of a directory without a `nestling.yml`.
fn first_file(model: &Model<'_>, index: &Index, directory: &RepoPath) -> Option<Location> {
    let entries = std::fs::read_dir(index.absolute(directory)).ok()?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
    model.start_of(&files.min()?)
}

/// Returns the files that a glob of `changes`, `ignore` or `everything` matches.
fn files_behind(model: &Model<'_>, file: &OpenFile<'_>, index: &Index, glob: &str) -> Vec<Location> {
    let own = file.repo_path.parent().unwrap_or_default();
    let root =
        if file.repo_path == index.facts.file { index.facts.file.parent().unwrap_or_default() } else { own };
    let Some(glob) = glob_from(&root, glob.trim_start_matches('!')) else { return Vec::new() };
    let mut paths: Vec<RepoPath> = Vec::new();
    let walked = DirectoryFiles::new(&index.root).walk(&mut |directory, entries| {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        paths.extend(files.map(|entry| directory.child(&entry.name)).filter(|path| glob.matches(path)));
        if paths.len() > SHOWN_FILES { Walk::Skip } else { Walk::Descend }
    });
    if walked.is_err() {
        return Vec::new();
    }
    paths.sort();
    paths.truncate(SHOWN_FILES);
    paths.iter().filter_map(|path| model.start_of(&index.absolute(path))).collect()
}

/// Returns a glob from the root of the repository.
fn glob_from(directory: &RepoPath, glob: &str) -> Option<Glob> {
    if let Some(of_root) = glob.strip_prefix('/') {
        return Glob::parse(of_root).ok();
    }
    if directory.is_root() {
        return Glob::parse(glob).ok();
    }
    Glob::parse(&format!("{directory}/{glob}")).ok()
}
