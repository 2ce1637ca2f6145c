//! Old and new configuration for one kind of pipeline and one change: the jobs of both, under the new names.

mod start;
mod still_started;
mod old_side;
mod new_side;

pub(super) use start::{Own, forwarded, forwarded_variables};

use super::forwarded::Forwarded;
use super::includes::Includes;
use super::kind::{Comparison, Kind, guard};
use super::old::OldPipeline;
use super::plans::Plans;
use super::proposal::Proposal;
use super::side::{Direction, Jobs, SideJob, Surroundings};
use super::workflow::Workflow;
use crate::exit::Failure;
use nestling::{ChangeSet, Files, Job, Origin, Plan, Project, RepoPath, UnitName};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::need::parallel_base;
use nestling_gitlab::pipeline::presence::{Changed, Tree};
use nestling_gitlab::yaml::{Map, Node};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One side for one change: its jobs, or the reason why GitLab makes no pipeline.
#[derive(Debug, Default)]
pub(super) struct SidePipeline {
    /// The jobs by their new names.
    pub jobs: Jobs,
    /// The reason for which GitLab refuses the pipeline.
    pub refused: Option<String>,
    /// For each job of a unit the reason why the unit is in.
    pub reasons: BTreeMap<String, String>,
    /// The settings that `workflow` of the parent gives to its jobs.
    pub workflow: Workflow,
    /// True if `workflow` of the child cancels its other jobs when one has failed.
    pub child_cancels: bool,
    /// The variables that the trigger job gives to the child.
    pub given: BTreeSet<String>,
    /// The includes that only GitLab can read, as they are written.
    pub unread: BTreeSet<String>,
    /// A reason why the new side may lack jobs that are not seen to be missing.
    pub problem: Option<String>,
    /// Something that is assumed.
    pub note: Option<String>,
}

/// Both configurations, in whichever kind of pipeline.
pub(super) struct Both<'a> {
    pub proposal: &'a Proposal,
    /// The files with the old configuration, and those with the new one.
    pub files: [&'a dyn Files; 2],
    /// The side that may not lack anything.
    pub direction: Direction,
    /// The workspace.
    plans: &'a Plans<'a>,
    /// The local files that the new parent includes.
    new_includes: Rc<Includes>,
    /// True if the configuration is the same for all changes, for the old and the new one.
    is_fixed: [bool; 2],
}

impl<'a> Both<'a> {
    /// Reads what is the same in all kinds of pipelines.
    pub(super) fn read(
        proposal: &'a Proposal,
        files: [&'a dyn Files; 2],
        direction: Direction,
        new: &OldPipeline,
        plans: &'a Plans<'a>,
    ) -> Self {
        let [old_files, new_files] = files;
        let is_fixed = [(&proposal.old, old_files), (new, new_files)]
            .map(|(pipeline, files)| pipeline.compared_globs(files).is_empty());
        let new_includes = Rc::new(Includes::read(new_files));
        Self { proposal, files, direction, plans, new_includes, is_fixed }
    }
}

/// Old and new configuration in one kind of pipeline.
pub(super) struct Sides<'a> {
    proposal: &'a Proposal,
    /// The files with the old configuration.
    old_files: &'a dyn Files,
    kind: Kind,
    /// The side that may not lack anything.
    pub(super) direction: Direction,
    /// The old configuration, where it is the same for all changes.
    old: Option<OldPipeline>,
    new_files: &'a dyn Files,
    /// The local files that the new parent includes.
    new_includes: Rc<Includes>,
    /// The new configuration of the parent, where it is the same for all changes.
    parent: Option<Rc<OldPipeline>>,
    /// The variables of the parent that the new trigger job forwards.
    forwarded: Forwarded,
    plans: &'a Plans<'a>,
    project: Project<'a>,
    /// The plans that have been made, by the units that are selected.
    known: RefCell<BTreeMap<Vec<UnitName>, Rc<Plan>>>,
}

impl<'a> Sides<'a> {
    /// Reads both sides.
    ///
    /// # Errors
    /// A file cannot be read, or the new configuration is no valid YAML.
    pub(super) fn read(both: &Both<'a>, kind: &Kind) -> Result<Self, Failure> {
        let Both { proposal, files: [old_files, new_files], direction, .. } = *both;
        let generated = proposal.old.generated.as_ref();
        let [is_old_fixed, is_new_fixed] = both.is_fixed;
        let old = || OldPipeline::read_as(old_files, kind, Changed::Everything, generated);
        let old = is_old_fixed.then(old).transpose()?;
        let parent = OldPipeline::read_as(new_files, kind, Changed::Everything, None)?;
        let forwarded = forwarded(&parent.root, &proposal.old.root);
        let parent = is_new_fixed.then(|| Rc::new(parent));
        let known = both.plans.known(kind);
        let known = known.map(|plan| (plan.selection.selected().cloned().collect(), plan));
        Ok(Self {
            proposal,
            old_files,
            kind: kind.clone(),
            direction,
            old,
            new_files,
            new_includes: Rc::clone(&both.new_includes),
            parent,
            forwarded,
            plans: both.plans,
            project: both.plans.project(&kind.facts),
            known: RefCell::new(known.into_iter().collect()),
        })
    }

    /// Returns the new names of stop jobs that are `stop` blocks.
    pub(super) fn stops(&self) -> &BTreeSet<String> {
        &self.proposal.composition.stops
    }

    /// Returns what holds in every pipeline of the kind.
    pub(super) fn assumption(&self) -> Guard {
        self.kind.assumption()
    }

    /// Returns `true` if it matters which paths changed.
    pub(super) fn compares_paths(&self) -> bool {
        self.kind.comparison == Comparison::Paths || !self.project.selects_all()
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

    /// Returns the condition under which the file of a job is included.
    fn include_gate(
        &self,
        includes: &Includes,
        pipeline: &OldPipeline,
        job: &Job,
        surroundings: &Surroundings<'_>,
    ) -> Guard {
        let path = pipeline.sources.path(job.origin.file);
        includes.gate(&path, &|body| self.gate_of_rules(body, surroundings))
    }

    /// Returns the condition that the rules of an include state.
    fn gate_of_rules(&self, body: &Map, surroundings: &Surroundings<'_>) -> Guard {
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
            // `changes` always holds in a tag's pipeline, and units are selected by paths if the workspace asks for that.
            _ if !self.project.selects_all() => ChangeSet::of_paths(paths.iter().cloned()),
            _ => ChangeSet::everything(),
        };
        let selected = self.project.plan(changes()).select()?;
        let names: Vec<UnitName> = selected.selection.selected().cloned().collect();
        if let Some(plan) = self.known.borrow().get(&names) {
            return Ok(Rc::clone(plan));
        }
        let plan = Rc::new(self.plans.plan(&self.project, changes())?);
        if let Some(error) =
            plan.diagnostics.iter().find(|problem| problem.severity == nestling::Severity::Error)
        {
            let place = error.origin().map(|origin| plan.sources.place(origin)).unwrap_or_default();
            let message = format!("the new configuration has an error: {} ({place})", error.message);
            return Err(Failure::usage(message)
                .with_help("run `nestling check`; before anything was written, please report it"));
        }
        self.known.borrow_mut().insert(names, Rc::clone(&plan));
        Ok(plan)
    }
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

impl SidePipeline {
    /// Returns a job without the optional needs of jobs that are not in the pipeline.
    pub(super) fn settled<'j>(&self, job: &'j SideJob) -> Cow<'j, SideJob> {
        let is_gone = |node: &Node| {
            let is_optional = node.get("optional").and_then(Node::as_bool) == Some(true);
            let name = node.get("job").and_then(Node::text).unwrap_or_default();
            let is_made = |name: &str| self.jobs.get(name).is_some_and(|job| job.guard() != Guard::Never);
            is_optional && !is_made(name) && !parallel_base(name).is_some_and(|(base, _)| is_made(base))
        };
        let Some(needs) = job.body.get("needs").and_then(Node::as_seq) else { return Cow::Borrowed(job) };
        if !needs.iter().any(is_gone) {
            return Cow::Borrowed(job);
        }
        let kept = needs.iter().filter(|need| !is_gone(need)).cloned().collect();
        let mut settled = job.clone();
        settled.body.set("needs", Node::seq(Origin::generated(), kept));
        Cow::Owned(settled)
    }

    /// Returns the jobs that GitLab makes or may make.
    pub(super) fn present(&self) -> impl Iterator<Item = (&String, &SideJob)> {
        self.jobs.iter().filter(|(_, job)| job.guard() != Guard::Never)
    }
}
