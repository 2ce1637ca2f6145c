//! Test cases of templates: inputs, a directory, changed paths and a kind of pipeline, and the expected jobs.
//!
//! A case is a YAML file in a directory `tests` beside templates. It is planned as a repository whose only unit uses the
//! template, through the same [`Project`]. An expected job is a part of the generated job, at any depth:
//! keys that a case does not name are not compared.

mod discover;
mod case;
mod case_files;
mod outcome;
mod compare;
mod diff;
mod junit;
mod run;
mod suite;
mod template;

pub use crate::template::RenderLimits;
pub use case::TemplateCase;
pub use discover::CaseFile;
pub use junit::junit;
pub use outcome::{CaseFailure, CaseOutcome, Snapshot, summary};
pub use suite::Suite;
pub use template::{TemplateRenderer, TemplateValues, with_templates};

use crate::catalog::cases::CASE;
use crate::plan::Plan;
use crate::project::{Error, Project};
use nestling_files::files::MemoryFiles;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::yaml::Node;

/// Plans every unit of a workspace in memory, for a push to the branch `feature` while the default branch is `main`.
///
/// ```
/// let plan = nestling::testing::plan_files([
///     ("nestling.yml", "workspace: {}"),
///     ("api/nestling.yml", "build: { script: make }"),
/// ])?;
/// assert_eq!(plan.pipeline.jobs[0].name.as_str(), "api:build");
/// # Ok::<(), nestling::Error>(())
/// ```
///
/// # Errors
/// As [`Planning::run`](crate::Planning::run).
pub fn plan_files<P: AsRef<[u8]>, B: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, B)>,
) -> Result<Plan, Error> {
    let files = MemoryFiles::new(files);
    let facts = PipelineFacts::local(Some("feature".to_owned()), Some("main".to_owned()), None);
    let project = Project::of_files(&files, facts)?;
    let changes = project.changes()?;
    project.plan(changes).run()
}

/// Finds the files with cases beside the templates of a project.
pub(crate) fn case_files(project: &Project<'_>) -> Result<Vec<CaseFile>, Error> {
    Ok(discover::discover(project.files(), &suite::directories_of(project), "")?)
}

/// Runs the cases of a file, and returns what is wrong in the file or with its cases.
pub(crate) fn case_findings(project: &Project<'_>, file: &CaseFile) -> Result<Vec<Diagnostic>, Error> {
    let cases = match suite::read_in(project, file)? {
        Ok(cases) => cases,
        Err(problems) => return Ok(problems),
    };
    let mut problems = Vec::new();
    for case in &cases {
        for failure in run::run(case, project).failures {
            let mut lines = failure.message.lines();
            let message = lines.next().unwrap_or_default().to_owned();
            let rest: Vec<&str> = lines.collect();
            let mut problem = Diagnostic::error(&CASE, failure.origin, message);
            if !rest.is_empty() {
                problem = problem.with_note(rest.join("\n"));
            }
            problem.help = failure.help;
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// Jobs by their names in a unit, with their places.
pub(crate) type NamedJobs = Vec<(String, Origin)>;

/// Returns the jobs of the cases of a file, whatever these expect: the line of each case with the names and places of its jobs.
pub(crate) fn case_jobs(project: &Project<'_>, file: &CaseFile) -> Result<Vec<(u32, NamedJobs)>, Error> {
    let Some(bytes) = project.files().read(&file.path)? else { return Ok(Vec::new()) };
    let cases = case::read_without_expectations(file, bytes, project.sources());
    Ok(cases.iter().map(|case| (case.origin.line, run::named_jobs(case, project))).collect())
}

/// Estimates the size of a document in GitLab, in bytes of its Ruby objects, which
/// [`PipelineLimits::objects`](crate::PipelineLimits) limits.
pub fn parsed_size(document: &Node) -> usize {
    crate::emit::size(document)
}

/// Returns a node as the plain value that templates see, which is how the documentation shows defaults.
pub fn plain_value(node: &Node) -> serde_json::Value {
    crate::template::plain_value(node)
}
