//! The script that compares Nestling with its peers still runs, still asks what it is judged by, and still writes its page and its targets.

use crate::support::tool::{Tool, need};
use crate::support::{output, root, setting};

/// Rows of the table of targets, each by how it begins and ends; the figures of tiny repositories say nothing.
const TARGETS: [&str; 13] = [
    "generate, own files, milliseconds |",
    "generate, rules ÷ git (CPU) |",
    "generate, rules and npm's dependencies ÷ git (CPU) |",
    "all different: generate, own files ÷ git (CPU) |",
    ") ÷ generate (wall) |",
    "Python ÷ generate (CPU) |",
    "memory of generate --all, MB |",
    "25 units, 100 jobs: PyYAML's dump ÷ generate --all (wall) |",
    "from a saved file to the new drawing, milliseconds |",
    "`nestling --version` ÷ `git --version` (wall) |",
    "growth with units (rules): slope |",
    "growth with changed paths: slope |",
    "growth with jobs: slope |",
];

#[test]
fn a_tiny_comparison_measures_every_target() {
    let Some(mut python) = need(Tool::Python, "a_tiny_comparison_measures_every_target") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = root().join("crates/nestling-cli/benches/compare/compare.py");
    python.arg("-B").arg(script).arg("--smoke").arg(folder.path());
    python.args(["--nestling", env!("CARGO_BIN_EXE_nestling")]).env_clear();
    output(python.env("PATH", setting("PATH").unwrap_or_default()));

    let docs = folder.path().join("docs");
    let page = std::fs::read_to_string(docs.join("benchmarks.md")).unwrap();
    let readme = std::fs::read_to_string(folder.path().join("README.md")).unwrap();
    for target in TARGETS {
        assert!(readme.lines().any(|line| line.contains(target)), "nothing about `{target}`:\n{readme}");
    }
    assert!(!readme.contains("not the maker's") && !readme.contains("wrong answer"), "{readme}");
    let charts: Vec<&str> =
        page.split("](").skip(1).filter_map(|link| link.split_once(".svg)").map(|(path, _)| path)).collect();
    assert_eq!(charts.len(), 12, "{charts:?}");
    for chart in charts {
        let svg = std::fs::read_to_string(docs.join(format!("{chart}.svg"))).unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{chart}: {svg}");
    }
}
