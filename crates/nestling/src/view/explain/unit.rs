//! A unit.

use super::cause::chains;
use super::defaults::defaults;
use super::effect;
use super::why_not::why_not;
use super::{Effect, Explanation, Step};
use crate::plan::Plan;
use crate::select::Verdict;
use crate::workspace::{ReplacedUse, Unit};
use nestling_gitlab::diagnostic::Sources;

pub(super) fn explain(plan: &Plan, unit: &Unit, sources: &Sources) -> Explanation {
    let verdict = plan.verdict(&unit.name);
    let mut told = Explanation::of("unit", &unit.name);
    told.answer = match verdict {
        Verdict::Everything(_) | Verdict::Selected(_) => "is selected",
        Verdict::Needed(_) => "is not selected, and single jobs of it are in",
        Verdict::Removed(_) => "is gone",
        Verdict::Skipped => "is not selected",
    }
    .to_owned();
    told.included = verdict.is_selected();
    told.because = chains(plan, unit, sources);
    if !matches!(verdict, Verdict::Removed(_)) && !verdict.is_selected() {
        told.why_not = why_not(plan, unit, sources);
    }
    let jobs = effect::jobs(plan, &unit.name);
    if *verdict != Verdict::Skipped {
        let text = if jobs.is_empty() { "no job of it is in" } else { "its jobs are in" }.to_owned();
        told.effects.push(Effect { unit: Some(unit.name.to_string()), text, jobs });
    }
    told.effects.extend(effect::of_unit(plan, &unit.name));
    told.notes = defaults(&plan.defaults, sources);
    told.notes.extend(replaced_uses(unit, sources));
    let paths = plan.paths(&unit.name);
    told.changed_paths = paths.iter().map(ToString::to_string).collect();
    told.declared_at = Some(sources.place(unit.declaration.origin()));
    told
}

/// The uses of rules that the unit's own file replaces.
fn replaced_uses(unit: &Unit, sources: &Sources) -> Vec<Step> {
    let note = |replaced: &ReplacedUse| {
        let text = format!("its own use of `{}` replaces that of the rule", replaced.template);
        Step::at(text, sources.place(replaced.origin))
    };
    unit.replaced_uses.iter().map(note).collect()
}
