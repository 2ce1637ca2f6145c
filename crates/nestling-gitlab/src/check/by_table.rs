//! The findings that follow from the [table](crate::table) of keywords, of all rules.

use super::form::{Label, Named, Walk};
use super::index::Index;
use super::rules::RULES;
use crate::configuration::rules::WORKFLOW_KEY;
use crate::diagnostic::{Diagnostic, Rule};
use crate::instance::Gitlab;
use crate::pipeline::Job;
use crate::table::{DEFAULT, INCLUDE, JOB, MappingShape, ROOT, TRIGGER_JOB, WORKFLOW};
use crate::yaml::{Map, Node};

/// The rules of earlier stages, which have judged their keywords.
const JUDGED_BEFORE: [&str; 3] = ["extends-undefined", "inherit", "stages"];

/// Returns what GitLab refuses of the pipeline's keywords and their values.
pub(super) fn findings(index: &Index<'_>) -> Vec<Diagnostic> {
    let mut walk = Walk::new(&index.settings.gitlab, rule, &JUDGED_BEFORE);
    let pipeline = index.pipeline;
    for include in &pipeline.includes {
        walk.value(Named { label: Label::Keyword("include"), rule: "include-form" }, INCLUDE, include);
    }
    if let Some(first) = pipeline.workflow.entries.first() {
        let named = Named { label: Label::Keyword("workflow"), rule: WORKFLOW.rule };
        walk.keys(&WORKFLOW, &pipeline.workflow, first.key.origin, named);
    }
    globals(&mut walk, &pipeline.globals);
    pipeline.jobs.iter().for_each(|job| judge(&mut walk, job));
    walk.problems
}

/// Judges what a file gives to all jobs. Unknown keywords of `default` are reported when it is read.
fn globals(walk: &mut Walk<'_>, globals: &Map) {
    for (key, node) in globals.iter() {
        match node.as_map().filter(|_| key == "default") {
            Some(default) => known(walk, &DEFAULT, default),
            None => known_keyword(walk, &ROOT, key, node),
        }
    }
}

fn known(walk: &mut Walk<'_>, shape: &MappingShape, map: &Map) {
    map.iter().for_each(|(key, node)| known_keyword(walk, shape, key, node));
}

fn known_keyword(walk: &mut Walk<'_>, shape: &MappingShape, key: &str, node: &Node) {
    if let Some(keyword) = shape.keyword(key) {
        walk.keyword(keyword, node, shape.rule);
    }
}

/// Returns what GitLab refuses of the variables that a file gives to all jobs, for a file that is folded into jobs: those get the
/// text alone, and what is wrong beside it would be lost.
pub fn global_variables(globals: &Map, gitlab: &Gitlab) -> Vec<Diagnostic> {
    let Some(node) = globals.get("variables") else { return Vec::new() };
    let long = node.as_map().into_iter().flat_map(|variables| &variables.entries);
    let long = long.filter(|entry| entry.value.as_map().is_some()).cloned().collect();
    let mut walk = Walk::new(gitlab, rule, &JUDGED_BEFORE);
    known_keyword(&mut walk, &ROOT, "variables", &Node::map(node.origin, Map { entries: long }));
    walk.problems
}

fn judge(walk: &mut Walk<'_>, job: &Job) {
    let (shape, noun) = shape(job);
    let label = Label::Name(noun, job.name.as_str());
    walk.keys(shape, &job.body, job.origin, Named { label, rule: shape.rule });
}

/// Returns the shape of a job: a job with `trigger`, or one that mirrors another pipeline, runs no script.
fn shape(job: &Job) -> (&'static MappingShape, &'static str) {
    if job.body.contains("trigger") || mirrors(job) { (&TRIGGER_JOB, "trigger job") } else { (&JOB, "job") }
}

/// Returns `true` for a job without a script whose `needs` name a pipeline, the status of which it shows.
fn mirrors(job: &Job) -> bool {
    let needs = job.body.get("needs").map(Node::items_or_self).unwrap_or_default();
    !job.body.contains("script")
        && !job.body.contains("run")
        && needs
            .iter()
            .filter_map(Node::as_map)
            .any(|need| need.contains("pipeline") && !need.contains("job"))
}

/// Returns the rule of an id in the table.
fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().chain([&WORKFLOW_KEY]).find(|rule| rule.id == id)
}
