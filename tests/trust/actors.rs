//! The actors of `docs/security.md`: what comes of what each of them writes, beside the table of merge requests.

use super::{generate, workspace};
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};

/// Writes an assembly with one stack, as the CDK does.
fn assembly(repository: &Repository) {
    let manifest = r#"{ "version": "36.0.0", "artifacts": { "Api": { "type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1", "properties": { "templateFile": "Api.template.json" } } } }"#;
    repository.write("api/cdk.out/manifest.json", manifest);
    let template = r#"{ "Resources": { "Topic": { "Type": "AWS::SNS::Topic" } } }"#;
    repository.write("api/cdk.out/Api.template.json", template);
}

/// An assembly is data: `--no-run` keeps the commands from running that would make it, and not its jobs from the pipeline.
#[test]
fn an_assembly_on_disk_is_converted_and_nothing_runs() {
    for is_committed in [true, false] {
        let repository = Repository::new();
        repository.write("nestling.yml", "workspace:\n  environments: { production: { when: always } }\n");
        let unit = "unit: { cdk: { from: none, synth: [touch ran], stages: { Api: production } } }\n";
        repository.write("api/nestling.yml", unit);
        if !is_committed {
            repository.write(".gitignore", "cdk.out/\n");
        }
        assembly(&repository);
        let head = repository.commit("an assembly");
        let generated = generate(&repository, &head, &["--all", "--no-run"]);
        assert!(generated.status.success(), "{}", said(&generated));
        assert!(said(&generated).contains("api:Api:"), "{}", said(&generated));
        assert!(!repository.path().join("api/ran").exists());
    }
}

/// A person who may set variables of a pipeline sets those of the job, too.
#[test]
fn options_take_precedence_over_variables() {
    let (repository, protected) = workspace();
    repository.write("ci/app.yml", "test: { script: mine }\n");
    let unit = "unit: { use: app, cdk: { from: none, synth: \"touch ran\", stages: { Api: production } } }\n";
    let head = repository.write("web/nestling.yml", unit).commit("mine");
    let mut command = nestling(repository.path());
    command.args(["generate", "--all", "--output", "-", "--no-run", "--workspace-from", &protected]);
    command.env("NESTLING_NO_RUN", "false").env("NESTLING_WORKSPACE_FROM", &head);
    let text = said(&run(&mut command));
    assert!(text.contains("`--no-run` prevents `synth:`"), "{text}");
    assert!(!repository.path().join("web/ran").exists());
    assert!(!text.contains("script: mine"), "{text}");
}

#[test]
fn a_protected_commit_that_the_clone_lacks_is_fetched() {
    let (origin, protected) = workspace();
    let head = origin.write("ci/app.yml", "test: { script: mine }\n").commit("mine");
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    let mut git = std::process::Command::new("git");
    git.current_dir(folder.path()).args(["clone", "--quiet", "--depth=1", "--branch=feature", &url, "clone"]);
    output(&mut git);
    let clone = folder.path().join("clone");
    let planned = |options: &[&str]| {
        let mut command = nestling(&clone);
        command.args(["generate", "--all", "--head", &head, "--output", "-", "--workspace-from", &protected]);
        run(command.args(options))
    };
    let refused = planned(&["--no-run"]);
    assert!(
        said(&refused).contains("is not in this clone") && refused.stdout.is_empty(),
        "{}",
        said(&refused)
    );
    let fetched = planned(&[]);
    assert!(fetched.status.success(), "{}", said(&fetched));
    assert!(said(&fetched).contains("script: protected") && !said(&fetched).contains("script: mine"));
}

/// A pushed tag of that name moves the base of the next pipeline: GitLab can protect tags, and Nestling cannot.
#[test]
fn a_tag_of_the_glob_is_the_base_of_the_next_pipeline() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { pipelines: { tag: { since: 'v*' } } }\n");
    for unit in ["a", "b", "c"] {
        repository.write(format!("{unit}/nestling.yml"), "test: { script: t }\n");
    }
    repository.commit("units");
    repository.git(&["tag", "v1"]);
    repository.write("a/x", "").commit("a");
    let pushed = repository.write("b/x", "").commit("b");
    let head = repository.write("c/x", "").commit("c");
    let affected = || {
        let mut command = nestling(repository.path());
        command.args(["affected"]).env("GITLAB_CI", "true").env("CI_COMMIT_SHA", &head);
        command.env("CI_PIPELINE_SOURCE", "push").env("CI_COMMIT_TAG", "v9").env("CI_DEFAULT_BRANCH", "main");
        output(&mut command)
    };
    assert_eq!(affected(), "a\nb\nc\n");
    repository.git(&["tag", "v2", &pushed]);
    assert_eq!(affected(), "c\n");
    repository.git(&["tag", "unrelated", &head]);
    assert_eq!(affected(), "c\n");
}

/// In a job, references of the clone are another job's: base and head are commits by their ids.
#[test]
fn references_of_a_clone_move_neither_base_nor_head() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    for unit in ["a", "b"] {
        repository.write(format!("{unit}/nestling.yml"), "test: { script: t }\n");
    }
    let before = repository.commit("units");
    repository.write("a/x", "").commit("a");
    let head = repository.write("b/x", "").commit("b");
    let affected = |source: &str| {
        let mut command = nestling(repository.path());
        command.args(["affected"]).env("GITLAB_CI", "true").env("CI_COMMIT_SHA", &head);
        command.env("CI_PIPELINE_SOURCE", source).env("CI_DEFAULT_BRANCH", "main");
        match source {
            "push" => command.env("CI_COMMIT_BRANCH", "main").env("CI_COMMIT_BEFORE_SHA", &before),
            _ => command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", &before).env("CI_MERGE_REQUEST_IID", "1"),
        };
        output(&mut command)
    };
    for name in ["main", "origin/main", &head[..8], "HEAD"] {
        repository.git(&["update-ref", &format!("refs/tags/{name}"), &head]);
    }
    repository.git(&["update-ref", "refs/remotes/origin/main", &head]);
    repository.git(&["replace", &before, &head]);
    repository.git(&["checkout", "--quiet", "--detach", "HEAD~1"]);
    for source in ["push", "merge_request_event"] {
        assert_eq!(affected(source), "a\nb\n", "{source}");
    }
}

#[test]
fn another_repository_is_named_by_a_path_from_the_root_of_this_one() {
    let repository = Repository::new();
    for path in ["/etc", "//etc"] {
        repository.write(
            "nestling.yml",
            &format!("workspace: {{ templates: [{{ repository: {path}, path: ci }}] }}\n"),
        );
        let text = said(&run(nestling(repository.path()).args(["check"])));
        assert!(text.contains("`repository` must be a path from the root of this repository"), "{text}");
    }
}

/// Returns the lines of a script from the first one that begins so to its `fi`.
fn condition(text: &str, start: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with(start));
    let mut script = Vec::new();
    for line in lines {
        script.push(line);
        if line == "fi" {
            break;
        }
    }
    assert_eq!(script.last(), Some(&"fi"), "no `{start}`");
    script.join("\n")
}

/// The component and the page turn both switches on in the pipeline of a fork's merge request, and nowhere else.
#[test]
fn the_switches_are_on_in_the_pipeline_of_a_forks_merge_request() {
    let component = crate::support::read("ci/component/templates/plan.yml");
    let component = condition(&component, "if [ \"$[[ inputs.forks ]]\"");
    let page = condition(&crate::support::read("docs/security.md"), "if [");
    for (script, source, is_on) in [
        (component.replace("$[[ inputs.forks ]]", "restrict"), Some("2"), true),
        (component.replace("$[[ inputs.forks ]]", "restrict"), Some("1"), false),
        (component.replace("$[[ inputs.forks ]]", "restrict"), None, false),
        (component.replace("$[[ inputs.forks ]]", "trust"), Some("2"), false),
        (page.clone(), Some("2"), true),
        (page, None, false),
    ] {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-euc", &format!("git() {{ echo \"git $*\"; }}\n{script}\nenv")]).env_clear();
        shell.env("CI_PROJECT_ID", "1").env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc");
        shell.envs(source.map(|source| ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source)));
        let printed = output(&mut shell);
        for line in [
            "git fetch --quiet --no-tags --depth=1 origin abc",
            "NESTLING_NO_RUN=true",
            "NESTLING_WORKSPACE_FROM=abc",
        ] {
            assert_eq!(printed.lines().any(|printed| printed == line), is_on, "{script}: {printed}");
        }
    }
}

/// A mandatory job below the protected workspace file stays, whatever the merge request selects. A job of a template does not.
#[test]
fn a_job_below_the_protected_workspace_file_cannot_be_left_out() {
    let repository = Repository::new();
    let workspace = "workspace: { templates: [ci], units: [{ match: web, use: scan }] }\n---\n\
                     licenses: { script: of all }\n";
    repository.write("nestling.yml", workspace).write("web/x", "");
    let protected =
        repository.write("ci/scan.yml", "scan: { script: of the template }\n").commit("protected");
    repository.write("nestling.yml", "workspace: {}\n");
    let head = repository.write("web/nestling.yml", "unit: {}\n---\nscan: { script: mine }\n").commit("mine");
    for narrowed in ["--all", "--only=web", "--except=web"] {
        let options = [narrowed, "--no-run", "--workspace-from", &protected];
        let text = said(&generate(&repository, &head, &options));
        assert!(text.contains("script: of all"), "{narrowed}: {text}");
        assert!(!text.contains("script: of the template"), "{narrowed}: {text}");
    }
}
