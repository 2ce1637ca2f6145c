//! The component with `passed: true`: its jobs and those of the child pipeline run in gitlab-ci-local, and the API is the server's.

use super::*;
use crate::component::{component, pipeline_output, repository, three_lines};

const TEST: &str = "the_component_makes_up_for_a_job_that_failed_and_leaves_out_what_has_passed";

/// A parent pipeline of `main`, whose jobs run in gitlab-ci-local.
struct Parent<'a> {
    project: &'a mut Project,
    repository: Repository,
    component: Repository,
    branch: &'static str,
    id: u64,
}

impl Parent<'_> {
    /// Runs a job of the parent, or of a file.
    fn run(&self, arguments: &[&str]) -> Option<String> {
        let variables = [
            format!("CI_API_V4_URL=http://127.0.0.1:{}/api/v4", self.project.port),
            "CI_PROJECT_ID=7".to_owned(),
            "CI_JOB_TOKEN=job".to_owned(),
            "CI_DEFAULT_BRANCH=main".to_owned(),
            format!("CI_COMMIT_BRANCH={}", self.branch),
            format!("CI_COMMIT_REF_NAME={}", self.branch),
            format!("CI_COMMIT_REF_SLUG={}", self.branch),
            "CI_PIPELINE_SOURCE=push".to_owned(),
            format!("CI_PIPELINE_ID={}", self.id),
        ];
        let mut all: Vec<&str> =
            variables.iter().flat_map(|variable| ["--variable", variable.as_str()]).collect();
        all.extend(arguments);
        pipeline_output(&self.repository, &self.component, TEST, &all).map(|output| said(&output))
    }

    /// Runs the whole pipeline: plans, runs the child's jobs, and records. Returns the log of the plan, and the child's jobs with
    /// their statuses.
    fn whole(&mut self, change: &str) -> Option<(String, Vec<(String, bool)>)> {
        self.id += 100;
        let commit = self.repository.write(change, &self.id.to_string()).commit("push");
        std::fs::remove_dir_all(self.repository.path().join(".gitlab-ci-local")).ok();
        let log = self.run(&["nestling:plan"])?;
        let child = self.run(&["--file", "child-pipeline.yml"])?;
        let jobs = outcomes(&child);
        let names: Vec<String> = jobs.iter().map(|(name, _)| name.clone()).collect();
        let failed = jobs.iter().find(|(_, has_passed)| !has_passed).map(|(name, _)| name.clone());
        let of_branch =
            Pipeline { reference: self.branch, trigger: "nestling:run", ..pipeline(self.id, &commit, &[]) };
        self.project.answer(&of_branch, &names, &failed.unwrap_or_default());
        // gitlab-ci-local keeps the artifacts of a job whose name has a colon under another name than it reads them by.
        let artifacts = self.repository.path().join(".gitlab-ci-local/artifacts");
        let kept = std::fs::read_dir(&artifacts).unwrap().next().unwrap().unwrap().path();
        std::os::unix::fs::symlink(kept, artifacts.join("nestling:plan")).unwrap();
        let taken = self.run(&["nestling:record"])?;
        assert!(taken.contains("recorded as packages/generic/nestling-passed/"), "{taken}");
        Some((log, jobs))
    }
}

/// Reads which jobs have passed.
fn outcomes(log: &str) -> Vec<(String, bool)> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["PASS", name @ ..] => Some((name.join(" "), true)),
            ["FAIL", name, ..] => Some(((*name).to_owned(), false)),
            _ => None,
        }
    };
    let mut outcomes: Vec<(String, bool)> = log.lines().filter_map(line).collect();
    // Jobs end in any order.
    outcomes.sort();
    outcomes
}

#[test]
fn the_component_makes_up_for_a_job_that_failed_and_leaves_out_what_has_passed() {
    let Some(mut project) = Project::new(TEST) else { return };
    // A version with all its numbers: a shorter one can move, and then nothing follows from the commit alone.
    let pinned = format!("plan@{}", env!("CARGO_PKG_VERSION"));
    let lines =
        three_lines().replace("plan@0.1.0", &pinned).replace("stage: test", "stage: build, passed: true");
    assert!(lines.contains(&format!("{pinned}\n")), "{lines}");
    let repository = repository(&lines);
    let workspace =
        "workspace: { stages: [test], pipelines: { branch: unpassed }, reuse: { trust: members } }\n";
    repository.write("nestling.yml", workspace);
    for unit in ["a", "b"] {
        // It fails as long as its input says so.
        let job = format!("test: {{ stage: test, script: \"test ! -e {unit}/fails\" }}\n");
        repository.write(format!("{unit}/nestling.yml"), &job);
    }
    let mut parent =
        Parent { project: &mut project, repository, component: component(), branch: "main", id: 0 };
    let Some((log, jobs)) = parent.whole("b/readme.md") else { return };
    assert!(log.contains("everything is owed on `main`"), "{log}");
    assert_eq!(jobs, [("a:test".to_owned(), true), ("b:test".to_owned(), true)], "{log}");
    let (log, jobs) = parent.whole("a/fails").unwrap();
    assert_eq!(jobs, [("a:test".to_owned(), false)], "{log}");
    let (log, jobs) = parent.whole("b/readme.md").unwrap();
    assert!(log.contains("owed since pipeline 200, in which `a:test` did not pass"), "{log}");
    assert_eq!(jobs, [("a:test".to_owned(), false), ("b:test".to_owned(), true)], "{log}");
    // What a branch has passed is left out on main.
    parent.repository.git(&["checkout", "--quiet", "-b", "feature"]);
    parent.branch = "feature";
    let (log, jobs) = parent.whole("b/readme.md").unwrap();
    assert_eq!(jobs, [("b:test".to_owned(), true)], "{log}");
    parent.repository.git(&["checkout", "--quiet", "main"]);
    parent.repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "feature"]);
    parent.branch = "main";
    let (log, jobs) = parent.whole("README.md").unwrap();
    assert_eq!(jobs, [("a:test".to_owned(), false), ("reused".to_owned(), true)], "{log}");
}
