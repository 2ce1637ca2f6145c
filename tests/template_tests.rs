//! `nestling test`, and templates that another revision owns.

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};

const WORKSPACE: &str = "workspace:\n  templates: [ci/templates]\n  vars: { image: alpine }\n";

const TEMPLATE: &str = "\
spec:
  inputs:
    word: { type: string, default: hello }
---
greet:
  image: ${{ vars.image }}
  script: echo ${{ inputs.word | sh }}
#% if pipeline.kind == \"merge_request\"
review: { script: ./review }
#% endif
";

fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE).write("ci/templates/greet.yml", TEMPLATE);
    repository.commit("a template");
    repository
}

#[test]
fn cases_beside_templates_pass_and_fail_with_what_differs() {
    let repository = workspace();
    let cases = "\
- name: a greeting
  template: greet
  inputs: { word: good morning }
  expect:
    jobs: { greet: { image: alpine, script: echo 'good morning' } }
    absent: [review]
- name: in a merge request
  template: greet
  as: merge_request
  expect: { jobs: { review: {} } }
- name: a wrong input
  template: greet
  inputs: { word: 3 }
  expect: { errors: [{ rule: input-value, message: must be a string }] }
- name: only what changed elsewhere
  template: greet
  unit: { changed: [/docs/x.md] }
  expect: { absent: [greet] }
";
    repository.write("ci/templates/tests/greet.yml", cases);
    let text = output(nestling(repository.path()).arg("test"));
    assert_eq!(text, "4 cases passed\n");

    repository.write(
        "ci/templates/tests/wrong.yml",
        "template: greet\nexpect: { jobs: { greet: { image: debian }, gret: {} } }\n",
    );
    let failed = run(nestling(repository.path()).args(["test", "--junit", "cases.xml"]));
    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    let text = String::from_utf8(failed.stdout).unwrap();
    let want = "\
failed  ci/templates/tests/wrong.yml: wrong (ci/templates/tests/wrong.yml:1:1)
    greet.image: expected \"debian\", found \"alpine\"
    unknown job `gret`
    help: did you mean `greet`?
1 of 5 cases failed
";
    assert_eq!(text, want);
    let report = std::fs::read_to_string(repository.path().join("cases.xml")).unwrap();
    assert!(report.contains("tests=\"5\" failures=\"1\""), "{report}");
    output(nestling(repository.path()).args(["test", "ci/templates/tests/greet.yml"]));
}

#[test]
fn a_case_gives_the_files_that_its_template_asks_about() {
    let repository = workspace();
    let template = "\
#% set package = files.json('./package.json')
test: { script: \"${{ package.packageManager | default('npm') }} ${{ files.nearest('yarn.lock') or 'no lock' }}\" }
";
    let cases = "\
- name: pnpm
  template: node
  files: { package.json: '{\"packageManager\": \"pnpm\"}', /yarn.lock: '' }
  expect: { jobs: { test: { script: pnpm yarn.lock } } }
- name: no package.json
  template: node
  files: {}
  expect: { errors: [{ rule: template, message: \"file `services/api/package.json` does not exist\" }] }
- name: the repository's own
  template: node
  unit: { dir: web }
  expect: { jobs: { test: { script: yarn no lock } } }
";
    repository.write("ci/templates/node.yml", template).write("ci/templates/tests/node.yml", cases);
    repository.write("web/package.json", "{\"packageManager\": \"yarn\"}");
    assert_eq!(output(nestling(repository.path()).arg("test")), "3 cases passed\n");
}

#[test]
fn a_stored_pipeline_is_written_once_and_compared_afterwards() {
    let repository = workspace();
    repository.write(
        "ci/templates/tests/greet.yml",
        "{ name: all of it, template: greet, expect: { snapshot: true } }\n",
    );
    let missing = run(nestling(repository.path()).arg("test"));
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
    output(nestling(repository.path()).args(["test", "--update"]));
    let stored = repository.path().join("ci/templates/tests/snapshots/greet.all-of-it.yml");
    assert!(std::fs::read_to_string(&stored).unwrap().contains("api:greet:"));
    output(nestling(repository.path()).arg("test"));
    repository.write("ci/templates/greet.yml", &TEMPLATE.replace("echo", "printf"));
    let changed = run(nestling(repository.path()).arg("test"));
    let text = String::from_utf8(changed.stdout).unwrap();
    assert!(text.contains("-   script: echo hello\n    +   script: printf hello\n"), "{text}");
}

#[test]
fn the_cases_of_the_library_run_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let text = output(nestling(folder.path()).args(["test", "--library"]));
    assert!(text.ends_with("cases passed\n"), "{text}");
}

#[test]
fn templates_of_a_protected_branch_are_read_from_its_objects() {
    let repository = workspace();
    repository.git(&["branch", "owned"]);
    repository.write(
        "nestling.yml",
        "workspace:\n  templates: [{ git: owned, path: ci/templates }]\n  vars: { image: alpine }\n",
    );
    repository.write("ci/templates/greet.yml", "greet: { script: curl evil }\n");
    repository.write("services/api/nestling.yml", "unit: { use: greet }\n");
    repository.commit("a template that nobody uses");
    let pipeline = output(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    assert!(pipeline.contains("script: echo hello") && !pipeline.contains("evil"), "{pipeline}");
    assert!(pipeline.contains("# owned:ci/templates/greet.yml:5:1"), "{pipeline}");

    repository.write("nestling.yml", "workspace:\n  templates: [{ git: origin/gone, path: ci/templates }]\n");
    let gone = run(nestling(repository.path()).arg("check"));
    assert_eq!(gone.status.code(), Some(1), "{}", said(&gone));
    let text = String::from_utf8(gone.stderr).unwrap();
    assert!(text.contains("templates cannot be read from `origin/gone`"), "{text}");
    assert!(text.contains("git fetch origin +refs/heads/gone:refs/remotes/origin/gone"), "{text}");
}

#[test]
fn a_tag_that_is_called_like_the_protected_branch_is_refused() {
    let repository = workspace();
    let protected = repository.git(&["rev-parse", "HEAD"]);
    repository.write("ci/templates/greet.yml", "greet: { script: curl evil }\n");
    repository.write("services/api/nestling.yml", "unit: { use: greet }\n");
    let header = |name: &str| {
        format!(
            "workspace:\n  templates: [{{ git: {name}, path: ci/templates }}]\n  vars: {{ image: alpine }}\n"
        )
    };
    repository.write("nestling.yml", &header("origin/main"));
    repository.commit("the merge request's own template");
    repository.git(&["update-ref", "refs/remotes/origin/main", protected.trim()]);
    repository.git(&["tag", "origin/main"]);
    let refused = run(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    let text = String::from_utf8(refused.stderr).unwrap();
    for part in [
        "`refs/tags/origin/main` and `refs/remotes/origin/main`",
        "write the full name, such as `git: refs/remotes/origin/main`",
    ] {
        assert!(text.contains(part), "{text}");
    }
    repository.write("nestling.yml", &header("refs/remotes/origin/main"));
    let pipeline = output(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    assert!(pipeline.contains("script: echo hello") && !pipeline.contains("evil"), "{pipeline}");
}

#[test]
fn templates_of_another_repository_on_disk_are_read_from_its_objects() {
    let other = workspace();
    let repository = Repository::new();
    let path = other.path().file_name().unwrap().to_str().unwrap();
    let header = format!(
        "workspace:\n  templates: [{{ repository: ../{path}, git: main, path: ci/templates }}]\n  vars: {{ image: alpine }}\n"
    );
    repository.write("nestling.yml", &header).write("services/api/nestling.yml", "unit: { use: greet }\n");
    repository.commit("a user of it");
    let pipeline = output(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    assert!(pipeline.contains("script: echo hello"), "{pipeline}");
}

#[test]
fn a_branch_name_in_a_script_is_told_unless_a_comment_allows_it() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    let unit = "build:\n  script:\n    - git checkout ${{ pipeline.branch }}\n";
    repository.write("api/nestling.yml", unit);
    repository.commit("a branch name in a script");
    let said = |repository: &Repository| {
        // A tag's pipeline has no branch.
        let output = run(nestling(repository.path()).args(["check", "--as", "branch:main"]));
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let text = said(&repository);
    assert!(text.contains("warning[script-injection]"), "{text}");
    assert!(text.contains("api/nestling.yml:3:24"), "{text}");
    let comment = "    # nestling: allow(script-injection)\n    - git";
    repository.write("api/nestling.yml", &unit.replace("    - git", comment));
    let text = said(&repository);
    assert!(!text.contains("script-injection"), "{text}");
}
