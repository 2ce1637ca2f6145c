//! `rules-form`: the keywords and values of `rules`.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::rule::has_when;
use crate::yaml::{Entry, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "rules-form",
    severities: &[Error, Warning],
    summary: "`rules` is invalid",
    documentation: "`rules` is a list of mappings. Each can have `if`, `changes`, `exists`, `when`, `start_in`, `allow_failure`, \
`variables`, `needs` and `interruptible`. `changes` and `exists` have at most 50 patterns. `start_in` requires `when: \
delayed`, and is at most one week. A job with `rules` cannot have `only`, `except` or `start_in`.",
    source: "https://docs.gitlab.com/ci/yaml/#rules",
    bad: Example::Pipeline(
        "\
a:
  script: x
  only: [tags]
  rules:
    - if: $X
      whne: always
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: $X
      when: delayed
      start_in: 5 minutes
    - changes: [src/**/*]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "rules") else { continue };
        for key in ["only", "except", "start_in"] {
            let entry = job.body.entry(key).filter(|entry| !entry.value.is_null());
            problems.extend(entry.map(|entry| conflict(job, entry)));
        }
        let rules = node.as_seq().unwrap_or_default().iter();
        problems.extend(rules.filter_map(|rule| delay(rule.as_map()?, rule)));
    }
}

fn conflict(job: &Job, entry: &Entry) -> Diagnostic {
    let message = format!("`{}` conflicts with `rules` in `{}`", entry.key.text(), job.name);
    Diagnostic::error(&RULE, entry.key.origin, message).with_help("move it into `rules`")
}

fn delay(body: &Map, rule: &Node) -> Option<Diagnostic> {
    let is_delayed = has_when(body, "delayed");
    match form::value(body, "start_in") {
        None if is_delayed => {
            let problem = Diagnostic::error(&RULE, rule.origin, "`when: delayed` requires `start_in`");
            Some(problem.with_help("add, for example, `start_in: 30 minutes`"))
        }
        None => None,
        Some(node) if !is_delayed => {
            let problem = Diagnostic::error(&RULE, node.origin, "`start_in` requires `when: delayed`");
            Some(problem.with_help("add `when: delayed`, or remove `start_in`"))
        }
        Some(_) => None,
    }
}
