//! A trace of a job's rules: each with the values that it saw, its verdict, and the condition under which it applies.

use super::decide::guard;
use super::moment::Creation;
use super::variables::JobVariables;
use super::{Case, DecidingRule, Presence};
use crate::pipeline::expression::{Expression, Variable};
use crate::pipeline::guard::Guard;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::matrix::JobCopy;
use crate::pipeline::rule::{RuleEntry, rules};
use crate::yaml::{Map, Node};

/// A rule of a job, as GitLab evaluates it.
#[derive(Debug, Clone)]
pub struct RuleTrace<'a> {
    /// The rule.
    pub rule: DecidingRule,
    /// Its keys.
    pub body: &'a Map,
    /// The verdict.
    pub verdict: RuleVerdict,
    /// The case of the presence; `None` for a rule that cannot decide.
    pub case: Option<&'a Case>,
    /// The variables of its `if`, each once, with their values.
    pub values: Vec<(String, Variable)>,
    /// The condition under which the rule applies, with nothing put in.
    pub condition: Guard,
}

/// The verdict about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleVerdict {
    /// It applies, and no rule before it can: it decides.
    Decides,
    /// It applies wherever no rule before it does.
    Otherwise,
    /// It applies under a condition that is not known yet.
    Maybe,
    /// It does not apply.
    DoesNotApply,
    /// A rule before it always decides.
    NotReached,
}

/// Returns the trace of a job's rules; empty for a job without `rules`.
///
/// The verdicts are those of the presence, which was decided from the same variables.
pub fn trace<'a>(
    copy: &JobCopy,
    body: &'a Map,
    presence: &'a Presence,
    variables: &KnownVariables,
) -> Vec<RuleTrace<'a>> {
    let creation = Creation::of(variables);
    let moment = creation.moment(true);
    let seen = JobVariables { moment: &moment, name: Some(&copy.name), body, matrix: &copy.variables };
    let mut traces = Vec::new();
    let mut is_decided = false;
    let mut is_first = true;
    for (index, entry) in rules(body).unwrap_or_default().into_iter().enumerate() {
        let case = presence.cases().iter().find(|case| case.rule.is_some_and(|rule| rule.index == index));
        let verdict = match case {
            _ if is_decided => RuleVerdict::NotReached,
            Some(Case { guard: Guard::Always, .. }) if is_first => RuleVerdict::Decides,
            Some(Case { guard: Guard::Always, .. }) => RuleVerdict::Otherwise,
            Some(_) => RuleVerdict::Maybe,
            None => RuleVerdict::DoesNotApply,
        };
        is_first &= case.is_none();
        is_decided |= matches!(verdict, RuleVerdict::Decides | RuleVerdict::Otherwise);
        traces.push(RuleTrace {
            rule: DecidingRule { index, origin: entry.origin },
            body: entry.body,
            verdict,
            case,
            values: values(&entry, &seen),
            condition: unknown_guard(&entry),
        });
    }
    traces
}

fn values(entry: &RuleEntry<'_>, seen: &JobVariables<'_, '_>) -> Vec<(String, Variable)> {
    let expression = entry.condition().and_then(Node::text).and_then(|text| Expression::parse(text).ok());
    let mut values: Vec<(String, Variable)> = Vec::new();
    for name in expression.as_ref().map(Expression::variables).unwrap_or_default() {
        if !values.iter().any(|(known, _)| known == name) {
            values.push((name.to_owned(), seen.get(name)));
        }
    }
    values
}

/// Returns where a rule applies if nothing is known.
fn unknown_guard(entry: &RuleEntry<'_>) -> Guard {
    let nothing = KnownVariables::default();
    let creation = Creation::of(&nothing);
    let moment = creation.moment(true);
    let empty = Map::default();
    let unknown = JobVariables { moment: &moment, name: None, body: &empty, matrix: &[] };
    guard(entry, &unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::read_file;
    use crate::diagnostic::Sources;
    use crate::pipeline::presence::presences;

    /// The rules' verdicts and conditions, for a job with these variables of its own; no others are known.
    fn traced(rules: &str, variables: &str) -> Vec<(RuleVerdict, String)> {
        let text = format!("deploy: {{ script: x, variables: {variables}, rules: {rules} }}");
        let (pipeline, _) = read_file(".gitlab-ci.yml", text.as_str(), &Sources::default());
        let nothing = KnownVariables::default();
        let presence = presences(&pipeline, &Creation::of(&nothing).moment(true));
        let (copy, decided) = &presence[0].copies()[0];
        let traces = trace(copy, &pipeline.jobs[0].body, decided, &nothing);
        traces.iter().map(|traced| (traced.verdict, traced.condition.to_string())).collect()
    }

    #[test]
    fn each_rule_has_a_verdict_and_a_condition() {
        use RuleVerdict::{Decides, DoesNotApply, Maybe, NotReached, Otherwise};
        let verdicts = |rules, variables| -> Vec<RuleVerdict> {
            traced(rules, variables).into_iter().map(|(verdict, _)| verdict).collect()
        };
        let rules = "[{ if: '$A == \"1\"', when: never }, { if: $B }, { when: manual }, { if: $C }]";
        assert_eq!(verdicts(rules, "{ A: 2, B: x }"), [DoesNotApply, Decides, NotReached, NotReached]);
        assert_eq!(verdicts(rules, "{ A: 1 }"), [Decides, NotReached, NotReached, NotReached]);
        assert_eq!(verdicts(rules, "{ A: 2 }"), [DoesNotApply, Maybe, Otherwise, NotReached]);
        assert_eq!(traced(rules, "{}")[0].1, "`$A` is `1`");
    }
}
