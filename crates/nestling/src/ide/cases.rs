//! The findings in a file of test cases: what is wrong in it, and what its cases expect in vain.

use crate::project::{Error, Project};
use crate::testing::{self, CaseFile};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, has_errors};

/// The jobs that a test case makes.
///
/// [`case_jobs`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseJobs {
    /// The line of the case, from 1.
    pub line: u32,
    /// Its jobs.
    pub jobs: Vec<CaseJob>,
}

/// A job of a test case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseJob {
    /// The name in its unit.
    pub name: String,
    /// The place where it is written, in a file of the project's [`sources`](Project::sources).
    pub origin: Origin,
}

/// Returns the jobs of the cases of a file, whatever these expect. A case that cannot be read is left out.
///
/// ```
/// use nestling::ide::{case_jobs, workspace_facts};
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { templates: [ci] }"),
///     ("ci/node.yml", "test ${{ unit.name }}: { script: npm test }"),
///     ("ci/tests/node.yml", "template: node\nexpect: { jobs: { te: {} } }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let facts = workspace_facts(&project);
/// assert_eq!(case_jobs(&project, &facts.case_files[0])?[0].jobs[0].name, "test api");
/// # Ok::<(), nestling::Error>(())
/// ```
///
/// # Errors
/// A file cannot be read.
pub fn case_jobs(project: &Project<'_>, file: &CaseFile) -> Result<Vec<CaseJobs>, Error> {
    if has_errors(project.diagnostics()) {
        return Ok(Vec::new());
    }
    let jobs = testing::case_jobs(project, file)?;
    let job = |(name, origin)| CaseJob { name, origin };
    let of_case = |(line, jobs): (u32, Vec<_>)| CaseJobs { line, jobs: jobs.into_iter().map(job).collect() };
    Ok(jobs.into_iter().map(of_case).collect())
}

/// Runs the cases of a file, and returns its errors and the unmet expectations, each at its place. Cases are not run while the
/// workspace itself cannot be read.
///
/// ```
/// use nestling::ide::{case_findings, workspace_facts};
/// use nestling::{MemoryFiles, PipelineFacts, Project};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { templates: [ci] }"),
///     ("ci/node.yml", "test: { script: npm test }"),
///     ("ci/tests/node.yml", "template: node\nexpect: { jobs: { test: { script: npm run } } }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let facts = workspace_facts(&project);
/// let found = case_findings(&project, &facts.case_files[0])?;
/// assert_eq!(found[0].message, "test.script: expected \"npm run\", found \"npm test\"");
/// # Ok::<(), nestling::Error>(())
/// ```
///
/// # Errors
/// A file cannot be read.
pub fn case_findings(project: &Project<'_>, file: &CaseFile) -> Result<Vec<Diagnostic>, Error> {
    if has_errors(project.diagnostics()) {
        return Ok(Vec::new());
    }
    testing::case_findings(project, file)
}
