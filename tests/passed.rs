//! Records of passed jobs, brought and taken through a server that answers as GitLab does: merge request, merge, default branch.

mod component;
mod owed;
mod replay;

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{output, root, said, setting};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const TEMPLATE: &str = "test: { stage: test, script: make test }\n\
    deploy: { stage: deploy, script: make deploy, needs: [test], environment: production, rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }] }\n";

/// The parent pipeline.
const PARENT: &str = "plan: { script: nestling generate }\n\
    run: { trigger: { include: [{ artifact: child.yml, job: plan }], strategy: depend } }\n";

/// A repository, a server, and the pipelines that have run.
struct Project {
    repository: Repository,
    folder: tempfile::TempDir,
    server: Child,
    port: u16,
    state: Value,
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Project {
    fn new(test: &str) -> Option<Self> {
        Self::with("", test)
    }

    /// Creates a project whose workspace has more keys.
    fn with(keys: &str, test: &str) -> Option<Self> {
        let mut python = need(Tool::Python, test)?;
        let folder = tempfile::tempdir().unwrap();
        python.arg("-B").arg(root().join("tests/passed/server.py")).arg(folder.path());
        std::fs::write(folder.path().join("state.json"), "{}").unwrap();
        let mut server = python.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let repository = Repository::new();
        repository.write(".gitignore", "child*.yml\nreport\npassed\nkept\n");
        repository.write(
            "nestling.yml",
            &format!("workspace: {{ stages: [test, deploy], templates: [ci], reuse: {{ trust: members }}{keys} }}\n"),
        );
        repository.write("ci/job.yml", TEMPLATE).write(".gitlab-ci.yml", PARENT);
        for unit in ["api", "web"] {
            repository
                .write(format!("{unit}/nestling.yml"), "unit: { use: job }\n")
                .write(format!("{unit}/main.c"), "1");
        }
        repository.commit("start");
        let port = line.trim().parse().unwrap();
        Some(Self { repository, folder, server, port, state: json!({}) })
    }

    /// Runs a script in a job of a pipeline.
    fn job(&self, pipeline: &Pipeline, token: &str, script: &str, more: &[(&str, &str)]) -> Output {
        let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap().display().to_string();
        let path = format!("{binary}:{}", setting("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.args(["-euc", script]).current_dir(self.repository.path()).env_clear().env("PATH", path);
        command.envs(pipeline.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command
            .env("CI_API_V4_URL", format!("http://127.0.0.1:{}/api/v4", self.port))
            .env("CI_JOB_TOKEN", token);
        command.envs(more.iter().copied()).stdin(Stdio::null()).output().unwrap()
    }

    /// Brings records, plans, and returns the names of the jobs with what was said.
    fn plan(&self, pipeline: &Pipeline, token: &str, more: &[(&str, &str)]) -> (Vec<String>, String) {
        let script = "nestling passed script download | sh -s passed; nestling passed verify passed\n\
            nestling generate -o child.yml --report report --passed passed";
        let output = self.job(pipeline, token, script, more);
        assert!(output.status.success(), "{}", said(&output));
        let plan = std::fs::read_to_string(self.repository.path().join("report/plan.json")).unwrap();
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let names =
            plan["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap().to_owned());
        (names.collect(), said(&output))
    }

    /// Lets the jobs of the child pipeline end, and takes the record. `failed` is the name of a job that fails.
    fn finish(&mut self, pipeline: &Pipeline, jobs: &[String], failed: &str, token: &str) -> Output {
        self.answer(pipeline, jobs, failed);
        self.job(pipeline, token, "nestling passed script upload | sh -s report/plan.json", &[])
    }

    /// Lets the API answer that the jobs of the child pipeline have ended.
    fn answer(&mut self, pipeline: &Pipeline, jobs: &[String], failed: &str) {
        let (parent, child) = (pipeline.id, pipeline.id + 1);
        let of = |id: u64, source: &str| json!({ "id": id, "project_id": 7, "sha": pipeline.commit, "source": source });
        let unit = failed.split(':').next().unwrap_or_default();
        let is_after = |name: &str| name.starts_with(&format!("{unit}:")) && name.ends_with(":deploy");
        let status = |name: &str| match () {
            () if name == failed => "failed",
            () if is_after(name) => "skipped",
            () => "success",
        };
        let job = |(number, name): (usize, &String)| {
            let id = child * 1000 + number as u64;
            json!({
                "id": id, "name": name, "status": status(name), "allow_failure": false,
                "ref": pipeline.reference, "finished_at": pipeline.time,
                "web_url": format!("http://127.0.0.1:{}/g/p/-/jobs/{id}", self.port),
                "commit": { "id": pipeline.commit }, "pipeline": of(child, "parent_pipeline"),
            })
        };
        // More than a page: jobs of no unit are before the others.
        let many: Vec<String> =
            (0..130).map(|number| format!("other {number}x")).chain(jobs.iter().cloned()).collect();
        self.state[child.to_string()] =
            json!({ "jobs": many.iter().enumerate().map(job).collect::<Vec<_>>() });
        let bridge = json!({ "id": 1, "name": pipeline.trigger, "status": "success", "pipeline": of(parent, pipeline.source), "downstream_pipeline": of(child, "parent_pipeline") });
        self.state[parent.to_string()] = json!({ "bridges": [bridge] });
        std::fs::write(self.folder.path().join("state.json"), self.state.to_string()).unwrap();
    }
}

struct Pipeline {
    id: u64,
    commit: String,
    reference: &'static str,
    source: &'static str,
    /// The trigger job that started the child.
    trigger: &'static str,
    time: String,
    variables: Vec<(String, String)>,
}

fn pipeline(id: u64, commit: &str, of: &[(&str, &str)]) -> Pipeline {
    let is_merge_request = of.iter().any(|(name, _)| *name == "CI_MERGE_REQUEST_IID");
    let (reference, source) = if is_merge_request {
        ("refs/merge-requests/3/head", "merge_request_event")
    } else {
        ("main", "push")
    };
    let common = [
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_ID", "7"),
        ("CI_DEFAULT_BRANCH", "main"),
        ("CI_COMMIT_SHA", commit),
        ("CI_PIPELINE_SOURCE", source),
        ("CI_COMMIT_REF_NAME", "main"),
        ("CI_COMMIT_REF_SLUG", "main"),
        ("CI_PIPELINE_ID", &id.to_string()),
        ("CI_PIPELINE_URL", "https://gitlab.example.com/g/p/-/pipelines/1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let own = of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let time = output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.000Z"])).trim().to_owned();
    Pipeline {
        id,
        commit: commit.to_owned(),
        reference,
        source,
        trigger: "run",
        time,
        variables: common.into_iter().chain(own).collect(),
    }
}

/// Changes a unit on a branch, and runs the pipeline of its merge request.
fn merge_request(project: &mut Project, id: u64, token: &str) -> Output {
    let base = project.repository.git(&["rev-parse", "main"]).trim().to_owned();
    project.repository.git(&["checkout", "--quiet", "-b", &format!("feature{id}")]);
    let head = project.repository.write("api/main.c", &id.to_string()).commit("feature");
    let of = [("CI_MERGE_REQUEST_IID", "3"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())];
    let pipeline = pipeline(id, &head, &of);
    let (jobs, _) = project.plan(&pipeline, "job", &[]);
    assert!(jobs.contains(&"api:test".to_owned()), "{jobs:?}");
    project.finish(&pipeline, &jobs, "", token)
}

/// Merges a branch: the pipeline of main.
fn merged(project: &Project, branch: &str, id: u64) -> Pipeline {
    let before = project.repository.git(&["rev-parse", "main"]).trim().to_owned();
    project.repository.git(&["checkout", "--quiet", "main"]);
    project.repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", branch]);
    let head = project.repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    pipeline(id, &head, &[("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_BEFORE_SHA", before.as_str())])
}

#[test]
fn a_merge_request_passes_and_main_deploys_with_links() {
    let Some(mut project) = Project::new("a_merge_request_passes_and_main_deploys_with_links") else {
        return;
    };
    let taken = merge_request(&mut project, 100, "job");
    assert!(said(&taken).contains("recorded 1 job in"), "{}", said(&taken));
    let main = merged(&project, "feature100", 200);
    let (jobs, log) = project.plan(&main, "job", &[]);
    assert_eq!(jobs, ["api:deploy", "reused"], "{log}");
    let child = std::fs::read_to_string(project.repository.path().join("child.yml")).unwrap();
    let link = child.split("http://").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let page = output(Command::new("curl").args(["--silent", "--fail", &format!("http://{link}")]));
    assert_eq!(page, "the page", "the link resolves");
    let explained = project.job(&main, "job", "nestling explain api:test --passed passed", &[]);
    assert!(
        said(&explained).contains("it passed with the same content in pipeline 100"),
        "{}",
        said(&explained)
    );
    let (jobs, log) = project.plan(&main, "job", &[("NESTLING_REUSE", "0")]);
    assert_eq!(jobs, ["api:test", "api:deploy"], "{log}");
    let (jobs, _) = project.plan(&main, "job", &[("NESTLING_ALL", "1")]);
    assert!(jobs.contains(&"api:test".to_owned()), "{jobs:?}");
}

#[test]
fn what_gitlab_refuses_makes_more_run_and_fails_nothing() {
    let Some(mut project) = Project::new("what_gitlab_refuses_makes_more_run_and_fails_nothing") else {
        return;
    };
    let refused = merge_request(&mut project, 100, "reader");
    assert!(refused.status.success(), "{}", said(&refused));
    assert!(said(&refused).contains("GitLab answers 403 to the upload"), "{}", said(&refused));
    let taken = merge_request(&mut project, 102, "job");
    assert!(said(&taken).contains("recorded as"), "{}", said(&taken));
    let main = merged(&project, "feature102", 200);
    for (token, status) in [("fork", "404"), ("none", "401"), ("nobridges", "403")] {
        let (jobs, log) = project.plan(&main, token, &[]);
        assert!(jobs.contains(&"api:test".to_owned()), "{token}: {jobs:?}");
        assert!(log.contains(&format!("GitLab answers {status}")), "{token}: {log}");
    }
    let (jobs, log) = project.plan(&main, "nobridges", &[("NESTLING_API_TOKEN", "api")]);
    assert_eq!(jobs, ["api:deploy", "reused"], "{log}");
}

#[test]
fn old_records_are_removed_and_a_fork_records_nothing() {
    let Some(mut project) = Project::new("old_records_are_removed_and_a_fork_records_nothing") else {
        return;
    };
    for id in [100, 102, 104] {
        let taken = merge_request(&mut project, id, "job");
        assert!(said(&taken).contains("recorded as"), "{}", said(&taken));
    }
    let head = project.repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let of = [("CI_MERGE_REQUEST_IID", "3"), ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "8")];
    let fork = project.job(&pipeline(106, &head, &of), "job", "nestling passed script upload | sh", &[]);
    assert!(said(&fork).contains("nothing is recorded: the merge request is of a fork"), "{}", said(&fork));
    let again = pipeline(104, &head, &[("CI_MERGE_REQUEST_IID", "3")]);
    let script = "nestling passed script upload | sh -s report/plan.json; nestling passed script download | sh -s kept; ls kept/records";
    let kept = project.job(&again, "job", script, &[("NESTLING_PASSED_KEEP", "1")]);
    let listed = said(&kept);
    // As many as are kept are removed at once.
    assert!(listed.contains("104.json") && !listed.contains("102.json"), "{listed}");
}

#[test]
fn records_that_are_not_there_are_a_warning_and_a_script_says_which_variable_it_lacks() {
    let Some(project) =
        Project::new("records_that_are_not_there_are_a_warning_and_a_script_says_which_variable_it_lacks")
    else {
        return;
    };
    let head = project.repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let main = pipeline(100, &head, &[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")]);
    let planned = project.job(&main, "job", "nestling generate -o child.yml --passed nowhere", &[]);
    assert!(planned.status.success(), "{}", said(&planned));
    let warning = "warning: no job is omitted: nowhere/verified.json does not exist";
    assert!(said(&planned).contains(warning), "{}", said(&planned));
    for (unset, words) in [
        ("CI_API_V4_URL", "CI_API_V4_URL is not set"),
        ("CI_PROJECT_ID", "CI_PROJECT_ID is not set"),
        ("CI_JOB_TOKEN", "no token: run this in a job of GitLab, or set NESTLING_API_TOKEN"),
    ] {
        let script = format!("unset {unset}; nestling passed script download | sh -s passed");
        let brought = project.job(&main, "job", &script, &[]);
        assert!(!brought.status.success() && said(&brought).contains(words), "{}", said(&brought));
    }
}
