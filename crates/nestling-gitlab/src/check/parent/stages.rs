//! `parent-stages`: a pipeline of edge stages alone.

use super::rules::PARENT_STAGES;
use super::trigger::Trigger;
use crate::diagnostic::Diagnostic;
use crate::name::StageName;
use crate::pipeline::{Job, Pipeline};

/// Reports two jobs in edge stages, unless another job is in every pipeline.
pub(super) fn check(pipeline: &Pipeline, trigger: &Trigger<'_>) -> Option<Diagnostic> {
    let may_be_alone = is_at_edge(trigger.job) && is_at_edge(trigger.generator);
    // An include that is not read may define a job in a middle stage.
    if !may_be_alone || !pipeline.includes.is_empty() || pipeline.jobs.iter().any(is_always_in_the_middle) {
        return None;
    }
    let origin = trigger.job.body.get("stage").map_or(trigger.job.origin, |stage| stage.origin);
    let message = format!(
        "GitLab does not create a pipeline whose jobs are all in `.pre` and `.post`, such as one with `{}` and `{}` alone",
        trigger.generator.name, trigger.job.name
    );
    let stage = pipeline.stages.last().map_or("test", StageName::as_str);
    let help = format!("write `stage: {stage}`: with `needs`, the job starts as soon as the artifact exists");
    Some(Diagnostic::warning(&PARENT_STAGES, origin, message).with_help(help))
}

fn is_at_edge(job: &Job) -> bool {
    matches!(job.stage(), StageName::PRE | StageName::POST)
}

/// Conditions can leave any other job out.
fn is_always_in_the_middle(job: &Job) -> bool {
    let conditions = ["rules", "only", "except"];
    !is_at_edge(job) && conditions.iter().all(|keyword| !job.body.contains(keyword))
}
