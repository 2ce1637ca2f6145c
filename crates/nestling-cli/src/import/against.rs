//! `nestling replay --against`: the pipelines of a workspace against those of the configuration that it has replaced.

use super::candidate::Owner;
use super::json::AgainstV1;
use super::kind::Kind;
use super::old::{FILE, OldPipeline};
use super::plans::Plans;
use super::proof::{History, Proof};
use super::proposal::Proposal;
use super::run::{default_branch, has_workspace};
use super::side::Direction;
use super::table;
use super::tree::Tree;
use crate::exit::Failure;
use crate::session::Session;
use nestling::{ChangeSet, FILE_NAME, Files, Project, RepoPath};
use nestling_files::files::Overlay;
use nestling_git::{CommitId, GitRepository, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// The outcome of a comparison with an older configuration.
#[derive(Debug)]
pub(crate) struct Against {
    /// The table.
    pub text: String,
    /// The same as data.
    pub json: AgainstV1,
    /// True if the workspace lacks something that the old configuration has.
    pub has_less: bool,
}

/// The options of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'o> {
    /// The revision or the file with the old configuration.
    pub old: &'o str,
    /// The revision with the new one; `None` for the work tree.
    pub head: Option<&'o str>,
    /// A file with a table of names.
    pub names: Option<&'o str>,
    /// Number of merges.
    pub merges: usize,
}

/// Compares the configuration of the work tree, or of a revision, with an older one over the newest merges.
///
/// # Errors
/// There is no workspace or no old configuration, a file cannot be read, or a name of the table does not exist.
pub(crate) fn against(session: &Session, compared: Compared<'_>) -> Result<Against, Failure> {
    let Compared { old, names, merges, .. } = compared;
    let git = session.git();
    let named =
        compared.head.map(|head| resolved(git, head, "name a commit, a branch or a tag")).transpose()?;
    let files: Box<dyn Files + '_> = match &named {
        Some(commit) => Box::new(git.files_at(commit).map_err(Failure::git)?),
        None => Box::new(session.work_tree()?.1),
    };
    let files = &*files;
    if !has_workspace(files)? {
        let failure = Failure::usage(format!("there is no `{FILE_NAME}` at the root of the repository"));
        return Err(failure.with_help("`nestling import` makes a workspace, and compares before it writes"));
    }
    let default_branch = default_branch(git);
    let old_files = old_files(session, git, files, old)?;
    let renamed = names.map(|file| table_of_names(session, file)).transpose()?.unwrap_or_default();
    let proposal = named_alike(&*old_files, files, &default_branch, &renamed)?;
    let head = match named {
        Some(commit) => Some(commit),
        None => git.head().map_err(Failure::git)?,
    };
    let history = History { git: Some(git), head, merges, default_branch: &default_branch };
    let proof = Proof::compare(
        &proposal,
        [&*old_files, files],
        Direction::Import,
        None,
        &history,
        &Plans::read(files)?,
    )?;
    let new = compared.head.unwrap_or("the work tree");
    let mut text = format!("The configuration of {old}, and that of {new}\n");
    text.push_str(&table::text(&proof));
    Ok(Against { text, json: AgainstV1::of(&proof, old, new), has_less: proof.has_less() })
}

/// Returns the files with the old configuration: those of a revision, or those of the work tree with another `.gitlab-ci.yml`.
fn old_files<'a>(
    session: &'a Session,
    git: &'a GitRepository,
    files: &'a dyn Files,
    old: &str,
) -> Result<Box<dyn Files + 'a>, Failure> {
    for path in session.named_paths(old) {
        if let Some(content) = files.read(&path).map_err(Failure::repository)? {
            let root = RepoPath::root().child(FILE.as_bytes());
            return Ok(Box::new(Overlay::new(files, [(root, content)])));
        }
    }
    let help = "name the last commit before the move, or a file with the old configuration";
    let files = git.files_at(&resolved(git, old, help)?).map_err(Failure::git)?;
    if has_workspace(&files)? {
        return Err(Failure::usage(format!("`{old}` has a workspace already"))
            .with_help(format!("{help}; `nestling diff` compares two workspaces")));
    }
    Ok(Box::new(files))
}

fn resolved(git: &GitRepository, revision: &str, help: &str) -> Result<CommitId, Failure> {
    match git.resolve(revision).map_err(Failure::git)? {
        Resolution::Commit(commit) => Ok(commit),
        Resolution::Ambiguous(names) => {
            Err(Failure::usage(format!("`{revision}` is ambiguous: {}", names.join(", "))))
        }
        Resolution::Unknown => {
            Err(Failure::usage(format!("`{revision}` is neither a file nor a revision")).with_help(help))
        }
    }
}

/// Reads a table of old and new names, as the report of an import has it: two columns that two spaces or more separate.
fn table_of_names(session: &Session, file: &str) -> Result<BTreeMap<String, String>, Failure> {
    let (_, files) = session.work_tree()?;
    let paths = session.named_paths(file);
    let read = paths.iter().find_map(|path| files.read(path).transpose());
    let content = read.transpose().map_err(Failure::repository)?;
    let content = content.ok_or_else(|| Failure::usage(format!("there is no file `{file}`")))?;
    let text = String::from_utf8_lossy(&content).into_owned();
    let mut names = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some((old, new)) = line.trim().split_once("  ") else {
            let place = format!("{file}:{}", number + 1);
            return Err(Failure::usage(format!("{place}: a line must have an old and a new name"))
                .with_help(
                    "separate the two by two spaces or more, as the report of `nestling import` does",
                ));
        };
        names.insert(old.trim().to_owned(), new.trim().to_owned());
    }
    Ok(names)
}

/// Reads the old configuration, with the names that its jobs have in the new one.
fn named_alike(
    old_files: &dyn Files,
    new_files: &dyn Files,
    default_branch: &str,
    renamed: &BTreeMap<String, String>,
) -> Result<Proposal, Failure> {
    let parent: BTreeSet<String> = job_names(&OldPipeline::read(new_files, None)?);
    let child = child_names(new_files, default_branch)?;
    let mut proposals = Vec::new();
    for moves_pairs in [true, false] {
        let mut proposal = Proposal::make(old_files, default_branch, None, moves_pairs)?;
        let missing = set_names(&mut proposal, &parent, &child, renamed)?;
        proposals.push((missing, proposal));
    }
    proposals.sort_by_key(|(missing, _)| *missing);
    let (_, mut proposal) = proposals.swap_remove(0);
    proposal.tree = Tree::read(new_files)?;
    Ok(proposal)
}

/// Two old jobs cannot be compared with one new one: that does the work of one of them.
fn take(taken: &mut BTreeMap<String, String>, new: &str, old: &str) -> Result<(), Failure> {
    match taken.insert(new.to_owned(), old.to_owned()) {
        None => Ok(()),
        Some(other) => {
            let message = format!("`{other}` and `{old}` would both be compared with `{new}`");
            Err(Failure::usage(message)
                .with_help("list the jobs in a table of names, and pass it by `--names`"))
        }
    }
}

fn job_names(pipeline: &OldPipeline) -> BTreeSet<String> {
    pipeline.root.pipeline.jobs.iter().map(|job| job.name.to_string()).collect()
}

/// Returns the names of all jobs that a child can have.
fn child_names(files: &dyn Files, default_branch: &str) -> Result<BTreeSet<String>, Failure> {
    let mut names = BTreeSet::new();
    for kind in Kind::of_import(default_branch) {
        let project = Project::of_files(files, kind.facts)?;
        let plan = project.plan(ChangeSet::everything()).run()?;
        names.extend(plan.pipeline.jobs.iter().map(|job| job.name.to_string()));
    }
    Ok(names)
}

/// Gives each old job its new name: that of the table, its own if the parent or the child has it, or the one that an import would
/// give it. Returns the number of jobs without any.
fn set_names(
    proposal: &mut Proposal,
    parent: &BTreeSet<String>,
    child: &BTreeSet<String>,
    renamed: &BTreeMap<String, String>,
) -> Result<usize, Failure> {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut unused: BTreeSet<&String> = renamed.keys().collect();
    let mut missing = 0;
    let proposed = std::mem::take(&mut proposal.composition.names);
    for candidate in &proposal.candidates {
        let key = (candidate.owner, candidate.name.clone());
        let trigger = match candidate.owner {
            Owner::Root => None,
            Owner::Child(index) => proposal.old.children.get(index).map(|child| child.trigger.as_str()),
        };
        // A static child that is still started is compared by its trigger job.
        if trigger.is_some_and(|trigger| parent.contains(trigger)) {
            continue;
        }
        let shown = trigger
            .map_or_else(|| candidate.name.clone(), |trigger| format!("{trigger} > {}", candidate.name));
        if let Some((old, new)) = renamed.get_key_value(&shown) {
            unused.remove(old);
            take(&mut taken, new, &shown)?;
            proposal.composition.names.insert(key, new.clone());
            continue;
        }
        if trigger.is_none() && parent.contains(&candidate.name) {
            take(&mut taken, &candidate.name, &shown)?;
            continue;
        }
        let proposed = proposed.get(&key).filter(|name| child.contains(*name));
        let own = Some(&candidate.name).filter(|name| child.contains(*name));
        match proposed.or(own) {
            Some(name) => {
                take(&mut taken, name, &shown)?;
                proposal.composition.names.insert(key, name.clone());
            }
            None => missing += 1,
        }
    }
    if let Some(old) = unused.first() {
        return Err(Failure::usage(format!(
            "the table of names has `{old}`, which is not a job of the old configuration"
        ))
        .with_help("a job of a static child is written as `TRIGGER > JOB`"));
    }
    Ok(missing)
}
