//! Trigger jobs whose matrix names the files of their children: each copy starts a static child of its own.

use super::strings::replace;
use nestling::{Job, JobName};
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::expand::{Replacement, expand};
use nestling_gitlab::pipeline::matrix::{Parallel, copies, parallel};
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs, rules_needs};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::BTreeMap;

/// GitLab multiplies a job by no more than this.
const MOST_COPIES: u64 = 200;

/// Puts a job for each copy in the place of such trigger jobs. Returns the name of the written job by that of each copy.
pub(super) fn split_triggers(pipeline: &mut Pipeline) -> BTreeMap<String, String> {
    let mut split = BTreeMap::new();
    let is_needed = |name: &str| pipeline.jobs.iter().any(|job| needs_job(&job.body, name));
    let are_split: Vec<bool> = pipeline
        .jobs
        .iter()
        .map(|job| includes_by_variable(&job.body) && !is_needed(job.name.as_str()))
        .collect();
    let mut jobs = Vec::new();
    for (job, is_split) in std::mem::take(&mut pipeline.jobs).into_iter().zip(are_split) {
        let copies = if is_split { copies_of(&job) } else { None };
        let Some(copies) = copies else {
            jobs.push(job);
            continue;
        };
        split.extend(copies.iter().map(|copy| (copy.name.to_string(), job.name.to_string())));
        jobs.extend(copies);
    }
    pipeline.jobs = jobs;
    split
}

/// Returns `true` if a job has a matrix, and includes a file whose path has a variable.
fn includes_by_variable(body: &Map) -> bool {
    let is_few = |parallel: &Parallel<'_>| parallel.count() <= MOST_COPIES;
    let has_matrix =
        parallel(body).filter(is_few).is_some_and(|parallel| matches!(parallel, Parallel::Matrix(_)));
    let include = body.get("trigger").and_then(|trigger| trigger.get("include"));
    let entries = include.map(Node::items_or_self).unwrap_or_default();
    let path = |entry: &Node| entry.get("local").unwrap_or(entry).text().map(str::to_owned);
    has_matrix && entries.iter().filter_map(path).any(|path| path.contains('$'))
}

fn needs_job(body: &Map, name: &str) -> bool {
    let mut needs = needs(body).unwrap_or_default().into_iter().chain(rules_needs(body));
    needs.any(|need| matches!(need.source, NeedSource::Job(needed) if needed == name))
        || dependencies(body).unwrap_or_default().iter().any(|(needed, _)| *needed == name)
}

fn copies_of(job: &Job) -> Option<Vec<Job>> {
    let copy = |copy: nestling_gitlab::pipeline::matrix::JobCopy| {
        let mut body = job.body.clone();
        body.remove("parallel");
        let mut variables = body.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
        for (name, value) in &copy.variables {
            variables.set(name, Node::string(job.origin, value.as_str()));
        }
        body.set("variables", Node::map(job.origin, variables));
        if let Some(include) = body.get_mut("trigger").and_then(Node::as_map_mut)?.get_mut("include") {
            expand_in(include, &copy.variables);
        }
        let rules = body.get_mut("rules").map(|rules| &mut rules.kind);
        if let Some(Kind::Seq(rules)) = rules {
            let changes = rules.iter_mut().filter_map(|rule| rule.as_map_mut()?.get_mut("changes"));
            changes.for_each(|changes| expand_in(changes, &copy.variables));
        }
        Some(Job { name: JobName::parse(&copy.name).ok()?, body, ..job.clone() })
    };
    copies(job.name.as_str(), &job.body).into_iter().map(copy).collect()
}

/// Puts the values of a copy into all strings below a node.
fn expand_in(node: &mut Node, values: &[(String, String)]) {
    let value = |name: &str| values.iter().find(|(known, _)| known == name);
    let replacement = |name: &str| match value(name) {
        Some((_, value)) => Replacement::Literal(value.clone()),
        None => Replacement::Literal(format!("${{{name}}}")),
    };
    replace(node, &|text| expand(text, &replacement).unwrap_or_else(|| text.to_owned()));
}
