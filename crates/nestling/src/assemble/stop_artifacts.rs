//! Stop jobs get the artifacts that their deploys got, as far as those outlive the environment.
//!
//! GitLab fails a job whose artifacts have expired (<https://docs.gitlab.com/ci/jobs/job_artifacts_troubleshooting/>), and a
//! stop job runs long after its pipeline: so what it takes is kept for it, and the rest is not taken.

use super::known_units::KnownUnits;
use super::staged::stage_index;
use crate::assemble::rules::STOP_ARTIFACTS_OTHER_UNIT;
use crate::unit::{Kept, Lifetime, is_optional, needed_job};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{JobName, StageName, UnitName};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::parallel_base;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// A stop job and its deploy, by their indices.
#[derive(Debug, Clone, Copy)]
pub(super) struct StopPair {
    pub stop: usize,
    pub deploy: usize,
}

/// The jobs that have artifacts.
struct Makers {
    by_name: BTreeMap<JobName, usize>,
    /// Jobs by unit, each with the index of its stage.
    by_unit: BTreeMap<Option<UnitName>, Vec<(usize, usize)>>,
    /// The first stage that has any.
    first_stage: Option<usize>,
}

/// The artifacts that a deploy gets.
#[derive(Default)]
struct Fetched {
    /// Artifacts of the jobs of its own unit.
    own: Vec<OwnArtifacts>,
    /// A job of another unit that it needs.
    foreign: Option<usize>,
    /// Set if it gets artifacts at all.
    any: bool,
}

/// A job of the deploy's own unit whose artifacts it gets.
struct OwnArtifacts {
    maker: usize,
    /// The name in `needs` or `dependencies`: that of the job, or of one of its instances.
    name: String,
    /// Set if the deploy continues without it.
    optional: bool,
}

/// Hands the artifacts that each deploy gets on to its stop job.
///
/// Diagnosed: artifacts of another unit's job, which are that unit's to keep.
pub(super) fn hand_on(
    jobs: &mut [Job],
    stages: &[StageName],
    pairs: &[StopPair],
    known: &KnownUnits,
) -> Vec<Diagnostic> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut makers = Makers::new(jobs, stages);
    let of_known = known.artifact_stages();
    let of_known = of_known.iter().map(|stage| stage_index(stages, stage.as_str()));
    makers.first_stage = makers.first_stage.into_iter().chain(of_known).min();
    let mut problems = Vec::new();
    for pair in pairs {
        let fetched = makers.fetched(jobs, &jobs[pair.deploy], stages);
        problems.extend(fetched.foreign.map(|maker| of_other_unit(jobs, *pair, &jobs[maker])));
        problems.extend(keep_and_fetch(jobs, *pair, &fetched));
    }
    problems
}

/// Keeps the artifacts that a deploy gets, and makes its stop job fetch them.
///
/// Diagnosed: variables for the stop job that expire before it runs.
fn keep_and_fetch(jobs: &mut [Job], pair: StopPair, fetched: &Fetched) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let lifetime = Lifetime::of(&jobs[pair.deploy].body);
    let origin = jobs[pair.stop].origin;
    let mut handed = Vec::new();
    for OwnArtifacts { maker, name, optional } in &fetched.own {
        match lifetime.keep(&mut jobs[*maker].body, origin) {
            Kept::Long => handed.push((name.clone(), *optional)),
            // Other artifacts it most likely does without, where variables that are missing are empty strings.
            Kept::Expire { written, origin } if gives_variables(&jobs[*maker].body) => {
                let problem = lifetime.too_short(&written, origin);
                problems.push(
                    problem.with_label(jobs[pair.stop].origin, "the stop job gets none of their variables"),
                );
            }
            Kept::Expire { .. } => {}
        }
    }
    let stop = &mut jobs[pair.stop].body;
    if stop.contains("needs") {
        fetch(stop, &handed, origin);
    } else if fetched.any {
        let names = handed.iter().map(|(name, _)| Node::string(origin, name.as_str())).collect();
        stop.set("dependencies", Node::seq(origin, names));
    }
    problems
}

/// Returns `true` if a job hands variables on (<https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv>).
fn gives_variables(body: &Map) -> bool {
    let reports = body.get("artifacts").and_then(|artifacts| artifacts.get("reports"));
    reports.is_some_and(|reports| reports.get("dotenv").is_some())
}

impl Makers {
    fn new(jobs: &[Job], stages: &[StageName]) -> Self {
        let mut makers = Self { by_name: BTreeMap::new(), by_unit: BTreeMap::new(), first_stage: None };
        for (index, job) in jobs.iter().enumerate().filter(|(_, job)| job.body.contains("artifacts")) {
            let stage = stage_index(stages, job.stage());
            makers.by_name.insert(job.name.clone(), index);
            makers.by_unit.entry(job.unit.clone()).or_default().push((stage, index));
            makers.first_stage = Some(makers.first_stage.map_or(stage, |first| first.min(stage)));
        }
        makers
    }

    /// Returns what a deploy gets: of the jobs that it needs, or of all earlier stages.
    fn fetched(&self, jobs: &[Job], deploy: &Job, stages: &[StageName]) -> Fetched {
        let own = self.by_unit.get(&deploy.unit).map(Vec::as_slice).unwrap_or_default();
        let listed = deploy.body.get("dependencies").and_then(Node::as_seq);
        let is_listed =
            |name: &str| listed.is_none_or(|list| list.iter().any(|item| item.text() == Some(name)));
        let mut fetched = Fetched::default();
        let Some(needs) = deploy.body.get("needs").and_then(Node::as_seq) else {
            let own_stage = stage_index(stages, deploy.stage());
            let earlier = own.iter().filter(|(stage, _)| *stage < own_stage);
            for (_, maker) in earlier {
                let names = fetched_names(jobs[*maker].name.as_str(), listed);
                let own = names.into_iter().map(|name| OwnArtifacts { maker: *maker, name, optional: true });
                fetched.own.extend(own);
            }
            fetched.any = self.first_stage.is_some_and(|first| first < own_stage);
            return fetched;
        };
        for need in needs.iter().filter(|need| fetches(need)) {
            let Some(name) = needed_job(need).filter(|name| is_listed(name)) else { continue };
            let Some(index) = self.find(name) else { continue };
            if own.iter().any(|(_, other)| *other == index) {
                let optional = is_optional(need);
                fetched.own.push(OwnArtifacts { maker: index, name: name.to_owned(), optional });
            } else {
                fetched.foreign.get_or_insert(index);
            }
            fetched.any = true;
        }
        fetched
    }

    fn find(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.by_name.get(&JobName::parse(name).ok()?).copied();
        find(name).or_else(|| find(parallel_base(name)?.0))
    }
}

/// Returns the names by which a job without `needs` fetches the artifacts of another: all, or what `dependencies` lists, which
/// can be instances of it.
fn fetched_names(maker: &str, listed: Option<&[Node]>) -> Vec<String> {
    let Some(listed) = listed else { return vec![maker.to_owned()] };
    let is_maker = |name: &&str| *name == maker || parallel_base(name).is_some_and(|(base, _)| base == maker);
    listed.iter().filter_map(Node::text).filter(is_maker).map(str::to_owned).collect()
}

/// Returns `true` if a need fetches artifacts of a job of this pipeline.
fn fetches(need: &Node) -> bool {
    let is_elsewhere = need.get("pipeline").is_some() || need.get("project").is_some();
    !is_elsewhere && need.get("artifacts").and_then(Node::as_bool) != Some(false)
}

/// Makes the needs of a stop job fetch the artifacts of these jobs, each with whether it may be missing.
fn fetch(stop: &mut Map, handed: &[(String, bool)], origin: Origin) {
    let mut needs = stop.get("needs").and_then(Node::as_seq).unwrap_or_default().to_vec();
    for (name, optional) in handed {
        let known = needs.iter_mut().find(|need| needed_job(need) == Some(name));
        if let Some(need) = known {
            if let Some(map) = need.as_map_mut() {
                map.remove("artifacts");
            }
            continue;
        }
        let mut need = Map::default();
        need.set("job", Node::string(origin, name.as_str()));
        if *optional {
            need.set("optional", Node::plain(origin, "true"));
        }
        needs.push(Node::map(origin, need));
    }
    stop.set("needs", Node::seq(origin, needs));
}

fn of_other_unit(jobs: &[Job], pair: StopPair, maker: &Job) -> Diagnostic {
    let deploy = &jobs[pair.deploy];
    let message = format!(
        "the stop job of `{}` cannot download the artifacts of `{}`, as its deploy job does: another unit decides when they expire",
        deploy.name, maker.name
    );
    Diagnostic::error(&STOP_ARTIFACTS_OTHER_UNIT, jobs[pair.stop].origin, message)
        .with_label(maker.origin, "the job that creates them")
        .with_help("write `dependencies: []` in the `stop` block if it needs none of them")
}
