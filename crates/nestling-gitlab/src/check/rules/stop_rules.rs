//! `stop-rules`: stop jobs that are not in the pipeline of their deploy job.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::keywords::CLAUSES;
use crate::pipeline::presence::State;
use crate::pipeline::rule::{has_when, rules};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "stop-rules",
    severities: &[Warning],
    summary: "a stop job has different rules than its deploy job",
    documentation: "GitLab looks for the stop job in the pipeline of the deploy job. If rules exclude it, the environment cannot be \
stopped, and GitLab does not report it. Give both the same conditions in the same order; only `when` and `allow_failure` differ.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  rules:
    - if: $X
      when: manual
      allow_failure: true
  environment:
    name: e
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  rules:
    - if: $X
  environment:
    name: e
    on_stop: stop
stop:
  script: s
  rules:
    - if: $X
      when: manual
      allow_failure: true
  environment:
    name: e
    action: stop
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for pair in index.stops() {
        if index.state(pair.deploy_position) == State::Out {
            continue;
        }
        let deploy = &pair.deploy.name;
        let stop = &pair.stop.name;
        let message = match index.state(pair.stop_position) {
            State::In => continue,
            State::Out => format!("`{deploy}` is in the pipeline, but its stop job `{stop}` is not"),
            State::Maybe if have_same_conditions(&pair.deploy.body, &pair.stop.body) => continue,
            State::Maybe => format!("stop job `{stop}` has different rules than `{deploy}`"),
        };
        problems.push(
            Diagnostic::warning(&RULE, pair.stop.origin, message)
                .with_label(pair.deploy.origin, "the deploy job")
                .with_help("give both the same conditions in the same order"),
        );
    }
}

/// Returns `true` if two jobs have the same conditions, rule by rule.
fn have_same_conditions(deploy: &Map, stop: &Map) -> bool {
    match (rules(deploy), rules(stop)) {
        (Some(deploy_rules), Some(stop_rules)) => {
            deploy_rules.len() == stop_rules.len()
                && deploy_rules.iter().zip(&stop_rules).all(|(a, b)| have_same_clauses(a.body, b.body))
        }
        _ if deploy.contains("rules") || stop.contains("rules") => false,
        _ => ["only", "except"].iter().all(|key| are_equal(deploy.get(key), stop.get(key))),
    }
}

/// `when` may differ, since a stop job is manual; but a rule that excludes one has to exclude the other.
fn have_same_clauses(a: &Map, b: &Map) -> bool {
    has_when(a, "never") == has_when(b, "never")
        && CLAUSES.iter().all(|key| are_equal(a.get(key), b.get(key)))
}

fn are_equal(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (None, None) => true,
        // Quotes make no difference to a condition.
        (Some(a), Some(b)) => a.same_as(b) || (a.text().is_some() && a.text() == b.text()),
        _ => false,
    }
}
