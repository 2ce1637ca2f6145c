//! One parent pipeline: what `nestling init` writes is the source, and README, book, examples and component hold the same jobs.

use crate::support::{expect_file, nestling, output, read, repository::Repository, root, run};

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
            "    paths: [child-pipeline*.yml]  # a pipeline that is too large for one file has parts",
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

/// Those that differ have a reason, and its jobs all the same.
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
        // A job before it makes the assembly, which only a checkout clears away.
        assert_eq!(job(&text, "run"), job(&smallest, "run"));
        let plan = job(&smallest, "plan").replace(
            "  variables:\n    GIT_CHECKOUT: \"false\"         # files are read from git's objects, none from disk\n",
            "",
        );
        assert_eq!(job(&text, "plan").replace("  needs: [synth]\n", ""), plan);
        assert!(text.contains("      auto_cancel:\n        on_new_commit: none"), "{text}");
    }
}

/// What the component does in the merge request of a fork, beside what `init` writes.
const FORKS: &str = r#"  before_script:
    # The pipeline of a fork's merge request: the fork chooses no template, and none of its commands run here.
    - |
      if [ "$[[ inputs.forks ]]" = restrict ] && [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_ID:-$CI_PROJECT_ID}" != "$CI_PROJECT_ID" ]; then
        git fetch --quiet --no-tags --depth=1 origin "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
        export NESTLING_NO_RUN=true NESTLING_WORKSPACE_FROM="$CI_MERGE_REQUEST_DIFF_BASE_SHA"
      fi
"#;

/// What a project decides is an input; everything else is as `init` has it.
#[test]
fn the_component_has_the_jobs_of_init() {
    let source = source();
    let inputs = [
        ("  stage: plan\n", "  stage: $[[ inputs.stage ]]\n"),
        ("  stage: run\n", "  stage: $[[ inputs.run_stage ]]\n"),
        (
            "  image: registry.example.com/ci/nestling:0.1.0   # any image with `nestling` in it\n",
            "  image: $[[ inputs.image ]]\n  needs: []\n",
        ),
        ("--report nestling-report\n", "--report \"$[[ inputs.report ]]\" $[[ inputs.options ]]\n"),
        ("[child-pipeline*.yml, nestling-report]", "[child-pipeline*.yml, \"$[[ inputs.report ]]\"]"),
        ("nestling-report/", "$[[ inputs.report ]]/"),
        ("strategy: depend", "strategy: $[[ inputs.strategy ]]"),
        ("  script:\n    - nestling", &format!("{FORKS}  script:\n    - nestling")),
    ];
    let mut jobs = source[source.find("nestling:plan:\n").unwrap()..].to_owned();
    for (from, to) in inputs {
        assert!(jobs.contains(from), "{from}");
        jobs = jobs.replace(from, to);
    }
    let path = root().join("ci/component/templates/nestling/template.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (header, _) = text.split_once("\n---\n").unwrap();
    expect_file(&path, &format!("{header}\n---\n{jobs}")).unwrap();
    assert!(header.contains("default: test"), "the trigger job is in no edge stage: {header}");
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
