//! The findings in the open files, in the workspaces that they are in, and in the files that they include.

use crate::belonging::{is_named_as_pipeline, is_of_ci};
use crate::documents::{Document, Documents, path_in};
use nestling::ide::{JobFacts, WorkspaceFacts, all_jobs, case_findings, workspace_facts};
use nestling::testing::CaseFile;
use nestling::{
    Assemblies, ChangeRequest, ChangeSet, CheckMemo, FILE_NAME, GitError, PipelineFacts, Project, Repository,
};
use nestling_files::files::{DirectoryFiles, Files, Overlay};
use nestling_files::path::RepoPath;
use nestling_gitlab::check::Allow;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Severity, Sources};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::lint::{Options, lint_kinds};
use nestling_gitlab::pipeline::Pipeline;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Finds the CDK assemblies of a repository for a check of these changes; `None` for those that are in the repository.
pub type FindAssemblies<'a> = dyn Fn(&Repository, &ChangeSet) -> Option<Box<dyn Assemblies>> + 'a;

/// The findings of one check, and where its files are.
pub(crate) struct Checked {
    pub root: PathBuf,
    /// The directory of the workspace; `None` for a plain file.
    pub workspace: Option<PathBuf>,
    /// The names of the workspace.
    pub facts: Arc<WorkspaceFacts>,
    pub sources: Sources,
    pub problems: Vec<Diagnostic>,
}

impl Checked {
    /// Returns the path of a file on disk, or of a new one in the editor; `None` for a template that comes with Nestling.
    pub(crate) fn path(&self, file: FileId, documents: &Documents) -> Option<PathBuf> {
        let source = self.sources.get(file)?;
        let path = match &source.repo_path {
            Some(path) => path.clone(),
            None => RepoPath::parse(&*source.path).ok()?,
        };
        let path = self.root.join(std::ffi::OsStr::from_bytes(path.as_bytes()));
        (documents.open.contains_key(&path) || path.is_file()).then_some(path)
    }
}

/// Everything that was found, and what kept something from being checked.
#[derive(Default)]
pub(crate) struct Findings {
    pub checked: Vec<Checked>,
    pub failures: Vec<String>,
    /// Open files of workspaces that are in no git repository.
    pub outside: BTreeSet<PathBuf>,
}

/// The results that are kept from one check of each workspace to the next.
#[derive(Default)]
pub(crate) struct Memos(BTreeMap<PathBuf, CheckMemo>);

impl Memos {
    fn of(&mut self, workspace: &Path) -> &CheckMemo {
        self.0.entry(workspace.to_owned()).or_default()
    }

    /// Returns the same results for a state that is only tried.
    pub(crate) fn fork(&self) -> Self {
        Self(self.0.iter().map(|(workspace, memo)| (workspace.clone(), memo.fork())).collect())
    }

    /// Forgets the workspaces of which no file is open any more.
    fn keep_only(&mut self, workspaces: &BTreeSet<PathBuf>) {
        self.0.retain(|workspace, _| workspaces.contains(workspace));
    }
}

/// Checks every open file as what it is, and the workspaces of the directories that the editor has open.
pub(crate) fn find(documents: &Documents, assemblies: &FindAssemblies<'_>, memos: &mut Memos) -> Findings {
    let mut findings = Findings::default();
    let mut workspaces = BTreeSet::new();
    let mut read = BTreeSet::new();
    for (path, document) in &documents.open {
        let Some(directory) = path.parent() else { continue };
        let repository = match repository_of(directory) {
            Ok(repository) => repository,
            Err(error) => {
                findings.failures.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let root = repository.as_ref().and_then(Repository::root).map(Path::to_owned);
        let workspace = workspace_of(documents, root.as_deref().unwrap_or(Path::new("/")), directory);
        // Without a workspace above, the root's own file is the one that lacks the header.
        let is_own = path.file_name().is_some_and(|name| name == FILE_NAME);
        let without_header = || root.clone().unwrap_or_else(|| directory.to_owned());
        let workspace = workspace.or_else(|| is_own.then(without_header));
        if workspace.is_some() && root.is_none() && (is_own || is_of_ci(&document.text)) {
            findings.outside.insert(path.clone());
        }
        if let Some(workspace) = workspace.filter(|workspace| workspaces.insert(workspace.clone())) {
            findings.add_workspace(
                documents,
                repository.as_ref(),
                &workspace,
                assemblies,
                memos.of(&workspace),
            );
        }
        if is_pipeline(path, document) && !read.contains(path) {
            let checked = check_file(documents, repository.as_ref(), path, &document.text);
            let paths = checked.sources.paths();
            read.extend(paths.iter().map(|path| checked.root.join(path)));
            findings.checked.push(checked);
        }
    }
    for folder in &documents.folders {
        let repository = match repository_of(folder) {
            Ok(Some(repository)) => repository,
            Ok(None) => continue,
            Err(error) => {
                findings.failures.push(format!("{}: {error}", folder.display()));
                continue;
            }
        };
        let workspace = repository.root().and_then(|root| workspace_of(documents, root, folder));
        if let Some(workspace) = workspace.filter(|workspace| workspaces.insert(workspace.clone())) {
            findings.add_workspace(
                documents,
                Some(&repository),
                &workspace,
                assemblies,
                memos.of(&workspace),
            );
        }
    }
    memos.keep_only(&workspaces);
    findings
}

impl Findings {
    fn add_workspace(
        &mut self,
        documents: &Documents,
        repository: Option<&Repository>,
        workspace: &Path,
        assemblies: &FindAssemblies<'_>,
        memo: &CheckMemo,
    ) {
        let checked = with_project(
            documents,
            repository,
            workspace,
            assemblies,
            |project, changes, assemblies, root| {
                check_project(project, changes, assemblies, memo, documents, (root, workspace))
            },
        );
        match checked {
            Ok(checked) => self.checked.push(checked),
            Err(error) => self.failures.push(format!("{}: {error}", workspace.display())),
        }
    }
}

/// Returns the repository that a directory is in, and has a work tree.
fn repository_of(directory: &Path) -> Result<Option<Repository>, GitError> {
    match Repository::discover(existing(directory)) {
        Ok(repository) => Ok(Some(repository).filter(|repository| repository.root().is_some())),
        Err(GitError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the nearest directory that is there: that of a new file need not be yet.
fn existing(directory: &Path) -> &Path {
    directory.ancestors().find(|above| above.is_dir()).unwrap_or(directory)
}

/// Returns whether a file is a pipeline of GitLab's by its name, or by what the editor calls its language.
pub(crate) fn is_pipeline(path: &Path, document: &Document) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    is_named_as_pipeline(path) || (document.language.contains("gitlab") && name != FILE_NAME.as_bytes())
}

/// Returns the nearest directory above a file, or its own, whose `nestling.yml` has the header of a workspace.
fn workspace_of(documents: &Documents, root: &Path, directory: &Path) -> Option<PathBuf> {
    let above = directory.ancestors().take_while(|above| above.starts_with(root));
    let mut has_workspace = above.filter(|above| {
        let text = documents.text(&above.join(FILE_NAME)).unwrap_or_default();
        text.lines().any(|line| line.starts_with("workspace:"))
    });
    has_workspace.next().map(Path::to_owned)
}

/// A workspace in a state that is only tried.
pub(crate) struct TriedWorkspace {
    pub checked: Checked,
    pub jobs: Vec<JobFacts>,
    /// The first error in what the workspace's files say of units: of some, not everything is known.
    pub unread: Option<String>,
}

/// Checks a workspace in a state that is only tried, and plans its jobs.
///
/// # Errors
/// The state cannot be checked, with the reason.
pub(crate) fn try_workspace(
    documents: &Documents,
    workspace: &Path,
    assemblies: &FindAssemblies<'_>,
    memos: &Memos,
) -> Result<TriedWorkspace, String> {
    let memo = memos.0.get(workspace).map(CheckMemo::fork).unwrap_or_default();
    let repository = repository_of(workspace).map_err(|error| error.to_string())?;
    let tried = with_project(
        documents,
        repository.as_ref(),
        workspace,
        assemblies,
        |project, changes, assemblies, root| {
            let jobs = all_jobs(project, changes.clone(), assemblies)?;
            let checked = check_project(project, changes, assemblies, &memo, documents, (root, workspace))?;
            let errors = project.diagnostics().iter().filter(|problem| problem.severity == Severity::Error);
            let in_words = |problem: &Diagnostic| {
                let place = problem.origin().map(|origin| format!(" ({})", checked.sources.place(origin)));
                format!("{}{}", problem.message, place.unwrap_or_default())
            };
            let unread = errors.map(in_words).next();
            Ok(TriedWorkspace { checked, jobs, unread })
        },
    );
    tried.map_err(|error| error.to_string())
}

/// Checks a plain file in a state that is only tried.
pub(crate) fn try_file(documents: &Documents, path: &Path) -> Option<Checked> {
    let repository = repository_of(path.parent()?).ok().flatten();
    let text = documents.text(path)?;
    Some(check_file(documents, repository.as_ref(), path, &text))
}

/// Opens a workspace for a check of all its units. What needs a history is left out for one that is in no repository.
fn with_project<T>(
    documents: &Documents,
    repository: Option<&Repository>,
    workspace: &Path,
    assemblies: &FindAssemblies<'_>,
    act: impl FnOnce(&Project<'_>, ChangeSet, Option<&dyn Assemblies>, PathBuf) -> Result<T, nestling::Error>,
) -> Result<T, nestling::Error> {
    let Some(repository) = repository else {
        let files = Overlay::new(DirectoryFiles::new(workspace), unsaved(documents, workspace));
        let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
        return act(&project, project.changes()?, None, workspace.to_owned());
    };
    let root = repository.root().unwrap_or(workspace).to_owned();
    let mut of_workspace = Repository::discover(workspace)?;
    // One check looks at the same directories several times.
    of_workspace.git_mut().remember();
    let request = ChangeRequest::local().everything().unsaved(unsaved(documents, &root));
    let project = Project::open(&of_workspace, request)?;
    let changes = project.changes()?;
    let assemblies = assemblies(&of_workspace, &changes);
    act(&project, changes, assemblies.as_deref(), root)
}

/// Checks all units of a workspace, as `nestling check` does.
fn check_project(
    project: &Project<'_>,
    changes: ChangeSet,
    assemblies: Option<&dyn Assemblies>,
    memo: &CheckMemo,
    documents: &Documents,
    (root, workspace): (PathBuf, &Path),
) -> Result<Checked, nestling::Error> {
    let kinds = project.kinds()?;
    let mut planning = project.plan(changes).memo(memo);
    if let Some(assemblies) = assemblies {
        planning = planning.assemblies(assemblies);
    }
    let checked = planning.report_unused_keys().check(kinds)?;
    let mut problems = checked.diagnostics;
    problems.extend(checked.unused_allows);
    let facts = Arc::new(workspace_facts(project));
    let is_open = |cases: &&CaseFile| {
        documents.open.contains_key(&root.join(std::ffi::OsStr::from_bytes(cases.path.as_bytes())))
    };
    for cases in facts.case_files.iter().filter(is_open) {
        problems.extend(case_findings(project, cases)?);
    }
    let workspace = Some(workspace.to_owned());
    Ok(Checked { root, workspace, facts, sources: checked.sources, problems })
}

/// Returns the contents of the open files below a directory.
fn unsaved(documents: &Documents, root: &Path) -> Vec<(RepoPath, Vec<u8>)> {
    let below = documents.below(root).into_iter();
    below.map(|(path, document)| (path, document.text.clone().into_bytes())).collect()
}

/// Checks a file as a pipeline of its own, with its local includes.
fn check_file(documents: &Documents, repository: Option<&Repository>, path: &Path, text: &str) -> Checked {
    let directory = path.parent().unwrap_or(path);
    let root = repository.and_then(Repository::root).unwrap_or(directory).to_owned();
    let work_tree = repository.and_then(|repository| repository.git().work_tree().ok());
    let saved: Box<dyn Files + '_> = match work_tree {
        Some(work_tree) => Box::new(work_tree),
        None => Box::new(DirectoryFiles::new(&root)),
    };
    let files = Overlay::new(saved, unsaved(documents, &root));
    let facts = repository.and_then(|repository| repository.pipeline_facts(&ChangeRequest::local()).ok());
    let facts = facts.unwrap_or_else(|| PipelineFacts::local(None, None, None));
    let sources = Sources::default();
    let options = Options { gitlab: &Gitlab::default(), files: Some(&files), pipeline: None };
    let name = path_in(&root, path).map_or_else(|| path.display().to_string(), |path| path.to_string());
    let linted = lint_kinds(&name, text, &options, &facts, &sources);
    let catalog = nestling::rules();
    let pipeline = Pipeline::default();
    let allow = Allow { sources: &sources, catalog: &catalog, entries: &[], pipeline: &pipeline };
    let outcome = allow.apply(linted.diagnostics);
    let mut problems = outcome.problems;
    problems.extend(outcome.unused);
    let (workspace, facts) = (None, Arc::default());
    Checked { root, workspace, facts, sources, problems }
}
