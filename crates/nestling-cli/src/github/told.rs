//! Lines about the contexts of an expression.

use super::context::{Value, value};
use super::expression::Expr;
use super::notes::{Notes, Part};
use super::scope::Scope;
use nestling::Origin;

/// Variables that somebody without access to the repository can choose.
const UNTRUSTED: [&str; 4] = [
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_MERGE_REQUEST_TITLE",
    "CI_MERGE_REQUEST_DESCRIPTION",
    "CI_COMMIT_MESSAGE",
];

/// Adds lines about the contexts of an expression: values to set, to distrust, or that are written in another way.
pub(super) fn tell(expression: &Expr, scope: &Scope, origin: Origin, notes: &mut Notes) {
    match expression {
        // A value that a caller passed is reported there.
        Expr::Context(name) if scope.is_passed(name) => {}
        Expr::Context(name) => tell_of(name, origin, notes),
        Expr::All(parts) | Expr::Any(parts) | Expr::Joined(parts) => {
            parts.iter().for_each(|part| tell(part, scope, origin, notes));
        }
        Expr::Call(name, parts) if name.eq_ignore_ascii_case("format") => {
            parts.iter().for_each(|part| tell(part, scope, origin, notes));
        }
        _ => {}
    }
}

fn tell_of(context: &str, origin: Origin, notes: &mut Notes) {
    let Some(Value::Variable(name)) = value(context) else { return };
    if UNTRUSTED.contains(&name.as_str()) {
        let text = format!("`{context}` is chosen by anyone who opens a merge request: quote `${name}`");
        notes.add(Part::Security, origin, text);
    }
    if name == "CI_JOB_TOKEN" {
        let text = "`GITHUB_TOKEN` is `$CI_JOB_TOKEN`, which has other permissions";
        notes.add(Part::Decided, origin, text);
    } else if context.starts_with("secrets.") {
        let text = format!("`{context}`: set the CI/CD variable `{name}`, masked and protected");
        notes.add(Part::Decided, origin, text);
    } else if context.starts_with("vars.") {
        notes.add(Part::Decided, origin, format!("`{context}`: set the CI/CD variable `{name}`"));
    }
    let other = match context {
        "github.ref" => "is `main`, and not `refs/heads/main`",
        "github.event_name" => {
            "is `merge_request_event` for `pull_request`, and `web` for `workflow_dispatch`"
        }
        "github.repository" | "github.repository_owner" => "is the path of the project on GitLab",
        "github.actor" | "github.triggering_actor" => "is the name of the user on GitLab",
        _ => return,
    };
    notes.add(Part::Rewritten, origin, format!("`{context}`: `${name}` {other}"));
}
