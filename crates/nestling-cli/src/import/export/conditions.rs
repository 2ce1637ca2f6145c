//! The rules of a job in a static pipeline: those that it has in the child, where its unit is selected.

use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// GitLab's limit of patterns in one `rules:changes` (<https://docs.gitlab.com/ci/yaml/#ruleschanges>).
pub(super) const MOST_PATTERNS: usize = 50;

/// The condition under which a kind of pipeline has the jobs of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// Any change.
    Open,
    /// A path changed that one of these globs matches.
    Changes(BTreeSet<String>),
}

/// The rules of a job, and what they do not say as the child did.
#[derive(Debug, Default)]
pub(super) struct Gated {
    /// The rules; `None` if it has none.
    pub rules: Option<Vec<Node>>,
    /// True if a rule has `changes` of its own, for which those of the unit do not count.
    pub has_own_changes: bool,
}

/// Returns the rules of a job behind a gate.
///
/// The first rule that holds decides, in the child and here. A rule that keeps the job out needs no gate, since a closed one keeps it out
/// as well. A rule with `changes` of its own cannot have those of the gate too: it counts for more paths then, never for fewer.
pub(super) fn gated(body: &Map, gate: &Gate) -> Gated {
    let own = body.get("rules").and_then(Node::as_seq);
    let Gate::Changes(globs) = gate else {
        return Gated { rules: own.map(<[Node]>::to_vec), has_own_changes: false };
    };
    let always = [Node::map(Origin::generated(), Map::default())];
    let mut gated = Gated::default();
    let mut rules = Vec::new();
    for rule in own.unwrap_or(&always) {
        let Some(map) = rule.as_map() else { continue };
        let is_never = map.get("when").and_then(Node::text) == Some("never");
        let has_changes = map.get("changes").is_some_and(|changes| !changes.is_null());
        if is_never || has_changes {
            gated.has_own_changes |= has_changes && !is_never;
            rules.push(rule.clone());
            continue;
        }
        let globs: Vec<&String> = globs.iter().collect();
        for chunk in globs.chunks(MOST_PATTERNS) {
            rules.push(with_changes(map, chunk));
        }
    }
    gated.rules = Some(rules);
    gated
}

fn with_changes(rule: &Map, globs: &[&String]) -> Node {
    let origin = Origin::generated();
    let patterns = globs.iter().map(|glob| Node::string(origin, glob.as_str())).collect();
    let mut gated = Map::default();
    let mut entries = rule.entries.iter().filter(|entry| !entry.value.is_null()).peekable();
    if let Some(condition) = entries.next_if(|entry| entry.key.text() == "if") {
        gated.entries.push(condition.clone());
    }
    gated.set("changes", Node::seq(origin, patterns));
    gated.entries.extend(entries.cloned());
    Node::map(origin, gated)
}
