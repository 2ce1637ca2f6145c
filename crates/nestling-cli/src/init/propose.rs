//! Proposes the files that Nestling needs from the contents of a repository.

use super::existing::Existing;
use super::findings::{Findings, Remark};
use super::first_command::Shell;
use super::forms::add_invalid;
use super::inventory::{Inventory, material};
use super::kinds::{KINDS, Kind};
use super::lists::{self, List, Reader, Unreadable};
use super::making::Making;
use super::own_templates::{DIRECTORY, OwnTemplate};
use super::parent::ParentFile;
use super::projects::{Evidence, INVALID};
use super::proposed_file::ProposedFile;
use super::report::Report;
use super::trial::{self, Trial};
use super::units::Units;
use super::versions::Versions;
use super::workspace_file::{self, Settings, UnitRule};
use super::{projects, shared};
use crate::exit::Failure;
use nestling::{FILE_NAME, Files, RepoPath, library_names};
use std::collections::BTreeSet;

/// The most rounds in which what does not work is dropped.
const ROUNDS: usize = 8;

/// The unit of a repository without anything in it.
const EXAMPLE: &str = "example/nestling.yml";

/// Its text.
const EXAMPLE_UNIT: &str = "\
# yaml-language-server: $schema=../.nestling/schema.json
# What this directory adds: its own header, and after the line `---` jobs in GitLab's own words.
unit:
  depends_on: []     # other units: a change there selects this one too
  changes: []        # paths elsewhere that concern it, such as \"/proto/**/*\"
---
# Called example:hello in the child pipeline.
hello:
  stage: test
  script:
    - echo \"example has changed\"
";

/// The outcome of reading a repository.
pub(crate) struct Proposal {
    /// The files, in the order in which they are written.
    pub files: Vec<ProposedFile>,
    /// The file that `.gitlab-ci.yml` has to include, if it exists already.
    pub include: Option<&'static str>,
    /// True if files of Nestling that were there have errors: what is written beside them does not work yet.
    pub has_errors: bool,
    /// The report: found, proposed, and not.
    pub report: String,
}

/// Reads a repository, and proposes a workspace and a parent pipeline.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn propose(files: &dyn Files, explain: bool) -> Result<Proposal, Failure> {
    let inventory = Inventory::read(files).map_err(Failure::repository)?;
    let mut reader = Reader { files, inventory: &inventory, unreadable: Vec::new() };
    let lists = lists::read(&mut reader).map_err(Failure::repository)?;
    let mut unreadable = reader.unreadable;
    add_invalid(files, &inventory, &mut unreadable).map_err(Failure::repository)?;
    let library = library(files)?;
    let evidence = Evidence {
        files,
        inventory: &inventory,
        lists: &lists,
        library: &library,
        unreadable: unreadable.iter().map(|file| file.path.clone()).collect(),
    };
    let mut findings = projects::find(&evidence).map_err(Failure::repository)?;
    let declarations = trial::declarations()?;
    let versions = Versions { files, inventory: &inventory, lists: &lists };
    let making =
        Making { files, inventory: &inventory, declarations: &declarations, versions, library: &library };
    let mut units = making.units(&mut findings).map_err(Failure::repository)?;
    let ParentFile { file: parent, include, foreign } = ParentFile::read(files, &inventory)?;
    let mut text = String::new();
    let mut rules = Vec::new();
    let existing = Existing::read(files, &inventory)?;
    let replaced = existing.replaced();
    let shell = Shell::new(files, &inventory, &lists);
    let trial = Trial { files, inventory: &inventory, shell: &shell, parent: &parent, replaced };
    for _ in 0..ROUNDS {
        (text, rules) = workspace(files, &inventory, &lists, parent.path, &mut units)?;
        if !trial.run(&text, &rules, &mut units, &mut findings)? {
            break;
        }
    }
    let is_kept = inventory.at_root.contains(FILE_NAME);
    if is_kept {
        units.retain(|dir, _| !existing.covered.contains(dir));
        rules = workspace_file::rules(&units, &inventory);
    }
    let has_errors = !existing.problems.is_empty() || foreign.is_some();
    let is_foreign = foreign.is_some();
    findings.not_understood.extend(existing.problems.into_iter().chain(foreign));
    remark_unreadable(&unreadable, &mut findings);
    remark_others(&inventory, &units, &mut findings);
    let report = Report {
        inventory: &inventory,
        lists: &lists,
        units: &units,
        rules: &rules,
        notes: findings.notes,
        not_understood: findings.not_understood,
        no_unit: findings.no_unit,
        is_kept,
        explain,
    };
    let report = report.text();
    let mut files = vec![ProposedFile { path: FILE_NAME, text, about: "the workspace" }];
    files.extend(inventory.is_blank().then(example));
    files.extend(own_templates(&rules).map(OwnTemplate::proposed));
    files.extend((!is_foreign).then_some(parent));
    // The first line of the workspace's file names it; a file that is kept need not.
    files.extend((!is_kept).then(schema));
    Ok(Proposal { files, include, has_errors, report })
}

/// Returns the unit of a repository without anything in it.
fn example() -> ProposedFile {
    ProposedFile { path: EXAMPLE, text: EXAMPLE_UNIT.to_owned(), about: "an example of a unit" }
}

/// Returns the schema of `nestling.yml`.
fn schema() -> ProposedFile {
    let text = format!("{}\n", nestling::file_schema());
    ProposedFile { path: workspace_file::SCHEMA, text, about: "the schema of nestling.yml, for editors" }
}

/// Returns the names of the templates that can be used: the built-in ones, and those that can be written where no other file is.
fn library(files: &dyn Files) -> Result<Vec<String>, Failure> {
    let mut names = library_names();
    for template in OwnTemplate::all() {
        let bytes = files.read(&template.file()).map_err(Failure::repository)?;
        if bytes.is_none_or(|bytes| bytes == template.text.as_bytes()) {
            names.push(template.name.to_owned());
        }
    }
    Ok(names)
}

/// Returns the templates of these rules that are written, each once.
fn own_templates(rules: &[UnitRule]) -> impl Iterator<Item = &'static OwnTemplate> {
    let used: BTreeSet<&str> =
        rules.iter().flat_map(|rule| &rule.uses).map(|used| used.template.as_str()).collect();
    OwnTemplate::all().filter(move |template| used.contains(template.name))
}

/// Adds the reason to each file that is invalid. One that marks no project has no remark yet.
fn remark_unreadable(unreadable: &[Unreadable], findings: &mut Findings) {
    for file in unreadable {
        let reason = first_line(&file.reason);
        let mut remarks =
            findings.not_understood.iter_mut().filter(|remark| remark.path == file.path).peekable();
        if remarks.peek().is_none() {
            // A fixture may be invalid on purpose.
            if file.path.parent().is_some_and(|dir| material(&dir).is_none()) {
                findings
                    .not_understood
                    .push(Remark::new(&file.path, format!("invalid, and not read: {reason}")));
            }
            continue;
        }
        remarks.for_each(|remark| remark.reason = format!("{INVALID}: {reason}"));
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Adds the kinds whose projects may need each other, which nothing reads.
fn remark_unread_dependencies(units: &Units, findings: &mut Findings) {
    for kind in KINDS.iter().filter(|kind| kind.own_template.is_some() && kind.reader.is_none()) {
        let dirs: Vec<&RepoPath> =
            units.iter().filter(|(_, unit)| unit.kinds.contains(kind.id)).map(|(dir, _)| dir).collect();
        if dirs.len() > 1 {
            let reason = format!(
                "which {} needs which is not read: write `depends_on` into a `nestling.yml` of each that needs another",
                kind.noun
            );
            findings.notes.extend(dirs.into_iter().map(|dir| Remark::new(dir, reason.clone())));
        }
    }
}

/// Adds what is known once the units are.
fn remark_others(inventory: &Inventory, units: &Units, findings: &mut Findings) {
    remark_unread_dependencies(units, findings);
    remark_rest(inventory, findings);
    settle_notes(units, findings);
}

/// Leaves the notes to the units that are proposed. Those of a directory that is none are the reason for it.
fn settle_notes(units: &Units, findings: &mut Findings) {
    let dir_of = |path: &RepoPath| {
        if units.contains_key(path) { path.clone() } else { path.parent().unwrap_or_default() }
    };
    let (notes, reasons): (Vec<Remark>, Vec<Remark>) = std::mem::take(&mut findings.notes)
        .into_iter()
        .partition(|note| units.contains_key(&note.path) || units.contains_key(&dir_of(&note.path)));
    findings.notes = notes;
    let reasons = without_units_that_cannot_run(reasons, findings);
    let has_reason = |remark: &Remark| {
        reasons
            .iter()
            .any(|reason| reason.path == remark.path || reason.path.parent().as_ref() == Some(&remark.path))
    };
    findings.no_unit.retain(|remark| !has_reason(remark));
    findings.not_understood.extend(reasons);
    for list in [&mut findings.notes, &mut findings.not_understood, &mut findings.no_unit] {
        list.sort();
        list.dedup();
    }
}

/// Leaves out the notes on directories of which the report says that no job could run: they are about the units that these would be.
fn without_units_that_cannot_run(mut notes: Vec<Remark>, findings: &Findings) -> Vec<Remark> {
    let remarks = findings.not_understood.iter().filter(|remark| remark.reason.contains(" cannot run: "));
    let dirs: BTreeSet<RepoPath> = remarks.map(|remark| remark.path.clone()).collect();
    let dir_of = |note: &Remark| note.path.parent().unwrap_or_default();
    notes.retain(|note| !dirs.contains(&note.path) && !dirs.contains(&dir_of(note)));
    notes
}

/// Adds what the inventory left out.
fn remark_rest(inventory: &Inventory, findings: &mut Findings) {
    for left_out in &inventory.left_out {
        findings.no_unit.push(Remark::new(&left_out.dir, left_out.reason));
    }
    for path in &inventory.unspeakable {
        findings.not_understood.push(Remark::new(path, "its path is not UTF-8"));
    }
    if !inventory.is_blank() && inventory.counts().is_empty() {
        let reason = "no file marks a project of a known kind: write a `nestling.yml` into each directory that has jobs";
        findings.not_understood.push(Remark::new(&RepoPath::root(), reason));
    }
}

/// Writes the workspace of these units.
fn workspace(
    files: &dyn Files,
    inventory: &Inventory,
    lists: &[List],
    parent: &str,
    units: &mut Units,
) -> Result<(String, Vec<UnitRule>), Failure> {
    let readers = readers(inventory, units);
    let everything =
        shared::add(files, inventory, lists, parent, &readers, units).map_err(Failure::repository)?;
    let rules = workspace_file::rules(units, inventory);
    let settings = Settings {
        stages: ["build", "test", "deploy"].map(str::to_owned).to_vec(),
        ignore: ignore(inventory, units),
        everything,
        depends_from: readers,
        has_templates: RepoPath::parse(DIRECTORY).is_ok_and(|dir| inventory.is_directory(&dir))
            || own_templates(&rules).next().is_some(),
    };
    Ok((workspace_file::text(&settings, &rules), rules))
}

/// Kinds whose projects are made of Markdown.
const OF_MARKDOWN: [&str; 3] = ["mkdocs", "hugo", "mdbook"];

/// Files that configure a site of Markdown in a package.
const SITE_SETTINGS: [&str; 8] = [
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "astro.config.mjs",
    "astro.config.ts",
    "gatsby-config.js",
    "eleventy.config.js",
    ".eleventy.js",
    ".vitepress",
];

/// Returns globs of paths that no unit is made from. Markdown is left out of them where a unit is a site of it.
fn ignore(inventory: &Inventory, units: &Units) -> Vec<String> {
    let of_markdown = OF_MARKDOWN.iter().filter_map(|id| Kind::named(id)).any(|kind| {
        inventory.of_kind(kind).any(|(dir, _)| units.keys().any(|unit| unit == dir || dir.is_in(unit)))
    });
    let has_site = units.keys().any(|dir| {
        let directory = inventory.directories.get(dir);
        directory.is_some_and(|directory| {
            SITE_SETTINGS.iter().any(|name| directory.has(name) || directory.directories.contains(*name))
        })
    });
    if of_markdown || has_site {
        return Vec::new();
    }
    let mut ignore = vec!["**/*.md".to_owned()];
    let docs = RepoPath::parse("docs").unwrap_or_default();
    let is_unit = units.keys().any(|unit| *unit == docs || unit.is_in(&docs));
    if inventory.is_directory(&docs) && !is_unit {
        ignore.push("docs/**/*".to_owned());
    }
    ignore
}

/// Returns the readers of dependencies that have something to read: manifests of several units, and what Nx and Turborepo add.
fn readers(inventory: &Inventory, units: &Units) -> Vec<&'static str> {
    let count = |kind: &Kind| units.values().filter(|unit| unit.kinds.contains(kind.id)).count();
    // Files that these take from other directories are read by their readers, for a single project too.
    let has_some =
        |kind: &&Kind| count(kind) > 1 || (["dotnet", "gradle"].contains(&kind.id) && count(kind) > 0);
    let of_kinds = KINDS.iter().filter(has_some).filter_map(|kind| kind.reader);
    let has_packages = units.values().any(|unit| unit.kinds.contains("node"));
    let tools = [("nx.json", "nx"), ("turbo.json", "turbo")];
    let of_tools = tools.into_iter().filter(|(file, _)| has_packages && inventory.at_root.contains(*file));
    let mut readers: Vec<&'static str> = of_kinds.chain(of_tools.map(|(_, reader)| reader)).collect();
    // Projects of Nx are packages as well, where these name each other.
    let nx = Kind::named("nx").filter(|nx| count(nx) > 1);
    let has_manifest = |dir: &RepoPath| inventory.is_file(&dir.child(b"package.json"));
    if nx.is_some_and(|nx| units.iter().any(|(dir, unit)| unit.kinds.contains(nx.id) && has_manifest(dir))) {
        readers.insert(0, "npm");
    }
    let mut seen = BTreeSet::new();
    readers.retain(|reader| seen.insert(*reader));
    readers
}
