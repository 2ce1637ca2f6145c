//! A plan job with `GIT_CHECKOUT: "false"`: whatever an older job has left in its directory, the bytes are the same.

use crate::support::example::{Example, names};
use crate::support::repository::Repository;
use crate::support::{nestling, output, read, root, run, said};
use std::path::{Path, PathBuf};
use std::process::Command;

const ZEROS: &str = "0000000000000000000000000000000000000000";

/// A pipeline: what it is called, its commit, and the variables that it has beside those of every job.
type Pipeline<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>);

/// Runs git away from the user's settings and the clock, and gives what it printed.
fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(directory).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "Robin").env(format!("GIT_{who}_EMAIL"), "robin@shop.example");
        git.env(format!("GIT_{who}_DATE"), "2026-01-05T09:00:00Z");
    }
    output(&mut git).trim().to_owned()
}

/// First steps of GitLab's runner in a job: an empty repository if there is none, and one fetch.
fn fetch(directory: &Path, origin: &Path, commit: &str, flags: &[&str]) {
    std::fs::create_dir_all(directory).unwrap();
    git(directory, &["-c", "init.defaultBranch=none", "init", "--quiet"]);
    let url = format!("file://{}", origin.display());
    git(directory, &["config", "remote.origin.url", &url]);
    let commit = format!("+{commit}:refs/pipelines/7");
    let mut arguments = vec!["fetch", "--prune", "--quiet"];
    arguments.extend(flags);
    let everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
    git(directory, &[&arguments[..], &["origin", &commit], &everything].concat());
}

/// Checks a commit out as a job does, and leaves files, an index and a `HEAD` that do not mention the next job's commit.
fn older_job(directory: &Path, commit: &str) {
    git(directory, &["checkout", "--quiet", "--detach", commit]);
    let write = |path: &str, text: &str| {
        std::fs::create_dir_all(directory.join(path).parent().unwrap()).unwrap();
        std::fs::write(directory.join(path), text).unwrap();
    };
    write("nestling.yml", "workspace: [this is no workspace\n");
    write(".gitlab-ci.yml", "run: { variables: { CI_COMMIT_SHA: wrong }, trigger: { include: x.yml } }\n");
    write("services/stale/nestling.yml", "unit: {}\n---\nstale: { script: x }\n");
    write("child-pipeline.yml", "of an older job: {}\n");
    std::fs::remove_dir_all(directory.join("ci")).unwrap();
    git(directory, &["add", "--all"]);
}

/// Output of `nestling` in a job of this pipeline.
fn job(directory: &Path, pipeline: &Pipeline<'_>, arguments: &[&str]) -> String {
    let mut command = nestling(directory);
    for (name, value) in [("CI", "true"), ("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")] {
        command.env(name, value);
    }
    command.env("CI_COMMIT_SHA", pipeline.1).env("CI_PROJECT_DIR", directory);
    output(command.envs(pipeline.2.iter().copied()).args(arguments))
}

#[test]
fn an_older_jobs_files_index_and_head_are_never_read() {
    let shop = Example::new("shop");
    let origin = shop.path();
    let [main, feature] = ["main", "feature"].map(|branch| shop.commit(branch));
    let merged =
        git(&origin, &["commit-tree", "feature^{tree}", "-p", "main", "-p", "feature", "-m", "merge"]);
    git(&origin, &["update-ref", "refs/merge-requests/7/merge", &merged]);
    git(&origin, &["tag", "v1", "main"]);
    git(&origin, &["tag", "v2", "feature"]);
    for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        git(&origin, &["config", setting, "true"]);
    }
    let request = |kind| {
        let names = ["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
        let mut variables = vec![("CI_PIPELINE_SOURCE", "merge_request_event"), (names[0], "feature")];
        variables.extend([
            (names[1], "main"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_REF_NAME", "feature"),
        ]);
        variables.extend([("CI_MERGE_REQUEST_EVENT_TYPE", kind), ("CI_COMMIT_BEFORE_SHA", ZEROS)]);
        variables.push(("CI_MERGE_REQUEST_DIFF_BASE_SHA", main.as_str()));
        variables
    };
    let push = |before| {
        let branch = [("CI_COMMIT_BRANCH", "feature"), ("CI_COMMIT_REF_NAME", "feature")];
        [&branch[..], &[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BEFORE_SHA", before)]].concat()
    };
    let target = [("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", main.as_str())];
    let tag = [("CI_COMMIT_TAG", "v2"), ("CI_COMMIT_REF_NAME", "v2"), ("CI_PIPELINE_SOURCE", "push")];
    let pipelines: [Pipeline<'_>; 5] = [
        ("merge request", &feature, request("detached")),
        ("merged result", &merged, [request("merged_result"), target.to_vec()].concat()),
        ("branch", &feature, push(&main)),
        ("new branch", &feature, push(ZEROS)),
        ("tag", &feature, [&tag[..], &[("CI_COMMIT_BEFORE_SHA", ZEROS)]].concat()),
    ];
    for (at, pipeline) in pipelines.iter().enumerate() {
        let place = |what: &str| shop.beside().join(format!("{what}-{at}"));
        let [fresh, again, bare, blobless] = ["fresh", "again", "bare", "blobless"].map(place);
        fetch(&fresh, &origin, pipeline.1, &[]);
        git(&fresh, &["checkout", "--quiet", "--detach", pipeline.1]);
        fetch(&again, &origin, &main, &[]);
        older_job(&again, &main);
        fetch(&again, &origin, pipeline.1, &[]);
        std::fs::write(again.join(".git/index"), "whoever reads this fails").unwrap();
        fetch(&bare, &origin, pipeline.1, &[]);
        fetch(&blobless, &origin, pipeline.1, &["--depth=20", "--filter=blob:none"]);
        for arguments in [&["generate", "-o", "-"][..], &["affected"], &["diff", "--format", "markdown"]] {
            let expected = job(&fresh, pipeline, arguments);
            assert!(expected.len() > 4, "{}: {expected}", pipeline.0);
            for clone in [&again, &bare, &blobless] {
                let found = job(clone, pipeline, arguments);
                assert_eq!(found, expected, "{}, {}: {arguments:?}", pipeline.0, clone.display());
            }
        }
        assert_eq!(git(&again, &["rev-parse", "HEAD"]), main);
    }
}

/// Commands that make an assembly run on the files on disk: those have to be the pipeline's.
#[test]
fn an_older_jobs_files_are_not_synthesized() {
    let origin = Repository::new();
    origin.write("nestling.yml", "workspace:\n  environments: { staging: { when: default_branch } }\n");
    let unit = "unit: { cdk: { synth: [touch ../ran], from: generate, environment: staging } }\n";
    let older = origin.write("shop/nestling.yml", unit).commit("the shop");
    let commit = origin.write("shop/app.js", "").commit("an app");
    let folder = tempfile::tempdir().unwrap();
    let variables = [("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", &commit)];
    let branch =
        [("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main"), ("CI_COMMIT_BEFORE_SHA", &older)];
    for (what, told) in
        [("nothing", "no commit is checked out"), ("older", "the files on disk are those of ")]
    {
        let clone = folder.path().join(what);
        fetch(&clone, origin.path(), &commit, &[]);
        if what == "older" {
            git(&clone, &["checkout", "--quiet", "--detach", &older]);
        }
        let mut generate = nestling(&clone);
        let output = run(generate.envs(variables).envs(branch).args(["generate", "-o", "-"]));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        for part in ["error[cdk-synth]", told, "unless it sets `GIT_CHECKOUT: \"false\"`"] {
            assert!(said(&output).contains(part), "{part}: {}", said(&output));
        }
        assert!(!clone.join("ran").exists());
    }
}

#[test]
fn a_clone_that_nobody_fetched_into_is_told() {
    let origin = Repository::new();
    let older = origin.write("nestling.yml", "workspace: {}\n").commit("a workspace");
    let folder = tempfile::tempdir().unwrap();
    fetch(folder.path(), origin.path(), &older, &[]);
    let commit = origin.commit("the pipeline's");
    let mut generate = nestling(folder.path());
    let output = run(generate.env("GITLAB_CI", "true").env("CI_COMMIT_SHA", commit).args(["generate"]));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("a `GIT_STRATEGY` other than `none`"), "{}", said(&output));
}

/// Whatever is shown as a parent plans without a checkout, unless it plans what another job has left on disk.
#[test]
fn the_parents_that_are_shown_plan_without_a_checkout() {
    let component = read("ci/component/templates/plan.yml");
    let mut parents = vec![("the component".to_owned(), component.split_once("---\n").unwrap().1.to_owned())];
    let page = read("docs/parent.md");
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    parents.extend(blocks.map(|block| ("docs/parent.md".to_owned(), block.to_owned())));
    let fresh = Repository::new();
    output(nestling(fresh.write("package.json", "{}").path()).arg("init"));
    let written = std::fs::read_to_string(fresh.path().join(".gitlab-ci.yml")).unwrap();
    parents.push(("nestling init".to_owned(), written));
    let examples =
        names().into_iter().map(|name| PathBuf::from("examples").join(name).join(".gitlab-ci.yml"));
    let examples = examples.filter(|path| root().join(path).exists());
    parents.extend(examples.map(|path| (path.display().to_string(), read(&path))));
    let mut plans = 0;
    for (place, text) in parents {
        let parent: serde_yaml::Mapping = serde_yaml::from_str(&text).unwrap();
        let runs =
            |job: &serde_yaml::Value| job["script"][0].as_str().is_some_and(|it| it.contains("nestling "));
        for job in parent.values().filter(|job| runs(job)) {
            let needs = job["needs"].as_sequence().is_some_and(|needs| !needs.is_empty());
            let checkout = job["variables"]["GIT_CHECKOUT"].as_str();
            assert_eq!(checkout, if needs { None } else { Some("false") }, "{place}");
            plans += 1;
        }
    }
    assert!(plans > 10, "{plans}");
}
