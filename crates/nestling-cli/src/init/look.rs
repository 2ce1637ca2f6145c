//! Inspects a repository: finds its projects and their kinds.

use nestling::{FILE_NAME, Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Cdk,
    Node,
    Rust,
    Go,
    Python,
    Java,
    Opentofu,
    Docker,
    StaticSite,
}

impl Kind {
    /// Returns the template's name, for a built-in one or a starter.
    pub(crate) fn template(self) -> &'static str {
        match self {
            Self::Cdk => "cdk",
            Self::Node => "node",
            Self::Rust => "rust",
            Self::Go => "go",
            Self::Python => "python",
            Self::Java => "java",
            Self::Opentofu => "opentofu",
            Self::Docker => "docker-image",
            Self::StaticSite => "static-site",
        }
    }
}

/// Manifest of a Node project.
const PACKAGE: &str = "package.json";

/// Files that identify a project. The first match decides.
const MANIFESTS: [(&str, Kind); 12] = [
    ("cdk.json", Kind::Cdk),
    (PACKAGE, Kind::Node),
    ("Cargo.toml", Kind::Rust),
    ("go.mod", Kind::Go),
    ("pyproject.toml", Kind::Python),
    ("requirements.txt", Kind::Python),
    ("setup.py", Kind::Python),
    ("pom.xml", Kind::Java),
    ("build.gradle", Kind::Java),
    ("build.gradle.kts", Kind::Java),
    ("Dockerfile", Kind::Docker),
    ("index.html", Kind::StaticSite),
];

/// Files at the root that affect all projects.
const SHARED: [&str; 12] = [
    ".gitlab-ci.yml",
    ".tool-versions",
    ".nvmrc",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "Cargo.toml",
    "Cargo.lock",
    "go.work",
    "uv.lock",
    "poetry.lock",
    "rust-toolchain.toml",
];

/// Directories with vendored projects or without projects.
const SKIPPED: [&str; 9] =
    ["node_modules", "vendor", "target", "dist", "testdata", "fixtures", "__fixtures__", "docs", "doc"];

/// The contents of a repository.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// The projects; none is inside another one but the root's.
    pub projects: BTreeMap<RepoPath, Kind>,
    /// The subdirectories of each directory.
    pub siblings: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// The first directory with files.
    pub first_directory: Option<RepoPath>,
    /// Files at the root that affect all projects.
    pub shared: Vec<&'static str>,
    /// True if `.gitlab-ci.yml` runs Nestling already.
    pub plans_already: bool,
    /// The last stage of `.gitlab-ci.yml`.
    pub last_stage: String,
    /// Existing files of Nestling and GitLab.
    pub existing: BTreeSet<String>,
    /// The package.json of Node projects: their template reads it.
    pub packages: BTreeMap<RepoPath, Vec<u8>>,
    /// The kind of the files at the root.
    root_kind: Option<Kind>,
}

/// Inspects all files that git tracks.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn look(files: &dyn Files) -> Result<Repository, ReadError> {
    let pipeline = read_at_root(files, super::parent::FILE)?;
    let mut repository = Repository {
        plans_already: pipeline.contains("nestling generate"),
        last_stage: super::parent::last_stage(&pipeline),
        ..Repository::default()
    };
    files.walk(&mut |directory, entries| {
        if directory == &RepoPath::root() {
            inspect_root(&mut repository, entries);
            return Walk::Descend;
        }
        if let Some(path @ ("docs" | "ci/templates")) = directory.as_str() {
            repository.existing.insert(path.to_owned());
        }
        let Some(name) = directory.as_str().and_then(|path| path.rsplit('/').next()) else {
            return Walk::Skip;
        };
        if name.starts_with('.') || SKIPPED.contains(&name) {
            return Walk::Skip;
        }
        if repository.first_directory.is_none() && entries.iter().any(|entry| entry.kind == EntryKind::File) {
            repository.first_directory = Some(directory.clone());
        }
        if has(entries, FILE_NAME) {
            repository.existing.insert(format!("{directory}/{FILE_NAME}"));
        }
        if let Some(parent) = directory.parent() {
            repository.siblings.entry(parent).or_default().insert(directory.clone());
        }
        match kind(entries) {
            Some(kind) => {
                repository.projects.insert(directory.clone(), kind);
                Walk::Skip
            }
            None => Walk::Descend,
        }
    })?;
    if let Some(kind) = repository.root_kind
        && is_project(kind, files, &repository)?
    {
        repository.projects.insert(RepoPath::root(), kind);
    }
    for directory in repository.projects.keys() {
        let path = directory.child(PACKAGE.as_bytes());
        if let Some(bytes) = files.read(&path)? {
            repository.packages.insert(path, bytes);
        }
    }
    Ok(repository)
}

/// Returns `true` if the root is a project itself. A manifest at the root often only lists the projects below it.
fn is_project(kind: Kind, files: &dyn Files, repository: &Repository) -> Result<bool, ReadError> {
    let is_alone = !repository.projects.values().any(|other| *other == kind);
    Ok(match kind {
        Kind::Rust => read_at_root(files, "Cargo.toml")?.contains("[package]"),
        Kind::Go => read_at_root(files, "go.work")?.is_empty(),
        Kind::Node => is_alone && !read_at_root(files, "package.json")?.contains("\"workspaces\""),
        Kind::Java => is_alone && !read_at_root(files, "pom.xml")?.contains("<modules>"),
        Kind::Cdk | Kind::Python | Kind::Opentofu | Kind::Docker | Kind::StaticSite => is_alone,
    })
}

/// Returns the text of a file at the root; empty if it is missing.
fn read_at_root(files: &dyn Files, name: &str) -> Result<String, ReadError> {
    let bytes = files.read(&RepoPath::root().child(name.as_bytes()))?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn inspect_root(repository: &mut Repository, entries: &[DirectoryEntry]) {
    repository.root_kind = kind(entries);
    repository.shared = SHARED.into_iter().filter(|file| has(entries, file)).collect();
    for file in [FILE_NAME, super::parent::FILE, super::parent::BESIDE] {
        if has(entries, file) {
            repository.existing.insert(file.to_owned());
        }
    }
}

fn has(entries: &[DirectoryEntry], name: &str) -> bool {
    entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name == name.as_bytes())
}

fn kind(entries: &[DirectoryEntry]) -> Option<Kind> {
    let by_manifest = MANIFESTS.into_iter().find(|(file, _)| has(entries, file)).map(|(_, kind)| kind);
    let has_terraform =
        entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name.ends_with(b".tf"));
    match by_manifest {
        // A Dockerfile or a page beside Terraform files is an input of theirs.
        None | Some(Kind::Docker | Kind::StaticSite) if has_terraform => Some(Kind::Opentofu),
        by_manifest => by_manifest,
    }
}
