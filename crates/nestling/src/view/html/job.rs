//! The record of a job.

use super::children::local_path;
use super::data::{PageEnvironment, PageJob, PageNeed, PageRule, PageTrigger};
use super::tables::{Files, Tables};
use crate::emit::job_lines;
use crate::view::facts::{deploys_to, short};
use crate::view::planned::{PlannedJob, Start};
use crate::view::trace::traced_rules;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::Environment;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::need::{Need, NeedSource, dependencies, needs};
use nestling_gitlab::pipeline::presence::State;
use nestling_gitlab::yaml::Node;
use std::collections::HashMap;

/// One plan, while its jobs are recorded.
pub(super) struct JobReader<'a> {
    pub files: Files<'a>,
    pub variables: KnownVariables,
    /// Jobs by their final names.
    pub jobs: HashMap<&'a str, &'a Job>,
}

/// Returns the index of a job's name.
pub(super) fn name_index(job: &Job, tables: &mut Tables) -> usize {
    let unit = job.unit.as_ref().map(|unit| unit_index(unit, tables));
    // A job that does not carry its unit's name, such as one of a removed unit, keeps its whole name.
    let short = if unit.is_some() { short(job) } else { job.name.as_str() };
    tables.names.index((unit, short.to_owned()))
}

pub(super) fn unit_index(unit: &UnitName, tables: &mut Tables) -> usize {
    tables.units.index(unit.to_string())
}

impl JobReader<'_> {
    /// Returns the record of a job.
    pub(super) fn job(&mut self, planned: PlannedJob<'_>, tables: &mut Tables) -> PageJob {
        let job = planned.job;
        let start = planned.start();
        let count = planned.count();
        let lines = self.lines(job, tables);
        let is_multiplied = planned.multiplier().is_some();
        let copies = planned.presence.copies().iter().filter(|(_, presence)| presence.state() != State::Out);
        let copy_names = copies.map(|(copy, _)| copy.name.clone());
        let starts = if start == Start::Varies { start_ids(planned) } else { Vec::new() };
        let start_copies = starts.iter().map(|id| {
            let count = planned.count_with(|start| start.id() == *id);
            [count.certain, count.possible]
        });
        PageJob {
            name: name_index(job, tables),
            stage: tables.stages.index(job.stage().to_owned()),
            start: Some(start.id()).filter(|_| start != Start::Automatic),
            start_copies: start_copies.collect(),
            starts,
            start_words: planned.varied_start(),
            start_in: if let Start::Delayed(time) = start { Some(time.to_owned()) } else { None },
            out: planned.omission().map(|omission| omission.in_words(self.files.sources)),
            condition: planned.condition(),
            copies: ((count.certain, count.possible) != (1, 1)).then_some([count.certain, count.possible]),
            copy_names: if is_multiplied { copy_names.collect() } else { Vec::new() },
            trigger: self.trigger(planned, tables),
            needs: needs(&job.body).map(|needs| needs.iter().map(|need| self.need(need, tables)).collect()),
            dependencies: dependencies(&job.body).map(|names| {
                let known = names.iter().filter_map(|(name, _)| self.jobs.get(*name));
                known.map(|job| name_index(job, tables)).collect()
            }),
            artifacts: artifacts(job),
            environment: deploys_to(job).map(|environment| page_environment(&environment)),
            rules: self.rules(planned, tables),
            lines,
        }
    }

    /// Returns the indices of a job's lines.
    pub(super) fn lines(&mut self, job: &Job, tables: &mut Tables) -> Vec<usize> {
        let mut indices = Vec::new();
        for line in job_lines(job, self.files.sources) {
            let file = self.files.index(line.origin.file, tables);
            indices.push(tables.lines.index((line.text, file, line.origin.line)));
        }
        indices
    }

    fn need(&self, need: &Need<'_>, tables: &mut Tables) -> PageNeed {
        let job = need.job().and_then(|name| self.jobs.get(name)).map(|job| name_index(job, tables));
        match job {
            Some(job) if !need.optional && need.artifacts => PageNeed::Job(job),
            _ => PageNeed::Detailed {
                job,
                elsewhere: if job.is_none() { Some(elsewhere(need)) } else { None },
                optional: need.optional,
                without_artifacts: !need.artifacts,
            },
        }
    }

    fn trigger(&self, planned: PlannedJob<'_>, tables: &mut Tables) -> Option<PageTrigger> {
        let target = planned.trigger()?.to_owned();
        let trigger = planned.job.body.get("trigger");
        let text = |key: &str| trigger.and_then(|trigger| trigger.get(key)).and_then(Node::text);
        let include = trigger.and_then(|trigger| trigger.get("include"));
        let mut files = Vec::new();
        let mut local = Vec::new();
        let mut from_jobs = Vec::new();
        for item in include.map(Node::items_or_self).unwrap_or_default() {
            let of_key = |key: &str| item.get(key).and_then(Node::text);
            let file = item.text().or_else(|| {
                ["local", "artifact", "file", "template", "remote", "component"].into_iter().find_map(of_key)
            });
            let source = of_key("job").or_else(|| of_key("project"));
            files.extend(file.map(|file| match source {
                Some(source) => format!("{file} of {source}"),
                None => file.to_owned(),
            }));
            local.extend(local_path(item));
            let from = of_key("job").and_then(|name| self.jobs.get(name));
            from_jobs.extend(from.map(|job| name_index(job, tables)));
        }
        Some(PageTrigger {
            target,
            branch: text("branch").map(str::to_owned),
            strategy: text("strategy").map(str::to_owned),
            files,
            local,
            from_jobs,
        })
    }

    fn rules(&mut self, planned: PlannedJob<'_>, tables: &mut Tables) -> Option<usize> {
        let traced = traced_rules(planned, &self.variables);
        if traced.is_empty() {
            return None;
        }
        let mut rules = Vec::new();
        for rule in traced {
            rules.push(PageRule {
                text: rule.text,
                file: self.files.index(rule.origin.file, tables),
                line: rule.origin.line,
                verdict: rule.verdict,
                sentence: rule.sentence,
                outcome: rule.outcome,
                values: rule.values,
            });
        }
        Some(tables.rules.index(rules))
    }
}

/// Returns the possible starts of a job, each once: the times of delayed ones may differ.
fn start_ids(planned: PlannedJob<'_>) -> Vec<&'static str> {
    let mut ids: Vec<&str> = planned.starts().into_iter().map(Start::id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Returns the job or the pipeline that a need outside of this pipeline names.
fn elsewhere(need: &Need<'_>) -> String {
    match need.source {
        NeedSource::Job(name) => name.to_owned(),
        NeedSource::Project { project, job: Some(job) } => format!("{job} of {project}"),
        NeedSource::Project { project, job: None } => project.to_owned(),
        NeedSource::Pipeline { pipeline, job: Some(job) } => format!("{job} of pipeline {pipeline}"),
        NeedSource::Pipeline { pipeline, job: None } => format!("pipeline {pipeline}"),
        NeedSource::Malformed => "another pipeline".to_owned(),
    }
}

/// Returns `dotenv` for a job that passes on variables, `artifacts` for one that passes on files.
fn artifacts(job: &Job) -> Option<&'static str> {
    let artifacts = job.body.get("artifacts").filter(|artifacts| !artifacts.is_null())?;
    let reports = artifacts.get("reports").filter(|reports| !reports.is_null());
    if reports.is_some_and(|reports| reports.get("dotenv").is_some_and(|dotenv| !dotenv.is_null())) {
        return Some("dotenv");
    }
    let has_files =
        ["paths", "untracked"].iter().any(|key| artifacts.get(key).is_some_and(|node| !node.is_null()));
    has_files.then_some("artifacts")
}

fn page_environment(environment: &Environment<'_>) -> PageEnvironment {
    let text = |key: &str| environment.get(key).and_then(Node::text).map(str::to_owned);
    PageEnvironment {
        name: environment.name_text().to_owned(),
        action: environment.action().to_owned(),
        tier: text("deployment_tier"),
        url: text("url"),
        auto_stop_in: text("auto_stop_in"),
    }
}
