//! The command's work: a workflow is read, and its unit is written.

use super::documents::Documents;
use super::jobs::jobs_text;
use super::notes::{Notes, Part};
use super::paths::{directory_of, header, named_directory};
use super::triggers::triggers;
use crate::exit::Failure;
use crate::import::{has_workspace, write};
use crate::io::counted;
use crate::session::Session;
use nestling::{ChangeSet, FILE_NAME, Files, Origin, PipelineFacts, Project, RepoPath, Severity, Sources};
use nestling_files::files::Overlay;
use nestling_gitlab::pipeline::parent_source::PARENT_SOURCE;
use nestling_gitlab::yaml::parse_leniently;
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
    let workflow = document.as_ref().filter(|node| node.get("jobs").is_some());
    let workflow =
        workflow.ok_or_else(|| Failure::usage(format!("`{shown}` is not a workflow: it has no `jobs`")))?;
    let mut notes = Notes::default();
    let on = workflow.get("on").or_else(|| workflow.get("true"));
    let triggers = on.map(|on| triggers(on, &mut notes)).unwrap_or_default();
    if let Some(on) = on.filter(|_| triggers.conditions.is_empty()) {
        let text = "no event of the workflow starts a pipeline of GitLab: its jobs are manual";
        notes.add(Part::Decided, on.origin, text);
    }
    let directory = match asked.directory {
        Some(directory) => named_directory(directory)?,
        None => directory_of(&triggers, &files)?,
    };
    let documents = Documents::new(&files, &sources);
    let (jobs, count) = jobs_text(workflow, &triggers, &documents, &mut notes);
    let header = header(&directory, &triggers, on.map(|on| on.origin), &shown, &mut notes);
    let mut written = BTreeMap::from([(format!("{directory}/{FILE_NAME}"), format!("{header}---\n{jobs}"))]);
    refuse_existing(&files, &written)?;
    if !has_workspace(&files)? {
        written.insert(FILE_NAME.to_owned(), "workspace:\n  stages: [test]\n".to_owned());
    }
    tell_source(&files, &jobs, &mut notes)?;
    add_findings(&files, &written, &mut notes)?;
    if asked.write {
        write(root, &written, &BTreeSet::new())?;
    }
    let lines = notes.text(&sources);
    Ok(report(&shown, &directory, count, &lines, &written))
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

/// Adds a line if rules ask for a variable that the parent pipeline does not forward. `nestling init` writes one that does.
fn tell_source(files: &dyn Files, jobs: &str, notes: &mut Notes) -> Result<(), Failure> {
    let parent = RepoPath::root().child(b".gitlab-ci.yml");
    let Some(parent) = files.read(&parent).map_err(Failure::repository)? else { return Ok(()) };
    if jobs.contains(PARENT_SOURCE) && !String::from_utf8_lossy(&parent).contains(PARENT_SOURCE) {
        let text = format!(
            "the rules ask for `${PARENT_SOURCE}`: add `variables: {{ {PARENT_SOURCE}: $CI_PIPELINE_SOURCE }}` to the trigger job in \
             `.gitlab-ci.yml`"
        );
        notes.add(Part::Decided, Origin::generated(), text);
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
    lines: &str,
    written: &BTreeMap<String, String>,
) -> String {
    let jobs = counted(count, "job");
    let mut text = format!("{file}: {jobs} to the unit {directory}\n");
    text.push_str(lines);
    text.push_str("\nFiles\n");
    for path in written.keys() {
        let _ = writeln!(text, "  write   {path}");
    }
    text.push_str("\n`nestling init` writes the parent pipeline if there is none.\n");
    text
}
