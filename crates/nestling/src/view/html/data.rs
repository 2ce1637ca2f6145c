//! What the page's script reads. Files, units, stages and jobs are named by their place in their lists: with thousands
//! of jobs that halves the file.

use crate::emit::job_lines;
use crate::plan::Plan;
use crate::select::Verdict;
use crate::view::facts::{Start, by_stage, deploys_to, short, start};
use crate::view::json_v1::reason_kind;
use crate::view::tree::extent;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Sources};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::needs;
use nestling_gitlab::yaml::Node;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub description: String,
    nestling: &'static str,
    extent: String,
    provenance: Vec<String>,
    files: Vec<String>,
    stages: Vec<String>,
    units: Vec<PageUnit>,
    jobs: Vec<PageJob>,
    problems: Vec<PageProblem>,
}

#[derive(Debug, Serialize)]
struct PageUnit {
    name: String,
    verdict: &'static str,
    /// Kind and text.
    reasons: Vec<(&'static str, String)>,
    /// Job and reason.
    left_out: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct PageJob {
    name: String,
    short: String,
    unit: Option<usize>,
    stage: usize,
    start: &'static str,
    start_in: Option<String>,
    needs: Option<Vec<PageNeed>>,
    environment: Option<PageEnvironment>,
    yaml: String,
    /// File and line of each line of `yaml`, one after the other.
    at: Vec<u32>,
}

#[derive(Debug, Serialize)]
struct PageNeed {
    /// The place of a job of this pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<usize>,
    /// What it is called, where it is not in this pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

#[derive(Debug, Serialize)]
struct PageEnvironment {
    name: String,
    action: String,
    tier: Option<String>,
    url: Option<String>,
    auto_stop_in: Option<String>,
}

#[derive(Debug, Serialize)]
struct PageProblem {
    severity: String,
    rule: &'static str,
    message: String,
    place: String,
    help: Option<String>,
}

pub(super) fn of(plan: &Plan, problems: &[Diagnostic], sources: &Sources) -> Page {
    let mut files = Files { sources, paths: Vec::new(), known: BTreeMap::new() };
    let stages = by_stage(&plan.pipeline);
    let places = Places {
        stages: stages.iter().enumerate().map(|(at, (stage, _))| (*stage, at)).collect(),
        units: plan.units().enumerate().map(|(at, unit)| (unit.name.as_str(), at)).collect(),
        jobs: plan.pipeline.jobs.iter().enumerate().map(|(at, job)| (job.name.as_str(), at)).collect(),
    };
    let jobs = plan.pipeline.jobs.iter().map(|it| job(it, &places, &mut files)).collect();
    Page {
        description: plan.facts.describe(),
        nestling: env!("CARGO_PKG_VERSION"),
        extent: extent(plan),
        provenance: plan.changes.provenance().lines().map(str::to_owned).collect(),
        stages: stages.iter().map(|(stage, _)| (*stage).to_owned()).collect(),
        units: plan.units().map(|it| unit(plan, it)).collect(),
        jobs,
        files: files.paths,
        problems: problems.iter().map(|it| problem(it, sources)).collect(),
    }
}

/// Where things stand in their lists.
struct Places<'a> {
    stages: BTreeMap<&'a str, usize>,
    units: BTreeMap<&'a str, usize>,
    jobs: BTreeMap<&'a str, usize>,
}

struct Files<'a> {
    sources: &'a Sources,
    paths: Vec<String>,
    known: BTreeMap<FileId, u32>,
}

impl Files<'_> {
    /// The place of a file's path in the list. A file that was read twice has one place.
    fn place(&mut self, file: FileId) -> u32 {
        if let Some(at) = self.known.get(&file) {
            return *at;
        }
        let path = self.sources.path(file);
        let at = self.paths.iter().position(|known| *known == path).unwrap_or_else(|| {
            self.paths.push(path);
            self.paths.len() - 1
        });
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.known.insert(file, at);
        at
    }
}

fn unit(plan: &Plan, unit: &Unit) -> PageUnit {
    let verdict = plan.verdict(&unit.name);
    let left_out = plan.left_out.get(&unit.name).map(Vec::as_slice).unwrap_or_default();
    PageUnit {
        name: unit.name.to_string(),
        verdict: match verdict {
            Verdict::Everything(_) | Verdict::Selected(_) => "selected",
            Verdict::Needed(_) => "needed",
            Verdict::Removed(_) => "removed",
            Verdict::Skipped => "skipped",
        },
        reasons: verdict.reasons().iter().map(|reason| (reason_kind(reason), reason.to_string())).collect(),
        left_out: left_out.iter().map(|it| (it.job.clone(), it.reason.clone())).collect(),
    }
}

fn job(job: &Job, places: &Places<'_>, files: &mut Files<'_>) -> PageJob {
    let lines = job_lines(job, files.sources);
    let at = lines.iter().flat_map(|line| [files.place(line.origin.file), line.origin.line]).collect();
    let start = start(job);
    PageJob {
        name: job.name.to_string(),
        short: short(job).to_owned(),
        unit: job.unit.as_ref().and_then(|unit| places.units.get(unit.as_str()).copied()),
        stage: places.stages.get(job.stage()).copied().unwrap_or(0),
        start: match start {
            Start::Automatic => "automatic",
            Start::Manual => "manual",
            Start::Delayed(_) => "delayed",
            Start::OnFailure => "on_failure",
        },
        start_in: if let Start::Delayed(time) = start { Some(time.to_owned()) } else { None },
        needs: needs(&job.body).map(|needs| {
            let need = |need: &nestling_gitlab::pipeline::need::Need<'_>| {
                let job = need.job().and_then(|name| places.jobs.get(name).copied());
                let name = if job.is_some() {
                    None
                } else {
                    Some(need.job().unwrap_or("another pipeline").to_owned())
                };
                PageNeed { job, name, optional: need.optional }
            };
            needs.iter().map(need).collect()
        }),
        environment: deploys_to(job).map(|environment| {
            let text = |key: &str| environment.get(key).and_then(Node::text).map(str::to_owned);
            PageEnvironment {
                name: environment.name_text().to_owned(),
                action: environment.action().to_owned(),
                tier: text("deployment_tier"),
                url: text("url"),
                auto_stop_in: text("auto_stop_in"),
            }
        }),
        yaml: lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n"),
        at,
    }
}

fn problem(problem: &Diagnostic, sources: &Sources) -> PageProblem {
    PageProblem {
        severity: problem.severity.to_string(),
        rule: problem.rule.id,
        message: problem.message.clone(),
        place: problem.origin().map(|origin| sources.place(origin)).unwrap_or_default(),
        help: problem.help.clone(),
    }
}
