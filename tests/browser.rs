//! The page of `preview --html` in a browser. Screenshots are left in `target/page`, for people and for CI to keep.

use crate::support::example::Example;
use crate::support::memory::{changed, facts, planned};
use crate::support::tool::{Tool, need};
use crate::support::{nestling, output, root, setting};
use nestling::MemoryFiles;
use nestling::view::html;
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

fn page(files: Vec<(String, &str)>, changes: &[&str]) -> String {
    let plan = planned(&MemoryFiles::new(files), changed(changes), facts("merge_request"));
    assert_eq!(plan.diagnostics, []);
    html(&plan).unwrap()
}

fn small() -> String {
    let workspace = WORKSPACE.replace("  units: [{ match: 'unit-*', use: service }]\n", "");
    let files = [
        ("nestling.yml", workspace.as_str()),
        ("api/nestling.yml", API),
        ("web/nestling.yml", WEB),
        ("docs/nestling.yml", "check: { script: 'true' }\n"),
    ];
    page(files.map(|(path, text)| (path.to_owned(), text)).to_vec(), &["api/main.js"])
}

/// Jobs that rules leave out, that depend on a variable, that `parallel` multiplies and that trigger others.
fn presence() -> String {
    let jobs = "\
build: { stage: build, needs: [], parallel: 3, script: make }
release: { stage: deploy, needs: [build], script: x, rules: [{ if: $CI_COMMIT_TAG }] }
announce:
  stage: deploy
  needs: [{ job: release, optional: true }]
  script: x
  rules: [{ if: '$ANNOUNCE == \"yes\"', when: manual, allow_failure: true }]
downstream: { stage: deploy, needs: [build], trigger: shop/deployments }
";
    let files = [("nestling.yml", "workspace: { stages: [build, deploy] }\n"), ("api/nestling.yml", jobs)];
    page(files.map(|(path, text)| (path.to_owned(), text)).to_vec(), &["api/main.js"])
}

fn large() -> String {
    let mut files = vec![("nestling.yml".to_owned(), WORKSPACE), ("ci/service.yml".to_owned(), SERVICE)];
    files.extend((0..500).map(|unit| (format!("unit-{unit:03}/package.json"), "{}")));
    page(files, &["nestling.yml"])
}

#[test]
fn the_page_works_in_a_browser() {
    let test = "the_page_works_in_a_browser";
    let (Some(mut node), Some(chromium)) = (need(Tool::Playwright, test), need(Tool::Chromium, test)) else {
        return;
    };
    let folder = target().join("page");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("small.html"), small()).unwrap();
    std::fs::write(folder.join("large.html"), large()).unwrap();
    std::fs::write(folder.join("presence.html"), presence()).unwrap();
    let shop = Example::new("shop");
    let mut preview = nestling(&shop.path());
    output(preview.args(["preview", "--as", "merge_request", "--html"]).arg(folder.join("shop.html")));
    let chromium =
        output(Command::new("sh").args(["-c", "command -v -- \"$0\""]).arg(chromium.get_program()));
    node.arg(root().join("tests/browser/page.mjs"));
    node.arg(root().join(".cache/tools/npm/node_modules/playwright-core"));
    let run = crate::support::run(node.arg(chromium.trim()).arg(&folder));
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(said.matches("ok ").count(), 12, "{said}");
    // The README's picture. Browsers draw differently from one version to the next, so that it is not compared.
    if setting("NESTLING_TEST_UPDATE").is_some() {
        std::fs::copy(folder.join("shop.png"), root().join("docs/page.png")).unwrap();
    }
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
    for reference in ["src=", "url(", "@import", "<link rel=\"stylesheet", "http-equiv=\"refresh"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert_eq!(page.matches("</script>").count(), 2, "the two scripts of the page, and no end in the data");
}
