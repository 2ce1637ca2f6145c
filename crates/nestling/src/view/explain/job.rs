//! A job.

use super::cause::chains;
use super::defaults::defaults_of_job;
use super::effect;
use super::why_not::why_not;
use super::{Explanation, Step};
use crate::plan::Plan;
use crate::select::Verdict;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::{Sources, Suggestion};
use nestling_gitlab::pipeline::Job;

pub(super) fn explain(plan: &Plan, unit: Option<&Unit>, job: &str, sources: &Sources) -> Explanation {
    let full = unit.map_or_else(|| job.to_owned(), |unit| format!("{}:{job}", unit.name));
    let mut told = Explanation::of("job", &full);
    if let Some(found) = plan.pipeline.job(&full) {
        "is in this pipeline".clone_into(&mut told.answer);
        told.included = true;
        told.because = match unit {
            Some(unit) => reasons(plan, unit, found, sources),
            None => vec![vec![Step::new("it is a job of the workspace, which every pipeline has")]],
        };
        told.effects = effect::of_job(plan, &full);
        told.notes = defaults_of_job(&plan.defaults, found, sources);
        told.declared_at = Some(sources.place(found.origin));
        return told;
    }
    "is not in this pipeline".clone_into(&mut told.answer);
    let Some(unit) = unit else { return told };
    told.why_not = absent(plan, unit, job, &full, sources);
    told
}

/// Why its unit is in; of a unit that is in for single jobs only, why this one is.
fn reasons(plan: &Plan, unit: &Unit, job: &Job, sources: &Sources) -> Vec<Vec<Step>> {
    let verdict = plan.verdict(&unit.name);
    let needed = effect::of_job(plan, job.name.as_str());
    let mut chains = chains(plan, unit, sources);
    if matches!(verdict, Verdict::Needed(_)) {
        let direct = needed.first().map(|effect| Step::new(&effect.text));
        chains.iter_mut().for_each(|chain| chain.splice(0..0, direct.clone()).for_each(drop));
    } else {
        let step = Step::new(format!("{} is {}", unit.name, word(verdict)));
        chains.iter_mut().for_each(|chain| chain.insert(0, step.clone()));
    }
    chains
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Removed(_) => "gone, and what it left has to be stopped",
        _ => "selected",
    }
}

fn absent(plan: &Plan, unit: &Unit, job: &str, full: &str, sources: &Sources) -> Vec<String> {
    let left_out = plan.left_out.get(&unit.name).into_iter().flatten().find(|left_out| left_out.job == job);
    if let Some(left_out) = left_out {
        return vec![left_out.reason.clone()];
    }
    let verdict = plan.verdict(&unit.name);
    let own = effect::jobs(plan, &unit.name);
    match verdict {
        Verdict::Skipped => {
            let mut lines = vec![format!("{} is not selected, so none of its jobs is in", unit.name)];
            lines.extend(why_not(plan, unit, sources));
            lines
        }
        Verdict::Needed(_) => {
            let mut lines = vec![format!("of {} only what others need is in: {}", unit.name, own.join(", "))];
            lines.extend(why_not(plan, unit, sources));
            lines
        }
        Verdict::Removed(_) => {
            vec![format!("{} is gone: of its jobs only those that stop are kept", unit.name)]
        }
        Verdict::Everything(_) | Verdict::Selected(_) => {
            let fan: Vec<String> =
                own.iter().filter(|name| name.starts_with(&format!("{full}:"))).cloned().collect();
            if fan.is_empty() {
                let near = Suggestion::among(full, own.iter().map(String::as_str)).help();
                let other = near.unwrap_or_else(|| format!("it has {}", own.join(", ")));
                vec![format!("{} has no such job; {other}", unit.name)]
            } else {
                vec![format!("it became {}", fan.join(", "))]
            }
        }
    }
}
