//! `pipeline-empty`: pipelines without jobs.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::{Error, Note};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::StageName;
use crate::pipeline::presence::State;

pub(super) static RULE: Rule = Rule {
    id: "pipeline-empty",
    severities: &[Error, Note],
    summary: "the pipeline has no jobs",
    documentation: "GitLab fails the trigger job of a child pipeline that has no jobs, only jobs in `.pre` and `.post`, or only jobs \
that rules exclude. Nestling adds an empty job if no job is certain to run; it cannot know the result of rules on changed files or on variables of the project.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines_troubleshooting/",
    bad: Example::Pipeline(
        "a:
  script: make
  stage: .pre
",
    ),
    good: Example::Pipeline(
        "a:
  script: make
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() {
        return;
    }
    if index.settings.level == Level::Root {
        problems.extend(root(index));
        return;
    }
    let further = &index.settings.further_jobs;
    if further.are_present || outside(index).any(|state| state != State::Out) {
        return;
    }
    let problem = match index.pipeline.jobs.first() {
        None => Diagnostic::new(&RULE, Error, "the pipeline has no job"),
        Some(job) => {
            let message = "every job is in `.pre` or `.post`, or excluded by its rules";
            Diagnostic::error(&RULE, job.origin, message)
        }
    };
    problems.push(problem.with_help("GitLab does not create such a pipeline: add a job that always runs"));
}

/// Returns the state of each job outside `.pre` and `.post`: jobs in those stages alone make no pipeline.
fn outside(index: &Index<'_>) -> impl Iterator<Item = State> {
    let counted = index.jobs().filter(|(_, job)| !matches!(job.stage(), StageName::PRE | StageName::POST));
    counted.map(|(position, _)| index.state(position))
}

/// Returns a note for a file from which GitLab creates no pipeline, or none for some triggers. That may be intended: such a
/// file can be there to be included, or for merge requests only.
fn root(index: &Index<'_>) -> Option<Diagnostic> {
    let Some(first) = index.pipeline.jobs.first() else {
        let problem = Diagnostic::new(&RULE, Note, "this file has no jobs");
        return Some(problem.with_help("GitLab creates no pipeline from it; other files can include it"));
    };
    if outside(index).any(|state| state == State::In) {
        return None;
    }
    let message = if outside(index).any(|state| state == State::Maybe) {
        "every job depends on its rules: GitLab does not create a pipeline if none of them matches"
    } else {
        "GitLab creates no pipeline: every job is in `.pre` or `.post`, or excluded by its rules"
    };
    Some(Diagnostic::new(&RULE, Note, message).with_label(first.origin, ""))
}
