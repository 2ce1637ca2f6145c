//! Checks a `stop` block by itself.

use crate::unit::rules::STOP_BLOCK;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::pipeline::keywords::has_work;
use nestling_gitlab::yaml::Map;

/// The keys that a stop block cannot set, and why.
const REFUSED: [(&str, &str); 12] = [
    ("environment", "it is the deploy's environment that is stopped"),
    ("rules", "it has the rules of the deploy, or GitLab could not find it"),
    ("only", "it is in the pipelines of the deploy, or GitLab could not find it"),
    ("except", "it is in the pipelines of the deploy, or GitLab could not find it"),
    ("needs", "it can run when its deploy can, and a need beyond that might never be met"),
    ("when", "a stop job is manual: GitLab starts it"),
    ("start_in", "a stop job is manual: GitLab starts it"),
    ("allow_failure", "a stop job that nobody has started would hold the pipeline up"),
    ("resource_group", "it has that of the deploy, or GitLab would not run it from the environment's page"),
    ("parallel", "GitLab looks for one job of this name"),
    ("extends", "only a whole job can extend another"),
    ("inherit", "it takes over what its deploy has"),
];

/// The keywords of which a stop block has one.
const WORK: [&str; 3] = ["script", "run", "trigger"];

/// Returns what is wrong with a stop block.
pub(super) fn problems(block: &Map, origin: Origin) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (key, why) in REFUSED {
        if let Some(entry) = block.entry(key) {
            let message = format!("a `stop` block cannot set `{key}`: {why}");
            let problem = Diagnostic::error(&STOP_BLOCK, entry.key.origin, message);
            problems.push(problem.with_help("take it out"));
        }
    }
    if !has_work(block) {
        problems.push(without_script(block, origin));
    }
    if let Some(entry) = block.entry("dependencies")
        && entry.value.as_seq().is_none_or(|list| !list.is_empty())
    {
        let message = "a stop job can only get the artifacts of its deploy";
        let problem = Diagnostic::error(&STOP_BLOCK, entry.key.origin, message);
        problems
            .push(problem.with_help("write `dependencies: []` for none, or leave it out for the deploy's"));
    }
    problems
}

fn without_script(block: &Map, origin: Origin) -> Diagnostic {
    let message = "this `stop` block has no `script`";
    let similar = block.entries.iter().find_map(|entry| {
        let word = Suggestion::among(entry.key.text(), WORK).word()?;
        Some((entry.key.origin, word))
    });
    match similar {
        Some((origin, word)) => {
            Diagnostic::error(&STOP_BLOCK, origin, message).with_help(format!("did you mean `{word}`?"))
        }
        None => Diagnostic::error(&STOP_BLOCK, origin, message)
            .with_help("say how the environment is undone: `stop: { script: ./destroy.sh }`"),
    }
}
