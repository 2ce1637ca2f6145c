//! The rules of a job one by one, in words: values, verdict, outcome, and what would change the verdict.

use super::planned::PlannedJob;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::expression::Variable;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Outcome, RuleTrace, RuleVerdict, Start, trace};
use nestling_gitlab::yaml::{Map, Node, emit};

/// A rule of a job with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TracedRule {
    /// The rule as written, on one line.
    pub text: String,
    /// The place where it was written.
    pub origin: Origin,
    /// `decides`, `maybe`, `otherwise`, `no` or `unreached`.
    pub verdict: &'static str,
    /// The verdict as a sentence.
    pub sentence: String,
    /// The outcome of a rule that can decide.
    pub outcome: Option<String>,
    /// The variables of its `if` with their values.
    pub values: Vec<(String, String)>,
}

/// Returns the rules of a job, as its first copy sees them. A job without `rules` has none.
pub(crate) fn traced_rules(planned: PlannedJob<'_>, variables: &KnownVariables) -> Vec<TracedRule> {
    let Some((copy, presence)) = planned.presence.copies().first() else { return Vec::new() };
    let written = planned.job.body.get("variables").and_then(Node::as_map);
    let traces = trace(copy, &planned.job.body, presence, variables);
    traces.iter().map(|traced| traced_rule(traced, written)).collect()
}

/// Words for a value of the job's own `variables`, or of its file's.
const OVERRIDABLE: &str = ", unless the project or the run sets it";

fn traced_rule(traced: &RuleTrace<'_>, written: Option<&Map>) -> TracedRule {
    let value = |(name, value): &(String, Variable)| {
        (name.clone(), value_in_words(value, written.is_some_and(|map| map.contains(name))))
    };
    TracedRule {
        text: on_one_line(traced.body),
        origin: traced.rule.origin,
        verdict: match traced.verdict {
            RuleVerdict::Decides => "decides",
            RuleVerdict::Otherwise => "otherwise",
            RuleVerdict::Maybe => "maybe",
            RuleVerdict::DoesNotApply => "no",
            RuleVerdict::NotReached => "unreached",
        },
        sentence: sentence(traced),
        outcome: traced.case.map(|case| outcome_in_words(case.outcome)),
        values: traced.values.iter().map(value).collect(),
    }
}

fn sentence(traced: &RuleTrace<'_>) -> String {
    let condition = &traced.condition;
    let is_unconditional = *condition == Guard::Always;
    match traced.verdict {
        RuleVerdict::Decides if is_unconditional => "decides: it has no condition".to_owned(),
        RuleVerdict::Decides => format!("decides: {condition}"),
        RuleVerdict::Otherwise => "decides where no earlier rule applies".to_owned(),
        RuleVerdict::Maybe => match traced.case {
            Some(case) => format!("decides if {}", case.guard),
            None => String::new(),
        },
        RuleVerdict::DoesNotApply => format!("does not apply; it would if {condition}"),
        RuleVerdict::NotReached => "not reached: an earlier rule decides".to_owned(),
    }
}

/// Returns a value in words. Variables of a project, a schedule or a manual run take precedence over those that are written in files.
fn value_in_words(value: &Variable, is_written: bool) -> String {
    match value {
        Variable::Set(text) if is_written => format!("\"{text}\"{OVERRIDABLE}"),
        Variable::Set(text) => format!("\"{text}\""),
        Variable::Bool(value) => value.to_string(),
        Variable::Unset => "not set".to_owned(),
        Variable::Unknown => "not known before the pipeline is created".to_owned(),
    }
}

/// Returns a rule as YAML on one line: `if: $X, when: manual`.
fn on_one_line(rule: &Map) -> String {
    let mut parts = Vec::new();
    for (key, node) in rule.iter() {
        let value = emit(node);
        let lines: Vec<&str> = value.lines().map(str::trim).collect();
        parts.push(format!("{key}: {}", lines.join(" ")));
    }
    parts.join(", ")
}

/// Returns the outcome of a case in a few words.
pub(crate) fn outcome_in_words(outcome: Outcome) -> String {
    let Outcome::Present { start, allow_failure } = outcome else { return "left out".to_owned() };
    let start = match start {
        Start::OnSuccess => "automatic",
        Start::OnFailure => "on failure",
        Start::Always => "automatic, also after a failure",
        Start::Manual => "manual",
        Start::Delayed => "delayed",
    };
    // GitLab lets most manual jobs wait without blocking; only the others are worth a word.
    match (start, allow_failure) {
        ("manual", false) => "manual, blocks the pipeline".to_owned(),
        (start, true) if start != "manual" => format!("{start}, may fail"),
        (start, _) => start.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_a_run_can_override_are_named() {
        let set = || Variable::Set("yes".to_owned());
        for (value, is_written, expected) in [
            (set(), true, "\"yes\", unless the project or the run sets it"),
            (set(), false, "\"yes\""),
            (Variable::Unset, true, "not set"),
        ] {
            assert_eq!(value_in_words(&value, is_written), expected);
        }
    }
}
