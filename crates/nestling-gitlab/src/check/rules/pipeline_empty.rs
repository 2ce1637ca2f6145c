//! `pipeline-empty`: no job is left in the pipeline.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::{Error, Note};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::StageName;
use crate::pipeline::Job;
use crate::pipeline::presence::State;

pub(super) static RULE: Rule = Rule {
    id: "pipeline-empty",
    severities: &[Error, Note],
    summary: "no job is left in the pipeline",
    documentation: "GitLab fails the trigger job of a child pipeline that has no jobs, or none outside `.pre` and `.post`, or only jobs \
that their rules keep out. Nestling adds a job that does nothing where no unit is affected; it cannot know what rules do \
when they ask for changed files or for variables of the project.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines_troubleshooting/",
    bad: Example::Pipeline("a: { script: make, stage: .pre }\n"),
    good: Example::Pipeline("a: { script: make }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() {
        return;
    }
    if index.settings.level == Level::Root {
        problems.extend(root(index));
        return;
    }
    if outside(index).any(|state| state != State::Out) {
        return;
    }
    let problem = match index.pipeline.jobs.first() {
        None => Diagnostic::new(&RULE, Error, "the pipeline has no job"),
        Some(job) => {
            let message = "every job is in `.pre` or `.post`, or kept out by its rules";
            Diagnostic::error(&RULE, job.origin, message)
        }
    };
    problems
        .push(problem.with_help("GitLab does not create such a pipeline: give it a job that always runs"));
}

/// State of each job outside `.pre` and `.post`: jobs in those stages alone make no pipeline.
fn outside(index: &Index<'_>) -> impl Iterator<Item = State> {
    let counts = |job: &Job| !matches!(job.stage(), StageName::PRE | StageName::POST);
    index.jobs().filter(move |(_, job)| counts(job)).map(|(position, _)| index.state(position))
}

/// Returns a note for a file of which GitLab makes no pipeline, or none for some triggers. That may be meant: such a file can
/// be there to be included, or for merge requests only.
fn root(index: &Index<'_>) -> Option<Diagnostic> {
    let note = |message: &str| Diagnostic::new(&RULE, Note, message);
    let Some(first) = index.pipeline.jobs.first() else {
        let problem = note("this file has no job of its own");
        return Some(problem.with_help("GitLab creates no pipeline of it; other files can include it"));
    };
    if outside(index).any(|state| state == State::In) {
        return None;
    }
    let message = if outside(index).any(|state| state == State::Maybe) {
        "every job depends on its rules: GitLab creates no pipeline if none of them matches"
    } else {
        "GitLab creates no pipeline: every job is in `.pre` or `.post`, or excluded by its rules"
    };
    Some(note(message).with_label(first.origin, ""))
}
