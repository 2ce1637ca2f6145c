//! Explains a unit.

use super::cause::chains;
use super::defaults::defaults;
use super::effect;
use super::why_not::why_not;
use super::{Explanation, Step};
use crate::plan::Plan;
use crate::select::Verdict;
use crate::view::planned::{Omission, planned_jobs};
use crate::workspace::{ReplacedUse, Unit};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::name::UnitName;

pub(super) fn explain(plan: &Plan, unit: &Unit, sources: &Sources) -> Explanation {
    let verdict = plan.verdict(&unit.name);
    let mut explanation = Explanation::of("unit", &unit.name);
    explanation.answer = match verdict {
        Verdict::Everything(_) | Verdict::Selected(_) => "is selected",
        Verdict::Needed(_) => "is not selected, but other units need some of its jobs",
        Verdict::Removed(_) => "was removed",
        Verdict::Skipped => "is not selected",
    }
    .to_owned();
    explanation.included = verdict.is_selected();
    explanation.because = chains(plan, unit, sources);
    if matches!(verdict, Verdict::Needed(_) | Verdict::Skipped) {
        explanation.why_not = why_not(plan, unit, sources);
    }
    if *verdict != Verdict::Skipped {
        let jobs = effect::jobs(plan, &unit.name);
        let text = if jobs.is_empty() { "no jobs in this pipeline" } else { "jobs in this pipeline" };
        explanation.effects.push(effect::effect(Some(&unit.name), text.to_owned(), &jobs));
    }
    explanation.notes = defaults(&plan.defaults, sources);
    explanation.notes.extend(replaced_uses(unit, sources));
    explanation.notes.extend(jobs_left_out(plan, unit, sources));
    explanation.notes.extend(absent_jobs(plan, unit));
    explanation.effects.extend(effect::of_unit(plan, &unit.name));
    explanation.changed_paths = plan.paths(&unit.name).iter().map(RepoPath::to_json).collect();
    explanation.fingerprint = fingerprint(plan, &unit.name);
    explanation.declared_at = Some(sources.place(unit.declaration.origin()));
    explanation
}

fn fingerprint(plan: &Plan, unit: &UnitName) -> Option<String> {
    plan.fingerprints.as_ref()?.units.get(unit).map(ToString::to_string)
}

/// Returns the jobs of the unit that are left out because they have passed; where it has no job at all, every one that is left out.
fn absent_jobs(plan: &Plan, unit: &Unit) -> Vec<Step> {
    let has_jobs = plan.pipeline.jobs.iter().any(|job| job.unit.as_ref() == Some(&unit.name));
    let mut notes = Vec::new();
    for left_out in plan.left_out.get(&unit.name).into_iter().flatten() {
        let name = format!("{}:{}", unit.name, left_out.job);
        if !has_jobs || plan.reuse.contains_key(name.as_str()) {
            notes.push(Step::new(format!("{name} is left out: {}", left_out.reason)));
        }
    }
    notes
}

/// Returns the jobs of the unit that their rules leave out of this kind of pipeline.
fn jobs_left_out(plan: &Plan, unit: &Unit, sources: &Sources) -> Vec<Step> {
    let mut notes = Vec::new();
    for planned in planned_jobs(plan).filter(|planned| planned.job.unit.as_ref() == Some(&unit.name)) {
        if let Some(Omission { reason, origin }) = planned.omission() {
            let text = format!("{} is left out by its rules: {reason}", planned.job.name);
            notes.push(Step::with_place(text, sources.place(origin)));
        }
    }
    notes
}

/// Returns the uses of rules that the unit's own file replaces.
fn replaced_uses(unit: &Unit, sources: &Sources) -> Vec<Step> {
    let mut notes = Vec::new();
    for ReplacedUse { template, origin } in &unit.replaced_uses {
        let text = format!("its own use of `{template}` replaces that of the rule");
        notes.push(Step::with_place(text, sources.place(*origin)));
    }
    notes
}
