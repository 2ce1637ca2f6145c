//! The command's work: a workflow is read, and its unit is written.

use super::context::{translated, variable_name};
use super::job::{job, variables};
use super::keywords::Workflow;
use super::notes::{Notes, Part};
use super::triggers::{Triggers, triggers};
use crate::exit::Failure;
use crate::import::{Tree, has_workspace, is_job_name, literal_directory, whole, write};
use crate::io::counted;
use crate::session::Session;
use nestling::{ChangeSet, FILE_NAME, Files, Origin, PipelineFacts, Project, RepoPath, Severity, Sources};
use nestling_files::files::Overlay;
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry, parse_leniently};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The options of an import from GitHub.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FromGithub<'o> {
    /// The workflow's file.
    pub file: &'o str,
    /// The directory of the unit; `None` to find it by `paths`.
    pub directory: Option<&'o str>,
    /// True if the files are written.
    pub write: bool,
}

/// Keywords of a workflow that are read.
const KNOWN: [&str; 9] =
    ["name", "on", "env", "jobs", "defaults", "permissions", "concurrency", "run-name", "true"];

/// Imports a workflow, and returns the report.
///
/// # Errors
/// The file cannot be read, nothing leads to one directory, or a file is there already.
pub(crate) fn import_workflow(session: &Session, asked: &FromGithub<'_>) -> Result<String, Failure> {
    let (root, files) = session.work_tree()?;
    let (path, text) = read(session, &files, asked.file)?;
    let sources = Sources::default();
    let shown = path.to_string();
    let parsed = parse_leniently(&text, sources.add(&path, text.as_str()));
    let (documents, _) = parsed.map_err(|problems| {
        let message = problems.first().map_or_else(String::new, |problem| problem.message.clone());
        Failure::usage(format!("`{shown}` is not valid YAML: {message}"))
    })?;
    let document = documents.into_iter().next();
    let workflow = document.as_ref().and_then(Node::as_map).filter(|map| map.contains("jobs"));
    let workflow =
        workflow.ok_or_else(|| Failure::usage(format!("`{shown}` is not a workflow: it has no `jobs`")))?;
    let mut notes = Notes::default();
    let on = workflow.get("on").or_else(|| workflow.get("true"));
    let triggers = on.map(|on| triggers(on, &mut notes)).unwrap_or_default();
    let directory = match asked.directory {
        Some(directory) => directory.trim_matches('/').to_owned(),
        None => directory_of(&triggers, &files)?,
    };
    let (jobs, count) = jobs_text(workflow, &triggers, &mut notes);
    let header = header(&directory, &triggers, on.map(|on| on.origin), &shown, &mut notes);
    let mut written = BTreeMap::from([(format!("{directory}/{FILE_NAME}"), format!("{header}---\n{jobs}"))]);
    refuse_existing(&files, &written)?;
    if !has_workspace(&files)? {
        written.insert(FILE_NAME.to_owned(), "workspace:\n  stages: [test]\n".to_owned());
    }
    add_findings(&files, &written, &mut notes)?;
    if asked.write {
        write(root, &written, &BTreeSet::new())?;
    }
    Ok(report(&shown, &directory, count, &notes, &written))
}

fn read(session: &Session, files: &dyn Files, file: &str) -> Result<(RepoPath, String), Failure> {
    for path in session.named_paths(file) {
        if let Some(bytes) = files.read(&path).map_err(Failure::repository)? {
            let text =
                String::from_utf8(bytes).map_err(|_| Failure::usage(format!("`{file}` is not UTF-8")))?;
            return Ok((path, text));
        }
    }
    Err(Failure::usage(format!("there is no file `{file}`"))
        .with_help("name a workflow, such as .github/workflows/test.yml"))
}

/// Returns the directory that the first glob of `paths` leads to.
fn directory_of(triggers: &Triggers, files: &dyn Files) -> Result<String, Failure> {
    let tree = Tree::read(files)?;
    for glob in &triggers.paths {
        let directory = literal_directory(glob);
        if !directory.starts_with(".github") && tree.has_directory(&directory) {
            return Ok(directory);
        }
    }
    Err(Failure::usage("the `paths` of the workflow do not contain a directory")
        .with_help("name the directory of the unit with `--unit DIR`"))
}

fn header(directory: &str, triggers: &Triggers, on: Option<Origin>, file: &str, notes: &mut Notes) -> String {
    let mut globs: Vec<String> = Vec::new();
    let origin = on.unwrap_or_else(Origin::generated);
    if triggers.counts_all {
        globs.push("/**/*".to_owned());
        let text = "an event has no `paths`: all changes select the unit. Remove `/**/*` from `changes` for those of its directory";
        notes.add(Part::Decided, origin, text);
    }
    for glob in triggers.paths.iter().filter(|_| !triggers.counts_all) {
        let glob = of_gitlab(glob);
        if glob == whole(directory) || glob == file || glob.starts_with(".github/") {
            continue;
        }
        let glob = format!("/{glob}");
        if !globs.contains(&glob) {
            globs.push(glob);
        }
    }
    for glob in triggers.ignored.iter().flatten() {
        if glob.contains(QUANTIFIERS) {
            let text = format!("`{glob}` is ignored in the workflow: these paths select the unit as well");
            notes.add(Part::Lost, origin, text);
        } else {
            globs.push(format!("!/{}", of_gitlab(glob)));
        }
    }
    let mut header = "unit:".to_owned();
    if globs.is_empty() {
        header.push_str(" {}\n");
    } else {
        header.push_str("\n  changes:\n");
        globs.iter().for_each(|glob| header.push_str(&format!("    - \"{glob}\"\n")));
    }
    if !triggers.paths.is_empty() && !triggers.counts_all {
        let text = format!("`paths` select the unit {directory}, in all pipelines that have a base");
        notes.add(Part::Rewritten, origin, text);
    }
    header
}

/// Characters that repeat the one before them in a glob of GitHub's.
const QUANTIFIERS: [char; 2] = ['?', '+'];

/// Returns a glob of GitHub's as one of GitLab's that matches the same files or more: `**` at the end is every file below.
fn of_gitlab(glob: &str) -> String {
    let glob = without_quantifiers(glob.trim_start_matches("./"));
    match glob.strip_suffix("**") {
        Some(start) if start.is_empty() || start.ends_with('/') => format!("{start}**/*"),
        _ => match glob.strip_prefix("**") {
            Some(rest) if !rest.starts_with('/') => format!("**/*{rest}"),
            _ => glob,
        },
    }
}

/// Puts `*` in the place of each character that may be repeated.
fn without_quantifiers(glob: &str) -> String {
    let mut text = String::new();
    for c in glob.chars() {
        if !QUANTIFIERS.contains(&c) {
            text.push(c);
            continue;
        }
        let is_set = text.ends_with(']');
        let start = if is_set { text.rfind('[') } else { text.char_indices().next_back().map(|(at, _)| at) };
        text.truncate(start.unwrap_or(text.len()));
        if !text.ends_with('*') {
            text.push('*');
        }
    }
    text
}

/// Returns the text of all jobs, and their number.
fn jobs_text(written: &Map, triggers: &Triggers, notes: &mut Notes) -> (String, usize) {
    let origin = Origin::generated();
    let mut env = variables(written.get("env"), notes);
    env.extend(
        triggers
            .inputs
            .iter()
            .map(|input| (variable_name(&input.name), translated(&input.default, origin, notes))),
    );
    for entry in written.entries.iter().filter(|entry| !KNOWN.contains(&entry.key.text())) {
        notes.add(Part::Lost, entry.key.origin, format!("the keyword `{}`", entry.key.text()));
    }
    if let Some(permissions) = written.get("permissions") {
        let text = "`permissions`: the job token has those that the project's settings give";
        notes.add(Part::Lost, permissions.origin, text);
    }
    if let Some(concurrency) = written.get("concurrency") {
        let text = "`concurrency`: a newer pipeline cancels jobs with `interruptible: true` (`workflow:auto_cancel` of the parent)";
        notes.add(Part::Decided, concurrency.origin, text);
    }
    let workflow =
        Workflow { conditions: &triggers.conditions, env: env.clone(), defaults: written.get("defaults") };
    let mut text = String::new();
    let mut count = 0;
    for entry in written.get("jobs").and_then(Node::as_map).into_iter().flat_map(|jobs| &jobs.entries) {
        let Some(mut body) = entry.value.as_map().and_then(|map| job(map, &workflow, notes)) else {
            continue;
        };
        let name = job_name(entry.key.text());
        if let Some(needs) = body.get("needs").and_then(Node::as_seq) {
            let names = needs.iter().filter_map(Node::text).map(|name| Node::string(origin, job_name(name)));
            let renamed = Node::seq(origin, names.collect());
            body.set("needs", renamed);
        }
        if count > 0 {
            text.push('\n');
        }
        emit_entry(
            &mut text,
            &Key::new(entry.key.origin, name.as_str()),
            &Node::map(entry.value.origin, body),
            0,
        );
        count += 1;
    }
    (text, count)
}

fn job_name(name: &str) -> String {
    let is_free = is_job_name(name) && name != "pages";
    if is_free { name.to_owned() } else { format!("{name}-job") }
}

fn refuse_existing(files: &dyn Files, written: &BTreeMap<String, String>) -> Result<(), Failure> {
    for path in written.keys() {
        let parsed = RepoPath::parse(path).map_err(|error| Failure::usage(error.to_string()))?;
        if path == FILE_NAME || files.read(&parsed).map_err(Failure::repository)?.is_some() {
            return Err(Failure::usage(format!("`{path}` exists already"))
                .with_help("name another directory with `--unit DIR`, and move its jobs"));
        }
    }
    Ok(())
}

/// Adds the errors that `nestling check` would report.
fn add_findings(
    files: &dyn Files,
    written: &BTreeMap<String, String>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let contents = written
        .iter()
        .filter_map(|(path, text)| Some((RepoPath::parse(path).ok()?, text.clone().into_bytes())));
    let overlay = Overlay::new(files, contents);
    let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
    let plan = Project::of_files(&overlay, facts)?.plan(ChangeSet::everything()).run()?;
    for problem in plan.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
        let place = problem.origin().map(|origin| plan.sources.place(origin)).unwrap_or_default();
        notes.add(
            Part::Lost,
            Origin::generated(),
            format!("`nestling check` reports: {} ({place})", problem.message),
        );
    }
    Ok(())
}

fn report(
    file: &str,
    directory: &str,
    count: usize,
    notes: &Notes,
    written: &BTreeMap<String, String>,
) -> String {
    let jobs = counted(count, "job");
    let mut text = format!("{file}: {jobs} to the unit {directory}\n");
    text.push_str(&notes.text(file));
    text.push_str("\nFiles\n");
    for path in written.keys() {
        let _ = writeln!(text, "  write   {path}");
    }
    text.push_str("\n`nestling init` writes the parent pipeline if there is none.\n");
    text
}
