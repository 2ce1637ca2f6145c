//! Rules behind one that always decides.

use super::Index;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::rule::rules;

pub(super) static RULE: Rule = Rule {
    id: "rules-unreachable",
    severities: &[Warning],
    summary: "a rule stands behind one that always applies",
    documentation: "GitLab takes the first rule that applies. One without `if`, `changes` and `exists` always does, and what follows \
is never read.",
    source: "https://docs.gitlab.com/ci/yaml/#rules",
    bad: Example::Pipeline("a: { script: x, rules: [{ when: manual }, { if: $X }] }\n"),
    good: Example::Pipeline("a: { script: x, rules: [{ if: $X }, { when: manual }] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let workflow = std::iter::once(&index.pipeline.workflow);
    for body in workflow.chain(index.jobs().map(|(_, job)| &job.body)) {
        let rules = rules(body).unwrap_or_default();
        let asks = |key| ["if", "changes", "exists"].contains(&key);
        let always = rules.iter().position(|rule| !rule.body.iter().any(|(key, _)| asks(key)));
        if let Some((always, next)) = always.and_then(|at| Some((rules[at], rules.get(at + 1)?))) {
            problems.push(
                Diagnostic::warning(&RULE, next.origin, "this rule is never read")
                    .with_label(always.origin, "this one always applies")
                    .with_help("put the rule without a condition last"),
            );
        }
    }
}
