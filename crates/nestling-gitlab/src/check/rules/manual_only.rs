//! Pipelines in which nothing starts by itself.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::presence::State;
use crate::pipeline::rule::is_manual;
use crate::pipeline::rule::rules;
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "manual-only",
    severities: &[Warning],
    summary: "every job of the pipeline waits for a person",
    documentation: "A child pipeline of optional manual jobs alone counts as skipped, and with `strategy: depend` its trigger job \
fails. One that waits for a blocking manual job keeps the trigger job, and the merge request, running. Add a job that \
runs by itself, or use `strategy: mirror` (GitLab 18.2).",
    source: "https://docs.gitlab.com/ci/yaml/#triggerstrategy",
    bad: Example::Pipeline("deploy: { script: x, when: manual }\n"),
    good: Example::Pipeline("build: { script: x }\ndeploy: { script: x, when: manual }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if index.is_open() || index.settings.level == Level::Root {
        return;
    }
    let present: Vec<&Job> =
        index.jobs().filter(|(at, _)| index.state(*at) != State::Out).map(|(_, job)| job).collect();
    let Some(first) = present.first() else { return };
    if !present.iter().all(|job| is_manual(&job.body)) {
        return;
    }
    let blocking = present.iter().find(|job| blocks(&job.body));
    let (origin, message) = match blocking {
        Some(job) => {
            (job.origin, format!("no job starts by itself, and `{}` keeps the trigger job waiting", job.name))
        }
        None => (
            first.origin,
            "no job starts by itself: with `strategy: depend` the trigger job fails".to_owned(),
        ),
    };
    problems.push(
        Diagnostic::warning(&RULE, origin, message)
            .with_help("add a job that runs by itself, or use `strategy: mirror` at the trigger job"),
    );
}

/// Whether a manual job holds the pipeline up until it is played: under `rules` it does unless `allow_failure` says
/// otherwise, elsewhere only if `allow_failure` says so.
pub(super) fn blocks(body: &Map) -> bool {
    let manual = |map: &Map| map.get("when").and_then(Node::text) == Some("manual");
    let own = body.get("allow_failure").and_then(Node::as_bool);
    match rules(body) {
        None => manual(body) && own == Some(false),
        Some(rules) => rules.iter().any(|rule| {
            let is_manual = manual(rule.body) || (rule.when().is_none() && manual(body));
            // The job's own `when: manual` brings its `allow_failure: true` with it.
            let fallback = own.unwrap_or(manual(body) && rule.when().is_none());
            is_manual && !rule.allow_failure().unwrap_or(fallback)
        }),
    }
}
