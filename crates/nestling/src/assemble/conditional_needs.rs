//! Jobs that must wait for jobs of an environment are in the pipeline under the environment's conditions.
//!
//! If a freeze omits a deploy, GitLab refuses the whole pipeline because of a job that needs it. So the condition follows the
//! needs, from unit to unit.

use crate::environments::{Conditions, HasNoRules};
use crate::unit::rules::ENVIRONMENT_ONLY;
use crate::unit::{is_optional, needed_job};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::parallel_base;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, VecDeque};

/// Puts the conditions of each job on all that need it. `written` are those that the rules of each job have already, in the
/// order of the jobs.
///
/// Diagnosed: a job that cannot have them, since it has `only` or `except`.
pub(super) fn follow(jobs: &mut [Job], written: &[&Conditions]) -> Vec<Diagnostic> {
    if written.iter().all(|conditions| conditions.is_empty()) {
        return Vec::new();
    }
    let needed = needed_jobs(jobs);
    let all = with_those_of_needs(written, &needed);
    let mut problems = Vec::new();
    for (index, conditions) in all.iter().enumerate() {
        let missing = conditions.without(written[index]);
        let source = needed[index].iter().find(|needed| !all[**needed].is_empty());
        let Some(origin) = source.map(|needed| jobs[*needed].origin) else { continue };
        if let Err(has_no_rules) = missing.write(&mut jobs[index].body, origin) {
            problems.push(without_rules(&jobs[index], has_no_rules, origin));
        }
    }
    problems
}

/// Returns the jobs that each job cannot do without.
fn needed_jobs(jobs: &[Job]) -> Vec<Vec<usize>> {
    let by_name: BTreeMap<&str, usize> =
        jobs.iter().enumerate().map(|(index, job)| (job.name.as_str(), index)).collect();
    let find = |name: &str| {
        let of_copy = || parallel_base(name).and_then(|(base, _)| by_name.get(base));
        by_name.get(name).or_else(of_copy).copied()
    };
    let required = |job: &Job| {
        let needs = job.body.get("needs").and_then(Node::as_seq).unwrap_or_default();
        let required = needs.iter().filter(|need| !is_optional(need));
        required.filter_map(needed_job).filter_map(find).collect()
    };
    jobs.iter().map(required).collect()
}

/// Returns the conditions of each job with those of all that it needs.
fn with_those_of_needs(written: &[&Conditions], needed: &[Vec<usize>]) -> Vec<Conditions> {
    let mut all: Vec<Conditions> = written.iter().map(|conditions| (*conditions).clone()).collect();
    let mut needers: Vec<Vec<usize>> = vec![Vec::new(); needed.len()];
    for (index, needed) in needed.iter().enumerate() {
        needed.iter().for_each(|needed| needers[*needed].push(index));
    }
    let mut open: VecDeque<usize> = (0..all.len()).filter(|index| !all[*index].is_empty()).collect();
    while let Some(index) = open.pop_front() {
        let conditions = all[index].clone();
        for needer in &needers[index] {
            if all[*needer].add(&conditions) {
                open.push_back(*needer);
            }
        }
    }
    all
}

fn without_rules(job: &Job, has_no_rules: HasNoRules, origin: Origin) -> Diagnostic {
    let HasNoRules { keyword, origin: key } = has_no_rules;
    let message = format!(
        "`{}` has `{keyword}`, but needs a job that its environment excludes from some pipelines",
        job.name
    );
    Diagnostic::error(&ENVIRONMENT_ONLY, key, message)
        .with_label(origin, "the needed job")
        .with_help(format!("use `rules` instead of `{keyword}`, or make the need `optional: true`"))
}
