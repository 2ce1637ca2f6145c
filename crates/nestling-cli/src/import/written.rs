//! Values of the old configuration as they are written in a unit.

use super::candidate::{Candidate, Owner};
use super::expression::in_child;
use super::forwarded::Forwarded;
use super::strings::replace;
use nestling_gitlab::yaml::{Kind, Node};

/// Keywords that decide about a job. Questions for [`SOURCE`] are rewritten.
pub(super) const CONDITIONS: [&str; 3] = ["rules", "only", "except"];

/// Returns a value as it is written in a unit: with the names under which the trigger job forwards variables of the parent, and with
/// the name that the job had, where its conditions ask for it.
pub(super) fn as_written(key: &str, value: &Node, job: Option<&Candidate>, owner: Owner) -> Node {
    let mut written = value.clone();
    let is_of_root = owner == Owner::Root;
    if !CONDITIONS.contains(&key) {
        if is_of_root {
            Forwarded::all().rename_in(&mut written);
        }
        return written;
    }
    let expression = |text: &str| {
        let text = job.map_or_else(|| text.to_owned(), |job| with_old_name(text, job));
        if is_of_root { in_child(&text) } else { text }
    };
    let Kind::Seq(rules) = &mut written.kind else {
        // `only: { variables: … }` has expressions.
        replace(&mut written, &expression);
        return written;
    };
    for rule in rules.iter_mut().filter_map(Node::as_map_mut) {
        for entry in &mut rule.entries {
            match entry.key.text() {
                "if" => replace(&mut entry.value, &expression),
                _ if is_of_root => Forwarded::all().rename_in(&mut entry.value),
                _ => {}
            }
        }
    }
    written
}

/// Puts the name of a job into an expression that asks for it: the child has it under another one. Each copy of a job has a name of
/// its own.
pub(super) fn with_old_name(expression: &str, job: &Candidate) -> String {
    let is_quotable = !job.name.contains(['"', '\\']) && !job.folded.contains("parallel");
    if !is_quotable || !expression.contains("$CI_JOB_NAME") {
        return expression.to_owned();
    }
    let mut parts = expression.split("$CI_JOB_NAME");
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_longer = part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        named.push_str(&if is_longer { "$CI_JOB_NAME".to_owned() } else { format!("\"{}\"", job.name) });
        named.push_str(part);
    }
    named
}
