//! Values cannot break structure: whatever a branch, a path or an input holds, the pipeline has the jobs and the keys
//! that it would have with a harmless value, and the value arrives as it is. Judged by two readers of YAML: the one
//! that GitLab uses, and one that shares no code with ours.

mod reader;
mod values;

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use nestling_files::path::escaped;
use reader::{Reader, readers};
use serde_json::Value;
use std::process::Command;
use values::{BRANCHES, NAMES, VALUES, quoted, with};

/// Placeholder of the value in the harmless pipeline, which occurs nowhere else in it.
const HARMLESS: &str = "Xq9Z";

const WORKSPACE: &str = "workspace:\n  templates: [t]\n";

/// Every place that a template can print a value in.
const TEMPLATE: &str = r##"spec:
  inputs:
    v: { type: string }
---
job:
  variables:
    WHOLE: ${{ inputs.v }}
    JOINED: before ${{ inputs.v }} after
    DOUBLE: "a ${{ inputs.v }} b"
    SINGLE: 'a ${{ inputs.v }} b'
    LOOPED: ${{ [inputs.v, inputs.v] | join("+") }}
  cache: { key: k, paths: ["${{ inputs.v }}/x", y] }
  script:
    - ${{ inputs.v }}
    - echo ${{ inputs.v }}
    - |
      first
        ${{ inputs.v }} and ${{ inputs.v }}
      last
    - >-
      folded ${{ inputs.v }}
#% if inputs.v
  tags: [yes-${{ inputs.v }}]   # ${{ inputs.v }}
#% endif
"##;

fn generate(repository: &Repository, options: &[&str]) -> String {
    output(nestling(repository.path()).args(["generate", "--all", "--output", "-"]).args(options))
}

/// A pipeline as a reader sees it, without comments.
fn loaded(reader: Reader, text: &str) -> Value {
    reader.load(&[text.to_owned()]).remove(0)
}

#[test]
fn an_input_stays_a_value_wherever_it_is_printed() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE).write("t/all.yml", TEMPLATE);
    let values: Vec<&str> = VALUES.iter().copied().filter(|value| !value.is_empty()).collect();
    for (at, value) in values.iter().chain(&[HARMLESS]).enumerate() {
        let input = quoted(value);
        let unit = format!("unit:\n  use: {{ template: all, inputs: {{ v: {input} }} }}\n---\n");
        repository.write(format!("u{at}/nestling.yml"), &unit);
    }
    repository.commit("values");
    let text = generate(&repository, &[]);
    for reader in readers("an_input_stays_a_value_wherever_it_is_printed") {
        let pipeline = loaded(reader, &text);
        let harmless = &pipeline[format!("u{}:job", values.len())];
        assert_eq!(harmless["variables"]["WHOLE"], HARMLESS);
        assert_eq!(pipeline.as_object().unwrap().len(), values.len() + 3, "jobs, `stages` and `workflow`");
        for (at, value) in values.iter().enumerate() {
            assert_eq!(
                pipeline[format!("u{at}:job")],
                with(harmless, HARMLESS, value),
                "{reader:?} {value:?}"
            );
        }
    }
}

#[test]
fn a_branch_stays_a_value() {
    let repository = Repository::new();
    let template = TEMPLATE
        .replace("inputs.v", "pipeline.ref")
        .replace("spec:\n  inputs:\n    v: { type: string }\n---\n", "");
    repository.write("nestling.yml", WORKSPACE).write("u/nestling.yml", &template);
    let commit = repository.commit("a branch");
    let on = |branch: &str| {
        let variables = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &commit), ("CI_DEFAULT_BRANCH", "main")];
        let mut command = nestling(repository.path());
        command.args(["generate", "--all", "--output", "-"]).envs(variables);
        command.envs([
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", branch),
            ("CI_COMMIT_REF_NAME", branch),
        ]);
        output(&mut command)
    };
    // A branch is also talked about in the comment at the top, and may not get out of it.
    let texts: Vec<String> = BRANCHES.iter().chain(&[HARMLESS]).map(|branch| on(branch)).collect();
    for reader in readers("a_branch_stays_a_value") {
        let pipelines = reader.load(&texts);
        let harmless = &pipelines[BRANCHES.len()];
        for (branch, pipeline) in BRANCHES.iter().zip(&pipelines) {
            assert_eq!(*pipeline, with(harmless, HARMLESS, branch), "{reader:?} {branch:?}");
        }
    }
}

/// The branch that is checked out, as git allows it, in a merge request and on its own.
#[test]
fn a_branch_of_git_stays_a_value() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    repository
        .write("u/nestling.yml", "job:\n  script: echo ${{ pipeline.ref | sh }} ${{ pipeline.kind }}\n");
    repository.commit("main");
    for branch in BRANCHES.iter().filter(|branch| is_ref(branch)) {
        repository.git(&["checkout", "--quiet", "-B", branch]);
        for kind in ["merge_request", "branch"] {
            let options = if kind == "branch" { vec![] } else { vec!["--as", kind] };
            for reader in readers("a_branch_of_git_stays_a_value") {
                let pipeline = loaded(reader, &generate(&repository, &options));
                let script = pipeline["u:job"]["script"].as_str().unwrap().to_owned();
                // What the shell makes of it is the branch again.
                let said = output(Command::new("sh").arg("-c").arg(&script));
                assert_eq!(said, format!("{branch} {kind}\n"), "{reader:?} {script}");
            }
        }
    }
}

fn is_ref(name: &str) -> bool {
    run(Command::new("git").args(["check-ref-format", "--branch", name])).status.success()
}

#[test]
fn a_quoted_value_is_one_word_of_a_shell() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    let template = "spec:\n  inputs:\n    v: { type: string }\n---\njob:\n  script: printf '%s|' ${{ inputs.v | sh }} end\n";
    repository.write("t/shell.yml", template);
    for (at, value) in VALUES.iter().enumerate() {
        let unit = format!("unit:\n  use: {{ template: shell, inputs: {{ v: {} }} }}\n---\n", quoted(value));
        repository.write(format!("u{at}/nestling.yml"), &unit);
    }
    repository.commit("values");
    let text = generate(&repository, &[]);
    let pipeline = loaded(Reader::Independent, &text);
    for (at, value) in VALUES.iter().enumerate().filter(|(_, value)| !value.contains('\0')) {
        let script = pipeline[format!("u{at}:job")]["script"].as_str().unwrap();
        assert_eq!(output(Command::new("sh").arg("-c").arg(script)), format!("{value}|end|"), "{script}");
    }
}

/// A directory may be called anything. It names its unit, its jobs, and the place in the comment above each job.
#[test]
fn a_path_stays_a_path() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    let fragment = "job:\n  variables:\n    DIR: ${{ unit.dir }}\n  script: ${{ unit.dir }}/run\n";
    for (at, name) in NAMES.iter().chain(&[HARMLESS]).enumerate() {
        let unit = format!("unit:\n  name: u{at}\n---\n{fragment}");
        repository.write(format!("{name}/nestling.yml"), &unit);
        repository.write(format!("{name}/{name}"), "a file of the same name");
    }
    repository.commit("paths");
    let text = generate(&repository, &[]);
    for reader in readers("a_path_stays_a_path") {
        let pipeline = loaded(reader, &text);
        assert_eq!(
            pipeline.as_object().unwrap().len(),
            NAMES.len() + 3,
            "jobs, `stages` and `workflow`\n{text}"
        );
        let harmless = &pipeline[format!("u{}:job", NAMES.len())];
        for (at, name) in NAMES.iter().enumerate() {
            assert_eq!(pipeline[format!("u{at}:job")], with(harmless, HARMLESS, name), "{reader:?} {name:?}");
        }
    }
}

/// The unit's name is the directory, with its control characters escaped, and so is half of the job's name. What cannot
/// be a name is refused, and then nothing is written; what can be one arrives.
#[test]
fn a_directory_that_names_its_jobs_is_a_key_or_an_error() {
    let mut accepted = Vec::new();
    for name in NAMES {
        let repository = Repository::new();
        repository
            .write("nestling.yml", WORKSPACE)
            .write(format!("{name}/nestling.yml"), "job:\n  script: x\n");
        let output = run(nestling(repository.path()).args(["generate", "--all"]));
        let written = std::fs::read_to_string(repository.path().join("child-pipeline.yml"));
        if name.contains(':') {
            assert_eq!(output.status.code(), Some(1), "{name:?}: {}", said(&output));
            assert!(written.is_err(), "{name:?} is written");
        } else {
            let text = written.unwrap_or_else(|_| panic!("{name:?}: {}", said(&output)));
            accepted.push((format!("{}:job", escaped(name.as_bytes())), text));
        }
    }
    assert!(accepted.len() > 25, "only {} names were accepted", accepted.len());
    let (names, texts): (Vec<String>, Vec<String>) = accepted.into_iter().unzip();
    for reader in readers("a_directory_that_names_its_jobs_is_a_key_or_an_error") {
        for (name, pipeline) in names.iter().zip(reader.load(&texts)) {
            let keys: Vec<&String> = pipeline.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["workflow", "stages", name], "{reader:?}");
        }
    }
}

/// A changed path of any bytes is counted, talked about, and changes no byte of the jobs.
#[test]
fn a_changed_path_of_any_bytes_only_selects() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    repository.write("u/nestling.yml", "job:\n  script: echo ${{ unit.changed_files | length }}\n");
    repository.commit("before");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    for name in NAMES {
        repository.write(format!("u/{name}"), "");
    }
    repository.write(b"u/not utf-8 \xff\xfe", "");
    repository.commit("after");
    let text = output(nestling(repository.path()).args(["generate", "--head", "HEAD", "--output", "-"]));
    for reader in readers("a_changed_path_of_any_bytes_only_selects") {
        let pipeline = loaded(reader, &text);
        assert_eq!(pipeline["u:job"]["script"], format!("echo {}", NAMES.len() + 1), "{text}");
        assert_eq!(pipeline.as_object().unwrap().len(), 3, "{text}");
    }
}

/// JSON has paths as they are; what a person reads shows what would hide or turn the text around it.
#[test]
fn json_has_the_paths_and_people_see_what_is_in_them() {
    let repository = Repository::new();
    repository
        .write("nestling.yml", WORKSPACE)
        .write("u/nestling.yml", "job: { script: x }\n")
        .commit("before");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    let names: [&[u8]; 5] =
        [b"\x10", b"\\u{10}", "\u{202e}gpj".as_bytes(), "\u{2066}\u{feff}".as_bytes(), b"not utf-8 \xff"];
    for name in names {
        repository.write([b"u/", name].concat(), "");
    }
    repository.commit("after");
    let preview = |format: &str| {
        output(
            nestling(repository.path())
                .args(["preview", "--head", "HEAD", "--base", "main", "--format", format]),
        )
    };
    let json: Value = serde_json::from_str(&preview("json")).unwrap();
    let mut paths: Vec<Vec<u8>> = Vec::new();
    for change in json["changes"]["paths"].as_array().unwrap() {
        let path = change["path"].as_str().unwrap();
        let bytes = change["path_bytes"].as_str().map(|hex| {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        });
        paths.push(bytes.unwrap_or_else(|| path.as_bytes().to_vec()));
    }
    let mut expected: Vec<Vec<u8>> = names.iter().map(|name| [b"u/", *name].concat()).collect();
    expected.sort();
    assert_eq!(paths, expected);
    let explained =
        output(nestling(repository.path()).args(["explain", "u", "--head", "HEAD", "--base", "main"]));
    let generated = run(nestling(repository.path())
        .args(["generate", "--head", "HEAD", "--base", "main", "--output", "-", "--report", "r"]));
    let report = |name: &str| std::fs::read_to_string(repository.path().join("r").join(name)).unwrap();
    let reports = [report("summary.md"), report("preview.html")];
    let shown = [explained, preview("tree"), preview("table"), said(&generated)];
    for text in shown.into_iter().chain(reports) {
        for misleading in ['\u{10}', '\u{202e}', '\u{2066}', '\u{feff}'] {
            assert!(!text.contains(misleading), "{misleading:?} in {text}");
        }
    }
}

/// A path that is not UTF-8 has its bytes in a field of their own, also where two look alike.
#[test]
fn affected_as_json_has_the_bytes_of_paths_that_are_not_utf8() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").commit("before");
    for directory in [&b"x\xff"[..], b"x\xfe", b"plain"] {
        repository.write([directory, b"/nestling.yml"].concat(), "job: { script: x }\n");
    }
    for path in [&b"y\xff"[..], b"y\xfe", b"z"] {
        repository.write(path, "");
    }
    repository.commit("after");
    let affected =
        output(nestling(repository.path()).args(["affected", "--base", "HEAD~1", "--format", "json"]));
    let json: Value = serde_json::from_str(&affected).unwrap();
    let units = json["units"].as_array().unwrap().iter();
    let directories: Vec<(&str, Option<&str>)> =
        units.map(|unit| (unit["directory"].as_str().unwrap(), unit["directory_bytes"].as_str())).collect();
    assert_eq!(directories, [("plain", None), ("x\u{fffd}", Some("78fe")), ("x\u{fffd}", Some("78ff"))]);
    assert_eq!(json["unclaimed"], serde_json::json!(["y\u{fffd}", "y\u{fffd}", "z"]));
    assert_eq!(json["unclaimed_bytes"], serde_json::json!(["79fe", "79ff"]));
}
