//! Conditions of the catalogue that another one of the same list covers.

use super::condition::Condition;
use super::environment::condition;
use crate::workspace::idle_rules::KEY_UNUSED;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::Node;

/// A condition with its place, and with the words that it is written in.
struct Written {
    condition: Condition,
    origin: Origin,
    text: String,
}

/// Warns of each condition in `when` that adds no pipeline to those of another.
pub(super) fn covered_conditions(when: Option<&Node>) -> Vec<Diagnostic> {
    let items = when.map(Node::items_or_self).unwrap_or_default();
    // What is wrong with one is reported where it is read.
    let read = |node: &Node| {
        Some(Written { condition: condition(node).ok()??, origin: node.origin, text: words(node) })
    };
    let written: Vec<Written> = items.iter().filter_map(read).collect();
    let mut problems = Vec::new();
    for (index, later) in written.iter().enumerate() {
        let covers = |(other, earlier): &(usize, &Written)| {
            let is_same = earlier.condition.same_as(&later.condition);
            *other != index && covers(&earlier.condition, &later.condition) && (!is_same || *other < index)
        };
        let Some((_, earlier)) = written.iter().enumerate().find(covers) else { continue };
        let message = match earlier.condition.same_as(&later.condition) {
            true => format!("duplicate entry `{}` in `when`", later.text),
            false => format!("`{}` is already covered by `{}`", later.text, earlier.text),
        };
        let problem = Diagnostic::warning(&KEY_UNUSED, later.origin, message);
        problems.push(problem.with_label(earlier.origin, "this one").with_help("remove one of them"));
    }
    problems
}

/// Returns `true` if every pipeline of the second condition is one of the first.
fn covers(wide: &Condition, narrow: &Condition) -> bool {
    match (wide, narrow) {
        (Condition::Branch(glob), Condition::DefaultBranch) => glob.glob().glob() == "*",
        (Condition::Branch(wide), Condition::Branch(narrow))
        | (Condition::Tag(wide), Condition::Tag(narrow)) => {
            wide.glob().glob() == "*" || wide.glob() == narrow.glob()
        }
        (wide, narrow) => wide.same_as(narrow),
    }
}

/// Returns a condition as it is written: `tag`, or `branch: GLOB`.
fn words(node: &Node) -> String {
    if let Some(word) = node.text() {
        return word.to_owned();
    }
    let entry = node.as_map().and_then(|map| map.entries.first());
    let value = entry.and_then(|entry| entry.value.text()).unwrap_or_default();
    format!("{}: {value}", entry.map(|entry| entry.key.text()).unwrap_or_default())
}
