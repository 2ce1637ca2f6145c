//! The cases of one project: finds, reads and runs them.

use super::case::{self, TemplateCase};
use super::discover::{CaseFile, discover};
use super::outcome::CaseOutcome;
use super::run::run;
use crate::project::{Error, Project};
use crate::workspace::library_files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// The template cases of a project.
///
/// ```
/// use nestling::testing::{Suite, summary};
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { templates: [ci] }"),
///     ("ci/node.yml", "test: { script: npm test }"),
///     ("ci/tests/node.yml", "template: node\nexpect: { jobs: { test: { script: npm test } } }"),
/// ]);
/// let suite = Suite::of_project(Project::of_files(&files, PipelineFacts::local(None, None, None))?);
/// let mut outcomes = Vec::new();
/// for file in suite.case_files()? {
///     let cases = suite.read(&file)?.expect("the cases are well-formed");
///     outcomes.extend(cases.iter().map(|case| suite.run(case)));
/// }
/// assert_eq!(summary(&outcomes), "1 case passed\n");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug)]
pub struct Suite<'r> {
    project: Project<'r>,
    directories: Vec<RepoPath>,
    /// Prefix of the names of templates.
    prefix: &'static str,
}

impl<'r> Suite<'r> {
    /// Returns the cases beside the templates of a project's workspace, except for templates of other revisions.
    pub fn of_project(project: Project<'r>) -> Self {
        let directories = directories_of(&project);
        Self { project, directories, prefix: "" }
    }

    /// Returns the cases of the built-in templates.
    pub fn of_library() -> Self {
        let project = Project::of_templates(Box::new(library_files()));
        Self { project, directories: vec![RepoPath::root()], prefix: "nestling/" }
    }

    /// Returns the project.
    pub fn project(&self) -> &Project<'r> {
        &self.project
    }

    /// Finds the files `tests/*.yml` beside templates, in the order of their paths.
    ///
    /// # Errors
    /// A directory cannot be listed.
    pub fn case_files(&self) -> Result<Vec<CaseFile>, Error> {
        Ok(discover(self.project.files(), &self.directories, self.prefix)?)
    }

    /// Reads the cases of a file: one mapping, or a list of them. The inner error has the errors of the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self, file: &CaseFile) -> Result<Result<Vec<TemplateCase>, Vec<Diagnostic>>, Error> {
        read_in(&self.project, file)
    }

    /// Plans a case and compares the result with its expectations.
    pub fn run(&self, case: &TemplateCase) -> CaseOutcome {
        run(case, &self.project)
    }
}

/// The cases of a file, or the errors in it.
pub(super) type ReadCases = Result<Vec<TemplateCase>, Vec<Diagnostic>>;

/// Reads the cases of a file of a project.
pub(super) fn read_in(project: &Project<'_>, file: &CaseFile) -> Result<ReadCases, Error> {
    match project.files().read(&file.path)? {
        Some(bytes) => Ok(case::read(file, bytes, project.sources())),
        None => Ok(Ok(Vec::new())),
    }
}

/// Returns the directories whose templates a project's cases are for.
pub(super) fn directories_of(project: &Project<'_>) -> Vec<RepoPath> {
    let folders = project.workspace().template_directories.iter();
    folders.filter(|folder| folder.is_of_templates()).map(|folder| folder.path.clone()).collect()
}
