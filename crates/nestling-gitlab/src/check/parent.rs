//! The effects of the parent pipeline on the child, as far as the root's `.gitlab-ci.yml` tells.

use super::read_file;
use crate::diagnostic::Sources;
use crate::pipeline::expression::Expression;
use crate::pipeline::rule::rules;
use crate::pipeline::{Job, Pipeline};
use crate::yaml::{Map, Meaning, Node, Scalar};

/// The properties that all trigger jobs with an artifact have in common: only those are certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parent {
    /// Variables that it forwards: they win over those of the child's jobs
    /// (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#pass-cicd-variables-to-a-downstream-pipeline>).
    pub forwarded: Vec<String>,
    /// Resource groups that it holds while the child runs.
    pub held_groups: Vec<String>,
    /// Sources that its rules name, as values of `CI_PIPELINE_SOURCE`.
    pub sources: Vec<String>,
}

/// Returns the values that conditions of a pipeline compare `CI_PIPELINE_SOURCE` with.
pub fn named_sources(pipeline: &Pipeline) -> Vec<String> {
    let mut sources = Vec::new();
    let bodies = std::iter::once(&pipeline.workflow).chain(pipeline.jobs.iter().map(|job| &job.body));
    for rule in bodies.flat_map(|body| rules(body).unwrap_or_default()) {
        let text = rule.condition().and_then(Node::text);
        let Some(condition) = text.and_then(|text| Expression::parse(text).ok()) else { continue };
        for (name, value) in condition.equalities() {
            if name == "CI_PIPELINE_SOURCE" && !sources.iter().any(|known| known == value) {
                sources.push(value.to_owned());
            }
        }
    }
    sources
}

impl Parent {
    /// Reads a parent pipeline. What it includes from elsewhere is not followed, and what is wrong with it is not told:
    /// it is not ours.
    pub fn read(text: &str) -> Self {
        let (pipeline, _) = read_file(".gitlab-ci.yml", text, &Sources::default());
        let sources = named_sources(&pipeline);
        let mut triggers = pipeline.jobs.iter().filter(|job| includes_artifact(job));
        let Some(first) = triggers.next() else { return Self { sources, ..Self::default() } };
        let held_groups = held(first).into_iter().collect();
        let mut parent = Self { forwarded: forwarded(first), held_groups, sources };
        for job in triggers {
            let (names, group) = (forwarded(job), held(job));
            parent.forwarded.retain(|name| names.contains(name));
            parent.held_groups.retain(|known| group.as_ref() == Some(known));
        }
        parent
    }
}

fn includes_artifact(job: &Job) -> bool {
    let include = job.body.get("trigger").and_then(|trigger| trigger.get("include"));
    let items = include.map(Node::items_or_self);
    items.unwrap_or_default().iter().any(|item| item.get("artifact").is_some())
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
mod tests {
    use super::*;

    /// Reads a parent with these lines at its trigger job.
    fn read(global: &str, lines: &str) -> Parent {
        Parent::read(&format!(
            "{global}\nrun:\n  trigger: {{ include: [{{ artifact: c.yml, job: plan }}], {lines}"
        ))
    }

    #[test]
    fn what_the_trigger_job_sets_and_inherits_is_forwarded() {
        let global = "variables: { STAGE: dev, LEVEL: info }";
        let own = "}\n  variables: { OWN: x }";
        assert_eq!(read(global, own).forwarded, ["STAGE", "LEVEL", "OWN"]);
        assert_eq!(read(global, &format!("{own}\n  inherit: {{ variables: false }}")).forwarded, ["OWN"]);
        assert_eq!(
            read(global, &format!("{own}\n  inherit: {{ variables: [LEVEL] }}")).forwarded,
            ["LEVEL", "OWN"]
        );
        assert_eq!(read(global, "forward: { yaml_variables: false } }").forwarded, Vec::<String>::new());
    }

    #[test]
    fn a_group_is_held_by_a_job_that_waits() {
        assert_eq!(read("", "strategy: depend }\n  resource_group: production").held_groups, ["production"]);
        assert!(read("", "}\n  resource_group: production").held_groups.is_empty());
        assert!(read("", "strategy: depend }\n  resource_group: $GROUP").held_groups.is_empty());
    }

    #[test]
    fn only_what_all_trigger_jobs_do_is_known() {
        let two = "a: { trigger: { include: [{ artifact: a.yml, job: p }] }, variables: { A: x, B: x } }\n\
                   b: { trigger: { include: [{ artifact: b.yml, job: p }] }, variables: { B: x } }\n\
                   c: { trigger: { project: other }, variables: {} }\n";
        assert_eq!(Parent::read(two).forwarded, ["B"]);
        assert_eq!(Parent::read("a: [\n"), Parent::default());
    }
}
