//! The graph as a Mermaid diagram, which GitLab draws in Markdown (<https://docs.gitlab.com/user/markdown/#mermaid>).

use super::{Shown, edges, group, kind};
use std::fmt::Write as _;

/// A left-to-right flowchart; nodes that wait for a person are drawn as hexagons.
pub fn mermaid(shown: &Shown<'_>) -> String {
    let deployment = shown.deployment;
    let mut text = "flowchart LR\n".to_owned();
    let mut open: Option<String> = None;
    for (at, node) in deployment.nodes.iter().enumerate() {
        let own = group(deployment, node);
        if own != open {
            if open.is_some() {
                text.push_str("  end\n");
            }
            if let Some(own) = &own {
                _ = writeln!(text, "  subgraph g{at}[\"{}\"]", escaped(own));
            }
            open = own;
        }
        let label = escaped(&node.name);
        let shape = match kind(&node.work) {
            "approve" => format!("{{{{\"{label}\"}}}}"),
            "run" | "compare" => format!("([\"{label}\"])"),
            _ => format!("[\"{label}\"]"),
        };
        _ = writeln!(text, "  {}n{at}{shape}", if open.is_some() { "  " } else { "" });
    }
    if open.is_some() {
        text.push_str("  end\n");
    }
    for (at, before) in edges(deployment).into_iter().enumerate() {
        for before in before {
            _ = writeln!(text, "  n{before} --> n{at}");
        }
    }
    text
}

/// Mermaid reads `#quot;` for a quote, and so on.
fn escaped(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
