//! Reads `pipelines:`: what counts as changed, for each kind of pipeline.

use super::format::PolicyFile;
use crate::changes::{Occasion, Policy};
use crate::workspace::rules::PIPELINES;
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::yaml::{self, Located, Node};

const POLICIES: [&str; 4] = ["changed", "all", "none", "unpassed"];

/// The value of `since` that means the newest pipeline of the branch that has passed.
const PASSED: &str = "passed";

/// Reads one entry: `branch: changed`, `tag: all`, `schedule: { since: "v*" }`, `branch: unpassed`.
pub(crate) fn read(occasion: &str, node: &Node) -> Result<(Occasion, Policy), Vec<Diagnostic>> {
    let Some(known) = Occasion::parse(occasion) else {
        let names = Occasion::ALL.map(Occasion::as_str);
        let problem =
            Diagnostic::error(&PIPELINES, node.origin, format!("unknown kind of pipeline `{occasion}`"));
        return Err(vec![suggest(problem, occasion, &names)]);
    };
    let Some(word) = node.as_str() else {
        let written: PolicyFile = yaml::from_node(node, &PIPELINES)?;
        if written.since.value == "unpassed" {
            let message = "`unpassed` is a policy, and no revision";
            let problem = Diagnostic::error(&PIPELINES, written.since.origin, message);
            return Err(vec![problem.with_help(
                "write `branch: unpassed`, or `branch: { since: passed }` for the newest pipeline that passed as a whole",
            )]);
        }
        if written.since.value == PASSED {
            return of_branch(known, Policy::SincePassed, "{ since: passed }", node);
        }
        return Ok((known, Policy::Since(written.since.value)));
    };
    match word {
        "changed" => Ok((known, Policy::Changed)),
        "all" => Ok((known, Policy::All)),
        "none" => Ok((known, Policy::None)),
        "unpassed" => of_branch(known, Policy::Unpassed, word, node),
        word => {
            let problem = Diagnostic::error(&PIPELINES, node.origin, format!("unknown policy `{word}`"));
            Err(vec![suggest(problem, word, &POLICIES)])
        }
    }
}

/// Refuses a policy that compares with pipelines of a branch for another kind of pipeline: it would be no policy there.
fn of_branch(
    occasion: Occasion,
    policy: Policy,
    written: &str,
    node: &Node,
) -> Result<(Occasion, Policy), Vec<Diagnostic>> {
    if occasion == Occasion::Branch {
        return Ok((occasion, policy));
    }
    let message = format!("`{written}` is for `branch` pipelines only, found for `{occasion}`");
    let problem = Diagnostic::error(&PIPELINES, node.origin, message);
    Err(vec![
        problem.with_help("it compares with earlier pipelines of the same branch; write `changed` or `all`"),
    ])
}

fn suggest(problem: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
    problem.with_help(
        Suggestion::among(word, known.iter().copied()).help_or(format!("write one of {}", known.join(", "))),
    )
}

/// Returns the revisions that entries compare with, each with its place.
pub(crate) fn since<'a>(entries: impl Iterator<Item = &'a Node>) -> Vec<Located<String>> {
    let written = entries.filter(|node| node.as_str().is_none());
    let since = written.filter_map(|node| yaml::from_node::<PolicyFile>(node, &PIPELINES).ok());
    since.map(|written| written.since).filter(|since| since.value != PASSED).collect()
}
