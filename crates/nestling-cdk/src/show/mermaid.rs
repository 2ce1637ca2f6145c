//! The graph as a Mermaid diagram, which GitLab draws in Markdown (<https://docs.gitlab.com/user/markdown/#mermaid>).

use super::{Shown, heading, kind, reduced_edges};
use crate::id::Id;
use std::fmt::Write as _;

/// Draws a left-to-right flowchart; nodes that wait for a person are hexagons.
pub fn mermaid(shown: &Shown<'_>) -> String {
    let deployment = shown.deployment;
    let mut text = "flowchart LR\n".to_owned();
    let mut open: Option<String> = None;
    for (id, node) in Id::each(&deployment.nodes) {
        let heading = heading(deployment, node);
        if heading != open {
            if open.is_some() {
                text.push_str("  end\n");
            }
            if let Some(heading) = &heading {
                _ = writeln!(text, "  subgraph g{}[\"{}\"]", id.index(), escaped(heading));
            }
            open = heading;
        }
        let label = escaped(&node.name);
        let shape = match kind(&node.work) {
            "approve" => format!("{{{{\"{label}\"}}}}"),
            "run" | "compare" => format!("([\"{label}\"])"),
            _ => format!("[\"{label}\"]"),
        };
        let indent = if open.is_some() { "  " } else { "" };
        _ = writeln!(text, "  {indent}n{}{shape}", id.index());
    }
    if open.is_some() {
        text.push_str("  end\n");
    }
    for (node, after) in reduced_edges(deployment).into_iter().enumerate() {
        for before in after {
            _ = writeln!(text, "  n{} --> n{node}", before.index());
        }
    }
    text
}

/// Mermaid reads `#quot;` for a quote, and so on.
fn escaped(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
