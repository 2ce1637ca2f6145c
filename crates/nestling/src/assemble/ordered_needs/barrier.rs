//! Jobs that only wait, where GitLab allows fewer needs than order takes.

use super::OrderNeeds;
use crate::assemble::naming::scoped;
use crate::assemble::printing_job::printing_job;
use crate::assemble::rules::ORDER_ARTIFACTS;
use crate::unit::needed_job;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The jobs that only wait, one for each list of jobs that is waited for.
pub(super) struct Barriers {
    /// The most needs that GitLab allows in a job.
    pub(super) limit: usize,
    jobs: BTreeMap<(String, Vec<String>), Job>,
}

/// The needs of a job on those that it waits for by its stage.
struct StageNeeds {
    exist: bool,
    /// Needs that carry artifacts, those of its own unit first: artifacts of other units are the least likely to be missed.
    carrying: Vec<Node>,
}

impl StageNeeds {
    fn new(jobs: &[Job], index: usize, needs: Vec<Node>) -> Self {
        let by_name: BTreeMap<&str, &Job> = jobs.iter().map(|job| (job.name.as_str(), job)).collect();
        let needed = |need: &Node| needed_job(need).and_then(|name| by_name.get(name).copied());
        let exist = !needs.is_empty();
        let is_fetched = |need: &Node| need.get("artifacts").is_none();
        let carries = |need: &Node| needed(need).is_some_and(|job| job.body.contains("artifacts"));
        let mut carrying: Vec<Node> =
            needs.into_iter().filter(|need| is_fetched(need) && carries(need)).collect();
        carrying.sort_by_key(|need| needed(need).is_none_or(|job| job.unit != jobs[index].unit));
        Self { exist, carrying }
    }
}

impl Barriers {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit: limit.max(2), jobs: BTreeMap::new() }
    }

    pub(super) fn into_jobs(self) -> impl Iterator<Item = Job> {
        self.jobs.into_values()
    }

    /// Adds needs to a job, within the limit. Those that carry artifacts stay, and one job waits for the others.
    ///
    /// Diagnosed: artifacts for which there is no need left.
    pub(super) fn write(&mut self, jobs: &mut [Job], needs: OrderNeeds) -> Option<Diagnostic> {
        let OrderNeeds { job: index, mut of_stages, mut for_order, after_stages, origin } = needs;
        let mut written = jobs[index].body.get("needs").and_then(Node::as_seq).unwrap_or_default().to_vec();
        let known: BTreeSet<&str> = written.iter().filter_map(needed_job).collect();
        let is_new = |need: &Node| needed_job(need).is_some_and(|name| !known.contains(name));
        for_order.retain(is_new);
        of_stages.retain(is_new);
        if after_stages {
            written.extend(self.barrier(&jobs[index], Vec::new(), origin));
        }
        add_to_rules(&mut jobs[index].body, &for_order);
        let count = written.len() + of_stages.len() + for_order.len();
        let mut all = written;
        let mut problem = None;
        if count <= self.limit {
            all.extend(of_stages.into_iter().chain(for_order));
        } else {
            let room = self.limit.saturating_sub(all.len());
            let stages = StageNeeds::new(jobs, index, of_stages);
            let (needs, lost) = self.within(room, &jobs[index], stages, for_order, origin);
            problem = (!lost.is_empty()).then(|| lost_artifacts(&jobs[index], &lost, self.limit, origin));
            all.extend(needs);
        }
        jobs[index].body.set("needs", Node::seq(origin, all));
        problem
    }

    /// Brings needs into this many, and returns those with artifacts that are left over.
    fn within(
        &mut self,
        room: usize,
        job: &Job,
        stages: StageNeeds,
        for_order: Vec<Node>,
        origin: Origin,
    ) -> (Vec<Node>, Vec<Node>) {
        let mut needs = Vec::new();
        if stages.exist {
            // By its own stage this one waits for all that the job waited for by its stage.
            needs.extend(self.barrier(job, Vec::new(), origin));
        }
        if needs.len() + for_order.len() + stages.carrying.len() <= room {
            needs.extend(for_order);
        } else {
            needs.extend(self.chain(job, for_order, origin));
        }
        let mut carrying = stages.carrying;
        let lost = carrying.split_off(carrying.len().min(room.saturating_sub(needs.len())));
        needs.extend(carrying);
        (needs, lost)
    }

    /// Returns a need on a job that waits for all of these, if need be through further ones.
    pub(super) fn chain(&mut self, job: &Job, mut needs: Vec<Node>, origin: Origin) -> Option<Node> {
        while needs.len() > self.limit {
            let rest = needs.split_off(self.limit);
            let first = self.barrier(job, needs, origin)?;
            needs = rest;
            needs.push(first);
        }
        self.barrier(job, needs, origin)
    }

    fn barrier(&mut self, job: &Job, needs: Vec<Node>, origin: Origin) -> Option<Node> {
        let names: Vec<String> = needs.iter().filter_map(needed_job).map(str::to_owned).collect();
        let unit = job.unit.as_ref().map(ToString::to_string).unwrap_or_default();
        let key = (format!("{unit} {}", job.stage()), names);
        if !self.jobs.contains_key(&key) {
            let number = self.jobs.len() + 1;
            let name = scoped(job.unit.as_ref(), &format!("wait {number}"))?;
            self.jobs.insert(key.clone(), waiting_job(name, job, needs, origin));
        }
        let mut need = Map::default();
        need.set("job", Node::string(origin, self.jobs[&key].name.as_str()));
        need.set("artifacts", Node::plain(origin, "false"));
        Some(Node::map(origin, need))
    }
}

/// Adds needs to those of rules, which replace the job's own
/// (<https://docs.gitlab.com/ci/yaml/#rulesneeds>). An empty list there changes nothing.
fn add_to_rules(body: &mut Map, needs: &[Node]) {
    let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules") else { return };
    for rule in rules.iter_mut().filter_map(Node::as_map_mut) {
        let Some(Node { kind: Kind::Seq(of_rule), .. }) = rule.get_mut("needs") else { continue };
        if of_rule.is_empty() {
            continue;
        }
        let known: BTreeSet<String> = of_rule.iter().filter_map(needed_job).map(str::to_owned).collect();
        let is_new = |need: &&Node| needed_job(need).is_some_and(|name| !known.contains(name));
        let missing: Vec<Node> = needs.iter().filter(is_new).cloned().collect();
        of_rule.extend(missing);
    }
}

/// Returns `true` for a job that only waits for others.
pub(crate) fn is_waiting_job(job: &Job) -> bool {
    let line = job.body.get("script").map(Node::items_or_self).and_then(|lines| lines.first()?.text());
    line.is_some_and(|line| AWAITED.iter().any(|awaited| line == waiting_line(awaited)))
}

/// The groups of jobs that a waiting job waits for.
const AWAITED: [&str; 2] = ["the stages before", "other units"];

fn waiting_line(awaited: &str) -> String {
    format!("echo \"Waits for {awaited}.\"")
}

/// Returns a job that passes as soon as it starts.
fn waiting_job(name: JobName, job: &Job, needs: Vec<Node>, origin: Origin) -> Job {
    let script = vec![waiting_line(AWAITED[usize::from(!needs.is_empty())])];
    let needs = Some(needs).filter(|needs| !needs.is_empty());
    let mut body = printing_job(job.stage(), needs, script, origin);
    body.set("dependencies", Node::seq(origin, Vec::new()));
    if let Some(tags) = job.body.get("tags") {
        body.set("tags", tags.clone());
    }
    Job { name, origin, unit: job.unit.clone(), environment: None, body }
}

fn lost_artifacts(job: &Job, lost: &[Node], limit: usize, origin: Origin) -> Diagnostic {
    let names: Vec<String> = lost.iter().filter_map(needed_job).map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`{}` waits for another unit in its own stage, which requires more than {limit} needs: it loses the artifacts of {}",
        job.name,
        names.join(", ")
    );
    Diagnostic::warning(&ORDER_ARTIFACTS, origin, message)
        .with_label(job.origin, "the job")
        .with_help("list the jobs whose artifacts it reads in `needs`, or move it to a later stage")
}
