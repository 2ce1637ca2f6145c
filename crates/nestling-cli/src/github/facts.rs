//! Facts that GitLab states in other variables than GitHub: the event, the reference, the fork, the labels.

use super::condition::source_of_event;
use super::expression::Expr;

/// Variables by which a child knows of the parent's source and of a merge request.
const SOURCE: &str = "PARENT_PIPELINE_SOURCE";
const MERGE_REQUEST: &str = "CI_MERGE_REQUEST_IID";

/// Returns a comparison of a fact; `None` if both sides are ordinary values.
pub(super) fn compared(left: &Expr, operator: &str, right: &Expr) -> Option<Expr> {
    if !matches!(operator, "==" | "!=") {
        return None;
    }
    let found = equal(left, right).or_else(|| equal(right, left))?;
    // The source of the parent is another one, whatever the kind of the pipeline.
    if let (Expr::All(parts), "!=") = (&found, operator)
        && let [_, Expr::Compare { left, right, .. }] = parts.as_slice()
    {
        return Some(left.as_ref().clone().compare("!=", right.as_ref().clone()));
    }
    Some(if operator == "==" { found } else { found.not() })
}

/// Returns the condition that a fact has a value.
fn equal(context: &Expr, other: &Expr) -> Option<Expr> {
    let Expr::Context(name) = context else { return None };
    match (name.as_str(), other) {
        ("github.event_name", Expr::Text(event)) => Some(event_is(event)),
        ("github.ref", Expr::Text(text)) => Some(match reference(text) {
            Some((variable, name)) => Expr::variable(variable).compare("==", Expr::Text(name.to_owned())),
            None => Expr::Unknown(format!("github.ref == '{text}'")),
        }),
        ("github.ref_type", Expr::Text(text)) => Some(match text.as_str() {
            "tag" => Expr::variable("CI_COMMIT_TAG"),
            // The type of a pull request is `branch` as well.
            _ => Expr::variable("CI_COMMIT_TAG").not(),
        }),
        // The name of the repository is another one here, and the guard is against forks, whose pipelines are their own project's.
        ("github.repository" | "github.repository_owner", Expr::Text(_)) => Some(Expr::Bool(true)),
        (
            "github.event.repository.fork" | "github.event.pull_request.head.repo.fork",
            Expr::Bool(is_fork),
        ) => Some(Expr::Bool(!is_fork)),
        ("github.event.pull_request.head.repo.full_name", Expr::Context(name))
            if name == "github.repository" =>
        {
            Some(
                Expr::variable("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")
                    .compare("==", Expr::variable("CI_MERGE_REQUEST_PROJECT_PATH")),
            )
        }
        ("github.event.pull_request.draft", Expr::Bool(is_draft)) => {
            let draft = Expr::variable("CI_MERGE_REQUEST_DRAFT").compare("==", Expr::Text("true".to_owned()));
            Some(if *is_draft { draft } else { draft.not() })
        }
        // Another user starts the pipelines here.
        ("github.actor" | "github.triggering_actor", Expr::Text(text)) => {
            Some(Expr::Unknown(format!("{name} == '{text}'")))
        }
        _ => None,
    }
}

fn event_is(event: &str) -> Expr {
    match event {
        "pull_request" | "pull_request_target" => Expr::variable(MERGE_REQUEST),
        "merge_group" => {
            Expr::variable("CI_MERGE_REQUEST_EVENT_TYPE").compare("==", Expr::Text("merge_train".to_owned()))
        }
        "release" => Expr::variable("CI_COMMIT_TAG"),
        event => match source_of_event(event) {
            Some(source) => Expr::All(vec![
                Expr::variable(MERGE_REQUEST).not(),
                Expr::variable(SOURCE).compare("==", Expr::Text(source.to_owned())),
            ]),
            None => Expr::Bool(false),
        },
    }
}

/// Returns what a function asks of a fact; `None` if its arguments are ordinary values.
pub(super) fn call(function: &str, arguments: &[Expr]) -> Option<Expr> {
    let [Expr::Context(context), Expr::Text(text)] = arguments else { return None };
    let lower = function.to_ascii_lowercase();
    if context == "github.ref" && matches!(lower.as_str(), "startswith" | "contains") {
        return Some(match reference(text) {
            Some((variable, "")) => Expr::variable(variable),
            Some((variable, name)) => Expr::Call(
                "startsWith".to_owned(),
                vec![Expr::variable(variable), Expr::Text(name.to_owned())],
            ),
            None => Expr::Unknown(format!("{function}(github.ref, '{text}')")),
        });
    }
    let is_labels = context.starts_with("github.event.") && context.ends_with("labels.*.name");
    (lower == "contains" && is_labels).then(|| {
        Expr::Call("listed".to_owned(), vec![Expr::variable("CI_MERGE_REQUEST_LABELS"), arguments[1].clone()])
    })
}

/// Returns the variable of a full reference with its name.
fn reference(text: &str) -> Option<(&'static str, &str)> {
    let branch = text.strip_prefix("refs/heads/").map(|name| ("CI_COMMIT_BRANCH", name));
    branch.or_else(|| text.strip_prefix("refs/tags/").map(|name| ("CI_COMMIT_TAG", name)))
}

/// Returns a line about a fact that an expression takes for granted; `None` if there is none.
pub(super) fn assumed(expression: &Expr) -> Option<&'static str> {
    let is_fork = |part: &Expr| {
        matches!(part, Expr::Context(name) if matches!(
            name.as_str(),
            "github.repository" | "github.repository_owner" | "github.event.repository.fork"
                | "github.event.pull_request.head.repo.fork"
        ))
    };
    let is_guard = |part: &Expr| match part {
        Expr::Compare { left, right, .. } => is_fork(left) || is_fork(right),
        Expr::Not(inner) => is_fork(inner),
        _ => false,
    };
    expression.contains(&is_guard).then_some(
        "a guard against forks is taken to hold: a fork's merge request runs in the fork's project, with its variables",
    )
}
