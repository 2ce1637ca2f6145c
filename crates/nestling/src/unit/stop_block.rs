//! Checks a `stop` block by itself.

use crate::unit::rules::STOP_BLOCK;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::pipeline::keywords::has_work;
use nestling_gitlab::yaml::Map;

/// The keys that a stop block cannot set, and why.
const REFUSED: [(&str, &str); 12] = [
    ("environment", "it stops the environment of the deploy job"),
    ("rules", "it must have the rules of the deploy job, so that GitLab finds it"),
    ("only", "it must be in the pipelines of the deploy job, so that GitLab finds it"),
    ("except", "it must be in the pipelines of the deploy job, so that GitLab finds it"),
    ("needs", "it must be able to run whenever the deploy job can"),
    ("when", "GitLab starts the stop job"),
    ("start_in", "GitLab starts the stop job"),
    ("allow_failure", "it would block the pipeline until somebody starts it"),
    ("resource_group", "it must have that of the deploy job, so that GitLab can run it"),
    ("parallel", "GitLab looks for a single job of this name"),
    ("extends", "only a whole job can extend another"),
    ("inherit", "it inherits from the deploy job"),
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
            problems.push(problem.with_help("remove it"));
        }
    }
    if !has_work(block) {
        problems.push(without_script(block, origin));
    }
    if let Some(entry) = block.entry("dependencies")
        && entry.value.as_seq().is_none_or(|list| !list.is_empty())
    {
        let message = "a stop job can only download the artifacts of its deploy job";
        let problem = Diagnostic::error(&STOP_BLOCK, entry.key.origin, message);
        problems.push(
            problem.with_help("write `dependencies: []` for none, or remove it for those of the deploy job"),
        );
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
            .with_help("for example `stop: { script: ./destroy.sh }`"),
    }
}
