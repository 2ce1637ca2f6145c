//! CDK units that are gone: their stop jobs destroy stacks by an assembly that nothing at head has any more.

use super::{UNIT_COMMIT, mentions};
use crate::cdk::{directory_of, is_committed};
use crate::plan::rules::REMOVED_UNIT;
use crate::unit::UnitJob;
use crate::workspace::Unit;
use nestling_cdk::settings::{AssemblySource, CdkSettings};
use nestling_files::files::Files;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// Gives a stop job the assembly that its script names: out of the commit that had it, or else from the job of the parent
/// whose artifact it is.
pub(super) fn bring(unit: &Unit, base: &dyn Files, job: &mut UnitJob) {
    let Some(settings) = unit.cdk.as_ref().and_then(|header| CdkSettings::read(header).ok()) else { return };
    let Ok(directory) = directory_of(unit, &settings) else { return };
    let (origin, place) = (job.origin, directory.to_string());
    if !job.body.get("script").is_some_and(|script| mentions(script, &place)) {
        return;
    }
    if is_committed(base, &directory) {
        let fetch = format!(
            "git fetch --depth=1 origin \"${UNIT_COMMIT}\" && git checkout \"${UNIT_COMMIT}\" -- {place}"
        );
        let mut lines = vec![Node::string(origin, fetch)];
        lines.extend(job.body.get("script").and_then(Node::as_seq).unwrap_or_default().iter().cloned());
        job.body.set("script", Node::seq(origin, lines));
        // A branch's stop job has no checkout, since the branch may be gone; this commit stays.
        let mut variables = job.body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
        variables.set("GIT_STRATEGY", Node::string(origin, "fetch"));
        job.body.set("variables", Node::map(origin, variables));
    } else if let AssemblySource::Parent(parent) = &settings.from {
        let mut need = Map::default();
        need.set("pipeline", Node::string(origin, "$PARENT_PIPELINE_ID"));
        need.set("job", Node::string(origin, parent.as_str()));
        job.body.set("needs", Node::seq(origin, vec![Node::map(origin, need)]));
    }
}

/// The stacks of an app are what they were, wherever its directory is.
pub(super) fn moved(unit: &Unit, to: &UnitName) -> Diagnostic {
    let message =
        format!("`{}` is `{to}` now, which deploys the same stacks: nothing is destroyed", unit.name);
    Diagnostic::new(&REMOVED_UNIT, Severity::Warning, message).with_help(
        "leave the old unit's environments alone: their stop jobs would destroy the stacks, which are in use",
    )
}

/// What a person can do where no job can.
pub(super) fn by_hand(problem: Diagnostic, unit: &Unit, commit: &str) -> Diagnostic {
    let dir = &unit.dir;
    problem
        .with_note("an environment with a stop job can be stopped under Operate > Environments: the job of the last deploy has kept its assembly")
        .with_note("`synth:` in a unit's header lets `generate` synthesize what is gone, from the commit that had it")
        .with_help(format!(
            "destroy its stacks from where they were: `git worktree add ../gone {commit} && cd ../gone/{dir} && npx cdk list`, then `npx cdk destroy --exclusively STACK` for each stack that it deployed"
        ))
}
