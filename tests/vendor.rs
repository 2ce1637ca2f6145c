//! Components that units use: `nestling vendor` fetches them from a host in the next directory, and every other command reads
//! nothing but the repository.

use crate::support::repository::Repository;
use crate::support::{expect_file, nestling, output, read, root, run, said};
use std::path::Path;
use std::process::{Command, Output};

/// A host with bare repositories, which git finds in place of `https://git.example.com/`.
struct Host {
    directory: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Publishes a project of `tests/vendor`, with a tag.
    fn publish(&self, project: &str, tag: &str, change: impl Fn(&str) -> String) -> Repository {
        let repository = Repository::new();
        let from = root().join("tests/vendor").join(project);
        for path in files_in(&from) {
            let path = path.strip_prefix(&from).unwrap().to_str().unwrap();
            let text = change(&read(Path::new("tests/vendor").join(project).join(path)));
            repository.write(path, &text);
        }
        repository.commit("a component");
        repository.git(&["tag", tag]);
        let bare = self.bare(project);
        output(Command::new("git").args(["clone", "--quiet", "--bare"]).arg(repository.path()).arg(&bare));
        repository
    }

    fn bare(&self, project: &str) -> std::path::PathBuf {
        self.directory.path().join("components").join(format!("{project}.git"))
    }

    fn run(&self, repository: &Repository, arguments: &[&str]) -> Output {
        let mut command = nestling(repository.path());
        command.arg("vendor").args(arguments).env("GIT_CONFIG_COUNT", "1");
        command.env("GIT_CONFIG_KEY_0", format!("url.file://{}/.insteadOf", self.directory.path().display()));
        run(command.env("GIT_CONFIG_VALUE_0", "https://git.example.com/"))
    }
}

fn files_in(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

fn of(repository: &Repository, arguments: &[&str], code: i32, parts: &[&str]) -> String {
    expect(&run(nestling(repository.path()).args(arguments)), code, parts)
}

fn expect(output: &Output, code: i32, parts: &[&str]) -> String {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    parts.iter().for_each(|part| assert!(text.contains(part), "no `{part}` in {text}"));
    text
}

const NODE: &str = "unit:
  use:
    - component: git.example.com/components/node/test@1
      inputs: { directory: web, job-prefix: node-, commands: [npm run lint, npm test] }
";

const SCAN: &str = "unit:
  use: { component: git.example.com/components/scan/scan@~latest, inputs: { image: registry.example.com/scan:1 } }
";

fn users() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { stages: [test, scan, report] }\n");
    repository.write("web/nestling.yml", NODE).write("image/nestling.yml", SCAN);
    repository.commit("two units");
    repository
}

#[test]
fn components_are_fetched_once_and_a_pipeline_needs_no_network() {
    let (host, repository) = (Host::new(), users());
    let node = host.publish("node", "1.0.0", str::to_owned);
    let scan = host.publish("scan", "0.3.0", str::to_owned);
    let missing = of(&repository, &["generate", "--all", "-o", "-"], 1, &["error[vendor-missing]"]);
    assert_eq!(missing.matches("error[").count(), 2, "each once: {missing}");
    let commit = |project: &Repository| project.git(&["rev-parse", "HEAD"])[..8].to_owned();
    let (node_commit, scan_commit) = (commit(&node), commit(&scan));
    let fetched = [
        format!("git.example.com/components/node/test@1: tag 1.0.0, commit {node_commit}: fetched"),
        format!("git.example.com/components/scan/scan@~latest: tag 0.3.0, commit {scan_commit}: fetched"),
    ];
    expect(&host.run(&repository, &[]), 0, &fetched.each_ref().map(String::as_str));
    let license = "ci/vendor/git.example.com/components/scan/scan@~latest/LICENSE";
    assert!(repository.path().join(license).is_file());
    expect(&host.run(&repository, &[]), 0, &["1.0.0, commit", ": unchanged"]);
    repository.commit("components");
    of(&repository, &["vendor", "--check"], 0, &["as in the lock file"]);
    let arguments = ["generate", "--all", "--as", "merge_request", "-o", "-"];
    let pipeline = run(nestling(repository.path()).args(arguments));
    let text = expect(
        &Output { stdout: Vec::new(), ..pipeline.clone() },
        0,
        &[
            "note[workflow-in-unit]",
            "without image:publish: no rule applies",
            "without web:node-coverage: no rule applies",
            "2 of 2 units, 5 jobs",
        ],
    );
    assert!(!text.contains("warning["), "{text}");
    let golden = root().join("tests/vendor/merge-request.yml");
    expect_file(&golden, &String::from_utf8(pipeline.stdout).unwrap()).unwrap();
    let of_tag = of(&repository, &["preview", "--all", "--as", "tag:v1"], 0, &["publish"]);
    assert!(!of_tag.contains("coverage  "), "{of_tag}");
}

#[test]
fn an_update_selects_the_units_whose_jobs_differ() {
    let (host, repository) = (Host::new(), users());
    let node = host.publish("node", "1.0.0", str::to_owned);
    host.publish("scan", "0.3.0", str::to_owned);
    expect(&host.run(&repository, &[]), 0, &["fetched"]);
    repository.commit("components");
    node.write(
        "templates/test.yml",
        &read("tests/vendor/node/templates/test.yml").replace("npm ci", "npm install"),
    );
    node.commit("another install");
    node.git(&["tag", "1.1.0"]);
    node.git(&["tag", "2.0.0"]);
    node.git(&["push", "--quiet", "--tags", host.bare("node").to_str().unwrap()]);
    expect(&host.run(&repository, &[]), 0, &["tag 1.0.0"]);
    let name = "git.example.com/components/node/test";
    expect(
        &host.run(&repository, &[name]),
        0,
        &["tag 1.1.0", "updated from 1.0.0", "0.3.0, commit", "unchanged"],
    );
    of(&repository, &["affected", "--base", "HEAD"], 0, &["web\n"]);
    of(
        &repository,
        &["explain", "web", "--base", "HEAD"],
        0,
        &[
            "ci/vendor/git.example.com/components/node/test@1/templates/test.yml was modified, and web is generated from it",
            "node-install",
        ],
    );
    let lock = "ci/vendor/nestling-vendor.lock";
    of(&repository, &["explain", lock, "--base", "HEAD"], 0, &["web is generated from it"]);
    expect(&host.run(&repository, &["--update"]), 0, &["test@1: tag 1.1.0", "up to date"]);
    repository.write("web/nestling.yml", &NODE.replace("@1", "@main"));
    let branch = expect(&host.run(&repository, &[]), 0, &["branch main", "test@1: removed, no unit uses it"]);
    assert!(
        branch.contains("warning: `main` of `git.example.com/components/node/test@main` is a branch"),
        "{branch}"
    );
    assert!(!repository.path().join("ci/vendor/git.example.com/components/node/test@1").exists());
    let id = node.git(&["rev-parse", "1.0.0"]);
    repository.write("web/nestling.yml", &NODE.replace("@1", &format!("@{}", id.trim())));
    expect(&host.run(&repository, &[]), 0, &[&format!(": commit {}: fetched", &id[..8])]);
}

#[test]
fn what_is_not_as_it_was_fetched_is_an_error_until_it_is_restored() {
    let (host, repository) = (Host::new(), users());
    host.publish("node", "1.0.0", str::to_owned);
    host.publish("scan", "0.3.0", str::to_owned);
    expect(&host.run(&repository, &[]), 0, &["fetched"]);
    let file = "ci/vendor/git.example.com/components/node/test@1/templates/test.yml";
    repository.write(file, "test: { script: evil }\n");
    for command in [&["check"][..], &["generate", "--all", "-o", "-"], &["vendor", "--check"]] {
        let text = of(&repository, command, 1, &["error[vendor-changed]", file, "nestling-vendor.lock:"]);
        assert_eq!(text.matches("error[").count(), 1, "{text}");
    }
    expect(&host.run(&repository, &[]), 0, &["files restored"]);
    of(&repository, &["check"], 0, &["no errors"]);
    repository.write("web/nestling.yml", "test: { script: npm test }\n");
    let unused = "warning[vendor-unused]: no unit uses the vendored component `git.example.com/components/node/test@1`";
    of(&repository, &["check"], 0, &[unused]);
    of(&repository, &["vendor", "--check"], 1, &[unused]);
    expect(&host.run(&repository, &[]), 0, &["removed, no unit uses it"]);
    of(&repository, &["vendor", "--check"], 0, &[]);
}

const KIT: &str = "unit: { use: { component: git.example.com/components/kit/full@1 } }\n";

#[test]
fn a_component_comes_with_the_components_and_projects_that_it_includes() {
    let (host, repository) = (Host::new(), Repository::new());
    repository.write("nestling.yml", "workspace: { stages: [test, scan, report] }\n");
    repository.write("web/nestling.yml", KIT);
    repository.commit("a unit");
    let kit = host.publish("kit", "1.0.0", str::to_owned);
    let scan = host.publish("scan", "0.3.0", str::to_owned);
    let shared = host.publish("shared", "1.0.0", str::to_owned);
    let id = kit.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let lines = [
        "components/kit/full@1: tag 1.0.0".to_owned(),
        format!("components/kit/lint@{id}: commit {}: fetched", &id[..8]),
        "components/scan/scan@0: tag 0.3.0".to_owned(),
        "components/shared@main: branch main".to_owned(),
        "templates/full.yml:34: `$CI_PIPELINE_SOURCE == \"schedule\"` becomes".to_owned(),
        "warning: `main` of `git.example.com/components/shared@main` is a branch".to_owned(),
    ];
    expect(&host.run(&repository, &[]), 0, &lines.each_ref().map(String::as_str));
    let lock = std::fs::read_to_string(repository.path().join("ci/vendor/nestling-vendor.lock")).unwrap();
    let [scan_id, shared_id] = [&scan, &shared].map(|project| project.git(&["rev-parse", "HEAD"]));
    for part in [scan_id.trim(), shared_id.trim(), "\"jobs/notify.yml\"", "projects:\n"] {
        assert!(lock.contains(part), "no `{part}` in {lock}");
    }
    expect(&host.run(&repository, &[]), 0, &["components/shared@main: branch main", ": unchanged"]);
    of(
        &repository,
        &["check"],
        0,
        &["no trigger job forwards `PARENT_PIPELINE_SOURCE`, which is never `schedule`"],
    );
    let request =
        run(nestling(repository.path()).args(["generate", "--all", "--as", "merge_request", "-o", "-"]));
    let text = String::from_utf8(request.stdout).unwrap().replace(&id, "COMMIT");
    expect_file(&root().join("tests/vendor/nested.yml"), &text).unwrap();
    let of_tag = of(&repository, &["preview", "--all", "--as", "tag:v1"], 0, &["lint", "part", "publish"]);
    assert!(!of_tag.contains("notify"), "{of_tag}");
    let notify = "ci/vendor/git.example.com/components/shared/-/main/jobs/notify.yml";
    repository.write(notify, "notify: { script: evil }\n");
    of(&repository, &["generate", "--all", "-o", "-"], 1, &["error[vendor-changed]", notify]);
    expect(&host.run(&repository, &[]), 0, &["components/shared@main: branch main", "files restored"]);
    // A file that nobody fetched is not read, although a wildcard of a component matches it.
    let part = "ci/vendor/git.example.com/components/kit/full@1/parts/evil.yml";
    repository.write(part, "evil: { script: evil }\n");
    let checked = of(&repository, &["preview", "--all"], 0, &["warning[vendor-unused]", "part"]);
    assert!(!checked.contains("web:evil"), "{checked}");
    std::fs::remove_file(repository.path().join(part)).unwrap();
    // Another input needs another version, which has to be fetched first.
    repository
        .write("web/nestling.yml", &KIT.replace("@1 }", "@1, inputs: { scan-version: main, lint: false } }"));
    of(&repository, &["check"], 1, &["error[vendor-missing]", "components/scan/scan@main"]);
    expect(
        &host.run(&repository, &[]),
        0,
        &["scan/scan@main: branch main", "scan@0: removed", "removed, no unit uses it"],
    );
    of(&repository, &["vendor", "--check"], 0, &["as in the lock file"]);
    let without_lint = of(&repository, &["preview", "--all"], 0, &["part"]);
    assert!(!without_lint.contains("lint"), "{without_lint}");
}

#[test]
fn what_cannot_be_fetched_is_an_error_and_nothing_is_written() {
    let (host, repository) = (Host::new(), users());
    host.publish("node", "1.0.0", str::to_owned);
    for (component_path, parts) in [
        ("components/node/test@3", &["has no version `3`", "help: "][..]),
        ("components/node/tset@1", &["has no component `tset`", "did you mean `test`?"]),
        (
            "components/nothing/test@1",
            &["cannot fetch", "git ls-remote https://git.example.com/components/nothing.git"],
        ),
    ] {
        let unit = format!("unit: {{ use: {{ component: git.example.com/{component_path} }} }}\n");
        repository.write("web/nestling.yml", &unit).write("image/nestling.yml", "a: { script: x }\n");
        expect(&host.run(&repository, &[]), 3, parts);
        assert!(!repository.path().join("ci/vendor").exists());
    }
    repository
        .write("web/nestling.yml", "unit: { use: { component: git.example.com/components/node/test } }\n");
    expect(&host.run(&repository, &[]), 1, &["error[component-path]", "has no version"]);
    expect(&host.run(&repository, &["other"]), 1, &["error[component-path]"]);
    host.publish("scan", "0.3.0", |text| text.replace("/parts/tools.yml", "/parts/absent.yml"));
    let scan = "unit: { use: { component: git.example.com/components/scan/scan@0 } }\n";
    repository.write("web/nestling.yml", scan);
    let missing =
        ["includes `parts/absent.yml`, which its project does not have", "help: if inputs are part"];
    expect(&host.run(&repository, &[]), 3, &missing);
    repository.write("web/nestling.yml", NODE);
    expect(&host.run(&repository, &["other"]), 2, &["no unit uses the component `other`"]);
    repository.write("elsewhere/x", "");
    std::os::unix::fs::symlink(repository.path().join("elsewhere"), repository.path().join("ci")).unwrap();
    expect(&host.run(&repository, &[]), 4, &["`ci` is a link"]);
}
