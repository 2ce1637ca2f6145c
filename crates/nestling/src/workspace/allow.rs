//! `allow` in a header: accepted warnings.

use super::format::AllowFile;
use crate::workspace::rules::GLOB;
use nestling_files::path::Glob;
use nestling_gitlab::check::AllowEntry;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{self, Node};

/// Checks an entry. That its rule exists is checked where it is applied, where all rules are known.
pub(crate) fn check(node: &Node) -> Result<AllowEntry, Vec<Diagnostic>> {
    let written: AllowFile = yaml::from_node(node, &HEADER)?;
    let mut problems = Vec::new();
    if written.reason.value.trim().is_empty() {
        let problem = Diagnostic::error(&HEADER, written.reason.origin, "`reason` cannot be empty");
        problems.push(problem.with_help("explain to the next reader why the warning is acceptable"));
    }
    let nodes = written.places.as_ref().map(Node::items_or_self);
    let mut globs = Vec::new();
    for node in nodes.unwrap_or_default() {
        let Some(text) = node.text() else {
            let message = "`where` must be a glob, or a list of globs";
            problems.push(Diagnostic::error(&HEADER, node.origin, message));
            continue;
        };
        match Glob::parse(text) {
            Ok(glob) => globs.push(glob),
            Err(error) => problems.push(Diagnostic::error(&GLOB, node.origin, error.to_string())),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(AllowEntry {
        rule: written.rule.value.clone(),
        globs,
        reason: written.reason.value.clone(),
        origin: written.rule.origin,
    })
}
