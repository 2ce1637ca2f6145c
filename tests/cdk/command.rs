//! `nestling cdk show`, and what `generate` does with assemblies of the work tree.

use super::assemblies::{NEWEST, bundle};
use crate::support::repository::Repository;
use crate::support::{expect_file, nestling, output, root, run, said};
use std::path::Path;

#[test]
fn an_assembly_is_shown_as_a_tree_a_diagram_json_and_jobs() {
    let mut wrong = Vec::new();
    for (format, ending) in [("tree", "txt"), ("mermaid", "mmd"), ("json", "json"), ("jobs", "yml")] {
        let mut show = nestling(&root().join("examples/codepipeline/shop"));
        let text = output(show.args(["cdk", "show", "cdk.out", "--format", format]));
        wrong.extend(expect_file(&root().join(format!("tests/cdk/golden/show.{ending}")), &text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn strict_makes_an_error_of_an_assembly_that_has_something_to_be_done() {
    let show = |assembly: &str| {
        run(nestling(&root()).args(["cdk", "show", "-C", "examples/codepipeline", assembly, "--strict-cdk"]))
    };
    let output = show("shop/cdk.out");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("error[cdk-runner]"), "{}", said(&output));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.starts_with("shop/cdk.out: 7 stacks in 3 stages\n"), "{tree}");
}

#[test]
fn what_is_no_assembly_is_told_as_such() {
    let output = run(nestling(&root()).args(["cdk", "show", "docs"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("missing assembly: `docs/manifest.json` does not exist"),
        "{}",
        said(&output)
    );
}

/// A repository with the unit `shop`, and an assembly beside it.
fn repository(header: &str, assembly: &str) -> Repository {
    let repository = Repository::new();
    repository.write(
        "nestling.yml",
        "workspace:\n  environments:\n    staging: {}\n    qa: {}\n    production: {}\n",
    );
    repository.write("shop/nestling.yml", &format!("unit:\n  cdk:\n{header}"));
    for (path, text) in bundle(NEWEST, assembly) {
        repository.write(format!("made/{path}"), &text);
    }
    repository.commit("shop");
    repository
}

fn generate(repository: &Path, options: &[&str]) -> std::process::Output {
    run(nestling(repository)
        .args(["generate", "--all", "--as", "branch:main", "--output", "-"])
        .args(options))
}

const STAGES: &str = "    stages: { Staging: staging, QA: { environment: qa, optional: true }, Prod: { environment: production, \
     optional: true }, Production: { environment: production, optional: true } }\n";

#[test]
fn strict_makes_errors_of_what_is_not_carried_over() {
    let repository = repository(&format!("    from: none\n    assembly: /made\n{STAGES}"), "pipeline");
    let output = generate(repository.path(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("warning[cdk-role]"), "{}", said(&output));
    let output = generate(repository.path(), &["--strict-cdk"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(output.stdout.is_empty());
    for rule in ["cdk-role", "cdk-variable", "cdk-runner", "cdk-trigger", "cdk-setting"] {
        assert!(said(&output).contains(&format!("error[{rule}]")), "{rule}\n{}", said(&output));
    }
}

/// Manual steps are in the job's log, in the summary and in the plan, whether the pipeline is written or not.
#[test]
fn the_report_is_on_the_jobs_log_in_the_summary_and_in_the_plan() {
    let repository = repository(&format!("    from: none\n    assembly: /made\n{STAGES}"), "pipeline");
    for strict in [&[][..], &["--strict-cdk"]] {
        let output = generate(repository.path(), &[&["--report", "report"], strict].concat());
        assert_eq!(output.status.success(), strict.is_empty(), "{}", said(&output));
        let log = said(&output);
        let text = |name: &str| std::fs::read_to_string(repository.path().join("report").join(name)).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&text("plan.json")).unwrap();
        let lines = plan["cdk"].as_array().unwrap();
        let is_open = |line: &&serde_json::Value| line["open"] == true;
        assert!(lines.iter().filter(is_open).count() > 15, "{lines:?}");
        assert!(lines.iter().any(|line| line["kind"] == "replaced"), "{lines:?}");
        let summary = plain(&text("summary.md"));
        for line in lines {
            let [unit, kind, subject, text] =
                ["unit", "kind", "subject", "text"].map(|key| line[key].as_str().unwrap());
            let row = format!("| `{unit}` | {kind} | {subject} | {text} |");
            assert!(summary.contains(&row), "{row}\n{summary}");
            assert!(line["open"] == false || log.contains(text), "{text}\n{log}");
            let at = if kind == "trust" { "shop/nestling.yml" } else { "made/" };
            assert!(line["origin"]["path"].as_str().unwrap().starts_with(at), "{line}");
        }
        let todo = summary.find("### CDK assemblies: manual steps").unwrap();
        let done = summary.find("<summary>Done by GitLab or Nestling, and what to know</summary>").unwrap();
        assert!(todo < done, "{summary}");
    }
}

/// Markdown without its back-slashes.
fn plain(markdown: &str) -> String {
    markdown.replace('\\', "")
}

#[test]
fn generate_makes_the_assembly_and_preview_only_looks() {
    let synth = "    synth: [mkdir cdk.out, cp -R ../made/. cdk.out]\n    from: generate\n";
    let repository = repository(&format!("{synth}{STAGES}"), "stages");
    let preview = run(nestling(repository.path()).args(["preview", "--all", "--as", "branch:main"]));
    assert!(said(&preview).contains("`shop/cdk.out/manifest.json` does not exist"), "{}", said(&preview));
    let output = generate(repository.path(), &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("\n      job: generate\n"), "{}", said(&output));
    assert!(text.contains("\nshop:Staging:\n"), "{text}");
}

#[test]
fn a_synth_that_fails_is_told_with_what_it_said() {
    let repository =
        repository(&format!("    synth: \"echo no credentials >&2; exit 3\"\n{STAGES}"), "stages");
    let output = generate(repository.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    for part in ["error[cdk-synth]", "shop/nestling.yml:3:12", "exit status: 3", "no credentials"] {
        assert!(said(&output).contains(part), "{part}\n{}", said(&output));
    }
}
