//! Fingerprints of jobs: of the unit, the job as it is emitted, the jobs that it needs, and the parent pipeline.

mod earlier;

use self::earlier::EarlierJobs;
use super::body::{add_body, add_node, add_workflow};
use super::digest::{Fingerprint, Hasher};
use super::effect::JobVariables;
use super::known::NoFingerprint;
use super::outside::{Outside, of_workflow};
use super::parent::ParentPrint;
use super::units::UnitFingerprints;
use crate::workspace::{ReuseSettings, Workspace};
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::need::{Need, NeedSource, dependencies, needs, parallel_base};
use nestling_gitlab::pipeline::presence::{JobPresence, Outcome, State};
use nestling_gitlab::pipeline::{Job, Pipeline, rule};
use nestling_gitlab::yaml::Map;
use std::collections::HashMap;

/// Inputs of the fingerprints of jobs.
#[derive(Clone, Copy)]
pub(crate) struct JobContext<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) presence: &'a [JobPresence],
    pub(crate) units: &'a UnitFingerprints,
    pub(crate) parent: &'a ParentPrint,
    pub(crate) facts: &'a PipelineFacts,
    pub(crate) workspace: &'a Workspace,
    pub(crate) settings: &'a ReuseSettings,
    /// Returns `true` for a job that only waits for others.
    pub(crate) is_waiting: fn(&Job) -> bool,
}

type JobPrint = Result<Fingerprint, NoFingerprint>;

fn none<T>(why: impl Into<String>) -> Result<T, NoFingerprint> {
    Err(NoFingerprint::new(why))
}

/// Returns the fingerprint of each job, in their order.
pub(crate) fn job_fingerprints(context: JobContext<'_>) -> Vec<JobPrint> {
    let pipeline = context.pipeline;
    let (common, outside) = match common(context) {
        Ok(common) => common,
        Err(why) => return vec![Err(why); pipeline.jobs.len()],
    };
    let names = pipeline.jobs.iter().enumerate().map(|(index, job)| (job.name.as_str(), index));
    let mut prints = Prints {
        context,
        common,
        by_name: names.collect(),
        earlier: EarlierJobs::of(context),
        stage_numbers: pipeline.jobs.iter().map(|job| stage_number(pipeline, job)).collect(),
        effects: Vec::new(),
        jobs: vec![None; pipeline.jobs.len()],
        earlier_artifacts: Ok(Hasher::new("artifacts").finish()),
    };
    prints.effects = (0..pipeline.jobs.len()).map(|index| prints.effect(index, &outside)).collect();
    prints.compute();
    let circular = || none("it needs itself");
    prints.jobs.into_iter().map(|print| print.unwrap_or_else(circular)).collect()
}

/// Returns the hash of what all jobs have in common.
fn common(context: JobContext<'_>) -> Result<(Fingerprint, Outside), NoFingerprint> {
    let parent = context.parent.as_ref().map_err(NoFingerprint::new)?;
    if !context.pipeline.includes.is_empty() {
        return none("the pipeline includes files that only GitLab reads");
    }
    let mut hasher = Hasher::new("pipeline");
    hasher.add_fingerprint(&parent.fingerprint);
    add_workflow(&mut hasher, &context.pipeline.workflow);
    let of_workflow = of_workflow(&context.pipeline.workflow, context.facts).map_err(NoFingerprint::new)?;
    let outside = Outside::new(parent.variables.clone(), of_workflow);
    outside.add_workflow(&mut hasher);
    Ok((hasher.finish(), outside))
}

/// Returns the position of a job's stage, with `.pre` and `.post` around the others.
pub(crate) fn stage_number(pipeline: &Pipeline, job: &Job) -> usize {
    match job.stage() {
        ".pre" => 0,
        ".post" => usize::MAX,
        stage => {
            pipeline.stages.iter().position(|known| known.as_str() == stage).map_or(0, |index| index + 1)
        }
    }
}

struct Prints<'a> {
    context: JobContext<'a>,
    common: Fingerprint,
    by_name: HashMap<&'a str, usize>,
    earlier: EarlierJobs<'a>,
    stage_numbers: Vec<usize>,
    /// For each job why each run of it is one of its own, if it is.
    effects: Vec<Option<String>>,
    jobs: Vec<Option<JobPrint>>,
    /// The hash of all jobs with artifacts in the stages before: a job without `needs` gets them.
    earlier_artifacts: JobPrint,
}

impl<'a> Prints<'a> {
    /// Computes stage by stage, since a job may wait for whole stages.
    fn compute(&mut self) {
        let mut order: Vec<usize> = (0..self.jobs.len()).collect();
        order.sort_by_key(|index| self.stage_numbers[*index]);
        let numbers = self.stage_numbers.clone();
        for stage in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
            for index in stage {
                self.with_needs(*index);
            }
            self.earlier_artifacts = self.artifacts_up_to(stage);
        }
    }

    /// Computes a job after the jobs that it needs. No recursion: chains can be as long as the pipeline.
    fn with_needs(&mut self, first: usize) {
        let mut open = vec![(first, false)];
        let mut entered = std::collections::HashSet::new();
        while let Some((index, needs_are_done)) = open.pop() {
            if self.jobs[index].is_some() {
                continue;
            }
            if needs_are_done {
                self.jobs[index] = Some(self.job(index));
                continue;
            }
            if !entered.insert(index) {
                continue;
            }
            open.push((index, true));
            let needed = self.chosen_needs(index).ok().flatten().unwrap_or_default();
            open.extend(needed.iter().filter_map(|need| Some((self.find(need.job()?)?, false))));
        }
    }

    /// Finds a job by the name in a need, which may be that of one of its copies.
    fn find(&self, name: &str) -> Option<usize> {
        let base = || parallel_base(name).and_then(|(base, _)| self.by_name.get(base));
        self.by_name.get(name).or_else(base).copied()
    }

    fn job(&self, index: usize) -> JobPrint {
        let job = &self.context.pipeline.jobs[index];
        let Some(unit) = &job.unit else { return none("it does not belong to a unit") };
        let Some(of_unit) = self.context.units.of(unit) else {
            return none(format!("`{unit}` has no fingerprint"));
        };
        if let Some(why) = &self.effects[index] {
            return Err(NoFingerprint { why: why.clone(), is_own: true });
        }
        let rule = self.chosen_rule(index)?;
        let mut hasher = Hasher::new("job");
        hasher.add_fingerprint(&self.common);
        hasher.add_fingerprint(&of_unit);
        hasher.add(job.name.as_str().as_bytes());
        add_body(&mut hasher, &job.body, rule);
        match self.chosen_needs(index)? {
            Some(needs) => self.add_needs(&mut hasher, index, &needs)?,
            None => self.add_earlier(&mut hasher, index)?,
        }
        Ok(hasher.finish())
    }

    /// Returns why each run of a job is one of its own, if it is.
    fn effect(&self, index: usize, outside: &Outside) -> Option<String> {
        let job = &self.context.pipeline.jobs[index];
        let unit = job.unit.as_ref().and_then(|unit| self.context.workspace.unit(unit.as_str()));
        if unit.is_some_and(|unit| unit.cdk.is_some()) {
            return Some("its unit deploys a CDK assembly".to_owned());
        }
        if self.context.settings.get(&job.name) == Some(&None) {
            return Some("`reuse: false` is set on it".to_owned());
        }
        if (self.context.is_waiting)(job) {
            return None;
        }
        let entries = rule::rules(&job.body).unwrap_or_default();
        let rules = match self.chosen_rule(index) {
            Ok(rule) => rule.into_iter().collect(),
            Err(_) => entries.iter().map(|entry| entry.body).collect(),
        };
        let copies = self.context.presence[index].copies().iter().map(|(copy, _)| copy).collect();
        JobVariables { job, copies, rules, outside }.own_effect()
    }

    /// Returns the rule that puts a job into the pipeline; `None` for a job without rules.
    fn chosen_rule(&self, index: usize) -> Result<Option<&'a Map>, NoFingerprint> {
        let body = &self.context.pipeline.jobs[index].body;
        let mut chosen = None;
        for (_, presence) in self.context.presence[index].copies() {
            match presence.certain() {
                None => return none("its rules depend on values that are not known yet"),
                Some(Outcome::Absent) => return none("its rules exclude it"),
                Some(Outcome::Present { .. }) => {}
            }
            let rule = presence.cases().first().and_then(|case| case.rule).map(|rule| rule.index);
            if *chosen.get_or_insert(rule) != rule {
                return none("different rules decide about its instances");
            }
        }
        let Some(index) = chosen.flatten() else { return Ok(None) };
        let entries = rule::rules(body).unwrap_or_default();
        match entries.get(index) {
            Some(entry) => Ok(Some(entry.body)),
            None => none("unknown which rule decides"),
        }
    }

    /// Returns the needs of a job, or those of the rule that holds in their place.
    fn chosen_needs(&self, index: usize) -> Result<Option<Vec<Need<'a>>>, NoFingerprint> {
        let rule = self.chosen_rule(index)?;
        let of_rule = rule.and_then(needs).filter(|needs| !needs.is_empty());
        Ok(of_rule.or_else(|| needs(&self.context.pipeline.jobs[index].body)))
    }

    fn add_needs(&self, hasher: &mut Hasher, index: usize, needs: &[Need<'_>]) -> Result<(), NoFingerprint> {
        hasher.add(b"needs");
        for need in needs {
            let NeedSource::Job(name) = need.source else {
                return none("it needs jobs of other pipelines");
            };
            if name.contains("$[[") {
                return none(format!("it needs `{name}`, which depends on its matrix"));
            }
            let needed = match self.find(name) {
                None if need.optional => continue,
                None => return none(format!("it needs `{name}`, which is not in the pipeline")),
                Some(needed) => needed,
            };
            let is_out = self.context.presence[needed].state() == State::Out;
            if is_out && need.optional {
                continue;
            }
            if self.stage_numbers[needed] > self.stage_numbers[index] {
                return none(format!("it needs `{name}` of a later stage"));
            }
            hasher.add(name.as_bytes());
            hasher.add(if need.artifacts { b"artifacts" } else { b"order" });
            // The copies whose artifacts it takes.
            if let Some(matrix) = need.matrix {
                hasher.add(b"matrix");
                add_node(hasher, matrix);
            }
            hasher.add_fingerprint(&self.print_of(needed)?);
        }
        Ok(())
    }

    /// Adds the jobs that a job without `needs` comes after, and the artifacts that it gets: those of all earlier stages, or of
    /// `dependencies` alone.
    fn add_earlier(&self, hasher: &mut Hasher, index: usize) -> Result<(), NoFingerprint> {
        hasher.add(b"stages");
        self.add_order(hasher, index)?;
        let Some(named) = dependencies(&self.context.pipeline.jobs[index].body) else {
            hasher.add_fingerprint(&self.earlier_artifacts.clone()?);
            return Ok(());
        };
        for (name, _) in named {
            let Some(needed) = self.find(name) else {
                return none(format!("it gets artifacts of `{name}`, which is not in the pipeline"));
            };
            hasher.add(name.as_bytes());
            hasher.add_fingerprint(&self.print_of(needed)?);
        }
        Ok(())
    }

    fn print_of(&self, needed: usize) -> JobPrint {
        let name = &self.context.pipeline.jobs[needed].name;
        match &self.jobs[needed] {
            Some(Ok(print)) => Ok(*print),
            Some(Err(no)) => none(format!("`{name}` has none: {}", no.why)),
            None => none(format!("it and `{name}` need each other")),
        }
    }

    /// Adds the jobs of a stage to the artifacts of those before it.
    fn artifacts_up_to(&self, stage: &[usize]) -> JobPrint {
        let mut hasher = Hasher::new("artifacts");
        hasher.add_fingerprint(&self.earlier_artifacts.clone()?);
        for index in stage {
            let is_out = self.context.presence[*index].state() == State::Out;
            if !is_out && self.context.pipeline.jobs[*index].body.get("artifacts").is_some() {
                hasher.add(self.context.pipeline.jobs[*index].name.as_str().as_bytes());
                hasher.add_fingerprint(&self.print_of(*index)?);
            }
        }
        Ok(hasher.finish())
    }
}

#[cfg(test)]
mod tests;
