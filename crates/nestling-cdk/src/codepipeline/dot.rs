//! The `.dot` file that CDK writes beside a pipeline: the exact graph of its steps, which `RunOrder` only hints at.
//!
//! Lines are `"a" -> "b";` for "b waits for a", and `"BEGIN g"`, `"END g"` stand for the edges of a group. The file
//! ties only the last rank of a group to its `END`, so that is not a list of what to wait for: `"END g" -> x` has to be
//! read as "x waits for all of g", and `y -> "BEGIN g"` as "all of g waits for y".

use crate::id::Id;
use std::collections::{BTreeMap, BTreeSet};

/// The index of a leaf in [`Graph::leaves`].
pub(crate) type LeafId = Id<Leaf>;

/// The steps of a pipeline, and the order in which they run.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// The steps, in the order of the file.
    pub leaves: Vec<Leaf>,
    /// The groups, in the order of the file: `PreProd.Staging`.
    pub groups: Vec<String>,
}

/// A step.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Its name below its groups: `PreProd.Staging.Data.Deploy`.
    pub name: String,
    /// The steps that it waits for.
    pub after: BTreeSet<LeafId>,
}

impl Graph {
    /// Reads the file. Lines of another form are ignored: comments, looks, the frame.
    pub(crate) fn parse(text: &str) -> Self {
        let mut graph = Self::default();
        let mut edges: Vec<(&str, &str)> = Vec::new();
        let mut known: BTreeMap<&str, LeafId> = BTreeMap::new();
        for line in text.lines().map(str::trim) {
            let Some(rest) = line.strip_prefix('"') else { continue };
            if let Some((from, to)) = rest.strip_suffix("\";").and_then(|rest| rest.split_once("\" -> \"")) {
                edges.push((from, to));
                continue;
            }
            let Some((name, _)) = rest.split_once('"') else { continue };
            if let Some(group) = name.strip_prefix("BEGIN ") {
                graph.groups.push(group.to_owned());
            } else if !name.starts_with("END ") && !known.contains_key(name) {
                known.insert(name, Id::next(&graph.leaves));
                graph.leaves.push(Leaf { name: name.to_owned(), after: BTreeSet::new() });
            }
        }
        for (from, to) in edges {
            graph.add_edge(from, to, &known);
        }
        graph
    }

    fn add_edge(&mut self, from: &str, to: &str, known: &BTreeMap<&str, LeafId>) {
        // These two say only that a group holds its own steps.
        if from.starts_with("BEGIN ") || to.starts_with("END ") {
            return;
        }
        let before = match from.strip_prefix("END ") {
            Some(group) => self.leaves_of(group),
            None => known.get(from).copied().into_iter().collect(),
        };
        let behind = match to.strip_prefix("BEGIN ") {
            Some(group) => self.leaves_of(group),
            None => known.get(to).copied().into_iter().collect(),
        };
        for leaf in behind {
            let others = before.iter().filter(|other| **other != leaf);
            self.leaves[leaf].after.extend(others);
        }
    }

    /// Returns the steps of a group and of the groups in it.
    pub(crate) fn leaves_of(&self, group: &str) -> Vec<LeafId> {
        let leaves = Id::each(&self.leaves);
        leaves.filter(|(_, leaf)| is_below(&leaf.name, group)).map(|(leaf_id, _)| leaf_id).collect()
    }

    /// Returns a group and the groups in it.
    pub(crate) fn groups_in(&self, group: &str) -> Vec<&str> {
        let groups = self.groups.iter().map(String::as_str);
        groups.filter(|other| *other == group || is_below(other, group)).collect()
    }
}

/// Returns `true` if a step or a group is in a group.
pub(crate) fn is_below(name: &str, group: &str) -> bool {
    name.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(text: &str) -> BTreeMap<String, Vec<String>> {
        let graph = Graph::parse(text);
        let before = |leaf: &Leaf| leaf.after.iter().map(|other| graph.leaves[*other].name.clone()).collect();
        graph.leaves.iter().map(|leaf| (leaf.name.clone(), before(leaf))).collect()
    }

    /// The file ties only the last rank of a group to its end.
    #[test]
    fn the_end_of_a_group_stands_for_all_of_its_steps() {
        let after = graph(
            "digraph G {\n\"BEGIN W\" [shape=\"cds\"];\n\"W.a\";\n\"W.b\";\n\"W.c\";\n\"W.a\" -> \"W.c\";\n\
             \"BEGIN W\" -> \"W.a\";\n\"W.c\" -> \"END W\";\n\"x\";\n\"END W\" -> \"x\";\n}",
        );
        assert_eq!(after["x"], ["W.a", "W.b", "W.c"], "W.b ends earlier than W.c, and x waits for it too");
        assert!(after["W.b"].is_empty());
    }

    #[test]
    fn what_waits_for_the_beginning_of_a_group_is_every_step_in_it() {
        let after = graph(
            "\"BEGIN W\";\n\"W.a\";\n\"W.S.b\";\n\"y\";\n\"y\" -> \"BEGIN W\";\n\"BEGIN W\" -> \"W.a\";",
        );
        assert_eq!((&after["W.a"][..], &after["W.S.b"][..]), (&["y".to_owned()][..], &["y".to_owned()][..]));
    }
}
