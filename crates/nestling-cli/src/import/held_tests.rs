//! Jobs that keep others in the parent: each change that the report names has the effect that it names.

use super::held::held;
use super::proposal::Proposal;
use nestling::MemoryFiles;

const API: &str = "rules: [{ changes: ['api/**/*'] }]";
const WEB: &str = "rules: [{ changes: ['web/**/*'] }]";

/// Imports jobs in four stages, and returns the number of those that move, and the part of the report.
fn imported(jobs: &str) -> (usize, String) {
    let text = format!("stages: [lint, build, test, deploy]\n{jobs}").replace("API", API).replace("WEB", WEB);
    let files = MemoryFiles::new([(".gitlab-ci.yml", &*text), ("api/main.go", ""), ("web/main.js", "")]);
    let proposal = Proposal::make(&files, "main", None, true).unwrap();
    (proposal.moved(&proposal.division), held(&proposal, &files, "main").unwrap())
}

/// Jobs, a line of the report on a change, and the same change in the file.
#[test]
fn each_change_has_the_effect_that_the_report_names() {
    let ladder = "lint: { stage: lint, script: x, API }\nbuild: { stage: build, script: x, API, artifacts: { paths: [api/bin] } }\n\
                  scan: { stage: test, script: x }\ndeploy: { stage: deploy, script: cp api/bin x, API }\n";
    let install = "all: { stage: lint, script: x, artifacts: { paths: [lib] } }\na: { stage: build, script: x, API }\nw: { stage: test, script: x, WEB }\n";
    let needed = "all: { stage: lint, script: x }\na: { stage: build, script: x, needs: [all], API }\nw: { stage: build, script: x, needs: [all], WEB }\n";
    let both = "all: { stage: lint, script: x, artifacts: { paths: [lib] } }\na: { stage: build, script: x, needs: [all], API }\nw: { stage: test, script: y, WEB }\n\
                v: { stage: deploy, script: x, needs: [w], WEB }\nb: { stage: test, script: x, needs: [a, all], API }\n";
    let two = "build: { stage: build, script: x, API }\nscan: { stage: test, script: x }\nspell: { stage: test, script: x }\n\
               deploy: { stage: deploy, script: x, API, needs: NEEDS }\nship: { stage: deploy, script: x, needs: [deploy, build], API }\n";
    let two = two.replace(", needs: NEEDS", "");
    let fault = "a: { stage: build, script: x, rules: [{ if: '$CI_PIPELINE_SOURCE != \"schedule\"', changes: ['api/**/*'] }] }\n\
                 b: { stage: build, script: x, needs: [a], rules: [{ if: '$CI_PIPELINE_SOURCE == \"schedule\"' }] }\n";
    for (jobs, expected, edited) in [
        (fault, "`optional: true` on the needs of `b`", fault.replace("[a]", "[{ job: a, optional: true }]")),
        (ladder, "`needs: []` on `scan`", ladder.replace("scan: {", "scan: { needs: [],")),
        (ladder, "`stage: lint` on `scan`", ladder.replace("scan: { stage: test", "scan: { stage: lint")),
        (ladder, "`scan` in a unit", ladder.replace("scan: {", "scan: { API,")),
        (
            ladder,
            "`needs` of the same directory on `deploy`",
            ladder.replace(
                "deploy: { ",
                "deploy: { needs: [{ job: lint, optional: true }, { job: build, optional: true }], ",
            ),
        ),
        (
            install,
            "`dependencies` of the same directory on these jobs",
            install.replace("script: x, ", "script: x, dependencies: [], ").replacen(
                "dependencies: [], ",
                "",
                1,
            ),
        ),
        (
            both,
            "`needs` and `dependencies` without `all`",
            both.replace("[all]", "[]")
                .replace("[a, all]", "[a]")
                .replace("script: y, ", "script: y, dependencies: [], "),
        ),
        (needed, "`needs` without `all` on these jobs", needed.replace("needs: [all]", "needs: []")),
        (
            &two,
            "together, `needs: []` on `scan`, `spell`",
            two.replace("test, script: x", "test, script: x, needs: []"),
        ),
    ] {
        let (before, report) = imported(jobs);
        let line = report.lines().find(|line| line.contains(expected)).unwrap_or_default();
        let named: usize =
            line.rsplit(": ").next().and_then(|end| end.split(' ').next()?.parse().ok()).unwrap_or(0);
        assert!(named > before, "{expected}: {before} move already\n{jobs}\n{report}");
        assert_eq!(imported(&edited).0, named, "{expected}\n{edited}\n{report}");
    }
}

#[test]
fn a_keeper_is_named_with_all_that_it_keeps() {
    let jobs = "all: { stage: lint, script: x }\na: { stage: build, script: x, needs: [all], API }\nb: { stage: test, script: x, needs: [a], API }\n\
                w: { stage: test, script: x, WEB }\n";
    let (moved, report) = imported(jobs);
    assert_eq!(moved, 1);
    assert!(report.contains("  `all` keeps 2 others: `a`, `b`  (.gitlab-ci.yml:2)\n"), "{report}");
    assert!(!report.contains("circle"), "{report}");
    let (_, report) = imported("a: { script: x, API }\nall: { script: x }\n");
    assert_eq!(report, "", "a job that keeps no other one is none");
}

/// The parent's job is between two of a unit that belong together.
#[test]
fn a_circle_is_named_with_its_members() {
    let jobs = "one: { stage: build, script: x, API, artifacts: { paths: [api/x] } }\nall: { stage: test, script: x }\n\
                two: { stage: deploy, script: cp api/x y, API }\n";
    let (moved, report) = imported(jobs);
    assert_eq!(moved, 0);
    assert!(
        report.contains("`one`, `two`: a circle, in which each job stays because another one does\n"),
        "{report}"
    );
    assert!(report.contains("`all` keeps 2 others: `one`, `two`"), "{report}");
}

/// The page on the import has an example, with the part of its report.
#[test]
fn the_example_of_the_page_is_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("### Few jobs are moved").unwrap();
    let block = |language: &str| {
        let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
        block.split_once("```").unwrap().0
    };
    let files = MemoryFiles::new([(".gitlab-ci.yml", block("yaml")), ("api/main.go", "")]);
    let proposal = Proposal::make(&files, "main", None, true).unwrap();
    assert_eq!(held(&proposal, &files, "main").unwrap().trim_start(), block("text"));
}
