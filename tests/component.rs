//! The component: checked, expanded with GitLab's rules of interpolation, and included by a parent of three lines that runs.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{judge, nestling, read, root, run, said, setting};
use std::path::Path;
use std::process::Output;

/// Path of the component's project on an instance.
const PROJECT: &str = "https://gitlab.example/nestling-ci/components.git";

/// The three lines, as the component's page shows them.
pub(crate) fn three_lines() -> String {
    let page = read("ci/component/README.md");
    let (_, after) = page.split_once("```yaml\n").unwrap();
    let lines = after.split_once("```").unwrap().0.to_owned();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.starts_with("include:\n"), "{lines}");
    lines
}

/// The component's project, with a release of this version.
pub(crate) fn component() -> Repository {
    let project = Repository::new();
    for file in ["README.md", ".gitlab-ci.yml", "templates/plan.yml"] {
        project.write(file, &read(format!("ci/component/{file}")));
    }
    project.commit("release");
    project.git(&["tag", env!("CARGO_PKG_VERSION")]);
    project
}

/// A repository with two units, of which `b` changed last, that includes the component.
pub(crate) fn repository(parent: &str) -> Repository {
    let repository = Repository::new();
    let environments = "{ staging: { when: default_branch }, production: { when: default_branch } }";
    let workspace = format!("workspace: {{ stages: [test], environments: {environments} }}\n");
    repository.write("nestling.yml", &workspace).write(".gitlab-ci.yml", parent);
    for unit in ["a", "b"] {
        let job = format!("test: {{ stage: test, script: echo \"$((6 * 7)) tested in {unit}\" }}\n");
        repository.write(format!("{unit}/nestling.yml"), &job);
    }
    let deploy = "deploy: { stage: test, script: echo deployed, environment: [staging, production] }\n";
    let test = "test: { stage: test, script: echo \"$((6 * 7)) tested in a\" }\n";
    repository.write("a/nestling.yml", &format!("{test}{deploy}"));
    repository
        .write(".gitignore", ".gitlab-ci-local/\nchild-pipeline*.yml\nnestling-report/\n")
        .commit("two units");
    repository.write("b/readme.md", "b").commit("b");
    repository.git(&["remote", "add", "origin", "https://gitlab.example/acme/shop.git"]);
    repository
}

/// Runs a pipeline as `acme/shop` on that instance, which passes.
fn pipeline(
    repository: &Repository,
    component: &Repository,
    test: &str,
    arguments: &[&str],
) -> Option<String> {
    let output = pipeline_output(repository, component, test, arguments)?;
    assert!(output.status.success(), "{}", said(&output));
    Some(said(&output))
}

/// Runs a pipeline as `acme/shop` on that instance.
pub(crate) fn pipeline_output(
    repository: &Repository,
    component: &Repository,
    test: &str,
    arguments: &[&str],
) -> Option<Output> {
    let (mut local, _) = (need(Tool::GitlabCiLocal, test)?, need(Tool::Rsync, test)?);
    let home = tempfile::tempdir().unwrap();
    let instead = format!("[url \"{}\"]\n", component.path().display());
    let addresses = [PROJECT, "https://gitlab.example:443/nestling-ci/components.git"];
    let lines = addresses.map(|address| format!("  insteadOf = {address}\n")).concat();
    let configuration = home.path().join("gitconfig");
    std::fs::write(&configuration, format!("{instead}{lines}")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    let before = repository.git(&["rev-parse", "HEAD~1"]);
    let variables =
        [("GITLAB_CI", "true"), ("CI_COMMIT_BEFORE_SHA", before.trim()), ("CI_COMMIT_BRANCH", "main")];
    local.current_dir(repository.path()).env_clear().env("GIT_CONFIG_GLOBAL", configuration);
    local.env("PATH", format!("{}:{}", binary.display(), setting("PATH").unwrap())).env("HOME", home.path());
    for (name, value) in variables {
        local.arg("--variable").arg(format!("{name}={value}"));
    }
    local.args(["--force-shell-executor", "--shell-isolation", "--needs=false", "--home"]).arg(home.path());
    Some(run(local.args(arguments)))
}

#[test]
fn a_parent_of_three_lines_plans_and_runs_what_changed() {
    let test = "a_parent_of_three_lines_plans_and_runs_what_changed";
    let (repository, component) = (repository(&three_lines()), component());
    let Some(log) = pipeline(&repository, &component, test, &["nestling:plan"]) else { return };
    assert!(log.contains("1 of 2 units"), "{log}");
    // gitlab-ci-local keeps the artifacts of a job whose name has a colon under another name than it reads them by.
    let artifacts = repository.path().join(".gitlab-ci-local/artifacts");
    let kept = std::fs::read_dir(&artifacts).unwrap().next().unwrap().unwrap().path();
    std::os::unix::fs::symlink(kept, artifacts.join("nestling:plan")).unwrap();
    let log = pipeline(&repository, &component, test, &[]).unwrap();
    assert!(log.contains("42 tested in b"), "{log}");
    assert!(!log.contains("42 tested in a"), "{log}");
    assert!(repository.path().join("nestling-report/preview.html").exists(), "{log}");
}

#[test]
fn its_inputs_choose_the_units() {
    let test = "its_inputs_choose_the_units";
    let component = component();
    for (inputs, variables, units) in [
        ("all: true", &[][..], "2 of 2 units"),
        ("only: a, all: true", &[], "1 of 2 units"),
        ("only: 'a, b '", &[], "2 of 2 units"),
        ("reports: my reports", &[], "1 of 2 units"),
        ("all: true, environment: staging", &[], "2 of 2 units, 3 jobs, 1 deployment"),
        // A variable of a pipeline that a person starts beats an input.
        ("all: true", &["--variable", "NESTLING_ALL=false"], "1 of 2 units"),
        ("arguments: --all --compact", &[], "2 of 2 units"),
    ] {
        let parent = three_lines().replace("stage: test", &format!("stage: build, {inputs}"));
        let arguments = [variables, &["nestling:plan"]].concat();
        let Some(log) = pipeline(&repository(&parent), &component, test, &arguments) else { return };
        assert!(log.contains(units), "{inputs}: {log}");
    }
}

/// A person fills it in on the page *Run pipeline*; what is not among the options is refused there.
#[test]
fn the_form_of_its_page_deploys_one_unit_to_one_environment() {
    let test = "the_form_of_its_page_deploys_one_unit_to_one_environment";
    let page = read("ci/component/README.md");
    let form = page.split("```yaml\n").find(|block| block.starts_with("spec:\n")).unwrap();
    let form = form.split_once("```").unwrap().0;
    let (repository, component) = (repository(form), component());
    for (inputs, said) in [
        (&[][..], "1 of 2 units, 1 job, 0 deployments"),
        (&["only=a, b", "environment=staging"], "2 of 2 units, 3 jobs, 1 deployment\n"),
        (&["only=b", "environment=production"], "nothing in this pipeline deploys to `production`"),
        (&["all=true"], "2 of 2 units, 4 jobs, 2 deployments"),
    ] {
        let mut arguments: Vec<&str> = inputs.iter().flat_map(|input| ["--input", input]).collect();
        arguments.push("nestling:plan");
        let Some(log) = pipeline(&repository, &component, test, &arguments) else { return };
        assert!(log.contains(said), "{inputs:?}: {log}");
    }
}

/// The jobs that the component expands to with these inputs, as a template of Nestling's, which interpolates as GitLab does.
fn expanded(inputs: &str) -> (bool, String) {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { templates: [templates], stages: [test, build] }\n");
    repository.write("templates/plan.yml", &read("ci/component/templates/plan.yml"));
    let unit = format!("unit: {{ use: {{ template: plan, inputs: {{ {inputs} }} }} }}\n");
    repository.write("a/nestling.yml", &unit).commit("start");
    let output = run(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    (output.status.success(), said(&output))
}

#[test]
fn it_expands_with_its_inputs_and_refuses_wrong_ones() {
    let (passes, jobs) = expanded("");
    assert!(passes, "{jobs}");
    for line in [
        "  stage: test\n",
        "    - export NESTLING_ALL=\"${NESTLING_ALL:-false}\"\n",
        "    NESTLING_ONLY: \"\"\n",
        "    strategy: mirror\n",
        "      annotations: nestling-report/annotations.json\n",
        &format!("  image: registry.gitlab.com/nestling-ci/nestling:{}\n", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(jobs.contains(line), "{line}{jobs}");
    }
    let (passes, jobs) = expanded("stage: build, all: true, strategy: depend, only: 'a,b/*', reports: out");
    assert!(passes, "{jobs}");
    for line in [
        "  stage: build\n",
        "${NESTLING_ALL:-true}",
        "    NESTLING_ONLY: a,b/*\n",
        "    strategy: depend\n",
        "      annotations: out/annotations.json\n",
    ] {
        assert!(jobs.contains(line), "{line}{jobs}");
    }
    for (inputs, message) in [
        ("all: perhaps", "`all`"),
        ("strategy: none", "`strategy`"),
        ("stages: x", "`stages`"),
        ("stage: .pre", "`stage`"),
    ] {
        let (passes, said) = expanded(inputs);
        assert!(!passes && said.contains(message), "{inputs}: {said}");
    }
}

#[test]
fn the_pipelines_of_its_project_are_sound() {
    let directory = root().join("ci/component");
    let pipeline: serde_yaml::Value = serde_yaml::from_str(&read("ci/component/.gitlab-ci.yml")).unwrap();
    let script = pipeline["check"]["script"][0].as_str().unwrap();
    let said = said(&run(nestling(&directory).args(script.split(' ').skip(1))));
    assert!(said.contains("no errors") && !said.contains("warning"), "{said}");
    judge::psych("the_pipelines_of_its_project_are_sound", &[directory.join(".gitlab-ci.yml")]);
    judge::schema("the_pipelines_of_its_project_are_sound", &[directory.join(".gitlab-ci.yml")]);
}
