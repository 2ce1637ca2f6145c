//! One configuration: files with what they include, folded into complete jobs as GitLab folds them.

pub mod rules;
mod glob;
mod include;

pub use include::{RemoteIncludes, Surroundings};

use crate::configuration::rules::{STAGE_NAME, STAGES, WORKFLOW_KEY};
use crate::diagnostic::{Diagnostic, Origin, Suggestion};
use crate::name::StageName;
use crate::pipeline::defaults::Defaults;
use crate::pipeline::extends::{Missing, resolve_extends};
use crate::pipeline::fragment::Fragment;
use crate::pipeline::keywords::{WORKFLOW, is_hidden};
use crate::pipeline::merge::merge_fragments;
use crate::pipeline::reference::resolve_references;
use crate::yaml::{Map, Node};
use indexmap::IndexMap;

/// Jobs with `default`, `extends` and `!reference` resolved, and the settings that stand beside them.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// `stages:` in the order listed; empty where the key is missing.
    pub stages: Vec<Staged>,
    /// The jobs by name, in the order written; hidden ones are gone.
    pub jobs: IndexMap<String, ConfiguredJob>,
    /// `default:` and `variables:` of the whole file, which the jobs have been given.
    pub defaults: Defaults,
    /// `workflow:`; empty where the key is missing.
    pub workflow: Map,
    /// The key `workflow`, if it was written.
    pub workflow_key: Option<Origin>,
    /// `include:` entries that only GitLab can read.
    pub includes: Vec<Node>,
}

/// A stage as a file lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The name.
    pub name: StageName,
    /// The entry of the list.
    pub origin: Origin,
}

/// A job under the name that its file gives it.
#[derive(Debug, Clone)]
pub struct ConfiguredJob {
    /// The key of the job.
    pub origin: Origin,
    /// Every keyword of the job, in the order written.
    pub body: Map,
}

/// Folds documents into one configuration, later ones over earlier ones, as GitLab merges includes.
///
/// Problems are returned beside the jobs that could be made all the same.
pub fn fold(
    documents: Vec<Node>,
    surroundings: &Surroundings<'_>,
    remote: RemoteIncludes,
) -> (Configuration, Vec<Diagnostic>) {
    let (fragment, includes, mut problems) = merged(documents, surroundings, remote);
    // What is undefined here may be defined in a file that only GitLab reads.
    let missing = match remote {
        _ if includes.is_empty() => Missing::Error,
        RemoteIncludes::Unread | RemoteIncludes::AllUnread => Missing::Unknown,
        RemoteIncludes::Keep | RemoteIncludes::Refuse => Missing::Keep,
    };
    let (configuration, found) = complete(fragment, missing, surroundings.defaults);
    problems.extend(found);
    problems.extend(unknown_workflow_keys(&configuration.workflow));
    (Configuration { includes, ..configuration }, problems)
}

fn merged(
    documents: Vec<Node>,
    surroundings: &Surroundings<'_>,
    remote: RemoteIncludes,
) -> (Fragment, Vec<Node>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut fragments = Vec::new();
    let mut unread = Vec::new();
    for document in documents {
        let (fragment, found) = Fragment::from_node(document);
        problems.extend(found);
        let included = include::read(fragment, surroundings, remote);
        problems.extend(included.problems);
        fragments.extend(included.fragments);
        unread.extend(included.unread);
    }
    (merge_fragments(fragments), unread, problems)
}

/// Keys of `workflow` that this program does not know; they are passed on.
fn unknown_workflow_keys(workflow: &Map) -> impl Iterator<Item = Diagnostic> {
    let unknown = workflow.entries.iter().filter(|entry| !WORKFLOW.contains(&entry.key.text()));
    unknown.map(|entry| {
        let key = entry.key.text();
        let message = format!("`{key}` is no key of `workflow`");
        Diagnostic::misspelt(
            &WORKFLOW_KEY,
            entry.key.origin,
            message,
            Suggestion::among(key, WORKFLOW.iter().copied()),
            "it is passed on: GitLab refuses it, unless it is newer than this program",
        )
    })
}

/// Resolves `extends` and `!reference`, folds the defaults in, and drops hidden jobs.
fn complete(
    mut fragment: Fragment,
    missing: Missing,
    weaker: Option<&Defaults>,
) -> (Configuration, Vec<Diagnostic>) {
    let mut problems = resolve_extends(&mut fragment.jobs, missing);
    problems.extend(resolve_references(&mut fragment, missing));
    let (mut defaults, found) = Defaults::from_globals(&fragment.globals);
    problems.extend(found);
    if let Some(weaker) = weaker {
        defaults = defaults.over(weaker);
    }
    let stages = stages(&fragment.globals, &mut problems);
    let workflow_key = fragment.globals.entry("workflow").map(|entry| entry.key.origin);
    let workflow = fragment.globals.remove("workflow");
    let workflow = workflow.and_then(|node| node.as_map().cloned()).unwrap_or_default();
    let mut jobs = IndexMap::new();
    for (name, mut job) in fragment.jobs.into_iter().filter(|(name, _)| !is_hidden(name)) {
        let inherit = job.body.get("inherit").cloned().filter(|_| missing != Missing::Error);
        problems.extend(defaults.fold_into(&mut job.body));
        // What GitLab includes later has defaults too.
        inherit.into_iter().for_each(|inherit| job.body.set("inherit", inherit));
        jobs.insert(name, ConfiguredJob { origin: job.origin, body: job.body });
    }
    (Configuration { stages, jobs, defaults, workflow, workflow_key, includes: Vec::new() }, problems)
}

fn stages(globals: &Map, problems: &mut Vec<Diagnostic>) -> Vec<Staged> {
    let Some(node) = globals.get("stages") else { return Vec::new() };
    let Some(items) = node.as_seq() else {
        problems.push(Diagnostic::error(&STAGES, node.origin, "`stages` has to be a list of names"));
        return Vec::new();
    };
    let mut stages = Vec::new();
    for item in items {
        match StageName::parse(item.text().unwrap_or_default()) {
            Ok(name) => stages.push(Staged { name, origin: item.origin }),
            Err(error) => problems.push(Diagnostic::error(&STAGE_NAME, item.origin, error.to_string())),
        }
    }
    stages
}
