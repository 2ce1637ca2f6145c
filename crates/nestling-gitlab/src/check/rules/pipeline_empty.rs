//! `pipeline-empty`: no job is left in the pipeline.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::StageName;
use crate::pipeline::presence::State;

pub(super) static RULE: Rule = Rule {
    id: "pipeline-empty",
    severities: &[Error],
    summary: "no job is left in the pipeline",
    documentation: "GitLab fails the trigger job of a child pipeline that has no jobs, or none outside `.pre` and `.post`, or only jobs \
that their rules keep out. Nestling adds a job that does nothing where no unit is affected; it cannot know what rules do \
when they ask for changed files or for variables of the project.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines_troubleshooting/",
    bad: Example::Pipeline("a: { script: make, stage: .pre }\n"),
    good: Example::Pipeline("a: { script: make }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if !index.pipeline.includes.is_empty() {
        return;
    }
    let outside = |stage: &str| !matches!(stage, StageName::PRE | StageName::POST);
    let mut counts = index.jobs().filter(|(_, job)| outside(job.stage())).map(|(at, _)| index.state(at));
    if counts.any(|presence| presence != State::Out) {
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
