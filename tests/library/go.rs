//! The jobs of `nestling/go`, run with Go; nothing is downloaded.

use super::job::{Pipeline, SHELLS};
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, root, said};
use std::path::PathBuf;
use std::process::Output;

const TEST: &str = "\
package api

import \"testing\"

func TestAnswer(t *testing.T) {
	if Answer() != 42 {
		t.Fail()
	}
}
";

/// Three modules: one in a directory with a blank, one with a vendor directory, and one that a go.work completes.
fn modules() -> Pipeline {
    let workspace = "\
workspace:
  stages: [build, test]
  units:
    - match: [services/*, libs/*]
      use: { template: nestling/go, inputs: { race: false } }
    - match: tools/*
      use: { template: nestling/go, inputs: { race: false, binary: ./cmd/server } }
";
    let files = [
        ("nestling.yml", workspace),
        ("services/a b/go.mod", "module example.com/api\n\ngo 1.25\n"),
        ("services/a b/api.go", "package api\n\n// Answer is known.\nfunc Answer() int { return 42 }\n"),
        ("services/a b/api_test.go", TEST),
        (
            "services/vendored/go.mod",
            "module example.com/vendored\n\ngo 1.25\n\nrequire example.com/dep v1.0.0\n",
        ),
        ("services/vendored/vendor/modules.txt", "# example.com/dep v1.0.0\n## explicit\nexample.com/dep\n"),
        (
            "services/vendored/vendor/example.com/dep/dep.go",
            "package   dep\n\nfunc Answer() int { return 42 }\n",
        ),
        (
            "services/vendored/api.go",
            "package api\n\nimport \"example.com/dep\"\n\n// Answer is vendored.\nfunc Answer() int { return dep.Answer() }\n",
        ),
        ("services/vendored/api_test.go", TEST),
        ("go.work", "go 1.25\n\nuse (\n\t./libs/core\n\t./tools/app\n)\n"),
        ("libs/core/go.mod", "module example.com/core\n\ngo 1.25\n"),
        ("libs/core/core.go", "package core\n\n// Answer is shared.\nfunc Answer() int { return 42 }\n"),
        ("tools/app/go.mod", "module example.com/app\n\ngo 1.25\n"),
        (
            "tools/app/cmd/server/main.go",
            "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/core\"\n)\n\nfunc main() { fmt.Println(core.Answer()) }\n",
        ),
    ];
    let pipeline = Pipeline::generate(&files, None);
    // What Go compiles of its own library is the same in each project.
    let cache = root().join(".cache/tools/go-build");
    std::fs::create_dir_all(&cache).unwrap();
    let project = pipeline.repository.path().join(".go");
    std::fs::create_dir_all(&project).unwrap();
    std::os::unix::fs::symlink(cache, project.join("cache")).unwrap();
    pipeline
}

/// Go, the stand-ins for the tools that its module proxy has, and Nestling.
fn programs(test: &str) -> Option<Vec<PathBuf>> {
    let mut go = need(Tool::Go, test)?;
    let goroot = output(go.args(["env", "GOROOT"]));
    let nestling = PathBuf::from(nestling(&root()).get_program());
    let programs = [
        PathBuf::from(goroot.trim()).join("bin"),
        root().join("tests/library/fakes"),
        nestling.parent()?.to_owned(),
    ];
    Some(programs.into())
}

fn run(pipeline: &Pipeline, job: &str, shell: &[&str], programs: &[PathBuf]) -> Output {
    // A module with a vendor directory that is outside of go.work is not part of it.
    let work = if job.starts_with("services") { "off" } else { "" };
    let offline = [("GOPROXY", "off"), ("GOTOOLCHAIN", "local"), ("GOWORK", work), ("GOFLAGS", "")];
    pipeline.run(job, shell, &offline, programs)
}

#[test]
fn modules_are_linted_tested_and_built_as_go_takes_them() {
    let Some(programs) = programs("modules_are_linted_tested_and_built_as_go_takes_them") else { return };
    let pipeline = modules();
    for unit in ["services/a b", "services/vendored", "libs/core", "tools/app"] {
        for role in ["lint", "test"] {
            let shell = SHELLS[usize::from(role == "test")];
            let output = run(&pipeline, &format!("{unit}:{role}"), shell, &programs);
            assert!(output.status.success(), "{unit}:{role}\n{}", said(&output));
        }
        let file = |name: &str| pipeline.repository.path().join(unit).join(name);
        assert!(file("junit.xml").is_file() && file("coverage.xml").is_file(), "{unit}");
        assert_eq!(std::fs::read_to_string(file("gl-code-quality-report.json")).unwrap(), "[]\n", "{unit}");
    }
    let built = run(&pipeline, "tools/app:build", SHELLS[1], &programs);
    assert!(built.status.success(), "{}", said(&built));
    assert!(pipeline.repository.path().join("tools/app/bin/server").is_file());
}

#[test]
fn what_is_wrong_fails_and_is_reported_at_its_file() {
    let Some(programs) = programs("what_is_wrong_fails_and_is_reported_at_its_file") else { return };
    let pipeline = modules();
    let code = "package api\n\nimport \"fmt\"\n\n// Answer is wrong.\nfunc Answer() int {\n\tfmt.Printf(\"%d\\n\", \"x\")\n\treturn 41\n}\n";
    pipeline.repository.write("services/a b/api.go", code);
    let linted = run(&pipeline, "services/a b:lint", SHELLS[1], &programs);
    assert!(!linted.status.success(), "{}", said(&linted));
    let report = pipeline.repository.path().join("services/a b/gl-code-quality-report.json");
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report[0]["location"]["path"], "services/a b/api.go", "{report}");
    assert_eq!(report[0]["location"]["lines"]["begin"], 7);
    let tested = run(&pipeline, "services/a b:test", SHELLS[0], &programs);
    assert!(!tested.status.success(), "{}", said(&tested));
    pipeline.repository.write(
        "services/a b/api.go",
        "package api\n\n// Answer is known.\nfunc Answer()  int { return 42 }\n",
    );
    let linted = run(&pipeline, "services/a b:lint", SHELLS[0], &programs);
    assert!(!linted.status.success() && said(&linted).contains("gofmt would change"), "{}", said(&linted));
}
