//! Removed CDK units: what is reported beside their stop jobs, which name their stacks themselves.

use crate::plan::rules::REMOVED_UNIT;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::UnitName;

/// The stacks of an app are what they were, wherever its directory is.
pub(super) fn moved(unit: &Unit, to: &UnitName) -> Diagnostic {
    let message =
        format!("`{}` is `{to}` now, which deploys the same stacks: nothing is destroyed", unit.name);
    Diagnostic::new(&REMOVED_UNIT, Severity::Warning, message).with_help(
        "leave the old unit's environments alone: their stop jobs would destroy the stacks, which are in use",
    )
}

/// Advice for a case that no job can handle.
pub(super) fn with_manual_commands(problem: Diagnostic, unit: &Unit, commit: &str) -> Diagnostic {
    let dir = &unit.dir;
    problem
        .with_note("an environment with a stop job can be stopped under Operate > Environments: it names its stacks itself")
        .with_note("`synth:` in a unit's header lets `generate` synthesize what is gone, from the commit that had it")
        .with_help(format!(
            "destroy its stacks from where they were: `git worktree add ../gone {commit} && cd ../gone/{dir} && npx cdk list`, then `npx cdk destroy --exclusively STACK` for each stack that it deployed"
        ))
}
