//! Conditions of jobs as `rules:if` of a child pipeline.

use super::expression::{Expr, Variable};
use crate::import::{all_of, any_of};

/// When a job or a step starts, by `always()` and the like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Start {
    /// If nothing failed before.
    #[default]
    Success,
    /// In any case.
    Always,
    /// If something failed before.
    Failure,
    /// If the pipeline is canceled.
    Cancelled,
}

/// Splits a condition into the way to start and what else has to hold.
pub(super) fn start(condition: &Expr) -> (Option<Start>, Expr) {
    let status = |expression: &Expr| match expression {
        Expr::Call(name, _) => match name.as_str() {
            "always" => Some(Start::Always),
            "failure" => Some(Start::Failure),
            "cancelled" => Some(Start::Cancelled),
            "success" => Some(Start::Success),
            _ => None,
        },
        Expr::Not(inner) => match inner.as_ref() {
            Expr::Call(name, _) if name == "cancelled" => Some(Start::Always),
            Expr::Call(name, _) if name == "failure" => Some(Start::Success),
            _ => None,
        },
        _ => None,
    };
    if let Some(start) = status(condition) {
        return (Some(start), Expr::Bool(true));
    }
    match condition {
        Expr::All(parts) => {
            let found: Vec<(Option<Start>, Expr)> = parts.iter().map(start).collect();
            let start = found.iter().filter_map(|(start, _)| *start).next_back();
            let rest: Vec<Expr> =
                found.into_iter().map(|(_, rest)| rest).filter(|rest| *rest != Expr::Bool(true)).collect();
            (start, together(rest))
        }
        Expr::Any(parts) if parts.iter().any(|part| start(part).0.is_some()) => {
            let found: Vec<(Option<Start>, Expr)> = parts.iter().map(start).collect();
            let first = found[0].0;
            if found.iter().any(|(start, _)| *start != first) {
                // `failure()` is one of several reasons to start, as in `success() || failure()`.
                return (Some(Start::Always), Expr::Bool(true));
            }
            let rest: Vec<Expr> = found.into_iter().map(|(_, rest)| rest).collect();
            let holds = rest.contains(&Expr::Bool(true));
            (first, if holds { Expr::Bool(true) } else { Expr::Any(rest) })
        }
        other => (None, other.clone()),
    }
}

/// Returns the condition that all parts hold.
pub(super) fn together(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        0 => Expr::Bool(true),
        1 => parts.remove(0),
        _ => Expr::All(parts),
    }
}

/// Returns the parts of which all have to hold.
pub(super) fn conjuncts(condition: &Expr) -> Vec<Expr> {
    match condition {
        Expr::Bool(true) => Vec::new(),
        Expr::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other.clone()],
    }
}

/// Returns the expression of a rule; `None` if GitLab cannot ask for it before the pipeline exists.
pub(super) fn rule(condition: &Expr) -> Option<String> {
    match condition {
        Expr::Variable(Variable { is_late: true, .. }) => None,
        Expr::Variable(Variable { name, is_flag: true, .. }) => {
            Some(format!("${name} && ${name} != \"false\""))
        }
        Expr::Variable(Variable { name, .. }) => Some(format!("${name}")),
        Expr::All(parts) => all_of(parts.iter().map(rule).collect::<Option<Vec<_>>>()?),
        Expr::Any(parts) => any_of(&parts.iter().map(rule).collect::<Option<Vec<_>>>()?),
        Expr::Not(inner) => opposite(inner),
        Expr::Compare { left, operator, right } => compared(left, operator, right),
        Expr::Call(name, arguments) => matched(name, arguments, "=~"),
        _ => None,
    }
}

fn opposite(condition: &Expr) -> Option<String> {
    match condition {
        Expr::Variable(Variable { is_late: true, .. }) => None,
        Expr::Variable(Variable { name, is_flag: true, .. }) => {
            Some(format!("${name} == null || ${name} == \"\" || ${name} == \"false\""))
        }
        // GitLab's own variables are never empty.
        Expr::Variable(Variable { name, .. }) if name.starts_with("CI_") => Some(format!("${name} == null")),
        Expr::Variable(Variable { name, .. }) => Some(format!("${name} == null || ${name} == \"\"")),
        Expr::All(parts) => any_of(&parts.iter().map(opposite).collect::<Option<Vec<_>>>()?),
        Expr::Any(parts) => all_of(parts.iter().map(opposite).collect::<Option<Vec<_>>>()?),
        Expr::Compare { left, operator: "==", right } => compared(left, "!=", right),
        Expr::Compare { left, operator: "!=", right } => compared(left, "==", right),
        Expr::Call(name, arguments) => matched(name, arguments, "!~"),
        Expr::Not(inner) => rule(inner),
        _ => None,
    }
}

fn compared(left: &Expr, operator: &str, right: &Expr) -> Option<String> {
    let is_early = |side: &Expr| matches!(side, Expr::Variable(variable) if !variable.is_late);
    if !is_early(left) || !matches!(operator, "==" | "!=") {
        return None;
    }
    let Expr::Variable(Variable { name, .. }) = left else { return None };
    match right {
        // A variable that is not set is an empty string on GitHub.
        Expr::Text(text) if text.is_empty() => {
            let variable = Expr::variable(name.as_str());
            if operator == "==" { opposite(&variable) } else { rule(&variable) }
        }
        Expr::Text(text) if !text.contains(['"', '$']) => Some(format!("${name} {operator} \"{text}\"")),
        Expr::Bool(known) => Some(format!("${name} {operator} \"{known}\"")),
        Expr::Variable(other) if is_early(right) => Some(format!("${name} {operator} ${}", other.name)),
        _ => None,
    }
}

fn matched(function: &str, arguments: &[Expr], operator: &str) -> Option<String> {
    let [Expr::Variable(Variable { name, is_late: false, .. }), Expr::Text(text)] = arguments else {
        return None;
    };
    let text = regex::escape(text).replace('/', "\\/");
    let pattern = match function.to_ascii_lowercase().as_str() {
        "contains" => text,
        "startswith" => format!("^{text}"),
        "endswith" => format!("{text}$"),
        "listed" => format!("(^|,){text}(,|$)"),
        _ => return None,
    };
    Some(format!("${name} {operator} /{pattern}/"))
}

/// Returns `CI_PIPELINE_SOURCE` of the pipelines of an event.
pub(super) fn source_of_event(event: &str) -> Option<&'static str> {
    Some(match event {
        "push" => "push",
        "schedule" => "schedule",
        "workflow_dispatch" => "web",
        "repository_dispatch" => "trigger",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::expression::parse_condition;
    use crate::github::scope::Scope;

    #[test]
    fn conditions_are_asked_for_in_words_of_a_child() {
        for (written, expected, way) in [
            ("github.ref == 'refs/heads/main'", Some("$CI_COMMIT_BRANCH == \"main\""), None),
            ("${{ startsWith(github.ref, 'refs/tags/v') }}", Some("$CI_COMMIT_TAG =~ /^v/"), None),
            ("github.event_name == 'pull_request'", Some("$CI_MERGE_REQUEST_IID"), None),
            (
                "github.event_name == 'push'",
                Some("$CI_MERGE_REQUEST_IID == null && $PARENT_PIPELINE_SOURCE == \"push\""),
                None,
            ),
            (
                "github.event_name != 'schedule' && (github.ref_name == 'a' || vars.DEPLOY)",
                Some("$PARENT_PIPELINE_SOURCE != \"schedule\" && ($CI_COMMIT_REF_NAME == \"a\" || $DEPLOY)"),
                None,
            ),
            (
                "github.ref_name == 'a' && ((vars.A || vars.B) || (vars.C || vars.D))",
                Some("$CI_COMMIT_REF_NAME == \"a\" && ($A || $B || $C || $D)"),
                None,
            ),
            ("github.ref_type == 'branch'", Some("$CI_COMMIT_TAG == null"), None),
            (
                "!startsWith(github.head_ref, 'wip/')",
                Some("$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME !~ /^wip\\//"),
                None,
            ),
            ("!(vars.A == 'x' || vars.B)", Some("$A != \"x\" && ($B == null || $B == \"\")"), None),
            ("vars.A != ''", Some("$A"), None),
            ("github.event.pull_request.draft == false", Some("$CI_MERGE_REQUEST_DRAFT != \"true\""), None),
            (
                "contains(github.event.pull_request.labels.*.name, 'e2e')",
                Some("$CI_MERGE_REQUEST_LABELS =~ /(^|,)e2e(,|$)/"),
                None,
            ),
            ("github.repository == 'a/b' && github.ref_type == 'tag'", Some("$CI_COMMIT_TAG"), None),
            (
                "contains(fromJSON('[\"a\", \"b\"]'), github.ref_name)",
                Some("$CI_COMMIT_REF_NAME == \"a\" || $CI_COMMIT_REF_NAME == \"b\""),
                None,
            ),
            ("always()", None, Some(Start::Always)),
            ("!cancelled()", None, Some(Start::Always)),
            ("failure() && (vars.A || vars.B)", Some("$A || $B"), Some(Start::Failure)),
            ("success() || failure()", None, Some(Start::Always)),
            ("failure() || vars.A", None, Some(Start::Always)),
            ("failure() && github.ref_type == 'tag'", Some("$CI_COMMIT_TAG"), Some(Start::Failure)),
        ] {
            let resolved = Scope::default().resolve(&parse_condition(written).unwrap());
            let (found, rest) = start(&resolved);
            assert_eq!((rule(&rest).as_deref(), found), (expected, way), "{written}");
            assert!(expected.is_some() || rest == Expr::Bool(true), "{written}");
        }
        for unknown in
            ["github.actor != 'dependabot[bot]'", "steps.a.outcome == 'success'", "hashFiles('a') != ''"]
        {
            let resolved = Scope::default().resolve(&parse_condition(unknown).unwrap());
            assert_eq!(rule(&start(&resolved).1), None, "{unknown}");
        }
    }
}
