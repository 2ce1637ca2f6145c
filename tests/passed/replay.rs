//! `replay --passed`, and the script after the numbers of the page, on a small history with known numbers.

use super::*;
use crate::support::nestling;

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

/// As in the branch; with another unit; with the same unit, which the branch has not tested; both units; none.
fn history() -> Repository {
    let repository = Repository::new();
    for file in ["api/main.c", "web/main.c", "shared/f", "README.md"] {
        repository.write(file, "1");
    }
    repository.commit("start");
    merge(&repository, 1, "api/main.c", "");
    merge(&repository, 2, "api/main.c", "web/main.c");
    merge(&repository, 3, "api/main.c", "api/other.c");
    merge(&repository, 4, "shared/f", "web/main.c");
    merge(&repository, 5, "README.md", "");
    repository
}

#[test]
fn the_replay_of_a_history_counts_what_the_branch_has_tested() {
    let test = "the_replay_of_a_history_counts_what_the_branch_has_tested";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let repository = history();
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

const JOBS: &str = "\
test: { script: make test }
lint: { script: make lint, reuse: { reports: true } }
deploy: { stage: deploy, script: make deploy, environment: { name: prod }, rules: [{ if: $CI_COMMIT_BRANCH }] }
";

/// The merges alone, the oldest first: `jobs of the pipeline - jobs that would have been left out`.
fn replayed(repository: &Repository, options: &[&str]) -> (Vec<String>, Value) {
    let text =
        output(nestling(repository.path()).args(["replay", "--passed", "--format", "json"]).args(options));
    let replay: Value = serde_json::from_str(&text).unwrap();
    let merges =
        replay["merges"].as_array().unwrap().iter().rev().filter(|merge| merge["subject"] == "merge");
    let line = |merge: &Value| {
        let left_out = merge["left_out"].as_array().unwrap().iter().map(|job| job.as_str().unwrap());
        format!("{} - {}", merge["jobs"], left_out.collect::<Vec<_>>().join(" "))
    };
    (merges.map(line).collect(), replay["totals"]["passed"].clone())
}

#[test]
fn a_replay_leaves_out_what_the_merge_request_has_tested_with_the_same_content() {
    let repository = history();
    repository.write("ci/test.yml", JOBS).write(".gitlab-ci.yml", PARENT);
    let workspace = |reuse: &str| {
        let header = WORKSPACE.replace("/shared/f]", "/shared/f], use: test");
        let header = header.replace("workspace: {", &format!("workspace: {{ templates: [ci],{reuse}"));
        repository.write("nestling.yml", &header);
    };
    workspace("");
    let (merges, passed) = replayed(&repository, &[]);
    let both = ["3 - api:lint api:test", "3 - api:lint api:test", "3 - ", "6 - api:lint api:test", "0 - "];
    assert_eq!(merges, both);
    let kept: Vec<&str> =
        passed["kept"].as_array().unwrap().iter().map(|kept| kept["reason"].as_str().unwrap()).collect();
    assert_eq!(
        kept,
        ["jobs with `environment` are never omitted", "no pipeline has passed it with this content"]
    );
    let table = output(nestling(repository.path()).args(["replay", "--passed"]));
    assert!(
        table.contains("OMITTED") && table.contains("12 of them omitted: passed before (50 %)"),
        "{table}"
    );
    // Records of merge requests do not count, nor those of the branch itself.
    workspace(" reuse: { trust: protected },");
    let (merges, passed) = replayed(&repository, &[]);
    assert_eq!(merges, ["3 - ", "3 - ", "3 - ", "6 - ", "0 - "]);
    assert_eq!(passed["left_out"], 0);
    assert!(passed["kept"].to_string().contains("no record of it counts"), "{passed}");
    workspace(" reuse: false,");
    repository.write("ci/test.yml", &JOBS.replace("make test }", "make test, reuse: false }"));
    let (merges, _) = replayed(&repository, &[]);
    assert_eq!(merges[0], "3 - api:lint");
    let (merges, passed) = replayed(&repository, &["--as", "schedule"]);
    assert_eq!(merges[0], "6 - ");
    assert_eq!(passed["kept"][0]["reason"], "schedules run whole");
}
