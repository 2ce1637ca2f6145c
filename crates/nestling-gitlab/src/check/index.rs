//! Index of a pipeline for the rules: jobs by name, stages by position, and the presence of each job.

use super::CheckSettings;
use super::job_names::JobNames;
use super::needed::Copies;
use crate::diagnostic::Suggestion;
use crate::name::StageName;
use crate::pipeline::environment::environment;
use crate::pipeline::keywords::has_work;
use crate::pipeline::need::{Need, needs, parallel_base};
use crate::pipeline::presence::{JobPresence, State};
use crate::pipeline::{Job, Pipeline};
use crate::yaml::{Kind, Map, Node};
use std::collections::HashMap;
use std::iter;

/// Index that is built once for all rules.
pub(crate) struct Index<'a> {
    pub pipeline: &'a Pipeline,
    pub settings: &'a CheckSettings,
    /// Position of each job by name.
    positions: HashMap<&'a str, usize>,
    /// Position of each stage; `.pre` is 0.
    stages: HashMap<&'a str, usize>,
    /// Presence of each job in a pipeline that is created now.
    pub presence: &'a [JobPresence],
    /// Needs of each job.
    pub needs: Vec<Option<Vec<Need<'a>>>>,
    /// All jobs that GitLab makes.
    pub copies: Copies<'a>,
    names: JobNames<'a>,
}

/// A deploy job and its stop job.
pub(crate) struct StopPair<'a> {
    pub deploy_position: usize,
    pub deploy: &'a Job,
    pub stop_position: usize,
    pub stop: &'a Job,
    /// Value of `on_stop`.
    pub on_stop: &'a Node,
}

impl<'a> Index<'a> {
    pub(crate) fn new(
        pipeline: &'a Pipeline,
        presence: &'a [JobPresence],
        settings: &'a CheckSettings,
    ) -> Self {
        let job_names = pipeline.jobs.iter().map(|job| job.name.as_str());
        let stage_names = pipeline.stages.iter().map(StageName::as_str);
        let all_stages = iter::once(StageName::PRE).chain(stage_names).chain([StageName::POST]);
        Self {
            pipeline,
            settings,
            positions: job_names.enumerate().map(|(position, name)| (name, position)).collect(),
            stages: all_stages.enumerate().map(|(position, stage)| (stage, position)).collect(),
            presence,
            needs: pipeline.jobs.iter().map(|job| needs(&job.body)).collect(),
            copies: Copies::new(pipeline, presence, &settings.further_jobs),
            names: JobNames::new(pipeline),
        }
    }

    /// Returns `true` if a job is in the pipeline, or any instance of it.
    pub(crate) fn state(&self, job: usize) -> State {
        self.presence[job].state()
    }

    /// Returns the jobs with their positions.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (usize, &'a Job)> {
        self.pipeline.jobs.iter().enumerate()
    }

    /// Returns the mappings that can have `rules`: `workflow`, and the jobs.
    pub(crate) fn bodies_with_rules(&self) -> impl Iterator<Item = &'a Map> {
        iter::once(&self.pipeline.workflow).chain(self.pipeline.jobs.iter().map(|job| &job.body))
    }

    /// Returns the position of the job that a name in `needs` refers to: the job of this name, or the multiplied job of
    /// which it names an instance.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if let Some(position) = self.positions.get(name) {
            return Some(*position);
        }
        let (base, _) = parallel_base(name)?;
        let position = *self.positions.get(base)?;
        self.pipeline.jobs[position].body.contains("parallel").then_some(position)
    }

    /// Returns the job of exactly this name.
    pub(crate) fn exact(&self, name: &str) -> Option<&'a Job> {
        self.positions.get(name).map(|position| &self.pipeline.jobs[*position])
    }

    /// Returns the position of a stage of the pipeline.
    pub(crate) fn stage(&self, name: &str) -> Option<usize> {
        self.stages.get(name).copied()
    }

    /// Returns `true` if GitLab reads further files, which may define names that are undefined here.
    pub(crate) fn is_open(&self) -> bool {
        self.settings.open || !self.pipeline.includes.is_empty()
    }

    /// Returns the deploy jobs with their stop jobs, without the pairs that `on-stop` reports.
    pub(crate) fn stops(&self) -> impl Iterator<Item = StopPair<'a>> {
        self.jobs().filter_map(|(position, job)| self.stop_pair(position, job))
    }

    fn stop_pair(&self, deploy_position: usize, deploy: &'a Job) -> Option<StopPair<'a>> {
        let deployed = environment(&deploy.body)?;
        let on_stop = deployed.on_stop()?;
        let stop_position = *self.positions.get(on_stop.text()?)?;
        let stop = &self.pipeline.jobs[stop_position];
        let stopped = environment(&stop.body)?;
        if stopped.action() != "stop" || stopped.name_text() != deployed.name_text() {
            return None;
        }
        Some(StopPair { deploy_position, deploy, stop_position, stop, on_stop })
    }

    /// Returns the job that a name was probably meant for.
    pub(crate) fn near(&self, name: &str) -> Suggestion<'a> {
        self.settings.further_jobs.need();
        self.names.near(name, "")
    }

    /// Returns the job that a name in a job was probably meant for. Jobs of the job's own unit, which it names without
    /// prefix, come first.
    pub(crate) fn near_to(&self, job: &'a Job, name: &str) -> Suggestion<'a> {
        let own = job.name.as_str();
        let in_unit = match &job.unit {
            Some(unit) => self.names.near_in_unit(unit.as_str(), name, own),
            None => Suggestion::of(None),
        };
        in_unit.or_else(|| {
            self.settings.further_jobs.need();
            self.names.near(name, own)
        })
    }
}

/// Returns `true` if a job is completed by a file that was not read: by a base that is not defined here, by a job of the
/// same name, or by rules that a reference stands for.
pub(crate) fn is_partial(job: &Job) -> bool {
    !has_work(&job.body) || job.body.contains("extends") || job.body.get("rules").is_some_and(has_reference)
}

/// Returns `true` if a reference is left anywhere in a value: what it stands for was not read.
fn has_reference(node: &Node) -> bool {
    node.is_reference()
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(has_reference),
            Kind::Map(map) => map.iter().any(|(_, value)| has_reference(value)),
        }
}
