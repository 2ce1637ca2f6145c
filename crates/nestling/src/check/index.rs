//! The pipeline as rules look at it: jobs by name, stages by position, and whether a job is in at all.

use super::Settings;
use crate::name::StageName;
use crate::pipeline::expression::Variable;
use crate::pipeline::need::{Need, needs, parallel_base};
use crate::pipeline::rule::{Presence, presence};
use crate::pipeline::{Job, Pipeline};
use std::collections::HashMap;

/// Made once for all rules.
pub(crate) struct Index<'a> {
    pub pipeline: &'a Pipeline,
    pub settings: &'a Settings,
    /// The jobs by their names.
    by_name: HashMap<&'a str, usize>,
    /// The position of each stage; `.pre` is 0.
    stages: HashMap<&'a str, usize>,
    /// Whether each job is in a pipeline as it is created now.
    pub presence: Vec<Presence>,
    /// The needs of each job.
    pub needs: Vec<Option<Vec<Need<'a>>>>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(pipeline: &'a Pipeline, settings: &'a Settings) -> Self {
        let by_name = pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.as_str(), at)).collect();
        let named = pipeline.stages.iter().map(StageName::as_str);
        let stages = std::iter::once(StageName::PRE).chain(named).chain([StageName::POST]);
        let stages = stages.enumerate().map(|(at, stage)| (stage, at)).collect();
        let presence = pipeline
            .jobs
            .iter()
            .map(|job| presence(&job.body, &|name| variable(settings, job, name)))
            .collect();
        let needs = pipeline.jobs.iter().map(|job| needs(&job.body)).collect();
        Self { pipeline, settings, by_name, stages, presence, needs }
    }

    /// The jobs with their positions.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (usize, &'a Job)> {
        self.pipeline.jobs.iter().enumerate()
    }

    /// The job that a name in `needs` means: of just that name, or the one that `parallel` multiplies.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if let Some(at) = self.by_name.get(name) {
            return Some(*at);
        }
        let (base, _) = parallel_base(name)?;
        let at = *self.by_name.get(base)?;
        self.pipeline.jobs[at].body.contains("parallel").then_some(at)
    }

    /// The job with just this name.
    pub(crate) fn exact(&self, name: &str) -> Option<&'a Job> {
        self.by_name.get(name).map(|at| &self.pipeline.jobs[*at])
    }

    /// Where a stage stands, if it is one of the pipeline's.
    pub(crate) fn stage(&self, name: &str) -> Option<usize> {
        self.stages.get(name).copied()
    }

    /// The names of all jobs, for suggestions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.pipeline.jobs.iter().map(|job| job.name.as_str())
    }
}

/// A job's own variables are known where their value has none in it. GitLab's predefined ones stand over them.
fn variable(settings: &Settings, job: &Job, name: &str) -> Variable {
    match settings.variables.get(name) {
        Variable::Unknown => {}
        known => return known,
    }
    let own = job.body.get("variables").and_then(|variables| variables.get(name));
    match own.and_then(|value| value.text().or_else(|| value.get("value")?.text())) {
        Some(text) if !text.contains('$') && !name.starts_with("CI_") => Variable::Set(text.to_owned()),
        _ => Variable::Unknown,
    }
}
