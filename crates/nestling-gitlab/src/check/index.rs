//! The pipeline as rules look at it: jobs by name, stages by position, and whether a job is in at all.

use super::CheckSettings;
use super::job_names::JobNames;
use crate::diagnostic::Suggestion;
use crate::name::StageName;
use crate::pipeline::environment::environment;
use crate::pipeline::need::{Need, needs, parallel_base};
use crate::pipeline::presence::{JobPresence, State};
use crate::pipeline::{Job, Pipeline};
use crate::yaml::{Kind, Node};
use std::collections::HashMap;

/// Made once for all rules.
pub(crate) struct Index<'a> {
    pub pipeline: &'a Pipeline,
    pub settings: &'a CheckSettings,
    /// The jobs by their names.
    by_name: HashMap<&'a str, usize>,
    /// The position of each stage; `.pre` is 0.
    stages: HashMap<&'a str, usize>,
    /// The presence of each job in a pipeline as it is created now.
    pub presence: &'a [JobPresence],
    /// The needs of each job.
    pub needs: Vec<Option<Vec<Need<'a>>>>,
    names: JobNames<'a>,
}

/// A deploy and the job that it names as its stop job.
pub(crate) struct Pair<'a> {
    pub deploy_at: usize,
    pub deploy: &'a Job,
    pub stop_at: usize,
    pub stop: &'a Job,
    /// The name under `on_stop`.
    pub named: &'a Node,
}

impl<'a> Index<'a> {
    pub(crate) fn new(
        pipeline: &'a Pipeline,
        presence: &'a [JobPresence],
        settings: &'a CheckSettings,
    ) -> Self {
        let by_name = pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.as_str(), at)).collect();
        let named = pipeline.stages.iter().map(StageName::as_str);
        let stages = std::iter::once(StageName::PRE).chain(named).chain([StageName::POST]);
        let stages = stages.enumerate().map(|(at, stage)| (stage, at)).collect();
        let needs = pipeline.jobs.iter().map(|job| needs(&job.body)).collect();
        let names = JobNames::new(pipeline);
        Self { pipeline, settings, by_name, stages, presence, needs, names }
    }

    /// Whether a job is in the pipeline, or any of its copies.
    pub(crate) fn state(&self, job: usize) -> State {
        self.presence[job].state()
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

    /// Whether GitLab reads further files, which may define what is missing here.
    pub(crate) fn is_open(&self) -> bool {
        self.settings.open || !self.pipeline.includes.is_empty()
    }

    /// The deploys with the jobs that stop their environments; pairs that `on-stop` refuses are left out.
    pub(crate) fn stops(&self) -> impl Iterator<Item = Pair<'a>> {
        self.jobs().filter_map(|(deploy_at, deploy)| {
            let own = environment(&deploy.body)?;
            let named = own.on_stop()?;
            let stop_at = *self.by_name.get(named.text()?)?;
            let stop = &self.pipeline.jobs[stop_at];
            let other = environment(&stop.body)?;
            let pair = other.action() == "stop" && other.name_text() == own.name_text();
            pair.then_some(Pair { deploy_at, deploy, stop_at, stop, named })
        })
    }

    /// Returns the job that a name of the workspace was probably meant for.
    pub(crate) fn near(&self, name: &str) -> Suggestion<'a> {
        self.names.near(name, "")
    }

    /// As [`Self::near`], for a name that a job uses: in its own unit names are short, and those come first.
    pub(crate) fn near_to(&self, job: &'a Job, name: &str) -> Suggestion<'a> {
        let own = job.name.as_str();
        let in_unit = match &job.unit {
            Some(unit) => self.names.near_in_unit(unit.as_str(), name, own),
            None => Suggestion::of(None),
        };
        in_unit.or_else(|| self.names.near(name, own))
    }
}

/// Returns `true` if a job is completed by a file that was not read: by a base that is not defined here, by a job of the
/// same name, or by rules that a reference stands for.
pub(crate) fn is_partial(job: &Job) -> bool {
    let runs = ["script", "run", "trigger"].iter().any(|key| job.body.contains(key));
    !runs || job.body.contains("extends") || job.body.get("rules").is_some_and(has_reference)
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
