//! `parent-needs`: a trigger job that does not wait for its artifact.

use super::rules::PARENT_NEEDS;
use super::trigger::Trigger;
use crate::diagnostic::{Diagnostic, Severity};
use crate::name::StageName;
use crate::pipeline::Pipeline;
use crate::pipeline::need::{Need, NeedSource, needs};
use crate::yaml::Node;

/// Reports `needs` without the job that generates the artifact, and no `needs` at all.
pub(super) fn check(pipeline: &Pipeline, trigger: &Trigger<'_>) -> Option<Diagnostic> {
    let (job, generator) = (trigger.job, trigger.generator);
    let name = generator.name.as_str();
    let list = job.body.get("needs").filter(|node| !node.is_null());
    let plan_need = needs(&job.body).into_iter().flatten().find(|need| need.source == NeedSource::Job(name));
    if let Some(need) = plan_need.filter(|_| list.is_some()) {
        return (!need.artifacts).then(|| without_artifacts(&need));
    }
    let origin = list.map_or(job.origin, |list: &Node| list.origin);
    let is_later = position(pipeline, generator.stage()) < position(pipeline, job.stage());
    let (severity, message) = if list.is_none() && is_later {
        let message = format!("`{}` waits for all jobs of earlier stages, not only for `{name}`", job.name);
        (Severity::Note, message)
    } else {
        let message = format!("`{}` does not wait for `{name}`, whose artifact it includes", job.name);
        (Severity::Warning, message)
    };
    let problem = Diagnostic::new(&PARENT_NEEDS, severity, message).with_label(origin, "");
    Some(problem.with_help(format!("add `needs: [\"{name}\"]`")))
}

/// GitLab itself reads the file that is included, and a trigger job has no runner to download any to.
fn without_artifacts(need: &Need<'_>) -> Diagnostic {
    let message = "`artifacts: false` has no effect: GitLab reads the artifact that the job includes";
    let problem = Diagnostic::new(&PARENT_NEEDS, Severity::Note, message).with_label(need.origin, "");
    problem.with_help("remove it")
}

/// The position of a stage; one that is not listed, which an include may list, counts as the last.
fn position(pipeline: &Pipeline, stage: &str) -> (u8, usize) {
    match stage {
        StageName::PRE => (0, 0),
        StageName::POST => (2, 0),
        stage => (1, pipeline.stages.iter().position(|known| known.as_str() == stage).unwrap_or(usize::MAX)),
    }
}
