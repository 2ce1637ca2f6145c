//! The start of the child pipeline: the trigger jobs, and the variables that reach the child, with their values.

mod defined;

use super::component::{PASSED, TRIGGER_JOB, is_component};
use super::trigger::{includes_artifact, triggers};
use crate::check::read_configuration;
use crate::configuration::{RemoteIncludes, Surroundings};
use crate::diagnostic::{Origin, Sources};
use crate::name::JobName;
use crate::pipeline::defaults::Defaults;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::{
    Changed, Creation, JobPresence, Presence, State, literal, workflow_presence,
};
use crate::pipeline::{Job, Pipeline, rule};
use crate::yaml::{Map, Meaning, Node, Scalar};
use nestling_files::files::Files;
use std::collections::{BTreeMap, BTreeSet};

/// Values of variables by name.
type Values = BTreeMap<String, String>;

/// The start of a child pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildStart {
    /// The variables that reach it from the parent. They take precedence over those of its jobs
    /// (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#pass-cicd-variables-to-a-downstream-pipeline>).
    pub variables: BTreeMap<String, String>,
    /// The trigger jobs that may start it; empty where several include an artifact, and which one is Nestling's is not known.
    pub trigger_jobs: BTreeSet<String>,
}

/// The file of a parent pipeline.
#[derive(Clone, Copy)]
pub struct ParentText<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its content.
    pub text: &'a str,
    /// The files that it includes.
    pub files: &'a dyn Files,
    /// The variables that are known of the parent's pipeline.
    pub variables: &'a KnownVariables,
}

/// Reads the start of the child pipeline from the parent's file and its local includes.
///
/// # Errors
/// Why the jobs or the variables of the child are not known: they depend on rules that cannot be decided, or on other files.
pub fn child_start(parent: &ParentText<'_>) -> Result<ChildStart, String> {
    let pipeline = parent.read(None)?;
    let starting = Starting::of(&pipeline);
    starting.refuse_other_files()?;
    starting.refuse_unread(&pipeline)?;
    let creation = Creation::of(parent.variables);
    // The pipeline is there, so that it does not matter for which ones GitLab makes jobs without rules.
    let moment = creation.moment(true);
    let workflow = workflow_presence(&pipeline.workflow, pipeline.globals.get("variables"), &moment);
    let (globals, _) = Defaults::from_globals(&pipeline.globals);
    let mut possible: BTreeSet<Values> = BTreeSet::new();
    for of_workflow in variables_of_cases(&workflow, &pipeline.workflow) {
        let reached = parent.reached(&of_workflow)?;
        for job in &starting.jobs {
            let presence = JobPresence::of(job.name.as_str(), &job.body, &moment);
            if presence.state() == State::Out {
                continue;
            }
            if forwards(&job.body, "pipeline_variables") == Some(true) {
                return Err(format!(
                    "the trigger job `{}` forwards the variables that a pipeline is started with",
                    job.name
                ));
            }
            if forwards(&job.body, "yaml_variables") == Some(false) {
                possible.insert(Values::new());
                continue;
            }
            let mut values = values(job.body.get("variables"));
            let of_job = reached.get(job.name.as_str());
            for (name, value) in
                of_workflow.iter().filter(|(name, _)| of_job.is_some_and(|of| of.contains(*name)))
            {
                if !is_own(job, name, &globals) {
                    values.insert(name.clone(), value.clone());
                }
            }
            possible.extend(with_rules(&values, job, &presence));
        }
    }
    let variables = only(possible)?;
    defined::refuse_undefined(&variables, &pipeline)?;
    Ok(ChildStart { variables, trigger_jobs: starting.names })
}

impl ParentText<'_> {
    fn read(&self, defaults: Option<&Defaults>) -> Result<Pipeline, String> {
        let sources = Sources::default();
        let surroundings = Surroundings {
            files: self.files,
            elsewhere: None,
            revisions: None,
            sources: &sources,
            variables: self.variables,
            changed: Changed::Unknown,
            defaults,
        };
        let read = read_configuration(self.path, self.text, &surroundings, RemoteIncludes::Unread);
        read.map(|(pipeline, ..)| pipeline)
            .map_err(|_| format!("`{}` of the parent pipeline cannot be read", self.path))
    }

    /// Returns the names of variables that each trigger job has where `workflow:rules` sets these ones.
    fn reached(&self, of_workflow: &Values) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
        if of_workflow.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut variables = Map::default();
        for (name, value) in of_workflow {
            variables.set(name, Node::string(Origin::generated(), value.as_str()));
        }
        let mut globals = Map::default();
        globals.set("variables", Node::map(Origin::generated(), variables));
        let (defaults, _) = Defaults::from_globals(&globals);
        let pipeline = self.read(Some(&defaults))?;
        let named =
            |job: &Job| (job.name.to_string(), values(job.body.get("variables")).into_keys().collect());
        Ok(pipeline.jobs.iter().map(named).collect())
    }
}

/// The trigger jobs that start the child.
struct Starting {
    jobs: Vec<Job>,
    names: BTreeSet<String>,
}

impl Starting {
    fn of(pipeline: &Pipeline) -> Self {
        let mut jobs: Vec<Job> = triggers(pipeline).into_iter().map(|trigger| trigger.job.clone()).collect();
        let is_known = !jobs.is_empty();
        if !is_known {
            jobs = pipeline.jobs.iter().filter(|job| includes_artifact(job)).cloned().collect();
        }
        let mut names: BTreeSet<String> = jobs.iter().map(|job| job.name.to_string()).collect();
        let has_component = pipeline.includes.iter().any(is_component);
        // Which of several is Nestling's is not known where the scripts of their generators do not say it.
        if !is_known && (names.len() > 1 || has_component) {
            names.clear();
        }
        if has_component {
            names.insert(TRIGGER_JOB.to_owned());
            jobs.extend(job_of_component(pipeline));
        }
        Self { jobs, names }
    }

    /// Refuses a trigger job that includes more than the artifact: the jobs and variables of another file replace those of the plan.
    fn refuse_other_files(&self) -> Result<(), String> {
        let includes_more = |job: &&Job| {
            let include = job.body.get("trigger").and_then(|trigger| trigger.get("include"));
            include.map(Node::items_or_self).unwrap_or_default().len() > 1
        };
        match self.jobs.iter().find(includes_more) {
            None => Ok(()),
            Some(job) => Err(format!(
                "the trigger job `{}` includes other files in addition to the generated one, which can replace its jobs",
                job.name
            )),
        }
    }

    /// Refuses files that are not read, if a variable in them would reach the child.
    fn refuse_unread(&self, pipeline: &Pipeline) -> Result<(), String> {
        let Some(unread) = pipeline.includes.iter().find(|include| !is_component(include)) else {
            return Ok(());
        };
        let unread = include_name(unread);
        if self.jobs.is_empty() {
            return Err(format!("no trigger job of the parent pipeline is known: `{unread}` is not read"));
        }
        match self.jobs.iter().find(|job| !is_closed(&job.body)) {
            None => Ok(()),
            Some(job) => Err(format!(
                "the parent pipeline includes `{unread}`, whose variables may reach the child: write `inherit: {{ variables: false }}` in `{}`",
                job.name
            )),
        }
    }
}

/// Returns the component's trigger job, with what the file says of it beside the component.
fn job_of_component(pipeline: &Pipeline) -> Option<Job> {
    let (globals, _) = Defaults::from_globals(&pipeline.globals);
    let origin = Origin::generated();
    let mut variables = Map::default();
    variables.set(PASSED.0, Node::string(origin, PASSED.1));
    let name = JobName::parse(TRIGGER_JOB).ok()?;
    let mut body = pipeline.job(TRIGGER_JOB).map(|beside| beside.body.clone()).unwrap_or_default();
    // The component inherits none, unless the file overrides that.
    if body.get("inherit").and_then(|inherit| inherit.get("variables")).is_none() {
        let mut closed = Map::default();
        closed.set("variables", Node::plain(origin, "false"));
        body.set("inherit", Node::map(origin, closed));
    }
    let is_closed = is_closed(&body);
    let written = body.get("variables").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
    for entry in written.filter(|entry| !is_closed || !globals.gave(&entry.key)) {
        variables.set(entry.key.text(), entry.value.clone());
    }
    body.set("variables", Node::map(origin, variables));
    Some(Job { name, origin, unit: None, environment: None, body })
}

/// Returns `true` for a job that no variable from outside of it reaches, or that passes none on.
fn is_closed(body: &Map) -> bool {
    let inherit = body.get("inherit").and_then(|inherit| inherit.get("variables"));
    inherit.and_then(Node::as_bool) == Some(false) || forwards(body, "yaml_variables") == Some(false)
}

/// Returns what `trigger:forward` says about some variables (<https://docs.gitlab.com/ci/yaml/#triggerforward>).
fn forwards(body: &Map, variables: &str) -> Option<bool> {
    let forward = body.get("trigger").and_then(|trigger| trigger.get("forward")?.get(variables))?;
    match forward.as_scalar().map(Scalar::meaning) {
        Some(Meaning::Bool(value)) => Some(value),
        _ => None,
    }
}

/// Returns `true` if a job itself says a variable.
fn is_own(job: &Job, name: &str, globals: &Defaults) -> bool {
    let entry = job.body.get("variables").and_then(Node::as_map).and_then(|variables| variables.entry(name));
    entry.is_some_and(|entry| !globals.gave(&entry.key))
}

/// Returns the values of a mapping of variables.
fn values(variables: Option<&Node>) -> Values {
    let entries = variables.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let value = |node: &Node| literal(node.get("value").unwrap_or(node)).unwrap_or_default();
    entries.map(|(name, node)| (name.to_owned(), value(node))).collect()
}

/// Returns the variables that the rule of each case sets that may decide.
fn variables_of_cases(presence: &Presence, body: &Map) -> BTreeSet<Values> {
    let rules = rule::rules(body).unwrap_or_default();
    let of_case = |index: usize| values(rules.get(index).and_then(|rule| rule.get("variables")));
    let cases =
        presence.present().map(|(case, ..)| case.rule.map(|rule| of_case(rule.index)).unwrap_or_default());
    cases.collect()
}

/// Returns the values that a trigger job can pass: its own, with those of its copy and of the rule that decides.
fn with_rules(own: &Values, job: &Job, presence: &JobPresence) -> BTreeSet<Values> {
    let mut possible = BTreeSet::new();
    for (copy, presence) in presence.copies() {
        for of_rule in variables_of_cases(presence, &job.body) {
            let mut values = own.clone();
            values.extend(copy.variables.iter().cloned());
            values.extend(of_rule);
            possible.insert(values);
        }
    }
    possible
}

/// Returns the only values that are possible.
fn only(possible: BTreeSet<Values>) -> Result<Values, String> {
    let mut possible = possible.into_iter();
    let first = possible.next().unwrap_or_default();
    for other in possible {
        let mut names = first.keys().chain(other.keys());
        if let Some(name) = names.find(|name| first.get(*name) != other.get(*name)) {
            return Err(format!(
                "the parent pipeline passes `{name}` to the child, but its value depends on rules with unknown variables"
            ));
        }
    }
    Ok(first)
}

fn include_name(include: &Node) -> &str {
    let keys = ["component", "project", "remote", "template", "local"];
    let named = keys.into_iter().find_map(|key| include.get(key).and_then(Node::text));
    named.or_else(|| include.text()).unwrap_or("a file")
}

#[cfg(test)]
mod tests;
