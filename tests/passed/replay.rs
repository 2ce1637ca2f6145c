//! The script after the numbers of the page, on a small history with known numbers.

use super::*;

const WORKSPACE: &str =
    "workspace: { units: [{ match: [api, web], changes: [/shared/f] }], ignore: [\"**/*.md\"] }\n";

/// Merges a branch that changes a file; `main` has moved in between by a change of another.
fn merge(repository: &Repository, number: usize, change: &str, between: &str) {
    let branch = format!("feature{number}");
    repository.git(&["checkout", "--quiet", "-b", &branch]);
    repository.write(change, &format!("branch {number}")).commit("change");
    repository.git(&["checkout", "--quiet", "main"]);
    if !between.is_empty() {
        repository.write(between, &format!("main {number}")).commit("between");
    }
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", &branch]);
}

#[test]
fn the_replay_of_a_history_counts_what_the_branch_has_tested() {
    let test = "the_replay_of_a_history_counts_what_the_branch_has_tested";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let repository = Repository::new();
    for file in ["api/main.c", "web/main.c", "shared/f", "README.md"] {
        repository.write(file, "1");
    }
    repository.commit("start");
    // As in the branch; with another unit; with the same unit, which the branch has not tested; both units; none.
    merge(&repository, 1, "api/main.c", "");
    merge(&repository, 2, "api/main.c", "web/main.c");
    merge(&repository, 3, "api/main.c", "api/other.c");
    merge(&repository, 4, "shared/f", "web/main.c");
    merge(&repository, 5, "README.md", "");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("nestling.yml"), WORKSPACE).unwrap();
    python.arg("-B").arg(root().join("crates/nestling-cli/benches/replay.py")).arg(repository.path());
    python.arg("--workspace").arg(folder.path().join("nestling.yml"));
    python.args(["--nestling", env!("CARGO_BIN_EXE_nestling")]);
    let printed = output(&mut python);
    let lines: Vec<&str> = printed.lines().skip(1).collect();
    assert!(printed.starts_with("5 merges up to "), "{printed}");
    assert!(lines[0].contains("5 units"), "{printed}");
    assert_eq!(
        lines,
        [
            "| without `reuse` | 20 in 5 units |",
            "| merge request pipelines of the source branch | 11 |",
            "| merged results pipelines or trains | 5 |",
        ]
    );
}
