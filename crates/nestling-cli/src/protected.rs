//! Files that no output replaces: what is below git's own directory, and what the run has read.

use crate::exit::Failure;
use nestling::Sources;
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
        // Asking the system about the files of thousands of units takes longer than everything else. By its name, none of them
        // is the output; if it is by a link, the run has read this text.
        let name = source.path.rsplit('/').next().unwrap_or_default();
        if SOURCES.contains(&name) && text.as_deref() != Some(source.text.as_bytes()) {
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

/// Returns where an output in a repository leads to by links, if that is outside of the repository or in git's own directory.
pub(crate) fn leads_outside(output: &Path) -> Option<PathBuf> {
    let written = without_parents(&std::path::absolute(output).ok()?);
    let root =
        written.ancestors().skip(1).find(|directory| directory.join(".git").symlink_metadata().is_ok())?;
    let (root, target) = (root.canonicalize().ok()?, target(output));
    // Where the directory is missing, that is what is wrong.
    target.parent()?.canonicalize().ok()?;
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
    Failure::usage(format!("`{shown}` {why}, and is not replaced"))
        .with_help("write to another file: `-o child-pipeline.yml`")
}

/// Returns the file that a path leads to, without links; also where it does not exist yet.
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
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (directory.canonicalize(), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path,
    }
}
