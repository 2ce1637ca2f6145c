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
            for bridge in self.bridges.get(&pipeline).into_iter().flatten() {
                let Some(child) = &bridge.downstream_pipeline else { continue };
                let is_of_project =
                    child.project_id.is_none() || child.project_id == bridge.pipeline.project_id;
                if bridge.pipeline.id == pipeline && is_of_project && children.insert(child.id) {
                    open.push(child.id);
                }
            }
        }
        children
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
