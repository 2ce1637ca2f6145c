//! The command's work: proposal, report, proof, files.

use super::held::held;
use super::proof::{History, Proof};
use super::proposal::Proposal;
use super::report::Report;
use super::table;
use super::write::write;
use crate::exit::Failure;
use crate::session::Session;
use nestling::{FILE_NAME, Files, RepoPath};
use nestling_git::GitRepository;

/// The options of the command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The output of a generator.
    pub generated: Option<RepoPath>,
    /// Number of merges to compare; `None` for the whole repository alone.
    pub prove: Option<usize>,
    /// True if files are written.
    pub write: bool,
    /// True if they are written even where the proof finds less.
    pub accept: bool,
}

/// The outcome of an import.
#[derive(Debug)]
pub(crate) struct Imported {
    /// The report, and the proof.
    pub text: String,
    /// True if the new configuration lacks something that the old one has.
    pub has_less: bool,
    /// True if files were written.
    pub has_written: bool,
}

/// Imports the pipeline of a repository.
///
/// # Errors
/// The repository cannot be read, has a workspace already, or a file cannot be written.
pub(crate) fn import(session: &Session, asked: &Asked) -> Result<Imported, Failure> {
    let (root, files) = session.work_tree()?;
    if has_workspace(&files)? {
        return Err(workspace_there(FILE_NAME));
    }
    let git = session.git();
    let default_branch = default_branch(git);
    let make = |moves_pairs| Proposal::make(&files, &default_branch, asked.generated.as_ref(), moves_pairs);
    let mut proposal = make(true)?;
    if let Some(path) = proposal.overwritten() {
        return Err(workspace_there(path));
    }
    if proposal.is_empty() {
        let mut text = report(&proposal, &files, &default_branch)?;
        text.push_str("\nNo job moves: nothing is imported.\n");
        return Ok(Imported { text, has_less: false, has_written: false });
    }
    let head = git.head().map_err(Failure::git)?;
    let merges = asked.prove.unwrap_or(0);
    let history = History { git: Some(git), head, merges, default_branch: &default_branch };
    let prove = |proposal: &Proposal| Proof::make(proposal, &files, &history);
    let mut proof = prove(&proposal)?;
    if proof.has_less() && !proposal.composition.catalogue.is_empty() {
        // Nestling would write another stop job than the one that is there: that stays as it is.
        proposal = make(false)?;
        proof = prove(&proposal)?;
    }
    let mut text = report(&proposal, &files, &default_branch)?;
    text.push_str(&table::text(&proof));
    text.push_str("\nFiles\n");
    for path in proposal.written.keys() {
        text.push_str(&format!("  write   {path}\n"));
    }
    for path in &proposal.deleted {
        text.push_str(&format!("  remove  {path}\n"));
    }
    let has_less = proof.has_less();
    let has_written = asked.write && (asked.accept || !has_less);
    if has_written {
        write(root, &proposal.written, &proposal.deleted)?;
    }
    Ok(Imported { text, has_less, has_written })
}

fn report(proposal: &Proposal, files: &dyn Files, default_branch: &str) -> Result<String, Failure> {
    let held = held(proposal, files, default_branch)?;
    Ok(Report::of(proposal).text(proposal, &held))
}

/// Returns `true` if the root has a `nestling.yml`.
pub(crate) fn has_workspace(files: &dyn Files) -> Result<bool, Failure> {
    let path = RepoPath::root().child(FILE_NAME.as_bytes());
    Ok(files.read(&path).map_err(Failure::repository)?.is_some())
}

/// Returns the default branch; without one the current branch.
pub(super) fn default_branch(git: &GitRepository) -> String {
    git.default_branch().or_else(|| git.current_branch()).unwrap_or_else(|| "main".to_owned())
}

fn workspace_there(path: &str) -> Failure {
    let failure = Failure::usage(format!("there is a workspace already: `{path}`"));
    failure.with_help("move one directory at a time, as docs/from-rules-changes.md shows")
}
