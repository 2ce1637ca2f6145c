//! `nestling convert`: recorded reports of tools, their code quality reports beside them; tools that the machine has; and what is
//! no report.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, nestling, output, read, root, run, said, setting};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The recorded reports: name, format, and the directory where the tool ran. All ran in a repository at `/src`.
const RECORDED: [(&str, &str, &str); 9] = [
    ("clippy", "clippy", "rust"),
    ("eslint", "eslint", "js"),
    ("go-vet", "go-vet", "go"),
    ("go-vet-1-21", "go-vet", "go"),
    ("several-tools", "sarif", "."),
    ("shellcheck", "shellcheck", "."),
    ("terraform", "terraform", "tf"),
    ("tflint", "tflint", "tf"),
    ("trivy", "sarif", "."),
];

/// A repository with the directories that the tools ran in, and the sources that cargo's paths are looked for among.
fn repository() -> Repository {
    let repository = Repository::new();
    for path in
        ["rust/crates/app/src/main.rs", "rust/crates/lib/src/lib.rs", "js/a.js", "go/go.mod", "tf/main.tf"]
    {
        repository.write(path, "");
    }
    repository.commit("sources");
    repository
}

/// Holds a report against GitLab's description of the format.
fn assert_is_code_quality(name: &str, text: &str) -> Vec<Value> {
    let findings: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut fingerprints = BTreeSet::new();
    for finding in &findings {
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(finding[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key} of {finding}");
        }
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.contains(&finding["severity"].as_str().unwrap()), "{name}: {finding}");
        assert!(fingerprints.insert(finding["fingerprint"].as_str().unwrap()), "{name}: twice: {finding}");
        let path = Path::new(finding["location"]["path"].as_str().unwrap());
        assert!(path.is_relative() && !path.starts_with(".") && !path.starts_with(".."), "{name}: {finding}");
        assert!(
            finding["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0),
            "{name}: {finding}"
        );
    }
    findings
}

/// Converts a recorded report, and returns the code quality report and the messages.
fn converted(repository: &Path, report: &str, format: &str, directory: &str) -> (String, String) {
    let file = repository.join("recorded.report");
    std::fs::write(&file, report).unwrap();
    let mut command = nestling(&repository.join(directory));
    command.args(["convert", "--from", format, "--root", "/src"]).arg(&file);
    let converted = run(&mut command);
    assert!(converted.status.success(), "{}", said(&converted));
    (String::from_utf8(converted.stdout).unwrap(), String::from_utf8(converted.stderr).unwrap())
}

#[test]
fn recorded_reports_become_code_quality() {
    let repository = repository();
    let mut wrong = Vec::new();
    for (name, format, directory) in RECORDED {
        let report = read(format!("tests/convert/{name}.report"));
        let (text, messages) = converted(repository.path(), &report, format, directory);
        assert_is_code_quality(name, &text);
        let expected = root().join(format!("tests/convert/{name}.json"));
        wrong.extend(expect_file(&expected, &text).err());
        wrong.extend(expect_file(&expected.with_extension("txt"), &messages).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fingerprint_outlives_moved_lines_and_another_finding_above() {
    let repository = repository();
    let finding = |file: &str, line: u32| {
        let message = "Use $(...) notation instead of legacy backticks.";
        serde_json::json!({ "file": file, "line": line, "column": 1, "level": "style", "code": 2006, "message": message })
    };
    let fingerprints = |findings: Value| {
        let (text, _) = converted(repository.path(), &findings.to_string(), "shellcheck", ".");
        let list = assert_is_code_quality("shellcheck", &text);
        list.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let alone = fingerprints(serde_json::json!([finding("b.sh", 4)]));
    let moved = fingerprints(serde_json::json!([finding("b.sh", 40), finding("a.sh", 1)]));
    assert_eq!(moved[1], alone[0]);
    let twice = fingerprints(serde_json::json!([finding("b.sh", 9), finding("b.sh", 4)]));
    assert_eq!(twice[0], alone[0]);
    assert_ne!(twice[1], alone[0]);
}

#[test]
fn what_is_no_report_is_an_error_at_its_place() {
    let repository = repository();
    let sarif = |version: &str| format!("{{ \"version\": \"{version}\", \"runs\": [] }}");
    for (format, text, expected) in [
        ("sarif", String::new(), "report:1:1: cannot read it as `sarif`: the report is empty"),
        (
            "sarif",
            sarif("1.0.0"),
            "report:1:1: cannot read it as `sarif`: version 1.0.0 of SARIF is not 2.1.0",
        ),
        (
            "sarif",
            "{\n  \"version\": \"2.1.0\"\n}".to_owned(),
            "report:3:1: cannot read it as `sarif`: missing field `runs`",
        ),
        ("sarif", "{\n  \"version\": \"2.1.0\", \"runs\": [\n".to_owned(), "report:3:1: "),
        ("clippy", "{\"reason\":\"build-finished\"}\nwarning: unused\n".to_owned(), "report:2:1: "),
        ("shellcheck", "{\"issues\":[]}".to_owned(), "missing field `comments`"),
        ("eslint", "[{ \"filePath\": 1 }]".to_owned(), "report:1:16: "),
        ("tflint", "Failed to load configurations".to_owned(), "expected value"),
        ("go-vet", "# shop\n{\n".to_owned(), "report:2:"),
    ] {
        let file = repository.path().join("report");
        std::fs::write(&file, &text).unwrap();
        let refused =
            run(nestling(repository.path()).args(["convert", "--from", format, "report", "-o", "out.json"]));
        assert_eq!(refused.status.code(), Some(1), "{format}: {text}\n{}", said(&refused));
        assert!(said(&refused).contains(expected), "{format}: {text}\n{}", said(&refused));
        assert!(!repository.path().join("out.json").exists(), "{format}: {text}");
    }
    let missing = run(nestling(repository.path()).args(["convert", "--from", "sarif", "nothing.sarif"]));
    assert_eq!(missing.status.code(), Some(3), "{}", said(&missing));
    let outside = tempfile::tempdir().unwrap();
    let elsewhere = run(nestling(outside.path()).args(["convert", "--from", "sarif"]));
    assert!(said(&elsewhere).contains("is not in a git repository"), "{}", said(&elsewhere));
}

#[test]
fn several_reports_become_one_and_ci_tells_the_root() {
    let repository = repository();
    let report = |file: &str| {
        format!(
            "[{{ \"file\": \"{file}\", \"line\": 0, \"column\": 1, \"level\": \"info\", \"code\": 1, \"message\": \"m\" }}]"
        )
    };
    std::fs::write(repository.path().join("go/one.json"), report("b.sh")).unwrap();
    std::fs::write(repository.path().join("go/two.json"), report("../tf/a.sh")).unwrap();
    let mut command = nestling(repository.path());
    command.args(["-C", "go", "convert", "--from", "shellcheck", "one.json", "two.json"]);
    let paths = |text: &str| {
        let list = assert_is_code_quality("several", text);
        list.iter()
            .map(|finding| finding["location"]["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(&output(&mut command)), ["go/b.sh", "tf/a.sh"]);
    // A job may have no `.git`, and what is above its directory is not the project's.
    let project = repository.path().join("go");
    assert_eq!(paths(&output(command.env("CI_PROJECT_DIR", &project))), ["b.sh"]);
    let mut piped = Command::new("sh");
    let line = "printf '\\357\\273\\277[]' | \"$0\" convert --from eslint";
    piped.args(["-c", line]).arg(nestling(&project).get_program()).current_dir(&project);
    assert_eq!(output(&mut piped), "[]\n");
}

/// Cargo by itself, with what it reports today.
#[test]
fn clippys_own_report_is_read() {
    let repository = Repository::new();
    repository.write("rust/Cargo.toml", "[workspace]\nmembers = [\"a b\"]\nresolver = \"2\"\n");
    repository
        .write("rust/a b/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    repository.write("rust/a b/src/main.rs", "fn main() {\n    let unused = 1;\n}\n").commit("a crate");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(repository.path().join("rust/a b"));
    cargo.env("CARGO_TARGET_DIR", repository.path().join("target"));
    let report =
        output(cargo.args(["clippy", "--offline", "--quiet", "--all-targets", "--message-format=json"]));
    std::fs::write(repository.path().join("rust/a b/clippy.json"), report).unwrap();
    let mut convert = nestling(&repository.path().join("rust/a b"));
    let text = output(convert.args(["convert", "--from", "clippy", "clippy.json"]));
    let list = assert_is_code_quality("clippy", &text);
    assert_eq!(list.len(), 1, "{text}");
    assert_eq!(list[0]["location"]["path"], "rust/a b/src/main.rs");
    assert_eq!(list[0]["location"]["lines"]["begin"], 2);
    assert_eq!(list[0]["check_name"], "unused_variables");
}

/// ShellCheck by itself.
#[test]
fn shellchecks_own_report_is_read() {
    let Some(mut shellcheck) = need(Tool::Shellcheck, "shellchecks_own_report_is_read") else { return };
    let repository = Repository::new();
    repository.write("bin/deploy.sh", "#!/bin/sh\ncd $1\n").commit("a script");
    shellcheck.current_dir(repository.path().join("bin")).env("PATH", setting("PATH").unwrap());
    let report = run(shellcheck.args(["--format", "json1", "deploy.sh"])).stdout;
    std::fs::write(repository.path().join("bin/report.json"), report).unwrap();
    let mut convert = nestling(&repository.path().join("bin"));
    let text = output(convert.args(["convert", "--from", "shellcheck", "report.json"]));
    let list = assert_is_code_quality("shellcheck", &text);
    let rules: Vec<&str> = list.iter().map(|finding| finding["check_name"].as_str().unwrap()).collect();
    assert_eq!(rules, ["SC2164", "SC2086"]);
    assert_eq!(list[0]["location"]["path"], "bin/deploy.sh");
}
