//! `stop-unreachable`: stop jobs that wait for jobs that may fail.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stop-unreachable",
    severities: &[Warning],
    summary: "a stop job cannot run after another job has failed",
    documentation: "A stop job in a later stage than its deploy job waits for the stages in between. If one of them fails, GitLab \
silently stops the environment without running the job. Move it to the stage of the deploy job, or let it need that job.",
    source: "https://docs.gitlab.com/ci/environments/#run-a-pipeline-job-when-environment-is-stopped",
    bad: Example::Pipeline(
        "\
deploy:
  stage: test
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  stage: deploy
  script: s
  when: manual
  environment:
    name: e
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  stage: test
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  stage: deploy
  needs: [deploy]
  script: s
  when: manual
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if pair.stop.body.contains("needs") {
            continue;
        }
        let stage = pair.deploy.stage();
        let Some(deploy_stage) = index.stage(stage) else { continue };
        let Some(stop_stage) = index.stage(pair.stop.stage()) else { continue };
        if stop_stage <= deploy_stage {
            continue;
        }
        let message =
            format!("stop job `{}` waits for all stages between `{stage}` and its own", pair.stop.name);
        problems.push(
            Diagnostic::warning(&RULE, pair.stop.origin, message)
                .with_label(pair.deploy.origin, "the deploy job")
                .with_help(format!("add `needs: [\"{}\"]`, or `stage: {stage}`", pair.deploy.name)),
        );
    }
}
