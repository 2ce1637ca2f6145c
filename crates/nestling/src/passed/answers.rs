//! Responses of GitLab's API, as far as they matter here (<https://docs.gitlab.com/api/jobs/>).

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Answers of GitLab's API about pipelines of one project.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ApiAnswers {
    /// The jobs by the id of their pipeline (`GET /projects/:id/pipelines/:pipeline_id/jobs`).
    pub jobs: BTreeMap<u64, Vec<ApiJob>>,
    /// The trigger jobs by the id of their pipeline (`GET /projects/:id/pipelines/:pipeline_id/bridges`).
    pub bridges: BTreeMap<u64, Vec<ApiBridge>>,
    /// The protected branches.
    pub protected: BTreeSet<String>,
}

/// A job as the API answers.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ApiJob {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// True if the pipeline passes where it fails.
    #[serde(default)]
    pub allow_failure: bool,
    /// The branch, the tag, or the reference of the merge request.
    pub r#ref: String,
    /// True for a tag.
    #[serde(default)]
    pub tag: bool,
    /// Its page.
    #[serde(default)]
    pub web_url: String,
    /// The time when it ended.
    pub finished_at: Option<String>,
    /// Its commit.
    pub commit: ApiCommit,
    /// Its pipeline.
    pub pipeline: ApiPipeline,
}

/// A trigger job as the API answers.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ApiBridge {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its status.
    #[serde(default)]
    pub status: String,
    /// True if the pipeline passes where it fails.
    #[serde(default)]
    pub allow_failure: bool,
    /// Its pipeline.
    pub pipeline: ApiPipeline,
    /// The pipeline that it started.
    pub downstream_pipeline: Option<ApiPipeline>,
}

/// A commit as the API answers.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ApiCommit {
    /// Its id.
    pub id: String,
}

/// A pipeline as the API answers.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ApiPipeline {
    /// Its id.
    pub id: u64,
    /// The id of its project.
    #[serde(default)]
    pub project_id: Option<u64>,
    /// Its commit.
    pub sha: String,
    /// Its source.
    #[serde(default)]
    pub source: Option<String>,
    /// Its reference.
    #[serde(default)]
    pub r#ref: Option<String>,
}

impl ApiAnswers {
    /// Returns the pipelines that a parent pipeline started in its project, and those that they started.
    pub(super) fn children(&self, parent: u64) -> BTreeSet<u64> {
        let mut children = BTreeSet::new();
        let mut open = vec![parent];
        while let Some(pipeline) = open.pop() {
            for child in self.bridges_of(pipeline).filter_map(ApiBridge::child) {
                if children.insert(*child) {
                    open.push(*child);
                }
            }
        }
        children
    }

    /// Returns the child pipelines of a parent in which the jobs of a plan run, each with the name of the parent's trigger job: those
    /// that a trigger job started, and the parts of a pipeline that is too large for one file. A pipeline that a job of the child
    /// itself started is none.
    pub(super) fn planned_children(&self, parent: u64) -> BTreeMap<u64, &str> {
        let mut planned = BTreeMap::new();
        let mut open: Vec<(u64, Option<&str>)> = vec![(parent, None)];
        while let Some((pipeline, trigger)) = open.pop() {
            for bridge in
                self.bridges_of(pipeline).filter(|bridge| trigger.is_none() || is_part(&bridge.name))
            {
                let trigger = trigger.unwrap_or(&bridge.name);
                if let Some(child) = bridge.child().filter(|child| !planned.contains_key(*child)) {
                    planned.insert(*child, trigger);
                    open.push((*child, Some(trigger)));
                }
            }
        }
        planned
    }

    /// Returns the trigger jobs of a pipeline.
    pub(super) fn bridges_of(&self, pipeline: u64) -> impl Iterator<Item = &ApiBridge> {
        let bridges = self.bridges.get(&pipeline).into_iter().flatten();
        bridges.filter(move |bridge| bridge.pipeline.id == pipeline)
    }

    /// Returns the parent pipeline itself, as its trigger jobs say.
    pub(super) fn parent(&self, pipeline: u64) -> Option<&ApiPipeline> {
        let bridges = self.bridges.get(&pipeline)?.iter();
        bridges.map(|bridge| &bridge.pipeline).find(|parent| parent.id == pipeline)
    }
}

impl ApiBridge {
    /// Returns the pipeline that it started in its own project.
    fn child(&self) -> Option<&u64> {
        let child = self.downstream_pipeline.as_ref()?;
        let is_of_project = child.project_id.is_none() || child.project_id == self.pipeline.project_id;
        is_of_project.then_some(&child.id)
    }
}

/// Returns `true` for the name of a trigger job that starts a part of a plan.
fn is_part(name: &str) -> bool {
    let numbers = name.strip_prefix("part ").and_then(|rest| rest.split_once(" of "));
    numbers.is_some_and(|(part, count)| part.parse::<u32>().is_ok() && count.parse::<u32>().is_ok())
}
