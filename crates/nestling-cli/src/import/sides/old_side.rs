//! The side of the old configuration: its jobs under the new names, and as the child of the new one sees them.

use super::start::{forwarded_variables, is_awaited};
use super::{SidePipeline, Sides, set_variable};
use crate::import::candidate::Owner;
use crate::import::old::{OldPipeline, StaticChild};
use crate::import::place::{Place, Slot};
use crate::import::side::{Direction, Jobs, SideJob, Starts, Surroundings, refusal};
use crate::import::workflow::Workflow;
use nestling::{Job, JobName};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::yaml::{Map, Node, emit};
use std::collections::BTreeMap;

impl Sides<'_> {
    /// Returns the jobs that GitLab makes of the old configuration.
    pub(super) fn old_jobs(&self, old: &OldPipeline, surroundings: &Surroundings<'_>) -> SidePipeline {
        let variables = self.kind.root_variables();
        let workflow = surroundings.workflow(&old.root, &variables);
        let has_rules = old.root.has_workflow_rules();
        let settings = Workflow::of(&old.root, surroundings, &variables);
        let mut side = SidePipeline { workflow: settings, ..SidePipeline::default() };
        side.unread.extend(old.root.pipeline.includes.iter().map(emit));
        let mut jobs = Jobs::new();
        let mut gates = BTreeMap::new();
        for job in &old.root.pipeline.jobs {
            let gate = gates
                .entry(job.origin.file)
                .or_insert_with(|| self.include_gate(&self.proposal.includes, old, job, surroundings));
            let outer = Guard::all([workflow.clone(), gate.clone()]);
            let position = old.root.stage_position(job.stage());
            let renamed = self.renamed(Owner::Root, job);
            let mut made = surroundings.job(&renamed, &variables, has_rules, &outer, position);
            if let Some((child, index)) = self.moved_child(old, job.name.as_str()) {
                self.add_moved_child(&mut side, child, index, &made, surroundings);
                continue;
            }
            match old.child_of(job.name.as_str()) {
                Some(child) => self.add_started(&mut side, child, &made, surroundings),
                None => self.note_unread_files(&mut made, self.old_files, job),
            }
            jobs.insert(self.new_name(Owner::Root, &job.name), self.seen_from_child(job, made));
        }
        side.refused = refusal(&jobs, !old.root.pipeline.includes.is_empty());
        if self.direction == Direction::Export && side.refused.is_none() {
            side.refused = self.static_error(old);
        }
        if side.refused.is_some() {
            side.jobs.clear();
        } else {
            side.jobs.extend(jobs);
        }
        side
    }

    /// Returns an error of a static pipeline that the parent of the workspace does not have.
    fn static_error(&self, old: &OldPipeline) -> Option<String> {
        let is_known = |message: &str| {
            self.parent.iter().flat_map(|parent| parent.root.errors()).any(|error| error.message == message)
        };
        old.root.errors().find(|error| !is_known(&error.message)).map(|error| error.message.clone())
    }

    /// Adds the jobs of a static child that moved, under their new names. GitLab may refuse the child alone: then it has none.
    fn add_moved_child(
        &self,
        side: &mut SidePipeline,
        child: &StaticChild,
        index: usize,
        trigger: &SideJob,
        surroundings: &Surroundings<'_>,
    ) {
        let variables = self.kind.child_variables();
        let configuration = &child.configuration;
        let has_rules = configuration.has_workflow_rules();
        let outer = Guard::all([trigger.guard(), surroundings.workflow(configuration, &variables)]);
        let forwarded = self.proposal.old.root.pipeline.job(&child.trigger);
        let forwarded = forwarded.and_then(|trigger| forwarded_variables(&trigger.body));
        let mut jobs = Jobs::new();
        for job in &configuration.pipeline.jobs {
            let mut job = self.renamed(Owner::Child(index), job);
            for (name, value) in forwarded.into_iter().flat_map(Map::iter) {
                if name != "PARENT_PIPELINE_ID" {
                    set_variable(&mut job.body, name, value.clone());
                }
            }
            let position = configuration.stage_position(job.stage());
            let mut made = surroundings.job(&job, &variables, has_rules, &outer, position);
            for (name, value) in forwarded.into_iter().flat_map(Map::iter) {
                // The trigger job is in the parent, whose variables it forwards.
                if let Some(variables) = made.body.get_mut("variables").and_then(Node::as_map_mut)
                    && variables.contains(name)
                {
                    let mut value = value.clone();
                    self.forwarded.rename_in(&mut value);
                    variables.set(name, value);
                }
            }
            made.place = Place {
                parent: trigger.place.parent,
                child: Some((child.trigger.clone(), Slot::new(position, &job.body))),
                is_awaited: is_awaited(&trigger.body),
            };
            made.fails_pipeline = made.place.is_awaited && !trigger.may_fail();
            jobs.insert(self.new_name(Owner::Child(index), &job.name), made);
        }
        side.unread.extend(configuration.pipeline.includes.iter().map(emit));
        if refusal(&jobs, !configuration.pipeline.includes.is_empty()).is_none() {
            side.jobs.extend(jobs);
        }
    }

    /// Returns a job that moved into the child with the names under which variables of the parent are forwarded to it.
    fn seen_from_child(&self, job: &Job, mut side: SideJob) -> SideJob {
        let has_moved = self.proposal.composition.names.contains_key(&(Owner::Root, job.name.to_string()));
        if has_moved {
            self.forwarded.rename_in_map(&mut side.body);
            let renamed = |starts: Starts| -> Starts {
                let starts = starts.into_iter();
                starts
                    .map(|((rank, may_fail, given), guard)| {
                        ((rank, may_fail, self.forwarded.renamed(&given)), guard)
                    })
                    .collect()
            };
            side.copies = side.copies.into_iter().map(renamed).collect();
        }
        side
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
