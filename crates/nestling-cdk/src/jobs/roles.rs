//! The roles of an environment, by purpose.

use crate::rules::CDK_HEADER;
use crate::settings::{Purpose, Roles};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Located;

/// Returns the roles of a header or a stage by purpose. `role` is for everything but looking.
pub(crate) fn roles<'a>(
    roles: &'a Roles,
    role: Option<&'a Located<String>>,
) -> impl Iterator<Item = (Purpose, &'a Located<String>)> {
    Purpose::ALL.into_iter().filter_map(move |purpose| {
        let general = role.filter(|_| purpose == Purpose::Deploy);
        roles.of(purpose).or(general).map(|role| (purpose, role))
    })
}

/// Returns the error of stages with different roles in one environment, whose job can have one.
pub(crate) fn two_roles(
    environment: &str,
    purpose: Purpose,
    role: &Located<String>,
    other: &Located<String>,
) -> Diagnostic {
    let message = format!("the stages in `{environment}` have different roles to {}", verb(purpose));
    let problem = Diagnostic::error(&CDK_HEADER, other.origin, message);
    problem
        .with_label(role.origin, "the other role")
        .with_help("give them the same role, or environments of their own")
}

fn verb(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Diff => "show changes",
        Purpose::Drift => "look for drift",
        Purpose::Assets => "publish assets",
        Purpose::Deploy => "deploy",
    }
}
