//! One parent pipeline: what `nestling init` writes is the source, and README, book, examples and component hold the same jobs.

use crate::support::{expect_file, nestling, output, read, repository::Repository, root, run, tracked};

/// The parent as `init` writes it.
fn source() -> String {
    let text = read("crates/nestling-cli/src/init/parent.gitlab-ci.yml");
    let repository = Repository::new();
    repository.write("README.md", "").commit("start");
    output(nestling(repository.path()).arg("init"));
    assert_eq!(std::fs::read_to_string(repository.path().join(".gitlab-ci.yml")).unwrap(), text);
    text
}

/// The same without reports, and with short names of its jobs, which a repository of one's own can have.
fn smallest(source: &str) -> String {
    let report = [
        "    when: always                  # the reports say what is wrong when nothing could be planned",
        "    reports:",
        "      annotations: nestling-report/annotations.json",
        "      codequality: nestling-report/codequality.json",
    ];
    let lines: Vec<&str> = source.lines().filter(|line| !report.contains(line)).collect();
    let text = lines.join("\n") + "\n";
    text.replace(" --report nestling-report", "")
        .replace(
            "    paths: [child-pipeline*.yml, nestling-report]",
            "    paths: [child-pipeline*.yml]  # a pipeline that is too large for one file is split into parts",
        )
        .replace("[\"nestling:plan\"]        #", "[plan]                   #")
        .replace("nestling:plan", "plan")
        .replace("nestling:run", "run")
}

/// The body of a job, from the line of its name to the next empty one.
fn job(parent: &str, name: &str) -> String {
    let start = parent.find(&format!("\n{name}:\n")).unwrap_or_else(|| panic!("no `{name}` in {parent}")) + 1;
    parent[start..].split("\n\n").next().unwrap().trim_end().to_owned() + "\n"
}

/// Replaces the first block of YAML that begins with `start` in a page.
fn with_block(page: &str, start: &str, block: &str) -> String {
    let opening = format!("```yaml\n{start}");
    let (before, rest) = page.split_once(&opening).unwrap_or_else(|| panic!("no `{start}` in the page"));
    let (_, after) = rest.split_once("```\n").unwrap();
    format!("{before}```yaml\n{block}```\n{after}")
}

#[test]
fn the_readme_and_the_book_show_the_parent_of_init() {
    let source = source();
    let smallest = smallest(&source);
    let bare = smallest.split_once('\n').unwrap().1;
    let page = with_block(&read("docs/parent.md"), "stages: [plan, run]\n", bare);
    let with_reports = job(&source, "nestling:plan").replace("nestling:plan:", "plan:");
    let page = with_block(&page, "plan:\n  stage: plan\n", &with_reports);
    expect_file(&root().join("docs/parent.md"), &page).unwrap();
    let named = format!("# .gitlab-ci.yml\n{bare}");
    let tutorial = with_block(&read("docs/tutorial.md"), "# .gitlab-ci.yml\n", &named);
    expect_file(&root().join("docs/tutorial.md"), &tutorial).unwrap();
    let readme = with_block(&read("README.md"), "# .gitlab-ci.yml\n", &named);
    expect_file(&root().join("README.md"), &readme).unwrap();
}

/// Examples whose parent differs state the reason, and still have its jobs.
#[test]
fn the_examples_have_the_parent_of_init() {
    let smallest = smallest(&source());
    for example in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = example.unwrap().path().join(".gitlab-ci.yml");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if !["codepipeline", "ecs-fargate"].iter().any(|name| path.parent().unwrap().ends_with(name)) {
            expect_file(&path, &smallest).unwrap();
            continue;
        }
        // A job before it makes the assembly, which only a checkout removes.
        assert_eq!(job(&text, "run"), job(&smallest, "run"));
        let plan = job(&smallest, "plan").replace(
            "  variables:\n    GIT_CHECKOUT: \"false\"         # files are read from git's objects, not from disk\n",
            "",
        );
        assert_eq!(job(&text, "plan").replace("  needs: [synth]\n", ""), plan);
        assert!(text.contains("      auto_cancel:\n        on_new_commit: none"), "{text}");
    }
}

/// Commands of the component before it plans, beside those that `init` writes. A variable of a manually started pipeline beats an input.
const BEFORE: &str = r#"  before_script:
    - export NESTLING_ALL="${NESTLING_ALL:-$[[ inputs.all ]]}"
    # The pipeline of a fork's merge request: the fork chooses no template, and none of its commands run here.
    - |
      if [ "$[[ inputs.forks ]]" = restrict ] && [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_ID:-$CI_PROJECT_ID}" != "$CI_PROJECT_ID" ]; then
        git fetch --quiet --no-tags --depth=1 origin "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
        export NESTLING_NO_RUN=true NESTLING_WORKSPACE_FROM="$CI_MERGE_REQUEST_DIFF_BASE_SHA"
      fi
"#;

/// Its commands for the records of passed jobs, before it plans and in a job of its own.
const BRING: &str = r#"    - |
      if [ "$[[ inputs.passed ]]" = true ]; then
        nestling passed script download | sh -s nestling-passed
        nestling passed verify nestling-passed
        export NESTLING_PASSED=nestling-passed
      fi
"#;
/// Its commands for the note on the merge request.
const NOTE: &str = r#"    - |
      if [ "$[[ inputs.note ]]" = true ]; then
        nestling note --report "$[[ inputs.reports ]]" > "$[[ inputs.reports ]]/note.md"
        nestling note --script | sh -s "$[[ inputs.reports ]]/note.md" || echo 'the note was not written'
      fi
"#;
const RECORD: &str = r#"
nestling:record:
  stage: $[[ inputs.stage ]]
  image: $[[ inputs.image ]]
  needs: ["nestling:plan", "nestling:run"]
  rules:
    - if: '"$[[ inputs.passed ]]" == "true"'
      when: always                # a job that has passed has passed, whatever became of the others
  allow_failure: true
  variables:
    GIT_STRATEGY: none
  script:
    - nestling passed script upload | sh -s "$[[ inputs.reports ]]/plan.json"
"#;

/// The image of this version, which the snippets name.
fn image() -> String {
    format!("registry.gitlab.com/nestling-ci/nestling:{}", env!("CARGO_PKG_VERSION"))
}

/// Decisions of a project are inputs; everything else is as `init` writes it.
#[test]
fn the_component_has_the_jobs_of_init() {
    let source = source();
    let inputs = [
        ("  stage: plan\n", "  stage: $[[ inputs.stage ]]\n"),
        ("  stage: run\n", "  stage: $[[ inputs.stage ]]\n"),
        (
            &*format!("  image: {}   # nestling, git and a shell\n", image()),
            "  image: $[[ inputs.image ]]\n  needs: []\n",
        ),
        (
            "    GIT_CHECKOUT:",
            "    NESTLING_ONLY: \"$[[ inputs.only ]]\"\n    NESTLING_ENVIRONMENT: \"$[[ inputs.environment ]]\"\n    NESTLING_FULL_PAGE: \"$[[ inputs.full_page ]]\"\n    GIT_CHECKOUT:",
        ),
        (
            "--report nestling-report\n",
            &format!("--report \"$[[ inputs.reports ]]\" $[[ inputs.arguments ]]\n{NOTE}"),
        ),
        ("[child-pipeline*.yml, nestling-report]", "[child-pipeline*.yml, \"$[[ inputs.reports ]]\"]"),
        ("nestling-report/", "$[[ inputs.reports ]]/"),
        ("strategy: depend", "strategy: $[[ inputs.strategy ]]"),
        ("  script:\n    - nestling", &format!("{BEFORE}  script:\n{BRING}    - nestling")),
    ];
    let mut jobs = source[source.find("nestling:plan:\n").unwrap()..].to_owned();
    for (from, to) in inputs {
        assert!(jobs.contains(from), "{from}");
        jobs = jobs.replace(from, to);
    }
    let path = root().join("ci/component/templates/plan.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (header, _) = text.split_once("\n---\n").unwrap();
    expect_file(&path, &format!("{header}\n---\n{jobs}{RECORD}")).unwrap();
    assert!(header.contains("default: test"), "the trigger job is in no edge stage: {header}");
    assert!(header.contains(&format!("default: {}\n", image())), "an image of another version: {header}");
}

/// A release changes the version in one place, `Cargo.toml`; what names it elsewhere is found here.
#[test]
fn every_snippet_names_this_version() {
    let mut count = 0;
    for path in tracked() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (before, version) in [
            ("gitlab.com/nestling-ci/nestling:", env!("CARGO_PKG_VERSION").to_owned()),
            ("nestling-ci/components/plan@", env!("CARGO_PKG_VERSION").to_owned()),
            ("nestling-ci/nestling/-/releases/", env!("CARGO_PKG_VERSION").to_owned()),
            ("pip install nestling==", env!("CARGO_PKG_VERSION").to_owned()),
            ("nestling-ci/nestling//.gitlab-ci.yml@refs/tags/", env!("CARGO_PKG_VERSION").to_owned()),
            ("`/-/releases/", env!("CARGO_PKG_VERSION").to_owned()),
        ] {
            for rest in
                text.split(before).skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                assert_eq!(rest[..end].trim_end_matches('.'), version, "{}: {before}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 20, "only {count} snippets name a version");
}

/// In a repository with a pipeline of its own, once the file is included.
#[test]
fn check_judges_the_jobs_that_init_writes() {
    let judged = |pipeline: &str| {
        let repository = Repository::new();
        repository.write(".gitlab-ci.yml", pipeline).write("a/package.json", "{}").commit("start");
        output(nestling(repository.path()).arg("init"));
        let include = "include: [{ local: nestling.gitlab-ci.yml }]\n";
        repository.write(".gitlab-ci.yml", &format!("{include}{pipeline}"));
        let output = run(nestling(repository.path()).arg("check"));
        assert!(output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("allow-"), "{said}");
        let rules = said.lines().filter_map(|line| line.split_once("[parent-")?.1.split_once(']'));
        rules.map(|(rule, _)| rule.to_owned()).collect::<Vec<String>>()
    };
    let jobs = "stages: [check, ship]\nlint: { stage: check, script: x, rules: [{ changes: [src/*] }] }\n";
    assert_eq!(judged(jobs), ["auto-cancel"]);
    let rule = "workflow: { rules: [{ when: always, auto_cancel: { on_new_commit: none } }] }\n";
    assert_eq!(judged(&format!("{rule}{jobs}")), Vec::<String>::new());
    // Its comments are for `check FILE`, which looks at the other jobs.
    let comment = "# nestling: allow(retry)\n";
    assert_eq!(judged(&format!("{comment}{jobs}")), ["auto-cancel"]);
}
