//! The data of the page's script. Files, units, stages and jobs are referred to by their index in their lists, which
//! halves the file with thousands of jobs.

use crate::emit::job_lines;
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::select::Verdict;
use crate::view::facts::{by_stage, deploys_to, short};
use crate::view::json_v1::reason_kind;
use crate::view::planned::{PlannedJob, Start, planned_jobs};
use crate::view::tree::extent;
use crate::view::unclaimed::reported_provenance;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Sources};
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::environment::Environment;
use nestling_gitlab::pipeline::need::{Need, needs};
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
    /// Pages of the jobs that passed with the same content, by the job that is left out for it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    links: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

#[derive(Debug, Serialize)]
struct PageJob {
    name: String,
    short: String,
    unit: Option<usize>,
    stage: usize,
    start: &'static str,
    start_in: Option<String>,
    /// Reason why the rules leave the job out.
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    /// Condition of a job that is not certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    /// Numbers of certain and of possible copies.
    copies: [usize; 2],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    multiplied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
    needs: Option<Vec<PageNeed>>,
    environment: Option<PageEnvironment>,
    yaml: String,
    /// File index and line number of each line of `yaml`, alternating.
    origins: Vec<u32>,
}

#[derive(Debug, Serialize)]
struct PageNeed {
    /// Index of a job of this pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<usize>,
    /// Name of a job that is not in this pipeline.
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
    let stages: Vec<&str> =
        by_stage(&plan.pipeline, planned_jobs(plan)).into_iter().map(|(stage, _)| stage).collect();
    let indices = Indices {
        stages: index_of(stages.iter().copied()),
        units: index_of(plan.units().map(|unit| unit.name.as_str())),
        jobs: index_of(plan.pipeline.jobs.iter().map(|job| job.name.as_str())),
    };
    Page {
        description: plan.facts.describe(),
        nestling: env!("CARGO_PKG_VERSION"),
        extent: extent(plan),
        provenance: reported_provenance(plan).lines().map(str::to_owned).collect(),
        stages: stages.iter().map(|stage| (*stage).to_owned()).collect(),
        units: plan.units().map(|unit| page_unit(plan, unit)).collect(),
        jobs: planned_jobs(plan).map(|planned| page_job(planned, &indices, &mut files)).collect(),
        files: files.paths,
        problems: problems.iter().map(|problem| page_problem(problem, sources)).collect(),
    }
}

/// Index of each stage, unit and job by its name.
struct Indices<'a> {
    stages: BTreeMap<&'a str, usize>,
    units: BTreeMap<&'a str, usize>,
    jobs: BTreeMap<&'a str, usize>,
}

fn index_of<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    names.enumerate().map(|(index, name)| (name, index)).collect()
}

struct Files<'a> {
    sources: &'a Sources,
    paths: Vec<String>,
    known: BTreeMap<FileId, u32>,
}

impl Files<'_> {
    /// Returns the index of a file's path in the list. Two readings of one file share it.
    fn index(&mut self, file: FileId) -> u32 {
        if let Some(index) = self.known.get(&file) {
            return *index;
        }
        let path = self.sources.path(file);
        let known_path = self.paths.iter().position(|known| *known == path);
        let index = known_path.unwrap_or_else(|| {
            self.paths.push(path);
            self.paths.len() - 1
        });
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.known.insert(file, index);
        index
    }
}

fn page_unit(plan: &Plan, unit: &Unit) -> PageUnit {
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
        left_out: left_out.iter().map(|left_out| (left_out.job.clone(), left_out.reason.clone())).collect(),
        links: links(plan, unit),
        fingerprint: plan
            .fingerprints
            .as_ref()
            .and_then(|prints| Some(prints.units.get(&unit.name)?.short())),
    }
}

/// Returns the pages of the jobs that passed, as GitLab named them. A record is written by others, so nothing but a web address
/// becomes a link.
fn links(plan: &Plan, unit: &Unit) -> BTreeMap<String, String> {
    let reused = plan.reuse.iter().filter_map(|(name, reuse)| match reuse {
        JobReuse::Reused(record) if record.unit == unit.name.as_str() => Some((name, &record.url)),
        _ => None,
    });
    let is_address = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let short = |name: &JobName| {
        let short = name.as_str().strip_prefix(unit.name.as_str()).and_then(|rest| rest.strip_prefix(':'));
        short.unwrap_or(name.as_str()).to_owned()
    };
    reused.filter(|(_, url)| is_address(url)).map(|(name, url)| (short(name), url.clone())).collect()
}

fn page_job(planned: PlannedJob<'_>, indices: &Indices<'_>, files: &mut Files<'_>) -> PageJob {
    let job = planned.job;
    let start = planned.start();
    let count = planned.count();
    let mut yaml = Vec::new();
    let mut origins = Vec::new();
    for line in job_lines(job, files.sources) {
        origins.extend([files.index(line.origin.file), line.origin.line]);
        yaml.push(line.text);
    }
    PageJob {
        name: job.name.to_string(),
        short: short(job).to_owned(),
        unit: job.unit.as_ref().and_then(|unit| indices.units.get(unit.as_str()).copied()),
        stage: indices.stages.get(job.stage()).copied().unwrap_or(0),
        start: match start {
            Start::Automatic => "automatic",
            Start::Manual => "manual",
            Start::Delayed(_) => "delayed",
            Start::OnFailure => "on_failure",
        },
        start_in: if let Start::Delayed(time) = start { Some(time.to_owned()) } else { None },
        out: planned.omission().map(|omission| omission.in_words(files.sources)),
        condition: planned.condition(),
        copies: [count.certain, count.possible],
        multiplied: planned.multiplier().is_some(),
        trigger: planned.trigger().map(str::to_owned),
        needs: needs(&job.body).map(|needs| needs.iter().map(|need| page_need(need, indices)).collect()),
        environment: deploys_to(job).map(|environment| page_environment(&environment)),
        yaml: yaml.join("\n"),
        origins,
    }
}

fn page_need(need: &Need<'_>, indices: &Indices<'_>) -> PageNeed {
    let job = need.job().and_then(|name| indices.jobs.get(name).copied());
    let name = match job {
        Some(_) => None,
        None => Some(need.job().unwrap_or("another pipeline").to_owned()),
    };
    PageNeed { job, name, optional: need.optional }
}

fn page_environment(environment: &Environment<'_>) -> PageEnvironment {
    PageEnvironment {
        name: environment.name_text().to_owned(),
        action: environment.action().to_owned(),
        tier: text_of(environment, "deployment_tier"),
        url: text_of(environment, "url"),
        auto_stop_in: text_of(environment, "auto_stop_in"),
    }
}

fn text_of(environment: &Environment<'_>, key: &str) -> Option<String> {
    environment.get(key).and_then(Node::text).map(str::to_owned)
}

fn page_problem(problem: &Diagnostic, sources: &Sources) -> PageProblem {
    PageProblem {
        severity: problem.severity.to_string(),
        rule: problem.rule.id,
        message: problem.message.clone(),
        place: problem.origin().map(|origin| sources.place(origin)).unwrap_or_default(),
        help: problem.help.clone(),
    }
}
