//! `stage-undefined`: the stage of a job.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule, Suggestion};
use crate::name::StageName;
use crate::pipeline::Job;

pub(super) static RULE: Rule = Rule {
    id: "stage-undefined",
    severities: &[Error],
    summary: "a job is in an undefined stage",
    documentation: "A stage must be in `stages`, or be `.pre` or `.post`. Nestling combines the stages of the workspace with `stages` \
of each unit.",
    source: "https://docs.gitlab.com/ci/yaml/#stage",
    bad: Example::Pipeline(
        "stages: [build]
a:
  stage: biuld
  script: make
",
    ),
    good: Example::Pipeline(
        "stages: [build]
a:
  stage: build
  script: make
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    // An include that was not read may define the stage.
    if !index.is_open() {
        let undefined = index.jobs().filter(|(_, job)| index.stage(job.stage()).is_none());
        problems.extend(undefined.map(|(_, job)| undefined_stage(index, job)));
    }
}

fn undefined_stage(index: &Index<'_>, job: &Job) -> Diagnostic {
    let stage = job.stage();
    let known = index.pipeline.stages.iter().map(StageName::as_str);
    let help = match known.clone().collect::<Vec<_>>()[..] {
        [] => format!("list it: `stages: [{stage}]`"),
        ref names => format!("the stages are {}", names.join(", ")),
    };
    let (origin, default) = match job.body.get("stage") {
        Some(node) => (node.origin, ""),
        None => (job.origin, ", the default"),
    };
    let message = format!("`{}` is in undefined stage `{stage}`{default}", job.name);
    Diagnostic::error(&RULE, origin, message).with_help(Suggestion::among(stage, known).help_or(help))
}
