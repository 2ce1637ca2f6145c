//! `workflow` of a pipeline: what it gives to all jobs beside the condition under which there is a pipeline, which is part of each job's.
//!
//! Not compared are `name`, a title, and `auto_cancel:on_new_commit`: a parent that compares each push with the one before needs
//! `none`, whatever it had.

use super::forwarded::mentions;
use super::old::{Configuration, ON_JOB_FAILURE, cancels};
use super::side::{SideJob, Surroundings};
use super::strings::strings_of_values;
use nestling_gitlab::check::KnownVariables;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::presence::{Outcome, follows};
use nestling_gitlab::pipeline::rule::rules;
use nestling_gitlab::yaml::{Map, Node, emit};
use std::collections::{BTreeMap, BTreeSet};

/// The settings of a pipeline, each with the condition under which a rule of `workflow` gives it.
#[derive(Debug, Clone, Default)]
pub(super) struct Workflow {
    /// Variables and `auto_cancel:on_job_failure`, as they are written.
    settings: BTreeMap<String, Guard>,
    /// The names of the variables.
    variables: BTreeSet<String>,
}

impl Workflow {
    /// Reads the settings of a configuration.
    pub(super) fn of(
        configuration: &Configuration,
        surroundings: &Surroundings<'_>,
        variables: &KnownVariables,
    ) -> Self {
        let body = &configuration.pipeline.workflow;
        let mut workflow = Self::default();
        let mut none_before = Guard::Always;
        let rules = rules(body).unwrap_or_default();
        for case in surroundings.workflow_presence(configuration, variables).cases() {
            let guard = Guard::all([none_before.clone(), case.guard.clone()]);
            none_before = Guard::all([none_before, case.guard.clone().negated()]);
            let rule = case.rule.and_then(|rule| rules.get(rule.index));
            if guard == Guard::Never || !matches!(case.outcome, Outcome::Present { .. }) {
                continue;
            }
            if cancels(rule.and_then(|rule| rule.get("auto_cancel"))).or(cancels(body.get("auto_cancel")))
                == Some(true)
            {
                workflow.add(format!("auto_cancel:{ON_JOB_FAILURE}"), &guard);
            }
            let given = rule.and_then(|rule| rule.get("variables")?.as_map());
            for (name, value) in given.into_iter().flat_map(Map::iter) {
                workflow.variables.insert(name.to_owned());
                workflow.add(format!("variables: {name}: {}", emit(value).trim_end()), &guard);
            }
        }
        workflow
    }

    fn add(&mut self, setting: String, guard: &Guard) {
        let known = self.settings.remove(&setting).unwrap_or(Guard::Never);
        self.settings.insert(setting, Guard::any([known, guard.clone()]));
    }

    /// Returns a setting that the other workflow lacks in some pipeline for which something is assumed.
    pub(super) fn lost_in(&self, other: &Self, assumption: &Guard) -> Option<String> {
        let is_kept = |(setting, guard): &(&String, &Guard)| {
            let assumed = Guard::all([assumption.clone(), (*guard).clone()]);
            follows(&assumed, other.settings.get(*setting).unwrap_or(&Guard::Never))
        };
        let lost = self.settings.iter().find(|setting| !is_kept(setting));
        lost.map(|(setting, _)| format!("`workflow` no longer has `{setting}`"))
    }

    /// Returns `true` if a job that fails cancels the others.
    pub(super) fn cancels_on_failure(&self) -> bool {
        self.settings.contains_key(&format!("auto_cancel:{ON_JOB_FAILURE}"))
    }

    /// Returns a variable of the rules that a job names and does not have itself: a child does not get it.
    pub(super) fn needed_by<'w>(&'w self, job: &SideJob) -> Option<&'w str> {
        let own = job.body.get("variables").and_then(Node::as_map);
        let texts = strings_of_values(&job.body);
        let mut names = self.variables.iter().filter(|name| !own.is_some_and(|own| own.contains(name)));
        names.find(|name| texts.iter().any(|text| mentions(text, name))).map(String::as_str)
    }
}
