//! An example is a document, a program and a test at once.

use crate::support::example::{Example, names};
use crate::support::{expect_file, judge, nestling, output, root, run, said, tracked};
use std::path::Path;

/// The pipelines that an example is looked at in.
const PIPELINES: [&[&str]; 6] = [
    &["--as", "merge_request"],
    &["--as", "branch:main"],
    &["--as", "branch:other"],
    &["--as", "tag:v1.0.0"],
    &["--as", "schedule"],
    &["--as", "merge_request", "--all"],
];

#[test]
fn every_example_has_what_an_example_needs() {
    let tracked = tracked();
    for name in names() {
        for file in ["README.md", ".gitlab-ci.yml", "nestling.yml", "feature", "child-pipeline.yml"] {
            let path = Path::new("examples").join(&name).join(file);
            let is_known = tracked.contains(&path);
            assert!(is_known, "git knows no {} (where it is ignored, `git add -f` adds it)", path.display());
        }
    }
}

/// `NESTLING_TEST_UPDATE=1` writes them again.
#[test]
fn the_child_pipeline_that_is_shown_is_the_one_that_comes_out() {
    for name in names() {
        let text = Example::new(&name).generate(&["--as", "merge_request"]);
        let shown = root().join("examples").join(&name).join("child-pipeline.yml");
        expect_file(&shown, &text).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn check_names_the_number_of_jobs_in_each_kind_of_pipeline() {
    let shop = Example::new("shop");
    let checked = run(nestling(&shop.path()).arg("check"));
    let want = "5 units, 18 jobs in merge requests, 27 in the default branch, schedules and `web` pipelines, \
                9 in other branches and tags: no errors\n";
    assert_eq!((checked.status.code(), &*said(&checked)), (Some(0), want));
    for (kind, count) in
        [("merge_request", 18), ("branch:main", 27), ("schedule", 27), ("branch:other", 9), ("tag:v1.0.0", 9)]
    {
        let previewed = output(nestling(&shop.path()).args(["preview", "--all", "--as", kind]));
        assert!(previewed.contains(&format!("5 of 5 units, {count} jobs")), "{kind}: {previewed}");
    }
}

#[test]
fn every_pipeline_of_an_example_passes_gitlabs_reader_and_gitlabs_schema() {
    let test = "every_pipeline_of_an_example_passes_gitlabs_reader_and_gitlabs_schema";
    let folder = tempfile::tempdir().unwrap();
    let mut files = vec![root().join(".gitlab-ci.yml")];
    for name in names() {
        files.push(root().join("examples").join(&name).join(".gitlab-ci.yml"));
        let example = Example::new(&name);
        for (number, options) in PIPELINES.iter().enumerate() {
            let file = folder.path().join(format!("{name}-{number}.yml"));
            std::fs::write(&file, example.generate(options)).unwrap();
            files.push(file);
        }
    }
    judge::psych(test, &files);
    judge::schema(test, &files);
}

#[test]
fn every_example_is_without_errors_in_every_unit() {
    for name in names() {
        output(nestling(&Example::new(&name).path()).arg("check"));
    }
}

/// Nestling plans its own child pipeline with itself.
#[test]
fn the_projects_own_workspace_is_without_errors() {
    let test = "the_projects_own_workspace_is_without_errors";
    output(nestling(&root()).arg("check"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("child.yml");
    output(nestling(&root()).args(["generate", "--all", "--output"]).arg(&file));
    judge::psych(test, std::slice::from_ref(&file));
    judge::schema(test, &[file]);
}
