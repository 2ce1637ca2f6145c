//! Going to the definition of a name, and finding its uses.

use crate::hover::jobs_of_name;
use crate::index::{Index, Occurrence, files_of_include};
use crate::library;
use crate::model::{Model, OpenFile};
use crate::names::NameKind;
use crate::position;
use lsp_types::{Location, Position};
use nestling_files::files::{DirectoryFiles, EntryKind, Files as _, Walk};
use nestling_files::path::{Glob, RepoPath};

/// The files behind a glob that are shown.
const SHOWN_FILES: usize = 100;

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
            if named.is_empty() { rendered(model, file, &index, occurrence) } else { named }
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
    let mut occurrences = index.same(occurrence);
    occurrences.retain(|same| with_definitions || !index.name(*same).is_definition);
    locations(model, &index, &occurrences)
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
    let sources = &found.unit_jobs.sources;
    let mut locations: Vec<Location> = Vec::new();
    for job in found.jobs() {
        let path = index.root.join(sources.path(job.origin.file));
        let Some(source) = sources.get(job.origin.file) else { continue };
        let range = position::range(&source.text, job.origin, model.encoding);
        let location = model.uri(&path).filter(|_| path.is_file()).map(|uri| Location { uri, range });
        locations.extend(location.filter(|location| !locations.contains(location)));
    }
    locations
}

/// Returns the file of a unit without a name of its own; for one that a rule makes, the workspace's file.
fn unit_file(model: &Model<'_>, index: &Index, unit: &str) -> Option<Location> {
    let unit = index.facts.unit(unit)?;
    model.start_of(&index.absolute(unit.file.as_ref().unwrap_or(&index.facts.file)))
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
