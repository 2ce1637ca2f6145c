//! A configuration: files with their includes, folded into complete jobs as GitLab folds them.

pub mod rules;
mod glob;
mod include;

pub use glob::files as included_files;
pub(crate) use include::header;
pub use include::{
    CopiedFile, CopiedFrom, FilesByFile, RemoteIncludes, SpecInputs, Surroundings, exists_of, file_exists,
    includes_of, spec_inputs,
};

use crate::configuration::rules::{DOCUMENT_DROPPED, STAGE_NAME, STAGES};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::name::StageName;
use crate::pipeline::defaults::Defaults;
use crate::pipeline::extends::{Missing, resolve_extends};
use crate::pipeline::fragment::Fragment;
use crate::pipeline::keywords::is_hidden;
use crate::pipeline::merge::merge_fragments;
use crate::pipeline::reference::resolve_references;
use crate::pipeline::rules::{DEFAULT_KEY, GLOBAL_MAP};
use crate::yaml::{Kind, Map, Node};
use indexmap::IndexMap;

/// Reports the first of the documents behind the one that GitLab reads, if they have any content
/// (<https://docs.gitlab.com/ci/yaml/#header-keywords>).
pub(crate) fn dropped_document(rest: impl IntoIterator<Item = Node>, read: Origin) -> Option<Diagnostic> {
    let dropped = rest.into_iter().find(|node| !node.is_blank())?;
    let problem = Diagnostic::warning(&DOCUMENT_DROPPED, dropped.origin, "GitLab never reads this document");
    Some(problem.with_label(read, "it reads this one").with_help("remove the `---` between them"))
}

/// Jobs with `default`, `extends` and `!reference` resolved, and the settings that are beside them.
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
    /// `default:`, `variables:` and their old forms as they were written.
    pub globals: Map,
    /// `include:` entries that only GitLab can read.
    pub includes: Vec<Node>,
    /// The places of `$[[ ]]` whose values are not known.
    pub open: Vec<Origin>,
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
    let Merged { fragment, unread: includes, open, is_incomplete, mut problems } =
        merged(documents, surroundings, remote);
    if remote == RemoteIncludes::Refuse {
        problems.extend(open.iter().map(|origin| include::unresolved(*origin)));
    }
    // What is undefined here may be defined in a file that only GitLab reads.
    let missing = match remote {
        _ if is_incomplete => Missing::Unknown,
        _ if includes.is_empty() => Missing::Error,
        RemoteIncludes::Unread | RemoteIncludes::Possible | RemoteIncludes::AllUnread => Missing::Unknown,
        RemoteIncludes::Keep | RemoteIncludes::Refuse => Missing::Keep,
    };
    let (configuration, complete_problems) = complete(fragment, missing, surroundings.defaults);
    problems.extend(complete_problems);
    (Configuration { includes, open, ..configuration }, problems)
}

/// Documents and what they include, merged.
#[derive(Default)]
struct Merged {
    fragment: Fragment,
    unread: Vec<Node>,
    open: Vec<Origin>,
    is_incomplete: bool,
    problems: Vec<Diagnostic>,
}

fn merged(documents: Vec<Node>, surroundings: &Surroundings<'_>, remote: RemoteIncludes) -> Merged {
    let mut merged = Merged::default();
    let mut fragments = Vec::new();
    for document in documents {
        let (fragment, problems) = Fragment::from_node(document);
        merged.problems.extend(problems);
        let included = include::read(fragment, surroundings, remote);
        merged.problems.extend(included.problems);
        fragments.extend(included.fragments);
        merged.unread.extend(included.unread);
        merged.open.extend(included.open);
        merged.is_incomplete |= included.is_incomplete;
    }
    merged.fragment = merge_fragments(fragments);
    merged
}

/// Resolves `extends` and `!reference`, folds the defaults in, and drops hidden jobs.
fn complete(
    mut fragment: Fragment,
    missing: Missing,
    weaker: Option<&Defaults>,
) -> (Configuration, Vec<Diagnostic>) {
    let mut problems = resolve_extends(&mut fragment.jobs, missing);
    problems.extend(resolve_references(&mut fragment, missing));
    let (mut defaults, mut default_problems) = Defaults::from_globals(&fragment.globals);
    if let Some(weaker) = weaker {
        defaults = defaults.over(weaker);
    }
    let stages = stages(&fragment.globals, &mut problems);
    let workflow_key = fragment.globals.entry("workflow").map(|entry| entry.key.origin);
    let workflow = fragment.globals.remove("workflow");
    let workflow = workflow.map(|node| workflow_map(node, &mut problems)).unwrap_or_default();
    let mut jobs = IndexMap::new();
    for (name, mut job) in fragment.jobs.into_iter().filter(|(name, _)| !is_hidden(name)) {
        let inherit = job.body.get("inherit").cloned().filter(|_| missing != Missing::Error);
        problems.extend(defaults.fold_into(&mut job.body));
        // An include that only GitLab reads may have defaults too, for which the keyword is kept.
        inherit.into_iter().for_each(|inherit| job.body.set("inherit", inherit));
        jobs.insert(name, ConfiguredJob { origin: job.origin, body: job.body });
    }
    default_problems.retain(|problem| !is_given(problem, &jobs));
    problems.extend(default_problems);
    let globals = fragment.globals;
    let (includes, open) = (Vec::new(), Vec::new());
    (Configuration { stages, jobs, defaults, workflow, workflow_key, globals, includes, open }, problems)
}

/// Returns `true` for a warning of a keyword in `default` that a job has got, where `check` reports it for the job's version.
fn is_given(problem: &Diagnostic, jobs: &IndexMap<String, ConfiguredJob>) -> bool {
    let is_key =
        |job: &ConfiguredJob| job.body.entries.iter().any(|entry| Some(entry.key.origin) == problem.origin());
    problem.rule == &DEFAULT_KEY && problem.severity == Severity::Warning && jobs.values().any(is_key)
}

fn workflow_map(node: Node, problems: &mut Vec<Diagnostic>) -> Map {
    let type_name = node.type_name();
    match node.kind {
        Kind::Map(map) => map,
        _ if node.is_null() || node.is_reference() => Map::default(),
        _ => {
            let message = format!("`workflow` must be a mapping, found {type_name}");
            let problem = Diagnostic::error(&GLOBAL_MAP, node.origin, message);
            problems.push(problem.with_help("write `rules:` below it, indented"));
            Map::default()
        }
    }
}

fn stages(globals: &Map, problems: &mut Vec<Diagnostic>) -> Vec<Staged> {
    let Some(node) = globals.get("stages").filter(|node| !node.is_null()) else { return Vec::new() };
    let Some(items) = node.as_seq() else {
        let message = format!("`stages` must be a list of names, found {}", node.type_name());
        problems.push(Diagnostic::error(&STAGES, node.origin, message));
        return Vec::new();
    };
    let mut stages = Vec::new();
    for item in items.iter().filter(|item| !item.is_reference()) {
        if item.as_str().is_none() {
            let message = format!("each entry of `stages` must be a string, found {}", item.type_name());
            let problem = Diagnostic::error(&STAGES, item.origin, message);
            let help = item
                .text()
                .map_or_else(|| "write its name".to_owned(), |text| format!("quote it: \"{text}\""));
            problems.push(problem.with_help(help));
            continue;
        }
        match StageName::parse(item.text().unwrap_or_default()) {
            Ok(name) => stages.push(Staged { name, origin: item.origin }),
            Err(error) => problems.push(Diagnostic::error(&STAGE_NAME, item.origin, error.to_string())),
        }
    }
    stages
}
