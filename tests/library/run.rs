//! The jobs of the built-in templates, run on small real projects: every directory under `projects` is a repository, whose jobs
//! `gitlab-ci-local` runs in a shell with the project's own package manager, and whose reports are read.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need, optional};
use crate::support::{nestling, output, root, run, said, setting};
use std::fs;
use std::path::{Path, PathBuf};

/// A project, the jobs that it becomes, and the tests in its JUnit reports.
struct Sample {
    folder: &'static str,
    /// The workspace's file, or [`INIT`].
    workspace: &'static str,
    /// The command that writes its lock file, where one names the place that packages come from.
    lock: &'static [&'static str],
    jobs: &'static [&'static str],
    tests: &'static [(&'static str, &'static str)],
}

/// The workspace is what `nestling init` proposes for the project.
const INIT: &str = "";

/// Copies a directory into a repository.
fn copy(from: &Path, to: &Repository, below: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), to, &path);
        } else {
            to.write(path.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// A directory of programs that a job's image would have: Bun, and corepack, which starts pnpm and Yarn as the project asks.
fn image(home: &Path) -> PathBuf {
    let programs = home.join("bin");
    fs::create_dir_all(&programs).unwrap();
    let modules = root().join(".cache/tools/npm/node_modules");
    let corepack = modules.join("corepack/dist");
    let start = |script: &str, arguments: &str| {
        format!("#!/bin/sh\nexec node {}/{script}.js {arguments}\"$@\"\n", corepack.display())
    };
    // What is enabled already needs no rights to the directory of Node.
    let enable = format!("#!/bin/sh\ntest \"$1\" = enable && exit 0\n{}", &start("corepack", "")[10..]);
    let bun = format!("#!/bin/sh\nexec {}/@oven/bun-linux-x64/bin/bun \"$@\"\n", modules.display());
    let all = [("corepack", enable), ("pnpm", start("pnpm", "")), ("yarn", start("yarn", "")), ("bun", bun)];
    for (name, text) in all {
        let path = programs.join(name);
        fs::write(&path, text).unwrap();
        run(std::process::Command::new("chmod").arg("+x").arg(&path));
    }
    programs
}

/// The variables of the pipeline that these tests may run in.
#[expect(clippy::disallowed_methods, reason = "the library may not read the environment; tests may")]
fn variables_of_the_pipeline() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| name == "CI" || name.starts_with("CI_") || name.starts_with("GITLAB")).collect()
}

/// Runs all jobs of a sample and returns the log.
fn passed(sample: &Sample, test: &str) -> Option<(Repository, String)> {
    let mut command = need(Tool::GitlabCiLocal, test)?;
    let repository = Repository::new();
    copy(&root().join("tests/library/projects").join(sample.folder), &repository, Path::new(""));
    if let [program, arguments @ ..] = sample.lock {
        let tools = root().join(".cache/tools/venv/bin");
        output(
            std::process::Command::new(tools.join(program)).current_dir(repository.path()).args(arguments),
        );
        repository.commit("a lock file");
    }
    if sample.workspace == INIT {
        output(nestling(repository.path()).arg("init"));
    } else {
        repository.write("nestling.yml", sample.workspace);
    }
    repository.commit("a project");
    output(nestling(repository.path()).args(["check"]));
    output(nestling(repository.path()).args(["generate", "--all", "--output", "child.yml"]));
    let child = fs::read_to_string(repository.path().join("child.yml")).unwrap();
    let written: Vec<&str> =
        child.lines().filter(|line| line.ends_with(':') && !line.starts_with([' ', '#'])).collect();
    let jobs: Vec<&str> = written.iter().map(|line| line.trim_end_matches(':')).collect();
    let jobs: Vec<&str> = jobs.into_iter().filter(|job| job.contains(':')).collect();
    assert_eq!(jobs, sample.jobs, "{}", sample.folder);
    let home = tempfile::tempdir().unwrap();
    let path = format!("{}:{}", image(home.path()).display(), setting("PATH").unwrap());
    for name in variables_of_the_pipeline() {
        command.env_remove(name);
    }
    // Packages come from where this machine has them, which may sign them otherwise.
    let registry = output(std::process::Command::new("npm").args(["config", "get", "registry"]));
    command.env("COREPACK_NPM_REGISTRY", registry.trim().trim_end_matches('/'));
    command.env("COREPACK_INTEGRITY_KEYS", "0").env("COREPACK_HOME", home.path().join("corepack"));
    command.env("npm_config_registry", registry.trim()).env("YARN_NPM_REGISTRY_SERVER", registry.trim());
    command.env("HOME", setting("HOME").unwrap()).env("PATH", path).current_dir(repository.path());
    command.args(["--file", "child.yml", "--force-shell-executor", "--shell-isolation", "--needs=false"]);
    command.arg("--home").arg(home.path());
    let log = run(&mut command);
    assert!(log.status.success(), "{}\n{}", sample.folder, said(&log));
    Some((repository, said(&log)))
}

fn judge(sample: &Sample, test: &str) {
    let Some((repository, log)) = passed(sample, test) else { return };
    for job in sample.jobs {
        assert!(log.contains(&format!("PASS  {job}")), "{job} did not run\n{log}");
    }
    for (job, name) in sample.tests {
        let folder = repository.path().join(".gitlab-ci-local/builds");
        let report = find(&folder, "junit.xml", job).unwrap_or_else(|| panic!("no report of {job}\n{log}"));
        let text = fs::read_to_string(report).unwrap();
        assert!(text.contains(&format!("name=\"{name}\"")), "{job}: {text}");
    }
}

/// Finds a file of a job below the directory where the jobs worked.
fn find(folder: &Path, name: &str, job: &str) -> Option<PathBuf> {
    let unit = job.rsplit_once(':')?.0;
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).ok()? {
            let path = entry.ok()?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.ends_with(Path::new(unit).join(name)) || (unit == "root" && path.ends_with(name)) {
                return Some(path);
            }
        }
    }
    None
}

#[test]
fn a_package_with_npm_is_built_and_tested() {
    let test = "a_package_with_npm_is_built_and_tested";
    let jobs = &["root:build", "root:lint", "root:test"];
    judge(
        &Sample { folder: "npm", workspace: INIT, lock: &[], jobs, tests: &[("root:test", "a number")] },
        test,
    );
}

#[test]
fn a_package_with_yarn_is_built_and_tested() {
    let test = "a_package_with_yarn_is_built_and_tested";
    let jobs = &["root:build", "root:lint", "root:test"];
    judge(
        &Sample { folder: "yarn", workspace: INIT, lock: &[], jobs, tests: &[("root:test", "a number")] },
        test,
    );
}

#[test]
fn a_package_with_bun_is_tested() {
    let test = "a_package_with_bun_is_tested";
    let sample = Sample {
        folder: "bun",
        workspace: INIT,
        lock: &[],
        jobs: &["root:test"],
        tests: &[("root:test", "a number")],
    };
    judge(&sample, test);
}

#[test]
fn a_workspace_with_pnpm_builds_what_a_package_depends_on() {
    let test = "a_workspace_with_pnpm_builds_what_a_package_depends_on";
    let jobs = &["packages/lib:build", "packages/app:build", "packages/app:test"];
    let tests = &[("packages/app:test", "the library is built")];
    judge(&Sample { folder: "pnpm", workspace: INIT, lock: &[], jobs, tests }, test);
}

#[test]
fn a_workspace_with_classic_yarn_builds_what_a_package_depends_on() {
    let test = "a_workspace_with_classic_yarn_builds_what_a_package_depends_on";
    let jobs = &["packages/lib:build", "packages/app:build", "packages/app:test"];
    let tests = &[("packages/app:test", "the library is built")];
    judge(&Sample { folder: "yarn-classic", workspace: INIT, lock: &[], jobs, tests }, test);
}

/// Returns a project of Python at the root.
fn python(folder: &'static str, jobs: &'static [&'static str]) -> Sample {
    Sample { folder, workspace: INIT, lock: &[], jobs, tests: &[] }
}

#[test]
fn a_package_with_pip_is_linted_and_tested() {
    let tests = &[("root:test", "test_six")];
    let sample = Sample { tests, ..python("pip", &["root:lint", "root:test"]) };
    judge(&sample, "a_package_with_pip_is_linted_and_tested");
}

#[test]
fn a_package_with_poetry_is_tested() {
    judge(&python("poetry", &["root:test"]), "a_package_with_poetry_is_tested");
}

#[test]
fn a_package_with_pdm_is_tested() {
    judge(&python("pdm", &["root:test"]), "a_package_with_pdm_is_tested");
}

#[test]
fn a_workspace_with_uv_is_linted_and_tested_with_coverage() {
    let jobs = &["packages/core:lint", "packages/core:test", "packages/api:lint", "packages/api:test"];
    let tests = &[("packages/api:test", "test_answer_of_core"), ("packages/core:test", "test_answer")];
    let sample = Sample { lock: &["uv", "lock", "--quiet"], tests, ..python("uv", jobs) };
    judge(&sample, "a_workspace_with_uv_is_linted_and_tested_with_coverage");
}

/// Cargo, clippy and cargo-nextest, where the machine has it.
#[test]
fn a_workspace_of_rust_is_linted_tested_and_built() {
    let test = "a_workspace_of_rust_is_linted_tested_and_built";
    if optional("cargo-nextest", test).is_none() {
        return;
    }
    let workspace = "workspace: { stages: [build, test], depends_from: [cargo], units: [{ match: crates/lib, use: { template: nestling/rust, inputs: { coverage: false } } }, { match: crates/app, use: { template: nestling/rust, inputs: { coverage: false, binaries: [app] } } }] }\n";
    let jobs =
        &["crates/lib:lint", "crates/lib:test", "crates/app:lint", "crates/app:test", "crates/app:build"];
    let tests = &[("crates/lib:test", "tests::the_answer_is_known")];
    judge(&Sample { folder: "rust", workspace, lock: &[], jobs, tests }, test);
}
