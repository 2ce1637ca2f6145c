//! Conditions of vendored files that are rewritten for a child pipeline.

use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::parent_source::of_component;
use nestling_gitlab::yaml::{self, Kind, Node};

/// A condition that is rewritten.
///
/// ```
/// let text = "a:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n";
/// let conditions = nestling::vendor::rewritten_conditions(text);
/// assert_eq!((&conditions[0].lines[..], &*conditions[0].in_child), (&[3][..], "$CI_MERGE_REQUEST_IID"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewrittenCondition {
    /// The lines in the file, from 1.
    pub lines: Vec<u32>,
    /// The condition as it is written.
    pub written: String,
    /// The condition in a child pipeline.
    pub in_child: String,
}

/// Returns the conditions of a vendored file that ask for `$CI_PIPELINE_SOURCE`.
pub fn rewritten_conditions(text: &str) -> Vec<RewrittenCondition> {
    let file = Sources::default().add("", text);
    let mut conditions = Vec::new();
    // What is no YAML is reported by `nestling check`.
    for document in yaml::parse_file(text, file).unwrap_or_default() {
        collect(&document, &mut conditions);
    }
    conditions
}

fn collect(node: &Node, conditions: &mut Vec<RewrittenCondition>) {
    match &node.kind {
        Kind::Seq(items) => items.iter().for_each(|item| collect(item, conditions)),
        Kind::Map(map) => {
            for (key, value) in map.iter() {
                let written = value.text().filter(|_| key == "if");
                let rewritten = written.map(|written| (written, of_component(written)));
                if let Some((written, in_child)) = rewritten.filter(|(written, new)| written != new) {
                    let line = value.origin.line;
                    match conditions.iter_mut().find(|condition| condition.written == written) {
                        Some(condition) if condition.lines.contains(&line) => {}
                        Some(condition) => condition.lines.push(line),
                        None => {
                            let (lines, written) = (vec![line], written.to_owned());
                            conditions.push(RewrittenCondition { lines, written, in_child });
                        }
                    }
                }
                collect(value, conditions);
            }
        }
        Kind::Scalar(_) => {}
    }
}
