//! Pipelines that run at the same time: every order in which GitLab may run the jobs of two of them, with stop jobs,
//! approvals that come late, jobs that fail half way, and one that a person runs again.
//!
//! The model has GitLab's rules, as its code has them:
//!
//! - `Ci::ResourceGroups::AssignResourceFromResourceGroupService`: a group runs one of its jobs at a time, and any of those
//!   that wait (`Ci::ResourceGroup#upcoming_processables` of an unordered group). The job holds the group from then on.
//! - `Ci::Deployable#has_outdated_deployment?`: a job whose `action` is `start` is dropped if its deployment is older than the
//!   last successful one of its environment. `Ci::ProcessBuildService` asks when the needs of a job are met, and the
//!   service above once more when the job gets its group. Nobody asks later: a job without a group may start long
//!   after the question.
//! - `Deployment#older_than_last_successful_deployment?`: deployments are numbered as their jobs are created, those of one
//!   commit are never older than each other, and the last one (`Environment#last_deployment`) is the one that finished last.
//! - `Ci::RetryJobService`: a job that is run again gets a deployment of its own, the newest; so is a rollback, and so can a person
//!   run a job again that was dropped (while the project allows retries for rollback, as it does by default).
//! - A stop job is no deployment: a person can start that of any pipeline at any time.

use super::assemblies::{NEWEST, Planned, Shop};
use super::stacks::calls;
use crate::support::{expect_file, root};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::need;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A job, as far as the order of things depends on it.
#[derive(Debug, Clone)]
struct ModelJob {
    name: String,
    needs: Vec<usize>,
    group: Option<String>,
    environment: Option<String>,
    /// Set if it is a deployment.
    starts: bool,
    /// The stacks that it brings to the state of its pipeline.
    deploys: Vec<String>,
    /// The stacks that it destroys.
    destroys: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Waiting,
    /// Asked whether it is outdated, and not started yet.
    Queued,
    Running,
    Passed,
    Failed,
}

/// A state of the world: the jobs of both pipelines, the pipeline that each stack is of, the deployment that GitLab shows of
/// each environment, and the job that a person has run again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    jobs: [Vec<Status>; 2],
    stacks: BTreeMap<String, usize>,
    shown: BTreeMap<String, Deployed>,
    retried: Option<(usize, usize)>,
}

/// A deployment: those of the second pipeline are newer than those of the first, and that of a retried job is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deployed {
    number: usize,
    pipeline: usize,
}

impl World {
    fn deployment(&self, pipeline: usize, job: usize) -> Deployed {
        let number = if self.retried == Some((pipeline, job)) { 2 } else { pipeline };
        Deployed { number, pipeline }
    }

    /// Returns `true` if a newer deployment, of another commit, is the last one of an environment.
    fn is_outdated(&self, environment: Option<&String>, own: Deployed) -> bool {
        let last = environment.and_then(|name| self.shown.get(name));
        last.is_some_and(|last| last.number > own.number && last.pipeline != own.pipeline)
    }
}

/// The jobs of a plan that deploy or destroy, and those that they wait for.
fn jobs(planned: &Planned) -> Vec<ModelJob> {
    let calls = calls(planned);
    let names: Vec<&str> = planned.plan.pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
    let mut jobs = Vec::new();
    for job in &planned.plan.pipeline.jobs {
        let environment = environment(&job.body);
        let needs = need::needs(&job.body).unwrap_or_default();
        let needs = needs.iter().filter_map(|need| names.iter().position(|name| Some(*name) == need.job()));
        let of_verb = |verb: &str| {
            let own = calls.iter().filter(|call| call.job == job.name.as_str() && call.verb == verb);
            // A change set that is made changes nothing.
            let own =
                own.filter(|call| !call.options.iter().any(|option| option == "--method=prepare-change-set"));
            own.flat_map(super::stacks::Call::stacks).collect::<Vec<_>>()
        };
        jobs.push(ModelJob {
            name: job.name.to_string(),
            needs: needs.collect(),
            group: job.body.get("resource_group").and_then(Node::text).map(str::to_owned),
            environment: environment.as_ref().map(|environment| environment.name_text().to_owned()),
            starts: environment
                .as_ref()
                .is_some_and(nestling_gitlab::pipeline::environment::Environment::deploys),
            deploys: of_verb("deploy"),
            destroys: of_verb("destroy"),
        });
    }
    jobs
}

struct Model {
    jobs: Vec<ModelJob>,
    /// Set if a person runs a job again, once.
    has_retries: bool,
    /// The ways in which something went wrong.
    wrong: BTreeSet<String>,
}

impl Model {
    /// Runs everything in every order, and returns the worlds in which no job is running.
    fn explore(&mut self) -> BTreeSet<World> {
        let first = World {
            jobs: [vec![Status::Waiting; self.jobs.len()], vec![Status::Waiting; self.jobs.len()]],
            stacks: BTreeMap::new(),
            shown: BTreeMap::new(),
            retried: None,
        };
        let (mut seen, mut queue) = (BTreeSet::from([first.clone()]), vec![first]);
        while let Some(world) = queue.pop() {
            for next in self.next(&world) {
                if seen.insert(next.clone()) {
                    queue.push(next);
                }
            }
        }
        let is_active = |status: &Status| matches!(status, Status::Running | Status::Queued);
        // What a person has run again starts by itself.
        let is_due =
            |(pipeline, job): (usize, usize), world: &World| world.jobs[pipeline][job] == Status::Waiting;
        seen.retain(|world| {
            !world.jobs.iter().flatten().any(is_active) && !world.retried.is_some_and(|it| is_due(it, world))
        });
        seen
    }

    fn next(&mut self, world: &World) -> Vec<World> {
        let mut next = Vec::new();
        for pipeline in 0..2 {
            for job in 0..self.jobs.len() {
                match world.jobs[pipeline][job] {
                    Status::Waiting => next.extend(self.start(world, pipeline, job)),
                    Status::Queued => {
                        let mut started = world.clone();
                        started.jobs[pipeline][job] = Status::Running;
                        next.push(started);
                    }
                    Status::Running => {
                        next.push(self.finish(world, pipeline, job, true));
                        // Half way: of several stacks, the first one is new.
                        if self.jobs[job].deploys.len() > 1 || !self.jobs[job].destroys.is_empty() {
                            next.push(self.finish(world, pipeline, job, false));
                        }
                    }
                    Status::Passed | Status::Failed => next.extend(self.retry(world, pipeline, job)),
                }
            }
        }
        next
    }

    fn start(&self, world: &World, pipeline: usize, job: usize) -> Option<World> {
        let own = &self.jobs[job];
        let is_ready = own.needs.iter().all(|need| world.jobs[pipeline][*need] == Status::Passed);
        let is_taken = |(other, status): (usize, &Status)| {
            *status == Status::Running && own.group.is_some() && self.jobs[other].group == own.group
        };
        let mut all = world.jobs.iter().flat_map(|jobs| jobs.iter().enumerate());
        if !is_ready || all.any(is_taken) {
            return None;
        }
        let mut next = world.clone();
        let own_deployment = world.deployment(pipeline, job);
        let is_outdated = own.starts && world.is_outdated(own.environment.as_ref(), own_deployment);
        next.jobs[pipeline][job] = match own.group {
            _ if is_outdated => Status::Failed,
            Some(_) => Status::Running,
            None => Status::Queued,
        };
        Some(next)
    }

    /// A person runs a job of the older pipeline again that deploys: a rollback, or one that was dropped.
    fn retry(&self, world: &World, pipeline: usize, job: usize) -> Option<World> {
        if world.retried.is_some() || pipeline != 0 || !self.jobs[job].starts || !self.has_retries {
            return None;
        }
        let mut next = world.clone();
        next.jobs[pipeline][job] = Status::Waiting;
        next.retried = Some((pipeline, job));
        Some(next)
    }

    fn finish(&mut self, world: &World, pipeline: usize, job: usize, passes: bool) -> World {
        let own = self.jobs[job].clone();
        let mut next = world.clone();
        next.jobs[pipeline][job] = if passes { Status::Passed } else { Status::Failed };
        let count = if passes { usize::MAX } else { 1 };
        for stack in own.deploys.iter().take(count) {
            if world.is_outdated(own.environment.as_ref(), world.deployment(pipeline, job)) {
                self.wrong.insert(format!("{} puts an older {stack} under a newer deployment", own.name));
            }
            next.stacks.insert(stack.clone(), pipeline);
        }
        for stack in own.destroys.iter().rev().take(count) {
            next.stacks.remove(stack);
        }
        if let Some(name) = own.environment.filter(|_| own.starts && passes) {
            next.shown.insert(name, world.deployment(pipeline, job));
        }
        next
    }
}

/// The app, the header, and whether each of its stages is one job.
const CASES: [(&str, &str, bool); 4] = [
    (
        "two stages, approvals before both, both in one job each",
        "pair: pipeline: B, stages: { Uat: { environment: staging, stop: true }, Live: { environment: production, stop: true } }",
        true,
    ),
    (
        "two stages in one environment",
        "pair: pipeline: B, stages: { Uat: { environment: staging, stop: true }, Live: { environment: staging, stop: true } }",
        false,
    ),
    (
        "plain stages, a button before the second",
        "stages: stages: { Staging: { environment: staging, stop: true }, Production: { environment: production, stop: true } }",
        true,
    ),
    (
        "a change set that is reviewed",
        "review: stages: { Live: { environment: staging, stop: true } }",
        false,
    ),
];

#[test]
fn no_order_of_two_pipelines_leaves_an_older_stack_under_a_newer_deployment() {
    let mut table = String::new();
    for (title, case, is_one_job) in CASES {
        let (app, header) = case.split_once(": ").unwrap();
        let planned =
            Shop::new(NEWEST, app, &format!("cli: cdk, {header}")).plan("branch:main").without_errors();
        let mut model = Model { jobs: jobs(&planned), has_retries: true, wrong: BTreeSet::new() };
        let worlds = model.explore();
        assert!(model.wrong.is_empty(), "{title}: {:?}", model.wrong);
        _ = writeln!(table, "{title}: {}", worlds.len());
        let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for world in &worlds {
            for (environment, stacks) in by_environment(&model.jobs) {
                let shown = world.shown.get(&environment);
                let versions: Vec<Option<usize>> =
                    stacks.iter().map(|stack| world.stacks.get(stack).copied()).collect();
                let of = |pipeline: Option<usize>| {
                    pipeline.map_or("-".to_owned(), |pipeline| (pipeline + 1).to_string())
                };
                let versions_in_words: Vec<String> = versions.iter().map(|version| of(*version)).collect();
                let failed = world.jobs.iter().any(|jobs| {
                    jobs.iter().zip(&model.jobs).any(|(status, job)| {
                        *status == Status::Failed && job.environment.as_ref() == Some(&environment)
                    })
                });
                let row = format!(
                    "deployment {}, stacks {}",
                    of(shown.map(|shown| shown.pipeline)),
                    versions_in_words.join(" ")
                );
                // What one job deploys is whole, unless that job has failed, and never older than the deployment.
                let distinct: BTreeSet<&Option<usize>> = versions.iter().collect();
                assert!(
                    !is_one_job || failed || distinct.len() == 1,
                    "{title}: {environment}: {row}\n{world:?}"
                );
                let is_older = |version: &usize| shown.is_some_and(|shown| *version < shown.pipeline);
                // A rollback that fails half way is what a person sees fail.
                let has_failed_rollback =
                    world.retried.is_some_and(|(pipeline, job)| world.jobs[pipeline][job] == Status::Failed);
                assert!(
                    !is_one_job || has_failed_rollback || !versions.iter().flatten().any(is_older),
                    "{title}: {row}"
                );
                rows.entry(environment).or_default().insert(row);
            }
        }
        for (environment, rows) in rows {
            _ = writeln!(table, "  {environment}");
            rows.iter().for_each(|row| _ = writeln!(table, "    {row}"));
        }
    }
    expect_file(&root().join("tests/cdk/golden/interleavings.txt"), &table).unwrap();
}

/// The stacks of each environment.
fn by_environment(jobs: &[ModelJob]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| !job.deploys.is_empty()) {
        all.entry(job.environment.clone().unwrap()).or_default().extend(job.deploys.iter().cloned());
    }
    all.into_iter().map(|(environment, stacks)| (environment, stacks.into_iter().collect())).collect()
}

/// The model finds what is wrong with jobs that GitLab does not guard, and with a group for each job.
#[test]
fn without_the_guard_a_late_approval_rolls_back() {
    let header = "cli: cdk, pipeline: B, stages: { Uat: staging, Live: production }";
    let planned = Shop::new(NEWEST, "pair", header).plan("branch:main").without_errors();
    let mut unguarded = jobs(&planned);
    let live = unguarded.iter().position(|job| job.name == "shop:Live").unwrap();
    let mut settle = unguarded[live].clone();
    unguarded[live].starts = false;
    settle.name = "shop:Live: settle".to_owned();
    settle.needs = vec![live];
    unguarded.push(settle);
    let mut model = Model { jobs: unguarded, has_retries: false, wrong: BTreeSet::new() };
    model.explore();
    assert!(
        model.wrong.iter().any(|wrong| wrong.starts_with("shop:Live puts an older B/Live/")),
        "{:?}",
        model.wrong
    );
}
