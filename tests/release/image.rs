//! The image of CI jobs: unpacked, and run as a runner would.

use super::empty_root::runs_in;
use super::{Built, Root, VERSION};
use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::{nestling, output};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A file of the layout, as JSON.
fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Unpacks the layers of an image into a root, as its manifest lists them.
fn unpack(image: &Path, root: &Root) {
    let layout = tempfile::tempdir().unwrap();
    output(Command::new("tar").arg("-C").arg(layout.path()).arg("-xf").arg(image));
    let blob = |descriptor: &Value| {
        let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let path = layout.path().join("blobs/sha256").join(digest);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), descriptor["size"].as_u64().unwrap());
        let sum = output(Command::new("sha256sum").arg(&path));
        assert!(sum.starts_with(digest), "{sum}");
        path
    };
    let index = json(&layout.path().join("index.json"));
    let manifest = json(&blob(&index["manifests"][0]));
    let config = json(&blob(&manifest["config"]));
    assert_eq!(config["config"]["Labels"]["org.opencontainers.image.version"], VERSION);
    // Without an entry point: a runner gives the shell its script.
    assert_eq!(config["config"].get("Entrypoint"), None);
    for (layer, id) in
        manifest["layers"].as_array().unwrap().iter().zip(config["rootfs"]["diff_ids"].as_array().unwrap())
    {
        let script = r#"gzip -dc "$0" | sha256sum && tar -C "$1" -xzf "$0""#;
        let sum = output(Command::new("sh").args(["-c", script]).arg(blob(layer)).arg(root.path("/")));
        assert_eq!(Some(sum.split(' ').next().unwrap()), id.as_str().unwrap().strip_prefix("sha256:"));
    }
}

/// A fresh repository's first push: the script of the plan job as `init` wrote it, in the image that it names.
fn runs_the_plan_job_of_init(root: &Root) {
    let fresh = Repository::new();
    fresh.write("api/package.json", "{ \"scripts\": { \"test\": \"node --test\" } }");
    fresh.write("api/package-lock.json", "{ \"lockfileVersion\": 3, \"packages\": {} }").commit("start");
    output(nestling(fresh.path()).arg("init"));
    let parent = std::fs::read_to_string(fresh.path().join(".gitlab-ci.yml")).unwrap();
    let parent: serde_yaml::Value = serde_yaml::from_str(&parent).unwrap();
    let job = &parent["nestling:plan"];
    assert_eq!(job["image"].as_str().unwrap(), format!("registry.gitlab.com/nestling-ci/nestling:{VERSION}"));
    let commit = fresh.commit("plan pipelines with Nestling");
    root.copy(fresh.path(), "/builds/fresh");
    let script = format!("set -e\ncd /builds/fresh\n{}", job["script"][0].as_str().unwrap());
    let mut plan = root.command(&["sh", "-c", &script]);
    plan.envs([("GITLAB_CI", "true"), ("CI", "true"), ("CI_PROJECT_DIR", "/builds/fresh")]);
    plan.envs([("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main")]);
    plan.envs([("CI_COMMIT_SHA", &*commit), ("CI_COMMIT_BEFORE_SHA", &"0".repeat(40))]);
    output(&mut plan);
    let child = std::fs::read_to_string(root.path("/builds/fresh/child-pipeline.yml")).unwrap();
    assert!(child.contains("\napi:"), "{child}");
    assert!(root.path("/builds/fresh/nestling-report/codequality.json").exists());
}

/// The clone of a runner contains one commit. The plan job is a script for `sh`, and nothing is as on the tests' machine.
#[test]
fn the_image_runs_the_plan_job_and_fetches_what_a_shallow_clone_lacks() {
    let test = "the_image_runs_the_plan_job_and_fetches_what_a_shallow_clone_lacks";
    let (Some(built), Some(root)) = (Built::new("image", test), Root::empty(test)) else { return };
    unpack(&built.file("nestling-image-"), &root);
    let root = root.with_devices();
    let shop = Example::new("shop");
    root.copy(&shop.path(), "/srv/shop");
    let script = "set -eo pipefail
        git clone --quiet --depth 1 --branch feature file:///srv/shop /builds/shop 2>&1
        cd /builds/shop
        nestling --version
        nestling generate --output child-pipeline.yml --report nestling-report 2>&1
        test -s nestling-report/preview.html";
    let mut job = root.command(&["sh", "-c", script]);
    job.envs([("GITLAB_CI", "true"), ("CI", "true"), ("CI_PROJECT_DIR", "/builds/shop")]);
    job.envs([("CI_PIPELINE_SOURCE", "merge_request_event"), ("CI_MERGE_REQUEST_IID", "7")]);
    job.envs([
        ("CI_COMMIT_SHA", shop.commit("feature")),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", shop.commit("main")),
    ]);
    job.envs([
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
    ]);
    let log = output(&mut job);
    assert!(log.contains(&format!("nestling {VERSION}\n")), "{log}");
    assert!(log.contains("2 of 5 units"), "{log}");
    // With what HTTPS takes: the library is there, and so are the certificates.
    let https = "git ls-remote https://127.0.0.1:1/shop.git 2>&1; curl --silent --show-error https://127.0.0.1:1 2>&1; grep -c BEGIN /etc/ssl/certs/ca-certificates.crt";
    let said = output(&mut root.command(&["sh", "-c", https]));
    let failures = said.lines().filter(|line| line.contains("connect to 127.0.0.1 port 1")).count();
    assert_eq!(failures, 2, "{said}");
    let certificates: usize = said.lines().last().unwrap().parse().unwrap();
    assert!(certificates > 100, "{certificates}");

    let licences = "cd /usr/share/doc && ls nestling/LICENSE-APACHE nestling/LICENSE-MIT git/copyright busybox-static/copyright";
    output(&mut root.command(&["sh", "-c", licences]));
    // Each package that a scanner finds has its own.
    let missing = "cd /usr/share/doc; for package in $(ls /var/lib/dpkg/status.d); do [ -e $package/copyright ] || echo $package; done";
    assert_eq!(output(&mut root.command(&["sh", "-c", missing])), "");

    runs_the_plan_job_of_init(&root);

    // Alpine's userland as far as Debian's packages have it: busybox is `sh`, and there is no glibc.
    runs_in(test, |alpine| {
        alpine.copy(&root.path("/bin/busybox"), "/bin/busybox");
        std::os::unix::fs::symlink("busybox", alpine.path("/bin/sh")).unwrap();
    });
}
