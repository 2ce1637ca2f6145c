//! The trust model of `docs/security.md`: who can make what run. Each row of its table is a row here.

mod actors;
mod sentences;

use crate::support::repository::Repository;
use crate::support::{nestling, read, run, said};
use std::process::Output;

/// Files of a merge request, and their effect.
struct Row {
    /// The row's first cell in the page.
    writes: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// A part of the child pipeline, or of what is said, without any switch.
    open: &'static str,
    /// The same with `--workspace-from` a protected commit and `--no-run`.
    closed: &'static str,
}

/// A vendored component, and the lock file with its checksum.
const COMPONENT: &str = "ci/vendor/h.example/g/p/n@1/n.yml";
const LOCK: &str = "ci/vendor/nestling-vendor.lock";

const ROWS: [Row; 14] = [
    Row {
        writes: "a template of the workspace",
        files: &[("ci/app.yml", "test: { script: mine }\n")],
        open: "script: mine",
        closed: "script: protected",
    },
    Row {
        writes: "a vendored component or its lock file",
        files: &[
            (COMPONENT, "vendored: { script: mine }\n"),
            (
                LOCK,
                "version: 1\ncomponents: { h.example/g/p/n@1: { file: n.yml, commit: c, files: { n.yml: f5bddd0100554469c3bc638376bc3875d6c1dc833287953bdae8b96d5ad1b772 } } }\n",
            ),
        ],
        open: "script: mine",
        closed: "script: protected component",
    },
    Row {
        writes: "a file next to those of a vendored component",
        files: &[("ci/vendor/h.example/g/p/n@1/parts/b.yml", "vendored: { script: mine }\n")],
        open: "nothing reads it",
        closed: "script: protected component",
    },
    Row {
        writes: "`templates:` of the workspace's file",
        files: &[
            ("nestling.yml", "workspace: { templates: [evil] }\n"),
            ("evil/app.yml", "test: { script: mine }\n"),
        ],
        open: "script: mine",
        closed: "script: protected",
    },
    Row {
        writes: "jobs below the workspace's file",
        files: &[("nestling.yml", "workspace: { templates: [ci] }\n---\nextra: { script: mine }\n")],
        open: "script: mine",
        closed: "script: protected",
    },
    Row {
        writes: "`pipelines:` of the workspace's file",
        files: &[
            ("nestling.yml", "workspace: { templates: [ci], pipelines: { branch: none } }\n"),
            ("api/x", ""),
        ],
        open: "pipelines run nothing",
        closed: "script: protected",
    },
    Row {
        writes: "a template that another one includes",
        files: &[("ci/part.yml", "part: { script: mine }\n")],
        open: "script: mine",
        closed: "script: included",
    },
    Row {
        writes: "a local file that a template includes (`include:`)",
        files: &[("inc.yml", "inc: { script: mine }\n"), ("parts/b.yml", "added: { script: mine }\n")],
        open: "script: mine",
        closed: "script: folded",
    },
    Row {
        writes: "a file of inputs that a template includes (`spec: include:`)",
        files: &[("inputs.yml", "inputs: { v: { default: mine } }\n")],
        open: "script: mine",
        closed: "script: of inputs",
    },
    Row {
        writes: "a local file that the jobs below the workspace's file include",
        files: &[("root.yml", "extra: { script: mine }\n")],
        open: "script: mine",
        closed: "script: below",
    },
    Row {
        writes: "a symbolic link in place of a template",
        files: &[("api/mine.yml", "test: { script: mine }\n"), ("ci/app.yml", "-> ../api/mine.yml")],
        open: "script: mine",
        closed: "script: protected",
    },
    Row {
        writes: "the jobs of a unit",
        files: &[("api/nestling.yml", "unit: { use: app }\n---\nown: { script: mine }\n")],
        open: "script: mine",
        closed: "script: mine",
    },
    Row {
        writes: "`use:` and inputs of a unit",
        files: &[("api/nestling.yml", "unit: { use: nestling/go }\n"), ("api/go.mod", "module x\n")],
        open: "gotestsum",
        closed: "gotestsum",
    },
    Row {
        writes: "`synth:` of a unit",
        files: &[(
            "api/nestling.yml",
            "unit:\n  cdk: { from: none, synth: \"env > ran\", stages: { Api: production } }\n",
        )],
        open: "ran",
        closed: "`--no-run` prevents `synth:`",
    },
];

/// A repository whose branch `main` is protected, with a merge request's branch checked out.
fn workspace() -> (Repository, String) {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { templates: [ci] }\n---\ninclude: [root.yml]\n");
    repository.write("root.yml", "root: { script: below }\n").write("inc.yml", "inc: { script: folded }\n");
    repository.write("parts/a.yml", "");
    repository.write("inputs.yml", "inputs: { v: { default: of inputs } }\n");
    let template = "spec: { include: [{ local: /inputs.yml }] }\n---\nwith: { script: \"${{ inputs.v }}\" }\n\
        include: [/inc.yml, '/parts/*.yml']\ntest: { script: protected }\n#% include 'part.yml'\n";
    repository.write("ci/app.yml", template);
    repository.write("ci/part.yml", "part: { script: included }\n");
    repository.write(COMPONENT, "include: /parts/*.yml\nvendored: { script: protected component }\n");
    repository.write("ci/vendor/h.example/g/p/n@1/parts/a.yml", ".part: { image: alpine }\n");
    repository.write(
        LOCK,
        "version: 1\ncomponents: { h.example/g/p/n@1: { file: n.yml, commit: c, files: { n.yml: 424c7c3fa2b260ead1ac9824e779be4c2a026f67d89c3988a22e2f1228c3d10c, parts/a.yml: 0af15e4816a85714b6bc8895679a80b6a016dc86869d5ac471f0614f84226203 } } }\n",
    );
    let unit = "unit: { use: [app, { component: h.example/g/p/n@1 }] }\n";
    let protected = repository.write("api/nestling.yml", unit).commit("protected");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    (repository, protected)
}

fn generate(repository: &Repository, head: &str, options: &[&str]) -> Output {
    let mut command = nestling(repository.path());
    command.args(["generate", "--output", "-"]).args(options);
    command.env("GITLAB_CI", "true").env("CI_COMMIT_SHA", head).env("CI_DEFAULT_BRANCH", "main");
    command.env("CI_PIPELINE_SOURCE", "push").env("CI_COMMIT_BRANCH", "feature").env("SECRET", "s3cret");
    run(&mut command)
}

#[test]
fn every_row_of_the_page_is_so() {
    let page = read("docs/security.md");
    for row in ROWS {
        assert!(page.contains(&format!("| {} |", row.writes)), "the page has no row `{}`", row.writes);
        let (repository, protected) = workspace();
        for (path, text) in row.files {
            match text.strip_prefix("-> ") {
                Some(target) => {
                    std::fs::remove_file(repository.path().join(path)).unwrap();
                    std::os::unix::fs::symlink(target, repository.path().join(path)).unwrap();
                }
                None => drop(repository.write(path, text)),
            }
        }
        let head = repository.commit("a merge request");
        let marker = repository.path().join("api/ran");
        let open =
            generate(&repository, &head, if row.open.contains("run nothing") { &[] } else { &["--all"] });
        if row.open == "ran" {
            let variables = std::fs::read_to_string(&marker).expect("the command ran");
            assert!(variables.contains("SECRET=s3cret"), "with all variables of the job");
            std::fs::remove_file(&marker).unwrap();
        } else {
            assert!(said(&open).contains(row.open), "{}: {}", row.writes, said(&open));
        }
        for from in [protected.as_str(), "main", "refs/heads/main"] {
            let closed = generate(&repository, &head, &["--all", "--workspace-from", from, "--no-run"]);
            let text = said(&closed);
            assert!(text.contains(row.closed), "{} from {from}: {text}", row.writes);
            assert!(row.closed.contains("mine") || !text.contains("mine\n"), "{}: {text}", row.writes);
            assert!(!marker.exists(), "{}", row.writes);
        }
    }
}

/// Without `--workspace-from`, a directory that names its revision is read from there with all that its templates include.
#[test]
fn a_template_of_another_revision_includes_from_there() {
    let (repository, _) = workspace();
    let folder = "workspace: { templates: [{ git: refs/heads/main, path: ci }] }\n---\ninclude: [root.yml]\n";
    repository.write("nestling.yml", folder).write("inc.yml", "inc: { script: mine }\n");
    repository
        .write("parts/b.yml", "added: { script: mine }\n")
        .write("ci/part.yml", "part: { script: mine }\n");
    repository.write("root.yml", "root: { script: of head }\n");
    let unit = "unit: { use: app }\n---\ninclude: own.yml\n";
    let head =
        repository.write("api/nestling.yml", unit).write("own.yml", "own: { script: own }\n").commit("mine");
    let text = said(&generate(&repository, &head, &["--all"]));
    for kept in ["script: protected", "script: included", "script: folded", "script: of head", "script: own"]
    {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert!(!text.contains("mine\n"), "{text}");
}

/// Reports are artifacts, which GitLab does not mask.
#[test]
fn what_a_failing_command_prints_has_no_secret() {
    let (repository, _) = workspace();
    let synth = "echo \\\"$DEPLOY_TOKEN is wrong at $DEPLOY_URL\\\" >&2; exit 3";
    let unit = format!("unit:\n  cdk: {{ from: none, synth: \"{synth}\", stages: {{ Api: production }} }}\n");
    repository.write("api/nestling.yml", &unit).commit("fails");
    let mut command = nestling(repository.path());
    command.args(["generate", "--all", "--output", "-", "--report", "report"]);
    command.env("DEPLOY_TOKEN", "correct-horse").env("AUTHOR", "is wrong at");
    let output = run(command.env("DEPLOY_URL", "https://me:pass@host/x?y=z"));
    let mut texts = vec![said(&output)];
    for entry in std::fs::read_dir(repository.path().join("report")).unwrap() {
        texts.push(String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned());
    }
    assert!(texts[0].contains("*** is wrong at https://***@host/x?***"), "{}", texts[0]);
    assert!(texts.len() > 2, "there are reports");
    for text in texts {
        assert!(!text.contains("correct-horse") && !text.contains("me:pass"), "{text}");
    }
}

#[test]
fn the_log_and_the_pipeline_say_where_the_workspace_is_from() {
    let (repository, protected) = workspace();
    let head = repository.write("ci/app.yml", "test: { script: mine }\n").commit("mine");
    let generated = generate(&repository, &head, &["--all", "--workspace-from", "main"]);
    let expected = format!("Workspace: its file and templates are those of {}", &protected[..8]);
    assert!(String::from_utf8_lossy(&generated.stderr).contains(&expected), "{}", said(&generated));
    assert!(String::from_utf8_lossy(&generated.stdout).contains(&expected), "{}", said(&generated));
}

/// A template of the merge request is not what its jobs are made from: a change to it selects nothing.
#[test]
fn what_is_not_read_selects_nothing() {
    let (repository, _) = workspace();
    repository.write("web/nestling.yml", "unit: { use: app }\n").commit("another unit");
    repository.git(&["branch", "--force", "main"]);
    repository.write("ci/app.yml", "test: { script: mine }\n").write("nestling.yml", "workspace: {}\n");
    repository.write("web/src", "changed\n").commit("everything");
    let affected = |options: &[&str]| {
        let output = run(nestling(repository.path()).args(["affected", "--base", "main"]).args(options));
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(affected(&["--workspace-from", "main"]), "web\n");
}

/// A user who may push a tag or set a variable cannot bypass the switch.
#[test]
fn a_name_that_could_mean_something_else_is_refused() {
    let (repository, _) = workspace();
    let head = repository.write("ci/app.yml", "test: { script: mine }\n").commit("mine");
    for (from, expected) in [
        ("nowhere", "is not in this clone"),
        ("origin/main", "is not in this clone"),
        ("0123456789012345678901234567890123456789", "is not in this clone"),
        ("", "value"),
        ("main:ci", "`main:ci` is a tree, not a commit"),
    ] {
        let output = generate(&repository, &head, &["--all", "--workspace-from", from, "--no-run"]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{from}: {}", said(&output));
        assert!(said(&output).contains(expected), "{from}: {}", said(&output));
    }
    repository.git(&["tag", "main"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "main~0"]);
    let output = generate(&repository, &head, &["--all", "--workspace-from", "main"]);
    assert!(said(&output).contains("is ambiguous") && output.stdout.is_empty(), "{}", said(&output));
    // An empty variable is no permission either.
    let mut command = nestling(repository.path());
    let output = run(command.args(["generate", "--all", "--output", "-"]).env("NESTLING_WORKSPACE_FROM", ""));
    assert!(!output.status.success() && output.stdout.is_empty(), "{}", said(&output));
}

/// `git fetch` runs what git's configuration names, which another job on the same runner may have written.
#[test]
fn nothing_is_fetched_where_no_command_may_run() {
    let (repository, _) = workspace();
    let head = repository.write("api/x", "").commit("one");
    let marker = repository.path().join("ran");
    repository.git(&["config", "core.sshCommand", &format!("touch {}; false", marker.display())]);
    repository.git(&["remote", "add", "origin", "ssh://127.0.0.1:9/a.git"]);
    let changed = |options: &[&str]| {
        let mut command = nestling(repository.path());
        command.args(["affected"]).args(options).env("GITLAB_CI", "true").env("CI_COMMIT_SHA", &head);
        command.env("CI_PIPELINE_SOURCE", "push").env("CI_COMMIT_BRANCH", "feature");
        command.env("CI_COMMIT_BEFORE_SHA", "7".repeat(40));
        said(&run(&mut command))
    };
    let told = changed(&["--no-run"]);
    assert!(!marker.exists(), "{told}");
    assert!(told.contains("is not in this clone"), "{told}");
    changed(&[]);
    assert!(marker.exists(), "without the switch it is fetched");
}

/// A template reaches no variable of the job.
#[test]
fn templates_see_no_variable() {
    let (repository, _) = workspace();
    for expression in
        ["SECRET", "env.SECRET", "environ", "vars.SECRET", "pipeline.SECRET", "self", "request", "config"]
    {
        let template = format!("test: {{ script: \"x ${{{{ {expression} }}}}\" }}\n");
        let head = repository.write("ci/app.yml", &template).commit("reads");
        let output = generate(&repository, &head, &["--all"]);
        assert!(!said(&output).contains("s3cret"), "{expression}: {}", said(&output));
    }
}
