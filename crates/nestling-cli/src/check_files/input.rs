//! A file of the command line: its text, where it is, and what it is.

use crate::exit::Failure;
use crate::invocation::Invocation;
use nestling::{FILE_NAME, GitError, Repository};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Sources, Suggestion, utf8};
use nestling_gitlab::yaml::{self, Node};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file to be checked.
pub(super) struct Input {
    /// Its name in messages: its path in its repository, or as it was written.
    pub name: String,
    pub text: String,
    /// The directory that it is in.
    pub directory: PathBuf,
    /// The repository that it is in.
    pub repository: Option<Repository>,
    /// Its path there.
    pub path: Option<RepoPath>,
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A GitLab file.
    Plain,
    /// A unit's or the workspace's file.
    Unit,
    /// A file with a header `spec:`: a template, if it is among the workspace's templates.
    Template,
}

/// Reads a file; `-` is standard input, as if it were in the directory that the command is run in.
///
/// Returns what is wrong with it in its place where it is not UTF-8, with its text in `sources`.
///
/// # Errors
/// The file does not exist or cannot be read.
pub(super) fn read(
    file: &Path,
    sources: &Sources,
    invocation: &mut Invocation<'_>,
) -> Result<Result<Input, Diagnostic>, Failure> {
    if file.as_os_str() == "-" {
        let bytes = invocation.io.read_stdin().map_err(|error| unreadable(file, &error))?;
        let directory = invocation.directory();
        let repository = repository_of(directory, invocation)?;
        let name = "<stdin>".to_owned();
        let directory = directory.to_owned();
        let text = utf8(sources, &name, bytes);
        return Ok(text.map(|text| Input { text, name, directory, repository, path: None }));
    }
    let full_path = invocation.directory().join(file);
    let bytes = std::fs::read(&full_path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(file, &full_path),
        ErrorKind::IsADirectory => directory(file, &full_path),
        _ => unreadable(file, &error),
    })?;
    let parent = parent_of(&full_path);
    let repository = repository_of(parent, invocation)?;
    let path = repository.as_ref().and_then(|repository| inside(&full_path, repository));
    let name = path.as_ref().map_or_else(|| file.display().to_string(), ToString::to_string);
    let directory = parent.to_owned();
    let text = utf8(sources, &name, bytes);
    Ok(text.map(|text| Input { text, name, directory, repository, path }))
}

impl Input {
    /// Recognizes a file by its name and its header.
    pub(super) fn kind(&self) -> Kind {
        if self.is_named_as_a_unit() {
            return Kind::Unit;
        }
        let Ok(documents) = yaml::parse_file(&self.text, FileId::from_index(0)) else { return Kind::Plain };
        // A single document is jobs, and `unit:` among them is one.
        let header = documents.first().filter(|_| documents.len() > 1).and_then(Node::as_map);
        match header.and_then(|header| header.iter().next()).map(|(key, _)| key) {
            Some("unit" | "workspace") => Kind::Unit,
            Some("spec") => Kind::Template,
            _ => Kind::Plain,
        }
    }

    fn is_named_as_a_unit(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.file_name() == FILE_NAME.as_bytes())
    }

    /// The root of the work tree that it is in.
    pub(super) fn root(&self) -> Option<&Path> {
        self.repository.as_ref().and_then(Repository::root)
    }

    /// The root of the workspace that a unit's file is in.
    ///
    /// # Errors
    /// It is not a file of a work tree, or is not called as a unit's file is.
    pub(super) fn workspace(&self) -> Result<&Path, Failure> {
        let root = self.root().filter(|_| self.is_named_as_a_unit());
        root.ok_or_else(|| outside_workspace(&self.name))
    }
}

/// The repository that a directory is in, if it is in one.
fn repository_of(directory: &Path, invocation: &Invocation<'_>) -> Result<Option<Repository>, Failure> {
    match Repository::discover_trusting(directory, &invocation.environment.trust()) {
        Ok(repository) => Ok(repository.root().is_some().then_some(repository)),
        Err(GitError::NotFound { .. }) => Ok(None),
        Err(error) => Err(Failure::git(error)),
    }
}

/// Returns a file's path in a repository.
fn inside(full_path: &Path, repository: &Repository) -> Option<RepoPath> {
    let full_path = full_path.canonicalize().ok()?;
    let root = repository.root()?.canonicalize().ok()?;
    RepoPath::parse(full_path.strip_prefix(root).ok()?.as_os_str().as_encoded_bytes()).ok()
}

/// Returns the directory of a file; a bare name is in the current one.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn outside_workspace(name: &str) -> Failure {
    Failure::usage(format!("`{name}` has the header of a unit but is in no workspace")).with_help(format!(
        "a unit can only be checked in its workspace: save it as `{FILE_NAME}` in the unit's directory"
    ))
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read `{}`: {error}", file.display()))
}

fn directory(file: &Path, full_path: &Path) -> Failure {
    let failure = Failure::usage(format!("`{}` is a directory", file.display()));
    for name in [".gitlab-ci.yml", FILE_NAME] {
        if full_path.join(name).is_file() {
            return failure.with_help(format!("name the file: `{}`", file.join(name).display()));
        }
    }
    failure.with_help("name a file in it")
}

/// Suggests a file with a similar name in the same directory.
fn missing(file: &Path, full_path: &Path) -> Failure {
    let failure = Failure::usage(format!("file `{}` does not exist", file.display()));
    let Ok(entries) = std::fs::read_dir(parent_of(full_path)) else {
        let parent = file.parent().unwrap_or(file).display();
        return failure.with_help(format!("directory `{parent}` does not exist, either"));
    };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let wanted = file.file_name().unwrap_or_default().to_string_lossy();
    match Suggestion::among(&wanted, names.iter().map(String::as_str)).word() {
        Some(near) => failure.with_help(format!("did you mean `{}`?", file.with_file_name(near).display())),
        None => failure,
    }
}
