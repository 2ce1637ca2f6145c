//! The side of the old configuration: its jobs under the new names, and as the child of the new one sees them.

use super::{SidePipeline, Sides, set_variable};
use crate::import::candidate::Owner;
use crate::import::old::{OldPipeline, StaticChild};
use crate::import::side::{Jobs, SideJob, Starts, Surroundings, refusal};
use nestling::{Job, JobName};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

impl Sides<'_> {
    /// Returns the jobs that GitLab makes of the old configuration.
    pub(super) fn old_jobs(&self, old: &OldPipeline, surroundings: &Surroundings<'_>) -> SidePipeline {
        let variables = self.kind.root_variables();
        let outer = surroundings.workflow(&old.root, &variables);
        let has_rules = old.root.has_workflow_rules();
        let mut jobs = Jobs::new();
        let mut moved_children: Vec<(&StaticChild, usize, Guard)> = Vec::new();
        for job in &old.root.pipeline.jobs {
            let outer = Guard::all([outer.clone(), self.include_gate(old, job, surroundings)]);
            let side = surroundings.job(&self.renamed(Owner::Root, job), &variables, has_rules, &outer);
            match self.moved_child(old, job.name.as_str()) {
                Some((child, index)) => moved_children.push((child, index, side.guard())),
                None => {
                    let side = self.seen_from_child(job, side);
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
            let mut side = surroundings.job(&job, &variables, has_rules, outer);
            for (name, value) in handed_on.into_iter().flat_map(Map::iter) {
                // The trigger job is in the parent, whose variables it hands on.
                if let Some(variables) = side.body.get_mut("variables").and_then(Node::as_map_mut)
                    && variables.contains(name)
                {
                    let mut value = value.clone();
                    self.handed_on.rename_in(&mut value);
                    variables.set(name, value);
                }
            }
            jobs.insert(name, side);
        }
        jobs
    }

    /// Returns a job that moved into the child with the names by which it is handed variables of the parent.
    fn seen_from_child(&self, job: &Job, mut side: SideJob) -> SideJob {
        let has_moved = self.proposal.composition.names.contains_key(&(Owner::Root, job.name.to_string()));
        if has_moved {
            self.handed_on.rename_in_map(&mut side.body);
            let renamed = |starts: Starts| -> Starts {
                let starts = starts.into_iter();
                starts
                    .map(|((rank, may_fail, given), guard)| {
                        ((rank, may_fail, self.handed_on.renamed(&given)), guard)
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
