//! The graph as text for people.

use super::{Shown, edges, group, words};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The longest line of a command or a comment that is shown whole.
const WIDTH: usize = 100;

/// Groups of nodes with what each does and waits for, then the report.
pub fn tree(shown: &Shown<'_>) -> String {
    let deployment = shown.deployment;
    let mut text = String::new();
    let (stacks, stages) = (deployment.assembly.stacks.len(), deployment.assembly.stages.len());
    _ = writeln!(text, "{}: {} in {}", shown.place, count(stacks, "stack"), count(stages, "stage"));
    for (at, pipeline) in deployment.pipelines.iter().enumerate() {
        let actions = deployment.actions.iter().filter(|action| action.pipeline == at).count();
        _ = writeln!(text, "pipeline {pipeline}: {}", count(actions, "action"));
    }
    let edges = edges(deployment);
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, node) in deployment.nodes.iter().enumerate() {
        let name = group(deployment, node).unwrap_or_else(|| "stacks of the app".to_owned());
        let place = *places.entry(name.clone()).or_insert_with(|| {
            groups.push((name, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(at);
    }
    for (name, nodes) in groups {
        _ = writeln!(text, "\n{name}");
        for at in nodes {
            let node = &deployment.nodes[at];
            _ = writeln!(text, "  {}", node.name);
            _ = writeln!(text, "    {}", cut(&words(deployment, &node.work)));
            let before: Vec<&str> =
                edges[at].iter().map(|before| deployment.nodes[*before].name.as_str()).collect();
            if !before.is_empty() {
                _ = writeln!(text, "    after {}", before.join(", "));
            }
        }
    }
    report(shown, &mut text);
    text
}

fn report(shown: &Shown<'_>, text: &mut String) {
    let (open, replaced): (Vec<_>, Vec<_>) = shown.report.lines.iter().partition(|line| line.kind.is_open());
    for (title, lines) in [("To be done", open), ("Done by GitLab, or before", replaced)] {
        if lines.is_empty() {
            continue;
        }
        _ = writeln!(text, "\n{title}");
        for line in lines {
            _ = writeln!(text, "  {:<11} {}: {}", line.kind.as_str(), line.subject, cut(&line.text));
        }
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= WIDTH && line.len() == text.len() {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(WIDTH).collect::<String>())
}
