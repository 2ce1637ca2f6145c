//! `rules-unreachable`: rules after one that always applies.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::keywords::CLAUSES;
use crate::pipeline::rule::rules;
use crate::yaml::Map;

pub(super) static RULE: Rule = Rule {
    id: "rules-unreachable",
    severities: &[Warning],
    summary: "a rule follows one that always applies",
    documentation: "GitLab takes the first rule that applies. A rule without `if`, `changes` and `exists` always applies, so later \
rules are unreachable.",
    source: "https://docs.gitlab.com/ci/yaml/#rules",
    bad: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - when: manual
    - if: $X
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  rules:
    - if: $X
    - when: manual
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for body in index.bodies_with_rules() {
        let rules = rules(body).unwrap_or_default();
        let Some(last_reached) = rules.iter().position(|rule| !has_clause(rule.body)) else { continue };
        let Some(unreachable) = rules.get(last_reached + 1) else { continue };
        problems.push(
            Diagnostic::warning(&RULE, unreachable.origin, "unreachable rule")
                .with_label(rules[last_reached].origin, "this rule always applies")
                .with_help("put the rule without a condition last"),
        );
    }
}

fn has_clause(rule: &Map) -> bool {
    CLAUSES.iter().any(|key| rule.contains(key))
}
