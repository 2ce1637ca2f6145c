//! The parent pipeline, as far as the root's `.gitlab-ci.yml` and its local includes say it: what it does to the child, and what is
//! wrong with the jobs that generate and trigger the child.

pub mod rules;
mod trigger;
mod component;
mod child_start;
mod stages;
mod needs;
mod auto_cancel;
mod image;
mod command;
mod artifact;

pub use auto_cancel::AUTO_CANCEL_SINCE;
pub use child_start::{ChildStart, ParentText, child_start};

use super::read_configuration;
use crate::configuration::{RemoteIncludes, Surroundings};
use crate::diagnostic::{Diagnostic, Origin, Sources};
use crate::instance::Gitlab;
use crate::pipeline::defaults::Defaults;
use crate::pipeline::expression::Expression;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::Changed;
use crate::pipeline::{Job, Pipeline, rule};
use crate::yaml::{Map, Meaning, Node, Scalar};
use nestling_files::files::Files;
use trigger::triggers;

/// The properties that all trigger jobs with an artifact have in common: only those are certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parent {
    /// Variables that it forwards: they win over those of the child's jobs
    /// (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#pass-cicd-variables-to-a-downstream-pipeline>).
    pub forwarded: Vec<String>,
    /// Variables of its `workflow:rules` that it forwards in the pipelines of their rule.
    pub forwarded_by_rules: Vec<String>,
    /// Resource groups that it holds while the child runs.
    pub held_groups: Vec<String>,
    /// Sources that its rules name, as values of `CI_PIPELINE_SOURCE`.
    pub sources: Vec<String>,
    /// Findings about the jobs that generate and trigger the child pipeline.
    pub problems: Vec<Diagnostic>,
}

/// Returns the values that conditions of a pipeline compare `CI_PIPELINE_SOURCE` with.
pub fn named_sources(pipeline: &Pipeline) -> Vec<String> {
    let mut named = Vec::new();
    let bodies = std::iter::once(&pipeline.workflow).chain(pipeline.jobs.iter().map(|job| &job.body));
    for rule in bodies.flat_map(|body| rule::rules(body).unwrap_or_default()) {
        let text = rule.condition().and_then(Node::text);
        let Some(condition) = text.and_then(|text| Expression::parse(text).ok()) else { continue };
        for (name, value) in condition.equalities() {
            if name == "CI_PIPELINE_SOURCE" && !named.iter().any(|known| known == value) {
                named.push(value.to_owned());
            }
        }
    }
    named
}

/// The surroundings of a parent pipeline.
#[derive(Clone, Copy)]
pub struct ParentSurroundings<'a> {
    /// The files that it includes.
    pub files: &'a dyn Files,
    /// The store of the files' contents.
    pub sources: &'a Sources,
    /// The GitLab that reads it.
    pub gitlab: &'a Gitlab,
    /// The project's default branch, if it is known.
    pub default_branch: Option<&'a str>,
    /// The commit that a push to a branch is compared with.
    pub branches: BranchComparison,
}

/// The commit that the changes of a branch's pipeline are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchComparison {
    /// The commit before the push: what one pipeline leaves undone, no later one does.
    CommitBefore,
    /// Something else, or everything runs.
    Other,
}

impl Parent {
    /// Reads a parent pipeline. Only local includes are followed, and mistakes in its other jobs are not reported.
    pub fn read(text: &str, surroundings: &ParentSurroundings<'_>) -> Self {
        let pipeline = match read_with(text, surroundings, surroundings.sources, None) {
            Ok(pipeline) => pipeline,
            Err(problems) => return Self { problems, ..Self::default() },
        };
        let mut jobs = pipeline.jobs.iter().filter(|job| trigger::includes_artifact(job));
        let named = named_sources(&pipeline);
        let Some(first) = jobs.next() else {
            let problems = problems(&pipeline, surroundings);
            return Self { sources: named, problems, ..Self::default() };
        };
        let mut parent = Self {
            forwarded: forwarded(first),
            forwarded_by_rules: forwarded_by_rules(&pipeline.workflow, text, surroundings),
            held_groups: held(first).into_iter().collect(),
            sources: named,
            problems: Vec::new(),
        };
        for job in jobs {
            let (names, group) = (forwarded(job), held(job));
            parent.forwarded.retain(|name| names.contains(name));
            parent.held_groups.retain(|known| group.as_ref() == Some(known));
        }
        parent.problems = problems(&pipeline, surroundings);
        parent
    }
}

fn read_with(
    text: &str,
    surroundings: &ParentSurroundings<'_>,
    sources: &Sources,
    defaults: Option<&Defaults>,
) -> Result<Pipeline, Vec<Diagnostic>> {
    let variables = KnownVariables::default();
    let read = Surroundings {
        files: surroundings.files,
        elsewhere: None,
        revisions: None,
        sources,
        variables: &variables,
        changed: Changed::Unknown,
        defaults,
    };
    let (pipeline, ..) = read_configuration(".gitlab-ci.yml", text, &read, RemoteIncludes::Unread)?;
    Ok(pipeline)
}

/// Variables of `workflow:rules` are global ones in the pipelines of their rule
/// (<https://docs.gitlab.com/ci/yaml/#workflowrulesvariables>): a job gets those that it inherits.
fn forwarded_by_rules(workflow: &Map, text: &str, surroundings: &ParentSurroundings<'_>) -> Vec<String> {
    let mut variables = Map::default();
    for rule in rule::rules(workflow).unwrap_or_default() {
        let of_rule = rule.get("variables").and_then(Node::as_map).filter(|_| rule.when() != Some("never"));
        of_rule.into_iter().flat_map(Map::iter).for_each(|(name, value)| variables.set(name, value.clone()));
    }
    if variables.is_empty() {
        return Vec::new();
    }
    let mut globals = Map::default();
    globals.set("variables", Node::map(Origin::generated(), variables.clone()));
    let (defaults, _) = Defaults::from_globals(&globals);
    let Ok(pipeline) = read_with(text, surroundings, &Sources::default(), Some(&defaults)) else {
        return Vec::new();
    };
    let jobs = pipeline.jobs.iter().filter(|job| trigger::includes_artifact(job));
    let forwarded: Vec<Vec<String>> = jobs.map(forwarded).collect();
    let names = variables.iter().map(|(name, _)| name.to_owned());
    names.filter(|name| forwarded.iter().all(|names| names.contains(name))).collect()
}

/// Returns what is wrong with the jobs that generate and trigger the child pipeline.
fn problems(pipeline: &Pipeline, surroundings: &ParentSurroundings<'_>) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> =
        pipeline.jobs.iter().flat_map(|job| artifact::unknown_jobs(pipeline, job)).collect();
    let triggers = triggers(pipeline);
    for trigger in &triggers {
        problems.extend(stages::check(pipeline, trigger));
        problems.extend(needs::check(pipeline, trigger));
        problems.extend(image::check(trigger));
        problems.extend(artifact::check(trigger));
    }
    let components = component::components(pipeline);
    problems.extend(components.iter().filter_map(|component| component::check(pipeline, component)));
    let places = triggers.iter().map(|trigger| trigger.job.origin);
    if let Some(origin) = places.chain(components.iter().map(|component| component.origin)).next() {
        problems.extend(auto_cancel::check(&pipeline.workflow, origin, surroundings));
    }
    problems
}

/// Its own variables and the global ones that it inherits, unless it forwards none
/// (<https://docs.gitlab.com/ci/yaml/#triggerforward>).
fn forwarded(job: &Job) -> Vec<String> {
    let forward = job.body.get("trigger").and_then(|trigger| trigger.get("forward")?.get("yaml_variables"));
    let meaning = forward.and_then(Node::as_scalar).map(Scalar::meaning);
    if meaning == Some(Meaning::Bool(false)) {
        return Vec::new();
    }
    let variables = job.body.get("variables").and_then(Node::as_map);
    variables.into_iter().flat_map(Map::iter).map(|(name, _)| name.to_owned()).collect()
}

/// Without a `strategy` the group is given back as soon as the child is made. A name with a variable may be any.
fn held(job: &Job) -> Option<String> {
    job.body.get("trigger")?.get("strategy")?;
    let group = job.body.get("resource_group")?.as_str()?;
    (!group.contains('$')).then(|| group.to_owned())
}

#[cfg(test)]
mod tests;
