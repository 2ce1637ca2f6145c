//! Reads `environment:` of a job, and determines its target.

use crate::workspace::environment_rules::ENVIRONMENT_UNDEFINED;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Catalogue, Environment};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};

/// Target of a job.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// NoRevisions.
    None,
    /// To an environment that the job itself writes out, as GitLab has it.
    Written(Map),
    /// To entries of the catalogue. The keys beside `name` go over what the entry says.
    Catalogue {
        /// The entries that are named and exist, in the order named.
        entries: Vec<&'a Environment>,
        /// The other keys.
        over: Map,
    },
}

/// Reads a job's `environment:`. A list of names, there or under `name`, means the catalogue; a string is GitLab's own.
pub(crate) fn target<'a>(body: &Map, catalogue: &'a Catalogue) -> (Target<'a>, Vec<Diagnostic>) {
    let Some(environment) = environment(body) else { return (Target::None, Vec::new()) };
    let mut written = environment.map().cloned().unwrap_or_default();
    let Some(name) = environment.name() else { return (Target::Written(written), Vec::new()) };
    if let Some(names) = name.as_seq() {
        written.remove("name");
        return named(names, environment.origin, written, catalogue);
    }
    written.set("name", name.clone());
    (Target::Written(written), Vec::new())
}

fn named<'a>(
    names: &[Node],
    origin: Origin,
    over: Map,
    catalogue: &'a Catalogue,
) -> (Target<'a>, Vec<Diagnostic>) {
    let mut entries: Vec<&Environment> = Vec::new();
    let mut problems = Vec::new();
    if names.is_empty() {
        problems.push(Diagnostic::error(
            &ENVIRONMENT_UNDEFINED,
            origin,
            "this list of environments is empty",
        ));
    }
    for node in names {
        let name = node.text().unwrap_or_default();
        match catalogue.get(name) {
            Some(entry) if entries.iter().any(|known| known.name == entry.name) => {
                let message = format!("duplicate entry `{name}` in `environment`");
                let problem = Diagnostic::warning(&KEY_UNUSED, node.origin, message);
                problems.push(problem.with_help("remove one of them"));
            }
            Some(entry) => entries.push(entry),
            None => problems.push(undefined(node, name, catalogue)),
        }
    }
    (Target::Catalogue { entries, over }, problems)
}

fn undefined(node: &Node, name: &str, catalogue: &Catalogue) -> Diagnostic {
    let message = format!("`{name}` is not in the environment catalogue");
    let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, node.origin, message);
    match Suggestion::among(name, catalogue.names()).word() {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if catalogue.entries.is_empty() => {
            problem.with_help("add it to `workspace: { environments: … }` in the root's `nestling.yml`")
        }
        None => {
            let known: Vec<String> = catalogue.names().map(|name| format!("`{name}`")).collect();
            problem.with_help(format!("the catalogue has {}", known.join(", ")))
        }
    }
}
