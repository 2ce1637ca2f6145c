//! Looks at a repository: which directories are projects, and of what kind.

use nestling::{FILE_NAME, Files, ReadError, RepoPath};
use nestling_files::files::{DirectoryEntry, EntryKind, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// What a project is built with.
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
    /// The template's name, in the library and as a starter.
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

/// The files that tell a project, the most telling first.
const MANIFESTS: [(&str, Kind); 12] = [
    ("cdk.json", Kind::Cdk),
    ("package.json", Kind::Node),
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

/// Files at the root that concern every project.
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

/// Directories that hold other people's projects, or none.
const PASSED_BY: [&str; 9] =
    ["node_modules", "vendor", "target", "dist", "testdata", "fixtures", "__fixtures__", "docs", "doc"];

/// What a repository holds.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// The projects, none inside another but in the root.
    pub projects: BTreeMap<RepoPath, Kind>,
    /// The directories below each directory that holds a project.
    pub siblings: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// The first directory that holds files at all.
    pub first_directory: Option<RepoPath>,
    /// Files at the root that concern every project.
    pub shared: Vec<&'static str>,
    /// Whether GitLab's own file runs Nestling already.
    pub plans_already: bool,
    /// The files of Nestling and GitLab that are there already, and the directories `docs` and `ci/templates`.
    pub existing: BTreeSet<String>,
    /// What the files at the root say that it is.
    root_kind: Option<Kind>,
}

/// Looks at all files that git knows of.
///
/// # Errors
/// A directory cannot be listed.
pub(crate) fn look(files: &dyn Files) -> Result<Repository, ReadError> {
    let mut repository = Repository::default();
    if let Some(bytes) =
        RepoPath::parse(super::parent::FILE).ok().map(|path| files.read(&path)).transpose()?.flatten()
    {
        repository.plans_already = String::from_utf8_lossy(&bytes).contains("nestling generate");
    }
    files.walk(&mut |directory, entries| {
        if directory == &RepoPath::root() {
            at_root(&mut repository, entries);
            return Walk::Descend;
        }
        if let Some(path @ ("docs" | "ci/templates")) = directory.as_str() {
            repository.existing.insert(path.to_owned());
        }
        let Some(name) = directory.as_str().and_then(|path| path.rsplit('/').next()) else {
            return Walk::Skip;
        };
        if name.starts_with('.') || PASSED_BY.contains(&name) {
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
    Ok(repository)
}

/// Whether the root is a project itself. A manifest at the root is often there for the projects below it.
fn is_project(kind: Kind, files: &dyn Files, repository: &Repository) -> Result<bool, ReadError> {
    let read = |name: &str| -> Result<String, ReadError> {
        let bytes = files.read(&RepoPath::root().join(name).unwrap_or_default())?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default())
    };
    let is_alone = !repository.projects.values().any(|other| *other == kind);
    Ok(match kind {
        Kind::Rust => read("Cargo.toml")?.contains("[package]"),
        Kind::Go => read("go.work")?.is_empty(),
        Kind::Node => is_alone && !read("package.json")?.contains("\"workspaces\""),
        Kind::Java => is_alone && !read("pom.xml")?.contains("<modules>"),
        Kind::Cdk | Kind::Python | Kind::Opentofu | Kind::Docker | Kind::StaticSite => is_alone,
    })
}

fn at_root(repository: &mut Repository, entries: &[DirectoryEntry]) {
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
    let found = MANIFESTS.into_iter().find(|(file, _)| has(entries, file)).map(|(_, kind)| kind);
    let terraform = entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name.ends_with(b".tf"));
    match found {
        None | Some(Kind::Docker | Kind::StaticSite) if terraform => Some(Kind::Opentofu),
        found => found,
    }
}
