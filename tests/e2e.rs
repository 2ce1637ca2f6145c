//! The shop's pipelines, run: the parent's jobs and the child's, in a shell, without a server.
//!
//! `gitlab-ci-local` reads the files as GitLab would and runs them. A trigger job always passes there, so the child is
//! run once more by itself, and its own exit code is what counts.

use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, run, said, setting};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// The shop with what a runner would know.
struct Shop {
    example: Example,
    test: &'static str,
}

impl Shop {
    /// `None` where a program that it takes is missing.
    fn open(test: &'static str) -> Option<Self> {
        for tool in [Tool::GitlabCiLocal, Tool::Rsync, Tool::Node] {
            need(tool, test)?;
        }
        Some(Self { example: Example::new("shop"), test })
    }

    /// Makes its pipelines those of a merge request of the branch `feature`.
    fn in_a_merge_request(self) -> Self {
        self.variables(&[
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
            ("CI_MERGE_REQUEST_ID", "1007"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &self.example.commit("main")),
        ]);
        self
    }

    /// Variables that every job gets, and every child pipeline's job: those of the command line stay with the parent.
    fn variables(&self, pipeline: &[(&str, &str)]) {
        let mut text = String::new();
        for (name, value) in pipeline.iter().chain(&[("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")]) {
            writeln!(text, "{name}: \"{value}\"").unwrap();
        }
        // A plain path would be taken for a variable of the type `file`.
        let deployed = self.deployed();
        writeln!(text, "DEPLOY_ROOT: {{ type: variable, values: {{ '*': '{}' }} }}", deployed.display())
            .unwrap();
        fs::write(self.example.path().join(".gitlab-ci-local-variables.yml"), text).unwrap();
    }

    /// The directory that the shop's deploys go to.
    fn deployed(&self) -> PathBuf {
        self.example.beside().join("deployed")
    }

    /// The deployed files.
    fn environments(&self) -> Vec<String> {
        let Ok(folders) = fs::read_dir(self.deployed()) else { return Vec::new() };
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Runs a pipeline, or some jobs of it.
    fn run(&self, file: &str, jobs: &[&str]) -> Output {
        let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), setting("PATH").unwrap());
        let mut command = need(Tool::GitlabCiLocal, self.test).unwrap();
        // Nothing of the pipeline that these tests may run in; Rust's own variables, for the service in Rust.
        let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
        command.env_clear().envs(kept.iter().filter_map(|name| Some((*name, setting(name)?))));
        command.current_dir(self.example.path()).env("PATH", path);
        command.args(["--file", file, "--force-shell-executor", "--shell-isolation", "--needs=false"]);
        command.arg("--home").arg(self.example.beside().join("home")).args(jobs);
        run(&mut command)
    }

    /// Runs a pipeline or some jobs of it, which have to pass, and gives the log.
    fn pass(&self, file: &str, jobs: &[&str]) -> String {
        let output = self.run(file, jobs);
        assert!(output.status.success(), "{file} {jobs:?}\n{}", said(&output));
        said(&output)
    }
}

const PARENT: &str = ".gitlab-ci.yml";
const CHILD: &str = "child-pipeline.yml";

#[test]
fn a_merge_request_is_planned_tested_deployed_looked_at_and_stopped() {
    let test = "a_merge_request_is_planned_tested_deployed_looked_at_and_stopped";
    let Some(shop) = Shop::open(test).map(Shop::in_a_merge_request) else { return };

    // The parent's plan job leaves the child pipeline as its artifact, the same that a laptop writes.
    let log = shop.pass(PARENT, &["plan"]);
    assert!(log.contains("2 of 5 units"), "{log}");
    let child = fs::read_to_string(shop.example.path().join(CHILD)).unwrap();
    let by_hand = shop.example.generate(&["--as", "merge_request"]);
    assert_eq!(without_comments(&child), without_comments(&by_hand));

    // The parent's trigger job finds it.
    let log = shop.pass(PARENT, &[]);
    assert!(log.contains("[run] -> services/api:build"), "{log}");
    fs::remove_dir_all(shop.deployed()).unwrap();

    // The child by itself, judged by its own exit code.
    let log = shop.pass(CHILD, &[]);
    assert!(log.contains("the api answers with 3 articles"), "{log}");
    assert!(log.contains("the page shows its articles"), "{log}");
    let commit = shop.example.commit("HEAD");
    assert!(log.contains(&format!("deployed by {}", &commit[..8])), "no value of the dotenv report\n{log}");
    assert_eq!(shop.environments().len(), 2, "{:?}", shop.environments());

    // A person closes the merge request: GitLab plays the stop jobs.
    shop.pass(CHILD, &["services/api:deploy:review:stop"]);
    assert_eq!(shop.environments().len(), 1, "{:?}", shop.environments());
    shop.pass(CHILD, &["services/web:deploy:review:stop"]);
    assert!(shop.environments().is_empty(), "{:?}", shop.environments());
}

#[test]
fn the_default_branch_runs_every_unit_and_promotes_what_a_person_lets_through() {
    let test = "the_default_branch_runs_every_unit_and_promotes_what_a_person_lets_through";
    let Some(shop) = Shop::open(test) else { return };
    shop.variables(&[
        ("CI_PIPELINE_SOURCE", "web"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_COMMIT_REF_NAME", "main"),
    ]);
    shop.pass(PARENT, &["plan"]);
    let services = ["api", "pricing", "web"];
    let production = services.map(|service| format!("services/{service}:deploy:production"));
    let by_hand: Vec<&str> = production.iter().flat_map(|job| ["--manual", job.as_str()]).collect();
    let log = shop.pass(CHILD, &by_hand);
    for job in ["infra:validate", "libs/core:test", "services/pricing:test"] {
        assert!(log.contains(&format!("{job} ")), "{job} did not run\n{log}");
    }
    assert_eq!(shop.environments().len(), 6, "{:?}", shop.environments());
    for service in services {
        let line = |job: &str, what: &str| {
            let is_it =
                |line: &str| line.contains(&format!("services/{service}:{job} ")) && line.contains(what);
            log.lines().position(is_it).unwrap_or_else(|| panic!("{service}: no {job} {what}\n{log}"))
        };
        assert!(line("deploy:staging", "finished") < line("deploy:production", "starting"), "{log}");
        assert!(line("deploy:production", "finished") < line("smoke:production", "starting"), "{log}");
    }
}

/// A pipeline that is too large for one file is a router and its parts. Each part is a pipeline of its own.
#[test]
fn a_pipeline_in_parts_runs_part_by_part() {
    let Some(shop) = Shop::open("a_pipeline_in_parts_runs_part_by_part") else { return };
    let shop = shop.in_a_merge_request();
    let mut plan = nestling(&shop.example.path());
    output(plan.args(["generate", "--as", "merge_request", "--head", "HEAD", "--parts", "2"]));
    let router = fs::read_to_string(shop.example.path().join(CHILD)).unwrap();
    let mut log = String::new();
    for part in ["child-pipeline.part-1.yml", "child-pipeline.part-2.yml"] {
        assert!(router.contains(&format!("artifact: {part}\n")), "{router}");
        log += &shop.pass(part, &[]);
    }
    assert!(log.contains("the api answers with 3 articles"), "{log}");
    assert!(log.contains("the page shows its articles"), "{log}");
    assert_eq!(shop.environments().len(), 2, "{:?}", shop.environments());
}

/// The router itself: its relay publishes the parts again, and its trigger jobs run them. The parts are committed since
/// nothing here can fetch them from a parent, which on GitLab is what the relay needs the plan job for.
#[test]
fn a_router_hands_its_parts_on_and_triggers_each() {
    let test = "a_router_hands_its_parts_on_and_triggers_each";
    let (Some(mut local), Some(_)) = (need(Tool::GitlabCiLocal, test), need(Tool::Rsync, test)) else {
        return;
    };
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { stages: [build] }\n");
    for unit in ["a", "b"] {
        let job = format!("build: {{ stage: build, script: echo \"$((6 * 7)) built by {unit}\" }}\n");
        repository.write(format!("{unit}/nestling.yml"), &job);
    }
    repository.commit("two units");
    output(nestling(repository.path()).args(["generate", "--all", "--parts", "2"]));
    repository.write(".gitlab-ci-local-variables.yml", "PARENT_PIPELINE_ID: \"1000\"\n").commit("parts");
    let home = tempfile::tempdir().unwrap();
    local.current_dir(repository.path()).arg("--home").arg(home.path());
    local.args(["--file", CHILD, "--force-shell-executor", "--shell-isolation", "--needs=false"]);
    let log = output(&mut local);
    for line in ["[part 1 of 2] -> a:build", "[part 2 of 2] -> b:build", "42 built by a", "42 built by b"] {
        assert!(log.contains(line), "no `{line}`\n{log}");
    }
}

/// The tests above rely on this: a failing job fails the child pipeline.
#[test]
fn a_broken_service_fails_its_child_pipeline() {
    let Some(shop) = Shop::open("a_broken_service_fails_its_child_pipeline") else { return };
    let shop = shop.in_a_merge_request();
    shop.pass(PARENT, &["plan"]);
    fs::write(shop.example.path().join("services/api/src/server.js"), "throw new Error('broken');\n")
        .unwrap();
    let output = shop.run(CHILD, &[]);
    assert!(!output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("FAIL"), "{}", said(&output));
    assert!(shop.environments().is_empty(), "deployed all the same: {:?}", shop.environments());
}

/// The comments say how the commits were found, and that differs.
fn without_comments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}
