//! The side of the new configuration: what is in the parent, and the jobs of the child.

use super::start::{Own, Start};
use super::{SidePipeline, Sides, set_variable};
use crate::exit::Failure;
use crate::import::expression::PARENT_SOURCE;
use crate::import::old::{OldPipeline, cancels};
use crate::import::place::{Place, Slot};
use crate::import::side::{Direction, Jobs, SideJob, Surroundings, refusal};
use crate::import::strings::replace_in_values;
use crate::import::workflow::Workflow;
use nestling::{Job, NOOP_JOB, Origin, Plan, RepoPath, UnitName, Verdict};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::yaml::{Map, Node, emit};
use std::rc::Rc;

/// The name of the child among those of a parent.
const CHILD: &str = "nestling";

impl Sides<'_> {
    /// Returns the new side for changed paths: what stays in the parent, and the child.
    ///
    /// # Errors
    /// A file cannot be read, or the child has errors.
    pub(in super::super) fn new_side(&self, paths: &[RepoPath]) -> Result<SidePipeline, Failure> {
        let surroundings = self.surroundings(paths);
        let parent = match &self.parent {
            Some(parent) => Rc::clone(parent),
            None => Rc::new(OldPipeline::read_as(self.new_files, &self.kind, surroundings.changed, None)?),
        };
        let mut side = SidePipeline { refused: self.new_error(&parent), ..SidePipeline::default() };
        side.unread.extend(parent.root.pipeline.includes.iter().map(emit));
        let own = Own::of(&parent.root, &self.proposal.old.root);
        let start = self.start(&parent, &own, &surroundings);
        (side.problem, side.note) = (start.problem.clone(), start.note());
        side.workflow = Workflow::of(&parent.root, &surroundings, &self.kind.root_variables());
        side.given = start.variables.iter().map(|(name, _)| name.to_owned()).collect();
        if let Some(include) = &start.include {
            side.unread.remove(&emit(include));
        }
        self.add_parent(&mut side, &parent, &own, &surroundings);
        let plan = self.plan(paths)?;
        side.child_cancels = cancels(plan.pipeline.workflow.get("auto_cancel")) == Some(true);
        side.unread.extend(plan.pipeline.includes.iter().map(emit));
        let child = self.new_child(&plan, &start, &surroundings);
        let refused = refusal(&child, !plan.pipeline.includes.is_empty());
        side.refused = side.refused.or(refused);
        for job in &plan.pipeline.jobs {
            if let Some(unit) = &job.unit {
                side.reasons.insert(job.name.to_string(), format!("{unit}: {}", reason(&plan, unit)));
            }
        }
        for (name, job) in child {
            // Old jobs that kept their names are compared with those of the parent.
            let is_taken = side.jobs.contains_key(&name);
            side.jobs.insert(if is_taken { format!("{name} (child)") } else { name }, job);
        }
        Ok(side)
    }

    /// Returns an error of the new parent that the old configuration does not have.
    fn new_error(&self, parent: &OldPipeline) -> Option<String> {
        let is_old = |message: &str| {
            let old = self.old.iter().chain([&self.proposal.old]);
            old.flat_map(|old| old.root.errors()).any(|known| known.message == message)
        };
        parent.root.errors().find(|error| !is_old(&error.message)).map(|error| error.message.clone())
    }

    /// Adds the jobs of the parent, without those that run Nestling, and those of the static children that it starts.
    fn add_parent(
        &self,
        side: &mut SidePipeline,
        parent: &OldPipeline,
        own: &Own<'_>,
        surroundings: &Surroundings<'_>,
    ) {
        let mut jobs = Jobs::new();
        for job in parent.root.pipeline.jobs.iter().filter(|job| !own.has(job)) {
            let mut made = self.of_parent(parent, job, surroundings);
            match parent.child_of(job.name.as_str()) {
                Some(child) => self.add_started(side, child, &made, surroundings),
                None => self.note_unread_files(&mut made, self.new_files, job),
            }
            jobs.insert(job.name.to_string(), made);
        }
        let refused = refusal(&jobs, !parent.root.pipeline.includes.is_empty());
        side.refused = side.refused.take().or(refused);
        side.jobs.extend(jobs);
    }

    /// Returns a job of the new parent with its conditions.
    pub(super) fn of_parent(
        &self,
        parent: &OldPipeline,
        job: &Job,
        surroundings: &Surroundings<'_>,
    ) -> SideJob {
        let variables = self.kind.root_variables();
        let workflow = surroundings.workflow(&parent.root, &variables);
        let gate = self.include_gate(&self.new_includes, parent, job, surroundings);
        let position = parent.root.stage_position(job.stage());
        let has_rules = parent.root.has_workflow_rules();
        surroundings.job(job, &variables, has_rules, &Guard::all([workflow, gate]), position)
    }

    /// Puts the names of the parent into a job of the child, as a static pipeline has them.
    fn restore(&self, side: &mut SideJob) {
        replace_in_values(&mut side.body, &|text| self.forwarded.restored(text));
        for starts in &mut side.copies {
            let restored = std::mem::take(starts).into_iter().map(|((rank, may_fail, given), guard)| {
                ((rank, may_fail, self.forwarded.restored(&given)), guard)
            });
            *starts = restored.collect();
        }
    }

    fn new_child(&self, plan: &Plan, start: &Start, surroundings: &Surroundings<'_>) -> Jobs {
        let variables = self.kind.child_variables();
        let mut child = Jobs::new();
        for job in &plan.pipeline.jobs {
            if job.unit.is_none() && job.name.as_str() == NOOP_JOB {
                continue;
            }
            let mut known = job.clone();
            // Forwarded variables take precedence over those of a job.
            for (name, value) in start.variables.iter().filter(|(name, _)| *name != PARENT_SOURCE) {
                set_variable(&mut known.body, name, value.clone());
            }
            if self.forwarded.has("CI_PIPELINE_SOURCE") {
                let source = Node::string(Origin::generated(), self.kind.source());
                set_variable(&mut known.body, PARENT_SOURCE, source);
            }
            let stages = plan.pipeline.stages.iter();
            let position = match job.stage() {
                ".pre" => 0,
                stage => stages.take_while(|known| known.as_str() != stage).count() + 1,
            };
            let mut side = surroundings.job(&known, &variables, true, &start.guard, position);
            take_back(&mut side.body, &job.body);
            if self.direction == Direction::Export {
                self.restore(&mut side);
            }
            side.place = Place {
                parent: start.slot,
                child: Some((CHILD.to_owned(), Slot::new(position, &job.body))),
                is_awaited: start.is_awaited,
            };
            side.fails_pipeline = start.fails_pipeline;
            child.insert(job.name.to_string(), side);
        }
        child
    }
}

/// Removes the variables that a job has been forwarded and does not have itself: its script need not read them.
fn take_back(body: &mut Map, own: &Map) {
    let Some(variables) = body.get_mut("variables").and_then(Node::as_map_mut) else { return };
    let own = own.get("variables").and_then(Node::as_map);
    variables.entries.retain(|entry| own.is_some_and(|own| own.contains(entry.key.text())));
    if variables.is_empty() {
        body.remove("variables");
    }
}

fn reason(plan: &Plan, unit: &UnitName) -> String {
    match plan.verdict(unit) {
        Verdict::Skipped => String::new(),
        verdict => verdict.reasons().first().map(ToString::to_string).unwrap_or_default(),
    }
}
