//! What a unit renders, folded into complete jobs under their short names.

use super::include::{self, Surroundings};
use crate::diagnostic::{Diagnostic, Origin, did_you_mean};
use crate::name::{EnvironmentName, StageName, UnitName};
use crate::pipeline::defaults::Defaults;
use crate::pipeline::extends::{Missing, resolve_extends};
use crate::pipeline::fragment::Fragment;
use crate::pipeline::keywords::{WORKFLOW, is_hidden};
use crate::pipeline::merge::merge_fragments;
use crate::pipeline::reference::resolve_references;
use crate::workspace::Staged;
use crate::yaml::{Map, Node};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The jobs of one unit, complete but for their final names.
#[derive(Debug, Clone, Default)]
pub struct UnitJobs {
    /// The unit; `None` for the workspace's own jobs.
    pub unit: Option<UnitName>,
    /// `stages:` as the unit's files list them.
    pub stages: Vec<Staged>,
    /// The jobs by short name, in the order written; hidden ones are gone.
    pub jobs: IndexMap<String, UnitJob>,
    /// Jobs that were fanned out over environments, with the short names of what became of them.
    pub fans: BTreeMap<String, Vec<String>>,
    /// Jobs that this pipeline does not get, and why.
    pub left_out: Vec<LeftOut>,
    /// `workflow:` of the workspace; units have none.
    pub workflow: Map,
    /// `include:` entries that GitLab itself has to read; units have none.
    pub includes: Vec<Node>,
}

/// A job under its short name.
#[derive(Debug, Clone)]
pub struct UnitJob {
    /// Where its key was written.
    pub origin: Origin,
    /// Everything in it.
    pub body: Map,
    /// The catalogue entry that it was fanned out for.
    pub environment: Option<EnvironmentName>,
}

/// A job that was written and that this pipeline does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its short name.
    pub job: String,
    /// Why.
    pub reason: String,
}

/// Folds what the templates and the fragment of a unit rendered to into jobs, later ones over earlier ones as GitLab
/// merges includes.
///
/// Problems are returned beside the jobs that could be made all the same.
pub fn unit_jobs(
    unit: &UnitName,
    rendered: Vec<Node>,
    surroundings: &Surroundings<'_>,
) -> (UnitJobs, Vec<Diagnostic>) {
    let (mut fragment, mut problems) = merged(rendered, surroundings, include::Remote::Refuse);
    if let Some(entry) = fragment.globals.entry("workflow") {
        problems.push(
            Diagnostic::error(
                "workflow-in-unit",
                entry.key.origin,
                format!("`{unit}` sets `workflow`, which would decide over every unit's jobs"),
            )
            .with_help("move it below the `---` of the root's `nestling.yml`"),
        );
        fragment.globals.remove("workflow");
    }
    let (jobs, found) = complete(fragment, Missing::Error);
    problems.extend(found);
    (UnitJobs { unit: Some(unit.clone()), ..jobs }, problems)
}

/// Folds the workspace's own jobs. What they include from elsewhere stays for GitLab to read.
pub fn workspace_jobs(rendered: Vec<Node>, surroundings: &Surroundings<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let (mut fragment, mut problems) = merged(rendered, surroundings, include::Remote::Keep);
    let includes = include::kept(&mut fragment);
    let missing = if includes.is_empty() { Missing::Error } else { Missing::Keep };
    let (jobs, found) = complete(fragment, missing);
    problems.extend(found);
    problems.extend(unknown_workflow_keys(&jobs.workflow));
    (UnitJobs { includes, ..jobs }, problems)
}

fn merged(
    rendered: Vec<Node>,
    surroundings: &Surroundings<'_>,
    remote: include::Remote,
) -> (Fragment, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut fragments = Vec::new();
    for node in rendered {
        let (fragment, found) = Fragment::from_node(node);
        problems.extend(found);
        let (included, found) = include::read(fragment, surroundings, remote);
        problems.extend(found);
        fragments.extend(included);
    }
    (merge_fragments(fragments), problems)
}

/// Keys of `workflow` that this program does not know; they are passed on.
fn unknown_workflow_keys(workflow: &Map) -> impl Iterator<Item = Diagnostic> {
    let unknown = workflow.entries.iter().filter(|entry| !WORKFLOW.contains(&entry.key.text()));
    unknown.map(|entry| {
        let key = entry.key.text();
        let message = format!("`{key}` is no key of `workflow`");
        match did_you_mean(key, WORKFLOW.iter().copied()) {
            Some(near) => Diagnostic::error("workflow-key", entry.key.origin, message)
                .with_help(format!("did you mean `{near}`?")),
            None => Diagnostic::warning("workflow-key", entry.key.origin, message)
                .with_help("it is passed on: GitLab refuses it, unless it is newer than this program"),
        }
    })
}

/// Resolves `extends` and `!reference`, folds the defaults in, and drops hidden jobs.
fn complete(mut fragment: Fragment, missing: Missing) -> (UnitJobs, Vec<Diagnostic>) {
    let mut problems = resolve_extends(&mut fragment.jobs, missing);
    problems.extend(resolve_references(&mut fragment, missing));
    let (defaults, found) = Defaults::from_globals(&fragment.globals);
    problems.extend(found);
    let stages = stages(&fragment.globals, &mut problems);
    let workflow =
        fragment.globals.remove("workflow").and_then(|node| node.as_map().cloned()).unwrap_or_default();
    let mut jobs = IndexMap::new();
    for (name, mut job) in fragment.jobs.into_iter().filter(|(name, _)| !is_hidden(name)) {
        let inherit = job.body.get("inherit").cloned().filter(|_| missing == Missing::Keep);
        problems.extend(defaults.fold_into(&mut job.body));
        // What GitLab includes later has defaults too.
        inherit.into_iter().for_each(|inherit| job.body.set("inherit", inherit));
        jobs.insert(name, UnitJob { origin: job.origin, body: job.body, environment: None });
    }
    (UnitJobs { stages, jobs, workflow, ..UnitJobs::default() }, problems)
}

fn stages(globals: &Map, problems: &mut Vec<Diagnostic>) -> Vec<Staged> {
    let Some(node) = globals.get("stages") else { return Vec::new() };
    let Some(items) = node.as_seq() else {
        problems.push(Diagnostic::error("stages", node.origin, "`stages` has to be a list of names"));
        return Vec::new();
    };
    let mut stages = Vec::new();
    for item in items {
        match StageName::parse(item.text().unwrap_or_default()) {
            Ok(name) => stages.push(Staged { name, origin: item.origin }),
            Err(error) => problems.push(Diagnostic::error("stage-name", item.origin, error.to_string())),
        }
    }
    stages
}
