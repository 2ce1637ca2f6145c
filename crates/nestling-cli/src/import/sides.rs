//! Old and new configuration for one kind of pipeline and one change: the jobs of both, under the new names.

use super::candidate::Owner;
use super::expression::PARENT_SOURCE;
use super::includes::compared_globs;
use super::kind::{Comparison, Kind};
use super::old::{Configuration, FILE, OldPipeline, StaticChild};
use super::proposal::Proposal;
use super::side::{Jobs, SideJob, Surroundings, refusal};
use crate::exit::Failure;
use nestling::{
    ChangeSet, Files, Job, JobName, NOOP_JOB, Origin, Plan, Project, RepoPath, UnitName, Verdict,
};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::{Changed, Tree};
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::yaml::{Map, Node};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The two jobs of the parent that are Nestling's own.
const NESTLING_JOBS: [&str; 2] = ["nestling:plan", "nestling:run"];

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
    parent: Option<Rc<Configuration>>,
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
        let parent = is_fixed.then(parent).transpose()?.map(|parent| Rc::new(parent.root));
        let project = Project::of_files(new_files, kind.facts.clone())?;
        let plans = RefCell::default();
        Ok(Self { proposal, old_files, kind: kind.clone(), old, new_files, parent, project, plans })
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
            None => {
                let read = OldPipeline::read_as(self.new_files, &self.kind, surroundings.changed, None)?;
                Rc::new(read.root)
            }
        };
        let outer = surroundings.workflow(&parent, &variables);
        let has_rules = parent.has_workflow_rules();
        let mut jobs = Jobs::new();
        let mut trigger = Guard::Never;
        for job in &parent.pipeline.jobs {
            let side = surroundings.job(job, &variables, has_rules, &outer);
            if job.name.as_str() == NESTLING_JOBS[1] {
                trigger = side.guard();
            }
            if !NESTLING_JOBS.contains(&job.name.as_str()) {
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
            hand_on(&mut known.body, PARENT_SOURCE, self.kind.source());
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
            Comparison::Paths if !self.is_whole() => ChangeSet::of_paths(paths.iter().cloned()),
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
            let message = format!("the workspace would have an error: {} ({place})", error.message);
            return Err(Failure::usage(message)
                .with_help("please report it: an import should not write what `check` refuses"));
        }
        self.plans.borrow_mut().insert(names, Rc::clone(&plan));
        Ok(plan)
    }

    /// Returns `true` if the workspace selects every unit in pipelines of this kind.
    fn is_whole(&self) -> bool {
        let whole = self.proposal.composition.whole;
        if self.kind.facts.merge_request.is_some() { whole.merge_requests } else { whole.branches }
    }

    fn old_jobs(&self, old: &OldPipeline, surroundings: &Surroundings<'_>) -> SidePipeline {
        let variables = self.kind.root_variables();
        let outer = surroundings.workflow(&old.root, &variables);
        let has_rules = old.root.has_workflow_rules();
        let mut jobs = Jobs::new();
        let mut moved_children: Vec<(&StaticChild, usize, Guard)> = Vec::new();
        for job in &old.root.pipeline.jobs {
            let side = surroundings.job(&self.renamed(Owner::Root, job), &variables, has_rules, &outer);
            match self.moved_child(old, job.name.as_str()) {
                Some((child, index)) => moved_children.push((child, index, side.guard())),
                None => {
                    jobs.insert(self.new_name(Owner::Root, &job.name), side);
                }
            }
        }
        let mut refused = refusal(&jobs);
        for (child, index, guard) in moved_children {
            let of_child = self.child_jobs(child, index, surroundings, &guard);
            refused = refused.or_else(|| refusal(&of_child));
            jobs.extend(of_child);
        }
        if refused.is_some() {
            jobs.clear();
        }
        SidePipeline { jobs, refused, reasons: BTreeMap::new() }
    }

    fn child_jobs(
        &self,
        child: &StaticChild,
        index: usize,
        surroundings: &Surroundings<'_>,
        outer: &Guard,
    ) -> Jobs {
        let variables = self.kind.child_variables();
        let has_rules = child.configuration.has_workflow_rules();
        let handed_on = self.proposal.old.root.pipeline.job(&child.trigger);
        let handed_on = handed_on.and_then(|trigger| trigger.body.get("variables")?.as_map());
        let mut jobs = Jobs::new();
        for job in &child.configuration.pipeline.jobs {
            let mut job = self.renamed(Owner::Child(index), job);
            for (name, value) in handed_on.into_iter().flat_map(Map::iter) {
                if name != "PARENT_PIPELINE_ID" {
                    set_variable(&mut job.body, name, value.clone());
                }
            }
            let name = self.new_name(Owner::Child(index), &job.name);
            jobs.insert(name, surroundings.job(&job, &variables, has_rules, outer));
        }
        jobs
    }

    /// Returns a static child that moved, with its position.
    fn moved_child<'o>(&self, old: &'o OldPipeline, trigger: &str) -> Option<(&'o StaticChild, usize)> {
        let child = old.child_of(trigger)?;
        let index = self.proposal.old.children.iter().position(|known| known.trigger == trigger)?;
        let has_moved =
            self.proposal.composition.names.keys().any(|(owner, _)| *owner == Owner::Child(index));
        has_moved.then_some((child, index))
    }

    fn new_name(&self, owner: Owner, name: &JobName) -> String {
        let names = &self.proposal.composition.names;
        names.get(&(owner, name.to_string())).cloned().unwrap_or_else(|| name.to_string())
    }

    /// Returns an old job that names other jobs by their new names.
    fn renamed(&self, owner: Owner, job: &Job) -> Job {
        let mut job = job.clone();
        rename_jobs(&mut job.body, &mut |name, _| {
            self.proposal.composition.names.get(&(owner, name.to_owned())).cloned()
        });
        job
    }
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
