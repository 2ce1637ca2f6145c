//! The roles of an environment, by purpose.

use crate::rules::CDK_HEADER;
use crate::settings::{CdkSettings, Purpose, StagePolicy};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::yaml::Located;
use std::collections::BTreeMap;

/// The role for each purpose that has one; any other is a CI/CD variable.
type RoleByPurpose = BTreeMap<Purpose, Located<String>>;

/// Returns the roles of a stage, or else those of the header. `role` is for everything but looking.
pub(crate) fn roles(settings: &CdkSettings, policy: Option<&StagePolicy>) -> RoleByPurpose {
    let mut roles = RoleByPurpose::new();
    for purpose in Purpose::ALL {
        let general = |role: &Option<Located<String>>| role.clone().filter(|_| purpose == Purpose::Deploy);
        let of_stage =
            policy.and_then(|policy| policy.roles.of(purpose).cloned().or_else(|| general(&policy.role)));
        let of_header = || settings.roles.of(purpose).cloned().or_else(|| general(&settings.role));
        if let Some(role) = of_stage.or_else(of_header) {
            roles.insert(purpose, role);
        }
    }
    roles
}

/// Returns the errors of a stage with other roles than one before it in the same environment, whose job can have one.
pub(crate) fn other_roles(environment: &str, known: &RoleByPurpose, own: &RoleByPurpose) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for purpose in Purpose::ALL {
        let (known, own) = (known.get(&purpose), own.get(&purpose));
        let Some(written) = own.or(known) else { continue };
        if known.map(|role| &role.value) == own.map(|role| &role.value) {
            continue;
        }
        let message = format!("the stages in `{environment}` have different roles to {}", verb(purpose));
        let mut problem = Diagnostic::error(&CDK_HEADER, written.origin, message);
        if let (Some(known), Some(_)) = (known, own) {
            problem = problem.with_label(known.origin, "the other role");
        }
        problems.push(problem.with_help("give them the same role, or separate environments"));
    }
    problems
}

fn verb(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Diff => "show changes",
        Purpose::Drift => "look for drift",
        Purpose::Assets => "publish assets",
        Purpose::Deploy => "deploy",
    }
}
