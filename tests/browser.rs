//! The page of `preview --html` in a browser. Screenshots are left in `target/page`, for people and for CI to keep.

use crate::support::example::Example;
use crate::support::memory::{changed, facts, planned};
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, root, run, said, setting};
use nestling::view::HtmlPage;
use nestling::{ChangeSet, EmitOptions, MemoryFiles, Parts, Plan};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

const WORKSPACE: &str = "\
workspace:
  templates: [ci]
  stages: [build, test, package, deploy, verify]
  units: [{ match: 'unit-*', use: service }]
  environments:
    review:
      when: merge_request
      name: review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}
      url: https://${{ unit.slug }}.example.com
      deployment_tier: development
      auto_stop_in: 1 week
";

const API: &str = "\
unit: {}
---
build:
  stage: build
  needs: []
  script:
    - |
      npm ci
      npm run build
test:
  stage: test
  needs: [build]
  script: echo \"</script><script>window.hostile = 1</script><!--\"
deploy:
  stage: deploy
  needs: [test]
  environment: [review]
  script: ./deploy
  stop: { script: ./destroy }
";

const WEB: &str = "unit: { depends_on: [api] }\n---\ntest: { stage: test, script: npm test }\n";

const SERVICE: &str = "\
build: { stage: build, image: 'node:22', script: [npm ci, npm run build] }
lint: { stage: test, needs: [], script: npm run lint }
#% for shard in range(1, 5)
test ${{ shard }}/4: { stage: test, needs: [build], script: npm test }
#% endfor
package: { stage: package, needs: ['test 1/4', 'test 2/4', 'test 3/4', 'test 4/4'], script: docker build . }
deploy: { stage: deploy, needs: [package], environment: [review], script: ./deploy, stop: { script: ./destroy } }
smoke: { stage: verify, needs: [deploy], script: ./smoke }
";

/// The fixtures' repositories: paths with their texts.
type Files<'a> = Vec<(String, &'a str)>;

fn files<'a>(files: &[(&str, &'a str)]) -> Files<'a> {
    files.iter().map(|(path, text)| ((*path).to_owned(), *text)).collect()
}

fn plan(files: &Files<'_>, changes: &[&str], kind: &str) -> Plan {
    planned(&MemoryFiles::new(files.clone()), changed(changes), facts(kind))
}

/// A page of one kind of pipeline, without a diagnostic. Its plan lives as long as the tests.
fn page(files: &Files<'_>, changes: &[&str]) -> HtmlPage<'static> {
    let plan: &Plan = Box::leak(Box::new(plan(files, changes, "merge_request")));
    assert_eq!(plan.diagnostics, []);
    HtmlPage::new(plan)
}

fn small() -> String {
    let workspace = WORKSPACE
        .replace("  units: [{ match: 'unit-*', use: service }]\n", "")
        .replace("workspace:\n", "workspace:\n  ignore: ['**/*.md']\n");
    let files = files(&[
        ("nestling.yml", workspace.as_str()),
        ("api/nestling.yml", API),
        ("web/nestling.yml", WEB),
        ("docs/nestling.yml", "check: { script: 'true' }\n"),
    ]);
    page(&files, &["LICENSE", "README.md", "api/main.js"]).render().unwrap()
}

/// Jobs that rules leave out, that depend on a variable, that `parallel` multiplies and that trigger others, in three kinds of
/// pipelines.
fn presence() -> String {
    let jobs = "\
build: { stage: build, needs: [], parallel: 3, script: make }
lint: { stage: build, needs: [build], script: make lint }
release: { stage: deploy, needs: [build], script: x, rules: [{ if: $CI_COMMIT_TAG }] }
announce:
  stage: deploy
  needs: [{ job: release, optional: true }]
  script: x
  rules: [{ if: '$ANNOUNCE == \"yes\"', when: manual, allow_failure: true }]
later:
  stage: deploy
  needs: [lint]
  script: x
  rules:
    - { if: '$CI_COMMIT_BRANCH == \"main\"', when: never }
    - { if: $CI_MERGE_REQUEST_IID, when: delayed, start_in: 1 hour }
    - { if: $CI_MERGE_REQUEST_ID }
publish: { stage: deploy, needs: [build], script: x, rules: [{ when: on_success }] }
downstream: { stage: deploy, needs: [build], trigger: shop/deployments }
";
    let files =
        files(&[("nestling.yml", "workspace: { stages: [build, deploy] }\n"), ("api/nestling.yml", jobs)]);
    let mut page = page(&files, &["api/main.js"]);
    for kind in ["branch:main", "tag:v1"] {
        page.add_kind(&plan(&files, &["api/main.js"], kind));
    }
    page.render().unwrap()
}

fn one_unit(jobs: &str) -> Files<'_> {
    files(&[("nestling.yml", "workspace: { stages: [build, test, deploy] }\n"), ("api/nestling.yml", jobs)])
}

/// A page with the difference to base: a job each that was added, removed and changed, another order of the stages, and an error
/// at base.
fn based() -> String {
    let same = "build: { stage: build, script: make }\n";
    let base = format!(
        "{same}test: {{ stage: test, image: 'node:22', script: x }}\nold: {{ scrpt: x, script: x }}\n"
    );
    let head = format!("{same}test: {{ stage: test, image: 'node:24', script: x }}\nnew: {{ script: x }}\n");
    let [base, head] = [("test, build", &base), ("build, test", &head)].map(|(stages, jobs)| {
        let workspace = format!("workspace: {{ stages: [{stages}, deploy] }}\n");
        let files = files(&[("nestling.yml", workspace.as_str()), ("api/nestling.yml", jobs)]);
        plan(&files, &["api/nestling.yml"], "merge_request")
    });
    let mut page = HtmlPage::new(&head);
    page.add_base(&base, &head);
    page.render().unwrap()
}

/// Forty jobs of one stage, each of which needs the one before, with their durations.
fn chain() -> String {
    let mut jobs = String::new();
    for job in 0..40 {
        let needs = if job == 0 { String::new() } else { format!("a{:02}", job - 1) };
        jobs += &format!("a{job:02}: {{ stage: test, script: x, needs: [{needs}] }}\n");
    }
    let mut page = page(&one_unit(&jobs), &["api/main.js"]);
    page.add_durations((0..40).map(|job| (format!("api:a{job:02}"), 2.0)).collect());
    page.render().unwrap()
}

fn groups() -> String {
    let mut jobs = String::from(
        "\
build: { stage: build, needs: [], script: make, artifacts: { paths: [out, child.yml], reports: { dotenv: build.env } } }
lint: { stage: build, needs: [], script: make lint, artifacts: { paths: [lint.xml] } }
package: { stage: test, needs: [lint], script: make package }
start: { stage: deploy, needs: [build], trigger: { include: [{ artifact: child.yml, job: build }], strategy: depend } }
",
    );
    for shard in 1..=4 {
        jobs += &format!("test {shard}/4: {{ stage: test, needs: [build], script: make test }}\n");
    }
    page(&one_unit(&jobs), &["api/main.js"]).render().unwrap()
}

/// A pipeline in three parts.
fn parts() -> String {
    let mut all = files(&[("nestling.yml", WORKSPACE), ("ci/service.yml", SERVICE)]);
    all.extend((0..6).map(|unit| (format!("unit-{unit:03}/package.json"), "{}")));
    let plan = plan(&all, &["nestling.yml"], "merge_request");
    let mut options = EmitOptions::default();
    options.parts = Parts::Exactly(NonZeroUsize::new(3).unwrap());
    let parts = plan.parts(&options);
    let emitted = plan.emit(&options);
    assert_eq!(emitted.parts, parts);
    let mut page = HtmlPage::new(&plan);
    page.add_parts(&plan, &parts);
    page.render().unwrap()
}

/// Trigger jobs whose child pipelines are in the repository: one whole, one with a file that only GitLab reads, one missing.
fn children() -> String {
    let jobs = "\
release: { stage: deploy, trigger: { include: ci/release.yml, strategy: depend } }
remote: { stage: deploy, trigger: { include: [{ local: /ci/remote.yml }] } }
missing: { stage: deploy, trigger: { include: ci/missing.yml } }
";
    let mut all = one_unit(jobs);
    let release = "stages: [pack, send]\ninclude: ci/more.yml\n.base: { script: x }\nzip: { stage: pack, extends: .base }\n";
    all.extend(files(&[
        ("ci/release.yml", release),
        ("ci/more.yml", "mail: { stage: send, script: x, rules: [{ if: $MAIL }] }\nnews: { stage: send, script: x, parallel: 3 }\n"),
        ("ci/remote.yml", "include: { remote: 'https://example.com/a.yml' }\nown: { script: x }\n"),
    ]));
    let files = MemoryFiles::new(all.clone());
    let plan = plan(&all, &["api/main.js"], "merge_request");
    let mut page = HtmlPage::new(&plan);
    assert!(page.has_local_children());
    page.read_children(&files, &plan);
    page.render().unwrap()
}

/// Jobs that are manual, that may be, and that are not.
fn starts() -> String {
    let gated = "rules: [{ if: $GATE, when: manual }, { when: on_success }]";
    let jobs = format!(
        "build: {{ stage: build, script: make }}\ngate: {{ stage: test, script: make, {gated} }}\n\
         ask: {{ stage: test, script: make, when: manual }}\n\
         release: {{ stage: deploy, script: make, environment: prod, {gated} }}\n"
    );
    page(&one_unit(&jobs), &["api/main.js"]).render().unwrap()
}

/// A job of one kind alone, and one that differs in presence and start.
fn kinds() -> String {
    let jobs = "\
build: { stage: build, script: make }
lint: { stage: test, script: x, rules: [{ if: $CI_MERGE_REQUEST_IID && $L, when: manual, allow_failure: true }, { if: $CI_COMMIT_BRANCH }] }
test: { stage: test, script: x, parallel: 3, rules: [{ if: $CI_COMMIT_BRANCH }] }
";
    let files = one_unit(jobs);
    let mut page = page(&files, &["api/main.js"]);
    page.add_kind(&plan(&files, &["api/main.js"], "branch:main"));
    page.render().unwrap()
}

fn problems() -> String {
    let files = one_unit("test:\n  script: make\n  scrpt: make\nbuild: { stage: build, script: make }\n");
    let plan = plan(&files, &["api/main.js"], "merge_request");
    let mut page = HtmlPage::new(&plan);
    page.link_sources("https://gitlab.example.com/shop/-/blob/0123abc/");
    page.render().unwrap()
}

fn names() -> String {
    let mut all = files(&[("nestling.yml", "workspace: {}\n")]);
    let units = ["read", "write"].map(|end| format!("catalogue/service-orders-of-customers-{end}"));
    all.extend(units.iter().map(|unit| (format!("{unit}/nestling.yml"), "test: { script: make }\n")));
    page(&all, &[&format!("{}/x", units[0]), &format!("{}/x", units[1])]).render().unwrap()
}

/// Names of units, stages, jobs and environments that fit nowhere, and differ at their ends or in their middle.
fn long_names() -> String {
    let stage = "integration tests of everything that is deployed together";
    let workspace = format!(
        "workspace:\n  stages: [build, \"{stage}\", deploy]\n  environments:\n    review: {{ when: merge_request, name: \
         \"review/$CI_COMMIT_REF_SLUG/${{{{ unit.slug }}}}\", deployment_tier: development, auto_stop_in: 1 day }}\n"
    );
    let mut all = vec![("nestling.yml".to_owned(), workspace)];
    for end in ["read", "write"] {
        let build = format!("build-and-publish-the-container-image-for-{end}");
        let text = format!(
            "{build}: {{ stage: build, script: make }}\n\
             test-the-integration-of-orders-{end}: {{ stage: \"{stage}\", needs: [{build}], script: make, rules: [{{ if: \
             $GATE_OF_THE_TESTS, when: manual }}, {{ when: on_success }}] }}\n\
             deploy: {{ stage: deploy, environment: [review], script: x, when: manual, stop: {{ script: y }} }}\n\
             trigger-the-deployment-of-orders-{end}: {{ stage: deploy, trigger: group/a-long-name-of-a-project/orders-{end} }}\n\
             verify-all-the-orders-of-{end}-america-with-their-warehouse: {{ stage: build, script: x }}\n\
             verify-all-the-orders-of-{end}-europe-with-their-warehouse: {{ stage: build, script: x }}\n\
             split-the-tests-of-orders-{end} 1/2: {{ stage: build, script: x }}\nsplit-the-tests-of-orders-{end} 2/2: {{ stage: build, script: x }}\n"
        );
        all.push((format!("catalogue/services/service-of-customers-{end}/nestling.yml"), text));
    }
    let plan = planned(&MemoryFiles::new(all), ChangeSet::everything(), facts("merge_request"));
    assert!(!plan.has_errors());
    HtmlPage::new(&plan).render().unwrap()
}

/// Ten jobs for each unit, in three kinds of pipelines.
fn services(units: usize) -> String {
    let mut all = files(&[("nestling.yml", WORKSPACE), ("ci/service.yml", SERVICE)]);
    all.extend((0..units).map(|unit| (format!("unit-{unit:03}/package.json"), "{}")));
    let mut page = page(&all, &["nestling.yml"]);
    for kind in ["branch:main", "tag:v1"] {
        page.add_kind(&plan(&all, &["nestling.yml"], kind));
    }
    page.render().unwrap()
}

fn write_pages(folder: &Path, is_long: bool) {
    let mut pages = vec![
        ("small", small()),
        ("presence", presence()),
        ("based", based()),
        ("chain", chain()),
        ("groups", groups()),
        ("parts", parts()),
        ("children", children()),
        ("starts", starts()),
        ("kinds", kinds()),
        ("problems", problems()),
        ("names", names()),
        ("long", long_names()),
        ("empty", page(&one_unit("test: { script: make }\n"), &["LICENSE"]).render().unwrap()),
        ("middle", services(30)),
        ("large", services(500)),
    ];
    if is_long {
        pages.push(("huge", services(2000)));
    }
    for (name, html) in pages {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

#[test]
fn the_page_works_in_a_browser() {
    let test = "the_page_works_in_a_browser";
    let (Some(mut node), Some(chromium)) = (need(Tool::Playwright, test), need(Tool::Chromium, test)) else {
        return;
    };
    let folder = target().join("page");
    std::fs::create_dir_all(&folder).unwrap();
    let is_long = setting("NESTLING_TEST_PAGE").is_some_and(|value| value == "long");
    write_pages(&folder, is_long);
    let shop = Example::new("shop");
    let mut preview = nestling(&shop.path());
    output(preview.args(["preview", "--as", "merge_request", "--html"]).arg(folder.join("shop.html")));
    let chromium =
        output(Command::new("sh").args(["-c", "command -v -- \"$0\""]).arg(chromium.get_program()));
    node.arg(root().join("tests/browser/page.mjs"));
    node.arg(root().join(".cache/tools/npm/node_modules"));
    node.arg(chromium.trim()).arg(&folder).args(is_long.then_some("long"));
    let driven = run(&mut node);
    let tests = String::from_utf8_lossy(&driven.stdout);
    // Measures, for people who run this with `--nocapture`, as `tests/long page` does.
    tests.lines().filter(|line| line.starts_with("# ")).for_each(|line| println!("{line}"));
    assert!(driven.status.success(), "{}", said(&driven));
    assert_eq!(
        tests.lines().filter(|line| line.starts_with("ok ")).count(),
        if is_long { 35 } else { 34 },
        "{tests}"
    );
    // The pictures of the book. Browsers draw differently from one version to the next, so that they are not compared.
    if setting("NESTLING_TEST_UPDATE").is_some() {
        for (shot, picture) in PICTURES {
            std::fs::copy(folder.join(shot), root().join("docs").join(picture)).unwrap();
        }
    }
}

/// Screenshots that the book shows.
const PICTURES: [(&str, &str); 7] = [
    ("shop.png", "page.png"),
    ("kinds.png", "page-kinds.png"),
    ("rules.png", "page-rules.png"),
    ("base.png", "page-base.png"),
    ("change.png", "page-change.png"),
    ("critical.png", "page-critical.png"),
    ("parts-view.png", "page-parts.png"),
];

/// The data that a page carries.
fn data(page: &str) -> serde_json::Value {
    let json = page.split_once("<script id=\"plan\" type=\"application/json\">").unwrap().1;
    serde_json::from_str(json.split_once("</script>").unwrap().0).unwrap()
}

/// The jobs of `preview --as KIND` that GitLab makes, or may make.
fn previewed(shop: &Example, kind: &str) -> Vec<serde_json::Value> {
    let json = output(nestling(&shop.path()).args(["preview", "--as", kind, "--all", "--format", "json"]));
    let mut preview: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut jobs = std::mem::take(preview["jobs"].as_array_mut().unwrap());
    jobs.retain(|job| job["presence"]["state"] != "out");
    jobs
}

/// The number that `check` gives for a kind: `18–20 jobs in merge requests, 27–29 in the default branch and schedules`.
fn number_before(check: &str, kind: &str) -> (u64, u64) {
    let (before, _) = check.split_once(kind).unwrap_or_else(|| panic!("{kind} in {check}"));
    let mut words = before.split_whitespace().rev();
    let number = words.find_map(|word| {
        let (certain, possible) = word.split_once('–').unwrap_or((word, word));
        certain.parse().ok().zip(possible.parse().ok())
    });
    number.unwrap_or_else(|| panic!("{kind} in {check}"))
}

/// The numbers of certain and possible jobs of a kind on the page.
fn counted(data: &serde_json::Value, kind: &serde_json::Value) -> (u64, u64) {
    let mut count = (0, 0);
    for index in kind["jobs"].as_array().unwrap() {
        let job = &data["jobs"][usize::try_from(index.as_u64().unwrap()).unwrap()];
        let copies = job
            .get("copies")
            .map_or((1, 1), |copies| (copies[0].as_u64().unwrap(), copies[1].as_u64().unwrap()));
        count = (count.0 + copies.0, count.1 + copies.1);
    }
    count
}

#[test]
fn each_tab_has_the_numbers_of_preview_and_check_and_base_those_of_diff() {
    let shop = Example::new("shop");
    let infra = shop.path().join("infra/nestling.yml");
    let perhaps = "perhaps: { stage: test, parallel: 2, script: x, rules: [{ if: $PERHAPS }] }\n";
    std::fs::write(&infra, std::fs::read_to_string(&infra).unwrap() + perhaps).unwrap();
    let html =
        output(nestling(&shop.path()).args(["preview", "--as", "merge_request", "--all", "--html", "-"]));
    let data = data(&html);
    let kinds = data["kinds"].as_array().unwrap();
    assert!(kinds.len() > 4, "{}", kinds.len());
    let check = said(&run(nestling(&shop.path()).args(["check", "--color", "never"])));
    for kind in kinds {
        let description = kind["description"].as_str().unwrap();
        let (wanted, checked) = match description {
            "merge request of feature" => ("merge_request".to_owned(), "merge requests"),
            "branch main" => ("branch:main".to_owned(), "the default branch"),
            "schedule on main" => ("schedule".to_owned(), "schedules"),
            "web on main" => ("web".to_owned(), "`web` pipelines"),
            other if other.starts_with("tag ") => (other.replace(' ', ":"), "tags"),
            other => (other.replace(' ', ":"), "other branches"),
        };
        let jobs = previewed(&shop, &wanted);
        let copies = |job: &serde_json::Value| job["copies"].as_u64().unwrap();
        let certain = jobs.iter().filter(|job| job["presence"]["state"] == "in").map(copies).sum();
        let numbers: (u64, u64) = (certain, jobs.iter().map(copies).sum());
        assert_eq!(numbers.1 - numbers.0, 2, "{description}");
        assert_eq!(counted(&data, kind), numbers, "{description}");
        let names: BTreeSet<&str> = jobs.iter().map(|job| job["name"].as_str().unwrap()).collect();
        let tab = &kind["count"];
        assert_eq!((tab[0].as_u64().unwrap(), tab[1].as_u64().unwrap()), counted(&data, kind));
        assert_eq!(number_before(&check, checked), numbers, "{description}: {check}");
        let first = previewed(&shop, "merge_request");
        let first: BTreeSet<&str> = first.iter().map(|job| job["name"].as_str().unwrap()).collect();
        if let Some(difference) = kind.get("difference") {
            assert_eq!(difference["counts"][0], names.difference(&first).count(), "{description}");
            assert_eq!(difference["counts"][1], first.difference(&names).count(), "{description}");
        }
    }
    let diff = output(nestling(&shop.path()).args(["diff", "--as", "merge_request", "--format", "json"]));
    let diff: serde_json::Value = serde_json::from_str(&diff).unwrap();
    for (index, list) in ["added", "removed", "changed"].iter().enumerate() {
        let jobs = diff[list].as_array().unwrap();
        let total: u64 = jobs.iter().map(|job| job["copies"].as_u64().unwrap()).sum();
        assert_eq!(data["base"]["counts"][index], total, "{list}");
        assert_eq!(data["base"][list].as_array().unwrap().len(), jobs.len(), "{list}");
    }
}

/// On a laptop lines lead to the newest commit that the remote is known to have, but for files that differ from it. The URL of the
/// remote has a token, which is on no page.
#[test]
fn lines_of_files_that_are_on_the_host_are_linked_to_it() {
    let shop = Example::new("shop");
    let git = |arguments: &[&str]| output(Command::new("git").current_dir(shop.path()).args(arguments));
    let page = || {
        let html = output(nestling(&shop.path()).args(["preview", "--all", "--html", "-"]));
        assert!(!html.contains("glpat-secret") && !html.contains("robin"));
        data(&html)
    };
    git(&["remote", "add", "origin", "https://robin:glpat-secret@gitlab.example.com/shop/shop.git"]);
    assert!(page().get("source").is_none(), "nothing is known to be on the host");
    git(&["update-ref", "refs/remotes/origin/main", "main"]);
    git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let file = shop.path().join("services/api/nestling.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("# not on the host\n{text}")).unwrap();
    let data = page();
    let main = git(&["merge-base", "HEAD", "main"]).trim().to_owned();
    assert_eq!(data["source"], format!("https://gitlab.example.com/shop/shop/-/blob/{main}/"));
    let unlinked = data["unlinked"].as_array().unwrap();
    let unlinked: Vec<&str> = unlinked
        .iter()
        .map(|index| data["files"][usize::try_from(index.as_u64().unwrap()).unwrap()][0].as_str().unwrap())
        .collect();
    assert_eq!(unlinked, ["services/api/nestling.yml"]);
}

fn target() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling"));
    binary
        .ancestors()
        .find(|folder| folder.ends_with("target"))
        .map_or_else(|| root().join("target"), Path::to_owned)
}

/// The page is one file: it names no other, and no host.
#[test]
fn the_page_needs_nothing_else() {
    let page = small();
    let page = page.replace("url(#", ""); // an arrow's head, in the page itself
    for reference in ["src=", "url(", "@import", "<link rel=\"stylesheet", "http-equiv=\"refresh"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert_eq!(page.matches("</script>").count(), 2, "the two scripts of the page, and no end in the data");
}
