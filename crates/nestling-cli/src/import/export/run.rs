//! The command's work: files, losses, proof.

use super::jobs::Parent;
use super::loss::Losses;
use super::parent_file::{OldParent, StaticFiles};
use super::parts::add_losses_of_includes;
use super::pipelines::{Making, Pipelines};
use crate::exit::Failure;
use crate::import::old::OldPipeline;
use crate::import::plans::Plans;
use crate::import::proof::{History, Proof};
use crate::import::proposal::Proposal;
use crate::import::run::{Asked, Imported, default_branch, has_workspace};
use crate::import::side::Direction;
use crate::import::sides::{Own, forwarded, forwarded_variables};
use crate::import::table;
use crate::import::tree::Tree;
use crate::import::write::write;
use crate::io::counted;
use crate::session::Session;
use nestling::{FILE_NAME, Files, RepoPath};
use nestling_files::files::Overlay;
use nestling_gitlab::yaml::Map;
use std::fmt::Write as _;

/// Writes the pipelines of a workspace out as a static one.
///
/// # Errors
/// There is no workspace or no parent, the workspace has errors, or a file cannot be read or written.
pub(crate) fn export(session: &Session, asked: &Asked) -> Result<Imported, Failure> {
    let (root, files) = session.work_tree()?;
    if !has_workspace(&files)? {
        let failure = Failure::usage(format!("there is no `{FILE_NAME}` at the root of the repository"));
        return Err(failure.with_help("there is no workspace to export"));
    }
    let git = session.git();
    let default_branch = default_branch(git);
    let mut losses = Losses::default();
    let plans = Plans::read(&files)?;
    let (pipelines, made) = made(&files, &default_branch, &plans, &mut losses)?;
    let contents = made
        .written
        .iter()
        .filter_map(|(path, text)| Some((RepoPath::parse(path).ok()?, text.clone().into_bytes())));
    let overlay = Overlay::new(&files, contents);
    let proposal = Proposal::of_old(&overlay)?;
    let is_other = |path: &&str| pipelines.files.iter().all(|file| !file.has_path(path));
    let others = proposal.includes.paths().filter(is_other).count();
    let unread = proposal.old.root.pipeline.includes.len();
    add_losses_of_includes(&pipelines.files, others + unread, &mut losses);
    let head = git.head().map_err(Failure::git)?;
    let merges = asked.prove.unwrap_or(0);
    let history = History { git: Some(git), head, merges, default_branch: &default_branch };
    let proof = Proof::compare(&proposal, [&overlay, &files], Direction::Export, None, &history, &plans)?;
    let text = report(&pipelines, &losses, &proof, &made);
    let has_less = proof.has_less() || losses.has_less();
    let has_written = asked.write && (asked.accept || !has_less);
    if has_written {
        write(root, &made.written, &made.deleted)?;
    }
    Ok(Imported { text, has_less, has_written })
}

fn made(
    files: &dyn Files,
    default_branch: &str,
    plans: &Plans<'_>,
    losses: &mut Losses,
) -> Result<(Pipelines, StaticFiles), Failure> {
    let parent = OldPipeline::read(files, None)?;
    let own = Own::of(&parent.root, &parent.root);
    let mut variables = Map::default();
    for job in own.jobs() {
        for (name, value) in forwarded_variables(&job.body).into_iter().flat_map(Map::iter) {
            if job.body.contains("trigger") {
                variables.set(name, value.clone());
            }
        }
    }
    let (defaults, globals) = parent.root.defaults.parts();
    let making = Making {
        tree: &Tree::read(files)?,
        default_branch,
        old: &parent,
        own: &own,
        parent: Parent {
            variables: &variables,
            forwarded: &forwarded(&parent.root, &parent.root),
            has_defaults: !defaults.is_empty() || !globals.is_empty(),
        },
    };
    let pipelines = making.pipelines(plans, losses)?;
    let made = OldParent { files, parent: &parent, own: &own }.files(&pipelines)?;
    Ok((pipelines, made))
}

fn report(pipelines: &Pipelines, losses: &Losses, proof: &Proof, made: &StaticFiles) -> String {
    let units = counted(pipelines.units, "unit");
    let mut text = format!("A static pipeline of {units}, which GitLab runs without Nestling\n");
    for file in &pipelines.files {
        let jobs = counted(file.jobs.len(), "job");
        let more = match file.parts.len() {
            1 => String::new(),
            parts => format!(" in {parts} files, since GitLab reads at most 2 MiB of each"),
        };
        let _ = writeln!(text, "  {}  {jobs}{more}: {}", file.path, file.kinds.join(", "));
    }
    text.push_str("\nNot as Nestling does it\n");
    for line in losses.lines() {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str(&table::text(proof));
    text.push_str("\nFiles\n");
    for path in made.written.keys() {
        let _ = writeln!(text, "  write   {path}");
    }
    for path in &made.deleted {
        let _ = writeln!(text, "  remove  {path}");
    }
    text
}
