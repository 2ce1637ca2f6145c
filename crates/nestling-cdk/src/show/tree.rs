//! The graph as text for people.

use super::{Shown, heading, reduced_edges, words};
use crate::deployment::NodeId;
use crate::id::Id;
use indexmap::IndexMap;
use std::fmt::Write as _;

/// The longest line of a command or a comment that is shown whole.
const WIDTH: usize = 100;

/// Lists the nodes under headings, with what each does and waits for, then the report.
pub fn tree(shown: &Shown<'_>) -> String {
    let deployment = shown.deployment;
    let mut text = String::new();
    let (stacks, stages) = (deployment.assembly.stacks.len(), deployment.assembly.stages.len());
    _ = writeln!(text, "{}: {} in {}", shown.directory, count(stacks, "stack"), count(stages, "stage"));
    for (id, path) in Id::each(&deployment.pipelines) {
        let actions = deployment.actions.iter().filter(|action| action.pipeline == id).count();
        _ = writeln!(text, "pipeline {}: {}", path.as_str(), count(actions, "action"));
    }
    let edges = reduced_edges(deployment);
    let mut nodes_by_heading: IndexMap<String, Vec<NodeId>> = IndexMap::new();
    for (id, node) in Id::each(&deployment.nodes) {
        let heading = heading(deployment, node).unwrap_or_else(|| "stacks of the app".to_owned());
        nodes_by_heading.entry(heading).or_default().push(id);
    }
    for (heading, nodes) in nodes_by_heading {
        _ = writeln!(text, "\n{heading}");
        for id in nodes {
            let node = &deployment.nodes[id];
            _ = writeln!(text, "  {}", node.name);
            _ = writeln!(text, "    {}", short(&words(deployment, &node.work)));
            let after = edges[id.index()].iter();
            let after: Vec<&str> = after.map(|before| deployment.nodes[*before].name.as_str()).collect();
            if !after.is_empty() {
                _ = writeln!(text, "    after {}", after.join(", "));
            }
        }
    }
    report(shown, &mut text);
    text
}

fn report(shown: &Shown<'_>, text: &mut String) {
    let (open, replaced): (Vec<_>, Vec<_>) = shown.report.lines.iter().partition(|line| line.kind.is_open());
    for (title, lines) in [("To be done", open), ("Done by GitLab or by the parent pipeline", replaced)] {
        if lines.is_empty() {
            continue;
        }
        _ = writeln!(text, "\n{title}");
        for line in lines {
            // The id begins with the kind.
            _ = writeln!(text, "  {:<20} {}: {}", line.id(), line.subject, short(&line.text));
        }
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    // A string of several lines is cut, too.
    if line.chars().count() <= WIDTH && line.len() == text.len() {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(WIDTH).collect::<String>())
}
