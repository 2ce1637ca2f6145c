//! `needs-late`: a job needs one of a later stage.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::need::dependencies;

pub(super) static RULE: Rule = Rule {
    id: "needs-late",
    severities: &[Error],
    summary: "a job needs one of a later stage",
    documentation: "A job can need jobs of its own stage and of earlier ones. GitLab refuses the pipeline otherwise. Move the job to \
a later stage, or the needed one to an earlier.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "stages: [build, test]\na: { stage: build, script: make, needs: [b] }\nb: { stage: test, script: make }\n",
    ),
    good: Example::Pipeline(
        "stages: [build, test]\na: { stage: build, script: make }\nb: { stage: test, script: make, needs: [a] }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (at, job) in index.jobs() {
        let Some(own) = index.stage(job.stage()) else { continue };
        let needed = index.needs[at].iter().flatten().filter_map(|need| Some((need.job()?, need.origin)));
        let depended = dependencies(&job.body).unwrap_or_default();
        for (name, origin) in needed.chain(depended) {
            let Some(other) = index.find(name).map(|at| &index.pipeline.jobs[at]) else { continue };
            if index.stage(other.stage()).is_some_and(|stage| stage > own) {
                let (stage, later) = (job.stage(), other.stage());
                let message =
                    format!("`{}` of stage `{stage}` needs `{name}` of the later stage `{later}`", job.name);
                problems.push(
                    Diagnostic::error(&RULE, origin, message)
                        .with_label(other.origin, "the needed job")
                        .with_help(format!("put `{}` into stage `{later}` or a later one", job.name)),
                );
            }
        }
    }
}
