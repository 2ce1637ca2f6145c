//! A pipeline as it is written: as it is, or with what many jobs share in hidden ones. Jobs that stay as they are, are
//! borrowed: a plan of ten thousand units is looked at in many cuts before one is chosen.

use super::factor::{Hidden, factor};
use super::size;
use super::split::Load;
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};
use std::borrow::Cow;

/// The contents of one file.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub stages: Vec<StageName>,
    pub workflow: &'a Map,
    pub includes: &'a [Node],
    pub jobs: Vec<Cow<'a, Job>>,
    /// Bodies that jobs share.
    pub hidden: Vec<Hidden>,
}

impl<'a> Written<'a> {
    /// All of a pipeline, as it is.
    pub(crate) fn whole(pipeline: &'a Pipeline) -> Self {
        Self {
            stages: pipeline.stages.clone(),
            workflow: &pipeline.workflow,
            includes: &pipeline.includes,
            jobs: pipeline.jobs.iter().map(Cow::Borrowed).collect(),
            hidden: Vec::new(),
        }
    }

    /// Moves bodies that jobs share into hidden jobs.
    pub(crate) fn factored(mut self) -> Self {
        self.hidden = factor(&mut self.jobs);
        self
    }

    /// Returns what GitLab counts of it.
    pub(crate) fn load(&self) -> Load {
        let objects = self.hidden.iter().map(of_hidden).sum();
        let jobs: Load = self.jobs.iter().map(|job| Load::of(job)).sum();
        jobs + Load { objects, ..Load::default() }
    }
}

/// Returns the bytes of a hidden job's objects.
pub(crate) fn of_hidden(hidden: &Hidden) -> usize {
    size::of_text(&hidden.name) + size::of_map(&hidden.body)
}
