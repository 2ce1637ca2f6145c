//! Old and new configuration for one kind of pipeline and one change: the jobs of both, under the new names.

mod old_side;

use super::evidence::script_lines;
use super::expression::PARENT_SOURCE;
use super::handed::HandedOn;
use super::includes::{IncludeCondition, compared_globs};
use super::kind::{Comparison, Kind, guard};
use super::old::{Configuration, FILE, OldPipeline};
use super::proposal::Proposal;
use super::side::{Jobs, SideJob, Surroundings, refusal};
use crate::exit::Failure;
use nestling::{ChangeSet, Files, Job, NOOP_JOB, Origin, Plan, Project, RepoPath, UnitName, Verdict};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::{Changed, Tree};
use nestling_gitlab::yaml::{Map, Node};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One side for one change: its jobs, or the reason why GitLab makes no pipeline.
#[derive(Debug)]
pub(super) struct SidePipeline {
    /// The jobs by their new names.
    pub jobs: Jobs,
    /// The reason for which GitLab refuses the pipeline.
    pub refused: Option<String>,
    /// For each job of a unit the reason why the unit is in.
    pub reasons: BTreeMap<String, String>,
}

/// Old and new configuration in one kind of pipeline.
pub(super) struct Sides<'a> {
    proposal: &'a Proposal,
    /// The files with the old configuration.
    old_files: &'a dyn Files,
    kind: Kind,
    /// The old configuration, where it is the same for all changes.
    old: Option<OldPipeline>,
    new_files: &'a dyn Files,
    /// The new configuration of the parent, where it is the same for all changes.
    parent: Option<Rc<OldPipeline>>,
    /// The variables of the parent that the new trigger job hands on.
    handed_on: HandedOn,
    project: Project<'a>,
    plans: RefCell<BTreeMap<Vec<UnitName>, Rc<Plan>>>,
}

impl<'a> Sides<'a> {
    /// Reads both sides.
    ///
    /// # Errors
    /// A file cannot be read, or the new configuration is no valid YAML.
    pub(super) fn read(
        proposal: &'a Proposal,
        old_files: &'a dyn Files,
        new_files: &'a dyn Files,
        kind: &Kind,
    ) -> Result<Self, Failure> {
        let generated = proposal.old.generated.as_ref();
        let old = || OldPipeline::read_as(old_files, kind, Changed::Everything, generated);
        let old = proposal.old.compared_globs(old_files).is_empty().then(old).transpose()?;
        let parent = || OldPipeline::read_as(new_files, kind, Changed::Everything, None);
        let is_fixed = compared_globs(new_files, [FILE.to_owned()]).is_empty();
        let parent = parent()?;
        let handed_on = handed_on(&parent.root);
        let parent = is_fixed.then(|| Rc::new(parent));
        let project = Project::of_files(new_files, kind.facts.clone())?;
        let plans = RefCell::default();
        Ok(Self {
            proposal,
            old_files,
            kind: kind.clone(),
            old,
            new_files,
            parent,
            handed_on,
            project,
            plans,
        })
    }

    /// Returns the new names of stop jobs that are `stop` blocks.
    pub(super) fn stops(&self) -> &BTreeSet<String> {
        &self.proposal.composition.stops
    }

    /// Returns `true` if it matters which paths changed.
    pub(super) fn compares_paths(&self) -> bool {
        self.kind.comparison == Comparison::Paths
    }

    /// Returns the old side for changed paths.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn old_side(&self, paths: &[RepoPath]) -> Result<SidePipeline, Failure> {
        let surroundings = self.surroundings(paths);
        match &self.old {
            Some(old) => Ok(self.old_jobs(old, &surroundings)),
            None => {
                let old = OldPipeline::read_as(
                    self.old_files,
                    &self.kind,
                    surroundings.changed,
                    self.proposal.old.generated.as_ref(),
                )?;
                Ok(self.old_jobs(&old, &surroundings))
            }
        }
    }

    /// Returns the new side for changed paths: what stays in the parent, and the child.
    ///
    /// # Errors
    /// A file cannot be read, or the child has errors.
    pub(super) fn new_side(&self, paths: &[RepoPath]) -> Result<SidePipeline, Failure> {
        let surroundings = self.surroundings(paths);
        let variables = self.kind.root_variables();
        let parent = match &self.parent {
            Some(parent) => Rc::clone(parent),
            None => Rc::new(OldPipeline::read_as(self.new_files, &self.kind, surroundings.changed, None)?),
        };
        let outer = surroundings.workflow(&parent.root, &variables);
        let has_rules = parent.root.has_workflow_rules();
        let mut jobs = Jobs::new();
        let own = nestling_jobs(&parent.root);
        // Without a trigger job in sight an include has it, for all pipelines.
        let mut trigger = if own.is_empty() { outer.clone() } else { Guard::Never };
        for job in &parent.root.pipeline.jobs {
            let outer = Guard::all([outer.clone(), self.include_gate(&parent, job, &surroundings)]);
            let side = surroundings.job(job, &variables, has_rules, &outer);
            if own.contains(&job.name.as_str()) {
                if job.body.contains("trigger") {
                    trigger = Guard::any([trigger, side.guard()]);
                }
            } else {
                jobs.insert(job.name.to_string(), side);
            }
        }
        let mut refused = refusal(&jobs);
        let plan = self.plan(paths)?;
        let mut reasons = BTreeMap::new();
        let mut child = Jobs::new();
        let variables = self.kind.child_variables();
        for job in &plan.pipeline.jobs {
            if job.unit.is_none() && job.name.as_str() == NOOP_JOB {
                continue;
            }
            let mut known = job.clone();
            if self.handed_on.has("CI_PIPELINE_SOURCE") {
                hand_on(&mut known.body, PARENT_SOURCE, self.kind.source());
            }
            let mut side = surroundings.job(&known, &variables, true, &trigger);
            take_back(&mut side.body, PARENT_SOURCE);
            child.insert(job.name.to_string(), side);
            if let Some(unit) = &job.unit {
                reasons.insert(job.name.to_string(), format!("{unit}: {}", reason(&plan, unit)));
            }
        }
        refused = refused.or_else(|| refusal(&child));
        jobs.extend(child);
        Ok(SidePipeline { jobs, refused, reasons })
    }

    /// Returns the condition under which the file of a job is included.
    fn include_gate(&self, pipeline: &OldPipeline, job: &Job, surroundings: &Surroundings<'_>) -> Guard {
        let path = pipeline.sources.path(job.origin.file);
        let included = self.proposal.includes.get(&path).map(|included| &included.condition);
        let Some(IncludeCondition::Rules(body)) = included else { return Guard::Always };
        let variables = self.kind.root_variables();
        let creation = Kind::creation(&variables, surroundings.changed).with_tree(surroundings.tree);
        guard("include", body, &creation.moment(true))
    }

    fn surroundings<'s>(&'s self, paths: &'s [RepoPath]) -> Surroundings<'s> {
        let changed = match self.kind.comparison {
            Comparison::Paths => Changed::Paths(paths),
            Comparison::Everything => Changed::Everything,
        };
        Surroundings {
            reference: self.kind.reference(),
            changed,
            tree: Tree::Files(&self.proposal.tree.files),
        }
    }

    /// Plans the child; plans of the same units are made once.
    fn plan(&self, paths: &[RepoPath]) -> Result<Rc<Plan>, Failure> {
        let changes = || match self.kind.comparison {
            _ if self.project.selects_none() => ChangeSet::of_paths([]),
            Comparison::Paths if !self.project.selects_all() => ChangeSet::of_paths(paths.iter().cloned()),
            _ => ChangeSet::everything(),
        };
        let selected = self.project.plan(changes()).select()?;
        let names: Vec<UnitName> = selected.selection.selected().cloned().collect();
        if let Some(plan) = self.plans.borrow().get(&names) {
            return Ok(Rc::clone(plan));
        }
        let plan = Rc::new(self.project.plan(changes()).run()?);
        if let Some(error) =
            plan.diagnostics.iter().find(|problem| problem.severity == nestling::Severity::Error)
        {
            let place = error.origin().map(|origin| plan.sources.place(origin)).unwrap_or_default();
            let message = format!("the new configuration has an error: {} ({place})", error.message);
            return Err(Failure::usage(message)
                .with_help("run `nestling check`; before anything was written, please report it"));
        }
        self.plans.borrow_mut().insert(names, Rc::clone(&plan));
        Ok(plan)
    }
}

/// Returns the variables that the trigger job of a new parent hands on.
fn handed_on(parent: &Configuration) -> HandedOn {
    let own = nestling_jobs(parent).into_iter().filter_map(|name| parent.pipeline.job(name));
    let mut triggers = own.filter(|job| job.body.contains("trigger"));
    let variables = triggers.find_map(|trigger| trigger.body.get("variables")?.as_map());
    variables.map(HandedOn::by).unwrap_or_default()
}

/// Returns the names of Nestling's own jobs in a parent: those that run it, and those that start what it has written.
fn nestling_jobs(parent: &Configuration) -> Vec<&str> {
    let jobs = || parent.pipeline.jobs.iter();
    let runs = |job: &&Job| script_lines(&job.body).iter().any(|line| line.contains("nestling generate"));
    let mut own: Vec<&str> = jobs().filter(runs).map(|job| job.name.as_str()).collect();
    let plans = own.clone();
    let starts = |job: &&Job| {
        let include = job.body.get("trigger").and_then(|trigger| trigger.get("include"));
        let mut entries = include.map(Node::items_or_self).unwrap_or_default().iter();
        entries.any(|entry| entry.get("job").and_then(Node::text).is_some_and(|name| plans.contains(&name)))
    };
    own.extend(jobs().filter(starts).map(|job| job.name.as_str()));
    own
}

fn reason(plan: &Plan, unit: &UnitName) -> String {
    match plan.verdict(unit) {
        Verdict::Skipped => String::new(),
        verdict => verdict.reasons().first().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Sets a variable that the trigger job hands on, unless the job has its own.
fn hand_on(body: &mut Map, name: &str, value: &str) {
    set_variable(body, name, Node::string(Origin::generated(), value));
}

fn set_variable(body: &mut Map, name: &str, value: Node) {
    match body.get_mut("variables").and_then(Node::as_map_mut) {
        Some(variables) => variables.set(name, value),
        None => {
            let mut variables = Map::default();
            variables.set(name, value);
            body.set("variables", Node::map(Origin::generated(), variables));
        }
    }
}

fn take_back(body: &mut Map, name: &str) {
    let Some(variables) = body.get_mut("variables").and_then(Node::as_map_mut) else { return };
    variables.remove(name);
    if variables.is_empty() {
        body.remove("variables");
    }
}

impl SidePipeline {
    /// Returns the jobs that GitLab makes or may make.
    pub(super) fn present(&self) -> impl Iterator<Item = (&String, &SideJob)> {
        self.jobs.iter().filter(|(_, job)| job.guard() != Guard::Never)
    }
}
