//! The findings in a file of test cases: what is wrong in it, and what its cases expect in vain.

use crate::project::{Error, Project};
use crate::testing::{self, CaseFile};
use nestling_gitlab::diagnostic::{Diagnostic, has_errors};

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
