//! Explains a job.

use super::cause::chains;
use super::defaults::defaults_of_job;
use super::why_not::why_not;
use super::{Explanation, Step};
use super::{effect, presence};
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::select::Verdict;
use crate::view::planned::PlannedJob;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::{Sources, Suggestion};
use nestling_gitlab::pipeline::Job;

pub(super) fn explain(plan: &Plan, unit: Option<&Unit>, name: &str, sources: &Sources) -> Explanation {
    let full_name = unit.map_or_else(|| name.to_owned(), |unit| format!("{}:{name}", unit.name));
    let mut explanation = Explanation::of("job", &full_name);
    if let Some(planned) = presence::find(plan, &full_name) {
        let job = planned.job;
        explanation.answer = answer(planned);
        explanation.included = !planned.is_out();
        explanation.is_known = true;
        explanation.declared_at = Some(sources.place(job.origin));
        add_fingerprint(&mut explanation, plan, job);
        explanation.rules = presence::rules(plan, planned);
        if let Some(omission) = planned.omission() {
            explanation.why_not.push(format!("left out by its rules: {}", omission.in_words(sources)));
            return explanation;
        }
        explanation.decisions = presence::decisions(planned, sources);
        explanation.because = match unit {
            Some(unit) => reasons(plan, unit, job, sources),
            None => vec![vec![Step::new("every pipeline has the jobs of the workspace")]],
        };
        explanation.effects = effect::of_job(plan, &full_name);
        explanation.notes = defaults_of_job(&plan.defaults, job, sources);
        explanation.notes.extend(kept(plan, job));
        return explanation;
    }
    "is not in this pipeline".clone_into(&mut explanation.answer);
    explanation.is_known =
        presence::is_left_out(plan, &full_name) || !presence::of_environments(plan, &full_name).is_empty();
    if let Some(unit) = unit {
        // A job for an environment that this pipeline does not deploy to is no misspelled one.
        explanation.is_known |= presence::environment_reason(plan, unit, name).is_some();
        explanation.why_not = absent(plan, unit, name, &full_name, sources);
    }
    let has_jobs =
        |unit: &Unit| matches!(plan.verdict(&unit.name), Verdict::Everything(_) | Verdict::Selected(_));
    explanation.is_unknown_here = !explanation.is_known && unit.is_none_or(has_jobs);
    explanation
}

/// Returns why a job that `reuse` is about stays, with the records that do not count.
fn kept(plan: &Plan, job: &Job) -> Vec<Step> {
    let Some(JobReuse::Kept { why, refused }) = plan.reuse.get(&job.name) else { return Vec::new() };
    let mut notes = vec![Step::new(format!("it runs although `reuse` is on: {why}"))];
    notes.extend(refused.iter().map(Step::new));
    notes
}

/// Adds the fingerprint of a job, or why there is none.
fn add_fingerprint(explanation: &mut Explanation, plan: &Plan, job: &Job) {
    let index = plan.pipeline.jobs.iter().position(|other| other.name == job.name);
    let has_any = plan.fingerprints.as_ref().is_some_and(|prints| !prints.units.is_empty());
    let print = plan.fingerprints.as_ref().zip(index).and_then(|(prints, index)| prints.jobs.get(index));
    match print {
        Some(Ok(fingerprint)) => explanation.fingerprint = Some(fingerprint.to_string()),
        // Without a commit, no job has one, which is not worth a message.
        Some(Err(none)) if has_any => explanation.no_fingerprint = Some(none.why.clone()),
        Some(Err(_)) | None => {}
    }
}

fn answer(planned: PlannedJob<'_>) -> String {
    if planned.is_out() {
        return "is not in this pipeline".to_owned();
    }
    let copies = planned.multiplier().map(|copies| format!(" {copies}")).unwrap_or_default();
    match planned.condition() {
        Some(condition) => format!("is in this pipeline{copies} if {condition}"),
        None => format!("is in this pipeline{copies}"),
    }
}

/// Returns the chains of the job's unit, each behind the step from the job to its unit. A unit that is not selected has
/// only jobs that others need: the step names the job that needs this one.
fn reasons(plan: &Plan, unit: &Unit, job: &Job, sources: &Sources) -> Vec<Vec<Step>> {
    let first_step = match plan.verdict(&unit.name) {
        Verdict::Needed(_) => {
            let needing_jobs = effect::of_job(plan, job.name.as_str());
            needing_jobs.first().map(|effect| Step::new(&effect.text))
        }
        Verdict::Removed(_) => {
            Some(Step::new(format!("{} was removed, and its environments have to be stopped", unit.name)))
        }
        _ => Some(Step::new(format!("{} is selected", unit.name))),
    };
    let mut chains = chains(plan, unit, sources);
    for chain in &mut chains {
        chain.splice(0..0, first_step.clone());
    }
    chains
}

/// Returns why a job is not in the pipeline.
fn absent(plan: &Plan, unit: &Unit, name: &str, full_name: &str, sources: &Sources) -> Vec<String> {
    let mut left_out = plan.left_out.get(&unit.name).into_iter().flatten();
    if let Some(left_out) = left_out.find(|left_out| left_out.job == name) {
        return vec![left_out.reason.clone()];
    }
    let omitted = omitted_for_environments(plan, unit, name);
    if !omitted.is_empty() {
        return omitted;
    }
    let unit_jobs: Vec<String> =
        effect::jobs(plan, &unit.name).iter().map(|planned| planned.job.name.to_string()).collect();
    let environment_reason = presence::environment_reason(plan, unit, name);
    match plan.verdict(&unit.name) {
        Verdict::Skipped => {
            let mut lines = vec![format!("{} is not selected, so it has no jobs here", unit.name)];
            lines.extend(why_not(plan, unit, sources));
            lines
        }
        Verdict::Needed(_) => {
            let needed = unit_jobs.join(", ");
            let mut lines = vec![format!("{} has only the jobs that others need: {needed}", unit.name)];
            lines.extend(why_not(plan, unit, sources));
            lines
        }
        Verdict::Removed(_) => {
            vec![format!("{} was removed: only its stop jobs are kept", unit.name)]
        }
        Verdict::Everything(_) | Verdict::Selected(_) => {
            vec![environment_reason.unwrap_or_else(|| unknown_job(unit, full_name, &unit_jobs))]
        }
    }
}

/// Returns why the jobs for an environment each that a written job would become are omitted. Where the pipeline has some of
/// them, the job is not absent.
fn omitted_for_environments(plan: &Plan, unit: &Unit, name: &str) -> Vec<String> {
    let full_name = format!("{}:{name}", unit.name);
    if !presence::of_environments(plan, &full_name).is_empty() {
        return Vec::new();
    }
    let left_out = presence::left_out_for_environments(plan, &full_name);
    left_out.map(|left_out| format!("{}: {}", left_out.job, left_out.reason)).collect()
}

/// Returns the jobs that a job with several environments became, or else suggests a job of the unit.
fn unknown_job(unit: &Unit, full_name: &str, unit_jobs: &[String]) -> String {
    let prefix = format!("{full_name}:");
    let environment_jobs: Vec<&str> =
        unit_jobs.iter().map(String::as_str).filter(|job| job.starts_with(&prefix)).collect();
    if !environment_jobs.is_empty() {
        return format!("it became {}, one job per environment", environment_jobs.join(", "));
    }
    let suggestion = Suggestion::among(full_name, unit_jobs.iter().map(String::as_str)).help();
    let help = suggestion.unwrap_or_else(|| format!("it has {}", unit_jobs.join(", ")));
    format!("{} has no job of this name; {help}", unit.name)
}
