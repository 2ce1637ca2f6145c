//! `stage-undefined`: a job is in a stage that the pipeline does not have.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::name::StageName;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "stage-undefined",
    severities: &[Error],
    summary: "a job is in a stage that the pipeline does not have",
    documentation: "Every stage has to be in `stages`, or be `.pre` or `.post`. Nestling takes the stages from the workspace and \
from every unit's own `stages`.",
    source: "https://docs.gitlab.com/ci/yaml/#stage",
    bad: Example::Pipeline("stages: [build]\na: { stage: biuld, script: make }\n"),
    good: Example::Pipeline("stages: [build]\na: { stage: build, script: make }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let stage = job.stage();
        if index.is_open() || index.stage(stage).is_some() {
            continue;
        }
        let origin = job.body.get("stage").map_or(job.origin, |node| node.origin);
        let implied = if job.body.contains("stage") { "" } else { ", where it is by default" };
        let message = format!("`{}` is in stage `{stage}`{implied}, which is not there", job.name);
        let known = index.pipeline.stages.iter().map(StageName::as_str);
        let problem = Diagnostic::error(&RULE, origin, message);
        problems.push(
            problem.with_help(
                Suggestion::among(stage, known.clone())
                    .help_or(format!("the stages are {}", known.collect::<Vec<_>>().join(", "))),
            ),
        );
    }
    for (_, job) in index.jobs() {
        if let Some(node) = job.body.get("stage").filter(|node| node.as_str().is_none()) {
            problems.push(not_a_name(node));
        }
    }
}

fn not_a_name(node: &Node) -> Diagnostic {
    Diagnostic::error(&RULE, node.origin, "`stage` takes a name").with_help("quote it if it is meant as text")
}
