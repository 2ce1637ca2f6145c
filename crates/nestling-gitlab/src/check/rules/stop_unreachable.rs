//! Stop jobs that wait for what may never come.

use super::{Index, Rule};
use crate::diagnostic::Diagnostic;

pub(super) const RULE: Rule = Rule {
    id: "stop-unreachable",
    summary: "a stop job cannot run where another job has failed",
    doc: "A stop job of a later stage than its deploy waits for the stages between: where one fails, GitLab stops the \
environment without running the job, in silence. Put it into the deploy's stage, or give it a need on the deploy.",
    source: "https://docs.gitlab.com/ci/environments/#run-a-pipeline-job-when-environment-is-stopped",
    good: "deploy: { stage: test, script: d, environment: { name: e, on_stop: stop } }\n\
stop: { stage: deploy, needs: [deploy], script: s, when: manual, environment: { name: e, action: stop } }\n",
    bad: "deploy: { stage: test, script: d, environment: { name: e, on_stop: stop } }\n\
stop: { stage: deploy, script: s, when: manual, environment: { name: e, action: stop } }\n",
    check,
};

fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
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
                Diagnostic::warning(RULE.id, pair.stop.origin, message)
                    .with_label(pair.deploy.origin, "the deploy")
                    .with_help(format!("add `needs: [\"{}\"]`, or `stage: {stage}`", pair.deploy.name)),
            );
        }
    }
}
