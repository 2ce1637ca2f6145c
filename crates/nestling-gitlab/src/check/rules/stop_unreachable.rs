//! Stop jobs that wait for what may never come.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-unreachable",
    severities: &[Warning],
    summary: "a stop job cannot run where another job has failed",
    documentation: "A stop job of a later stage than its deploy waits for the stages between: where one fails, GitLab stops the \
environment without running the job, in silence. Put it into the deploy's stage, or give it a need on the deploy.",
    source: "https://docs.gitlab.com/ci/environments/#run-a-pipeline-job-when-environment-is-stopped",
    bad: Example::Pipeline(
        "deploy: { stage: test, script: d, environment: { name: e, on_stop: stop } }\n\
stop: { stage: deploy, script: s, when: manual, environment: { name: e, action: stop } }\n",
    ),
    good: Example::Pipeline(
        "deploy: { stage: test, script: d, environment: { name: e, on_stop: stop } }\n\
stop: { stage: deploy, needs: [deploy], script: s, when: manual, environment: { name: e, action: stop } }\n",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if pair.stop.body.contains("needs") {
            continue;
        }
        let stages = (index.stage(pair.deploy.stage()), index.stage(pair.stop.stage()));
        if let (Some(deploys), Some(stops)) = stages
            && stops > deploys
        {
            let (stop, stage) = (&pair.stop.name, pair.deploy.stage());
            let message =
                format!("the stop job `{stop}` waits for everything between `{stage}` and its own stage");
            problems.push(
                Diagnostic::warning(&RULE, pair.stop.origin, message)
                    .with_label(pair.deploy.origin, "the deploy")
                    .with_help(format!("add `needs: [\"{}\"]`, or `stage: {stage}`", pair.deploy.name)),
            );
        }
    }
}
