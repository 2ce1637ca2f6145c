//! Pipelines of the apps, compared with files that people have read. `NESTLING_TEST_UPDATE=1` writes them again.

use super::assemblies::{NEWEST, Shop};
use crate::support::{expect_file, judge, root};

/// The golden file, the assembly, the unit's header, and the pipeline that it is for.
const CASES: [(&str, &str, &str, &str); 15] = [
    (
        "stages",
        "stages",
        "stages: { Staging: staging, Production: production }, url: ServiceUrl",
        "branch:main",
    ),
    (
        "stages-merge-request",
        "stages",
        "stages: { Staging: review, Production: production }",
        "merge_request",
    ),
    (
        "pipeline",
        "pipeline",
        "stages: { Staging: staging, QA: qa, Prod: production }, url: ServiceUrl",
        "branch:main",
    ),
    (
        "no-change-sets",
        "no-change-sets",
        "stages: { Staging: staging, QA: skip, Prod: skip }, image: registry.example/ci:1, oidc: false",
        "branch:main",
    ),
    (
        "single-asset",
        "single-asset",
        "stages: { Staging: { environment: staging, url: \"https://${Service.ServiceUrl}/\" }, QA: qa, Prod: production }",
        "branch:main",
    ),
    (
        "e2e",
        "e2e",
        "stages: { Staging: { environment: staging, stop: true }, Prod: { environment: production, stop: true } }, \
         url: ServiceUrl, cli: cdk, role: \"arn:aws:iam::123456789012:role/gitlab\"",
        "branch:main",
    ),
    ("e2e-merge-request", "e2e", "stages: { Staging: staging, Prod: production }", "merge_request"),
    ("review", "review", "stages: { Live: { environment: staging, url: Looked.Name } }", "branch:main"),
    ("odd", "odd", "stages: { Live: staging }", "branch:main"),
    ("across", "across", "stages: { Early: staging, Late: production, East: production }", "branch:main"),
    ("byhand", "byhand", "environment: staging", "branch:main"),
    ("steps", "steps", "stages: { Live: staging }", "branch:main"),
    (
        "shared",
        "shared",
        "stages: { Blue: staging, Green: qa, Other: production, Here: always, There: skip }",
        "branch:main",
    ),
    ("several", "several", "stages: { ShopPipeline/Live: staging, BlogPipeline/Live: qa }", "branch:main"),
    (
        "one-of-several",
        "several",
        "pipeline: BlogPipeline, stages: { BlogPipeline/Live: staging, ShopPipeline/Live: qa }",
        "branch:main",
    ),
];

#[test]
fn the_apps_become_the_pipelines_that_people_have_read() {
    let mut wrong = Vec::new();
    for (golden, assembly, header, kind) in CASES {
        let mut shop = Shop::new(NEWEST, assembly, header);
        if assembly == "steps" {
            // The steps of this app read files that its parent pipeline has made, and a file of the app.
            shop.from = "synth";
            let path = "ci/buildspec.yml".to_owned();
            let text = std::fs::read_to_string(root().join("tests/cdk/apps/steps").join(&path)).unwrap();
            shop.app.push((path, text));
        }
        let planned = shop.plan(kind).without_errors();
        let folder = root().join("tests/cdk/golden");
        for (text, ending) in [(planned.text(), "yml"), (planned.said(), "txt")] {
            wrong.extend(expect_file(&folder.join(format!("{golden}.{ending}")), &text).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With the 200 stacks and the 404 actions, which nobody reads.
#[test]
fn every_pipeline_passes_gitlabs_reader_and_gitlabs_schema() {
    let test = "every_pipeline_passes_gitlabs_reader_and_gitlabs_schema";
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (version, name) in super::assemblies::all().into_iter().filter(|(version, _)| version == NEWEST) {
        for kind in ["branch:main", "merge_request"] {
            let planned = Shop::new(&version, &name, "environment: always").plan(kind).without_errors();
            let file = folder.path().join(format!("{name}-{}.yml", kind.replace(':', "-")));
            std::fs::write(&file, planned.text()).unwrap();
            files.push(file);
        }
    }
    judge::psych(test, &files);
    judge::schema(test, &files);
}
