//! Files that no output replaces: what is below git's own directory, what the run has read, and what git tracks.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::leftover::Earlier;
use nestling::{RepoPath, Sources, Trust};
use nestling_files::files::Files as _;
use nestling_git::GitRepository;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// Names of files that say what a pipeline is made from.
const SOURCES: [&str; 2] = ["nestling.yml", ".gitlab-ci.yml"];

/// Refuses an output that is a source by its name, or in git's own directory, wherever that is. Links on the way are followed.
///
/// # Errors
/// It is one.
pub(crate) fn refuse_name(output: &Path) -> Result<(), Failure> {
    let target = target(output);
    let is_git = |path: &Path| path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    if is_git(output) || is_git(&target) || target.ancestors().skip(1).any(is_git_directory) {
        return Err(refused(output, "is in git's directory"));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if SOURCES.contains(&&*name) || nestling::lock_file_names().any(|lock| lock == name) {
        return Err(refused(output, "is an input of the pipeline"));
    }
    Ok(())
}

/// Returns `true` for a directory that git takes for its own by what is in it: it need not be called `.git`.
fn is_git_directory(directory: &Path) -> bool {
    directory.join("HEAD").symlink_metadata().is_ok()
        && directory.join("objects").is_dir()
        && directory.join("refs").is_dir()
}

/// Refuses an output that this run has read from the work tree, also by another name or a link. [`refuse_name`] comes first.
///
/// # Errors
/// It has.
pub(crate) fn refuse_read(output: &Path, root: &Path, sources: &Sources) -> Result<(), Failure> {
    let target = target(output);
    let identity = |path: &Path| path.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    let own = identity(&target);
    let sources = sources.files();
    let length = target.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
    let may_be_read = sources.iter().any(|source| Some(source.text.len() as u64) == length);
    let text = if may_be_read { std::fs::read(&target).ok() } else { None };
    for source in sources {
        // Asking the system about the files of thousands of units takes longer than everything else. A file of another name is the
        // output only by a link, and then the run has read this text.
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let has_other_name = SOURCES.contains(&name) || Some(OsStr::new(name)) != target.file_name();
        if has_other_name && text.as_deref() != Some(source.text.as_bytes()) {
            continue;
        }
        let source = root.join(&source.path);
        let is_same = own.is_some() && identity(&source) == own;
        if is_same || self::target(&source) == target {
            return Err(refused(output, "was read for this pipeline"));
        }
    }
    Ok(())
}

/// Refuses an output that is the file of an option.
///
/// # Errors
/// It is.
pub(crate) fn refuse_input(output: &Path, input: Option<&Path>) -> Result<(), Failure> {
    match input {
        Some(input) if target(output) == target(input) => Err(refused(output, "is an input of this run")),
        _ => Ok(()),
    }
}

/// Refuses an output that exists and that the commit which is checked out has, unless `earlier` knows it as an output of Nestling: what
/// somebody has committed is not replaced by mistake. Outside of a repository nothing is refused.
///
/// # Errors
/// It is tracked.
pub(crate) fn refuse_tracked(
    output: &Path,
    environment: &ProcessEnvironment,
    earlier: Earlier,
) -> Result<(), Failure> {
    let target = target(output);
    // Before the repository is opened: hardly any output exists and is of somebody else.
    if !target.is_file() || earlier.wrote(&target) || !is_tracked(&target, &environment.trust()) {
        return Ok(());
    }
    let shown = output.strip_prefix(".").unwrap_or(output).display();
    Err(Failure::usage(format!("`{shown}` is tracked by git, and is not replaced"))
        .with_help("write to another file, or delete this one first"))
}

/// Returns `true` if the commit that is checked out has the file. One that cannot be read is there.
fn is_tracked(target: &Path, trust: &Trust) -> bool {
    let Some(directory) = target.parent() else { return false };
    let Ok(git) = GitRepository::discover(directory, trust) else { return false };
    let Some(root) = git.work_dir().and_then(|root| root.canonicalize().ok()) else { return false };
    let Ok(path) = target.strip_prefix(root) else { return false };
    let Ok(path) = RepoPath::parse(path.as_os_str().as_encoded_bytes()) else { return false };
    let Ok(Some(head)) = git.head() else { return false };
    git.files_at(&head).is_ok_and(|files| !matches!(files.read(&path), Ok(None)))
}

/// Returns where an output in a repository leads to by links, if that is outside of the repository or in git's own directory.
pub(crate) fn leads_outside(output: &Path) -> Option<PathBuf> {
    let written = without_parents(&std::path::absolute(output).ok()?);
    let root =
        written.ancestors().skip(1).find(|directory| directory.join(".git").symlink_metadata().is_ok())?;
    let (root, target) = (root.canonicalize().ok()?, target(output));
    let is_inside = target.starts_with(&root) && !target.starts_with(root.join(".git"));
    (!is_inside).then_some(target)
}

/// Returns an absolute path without `..`, as it is written: links are not followed.
fn without_parents(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

fn refused(output: &Path, why: &str) -> Failure {
    let shown = output.strip_prefix(".").unwrap_or(output).display();
    Failure::usage(format!("`{shown}` {why}, and is not replaced")).with_help("write to another file")
}

/// Returns the file that a path leads to, without links; also where it, or its directory, does not exist yet.
pub(crate) fn target(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if let Ok(target) = path.canonicalize() {
            return target;
        }
        // A link whose target does not exist yet.
        let Ok(link) = path.read_link() else { break };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    for directory in path.ancestors().skip(1) {
        let named = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        if let (Ok(real), Ok(rest)) = (named.canonicalize(), path.strip_prefix(directory)) {
            let joined = real.join(rest);
            let plain = without_parents(&joined);
            // After `missing/..` there may be another link.
            return if plain == joined { plain } else { target(&plain) };
        }
    }
    path
}
