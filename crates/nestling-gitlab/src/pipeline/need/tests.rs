use crate::pipeline::need::{Need, NeedSource, dependencies, needs, parallel_base, rules_needs};
use crate::testing::{map, shown};

/// A need in words: what it is, then `optional` and `no artifacts` and the matrix.
fn described(need: &Need<'_>) -> String {
    let mut text = match need.source {
        NeedSource::Job(name) => format!("job {name}"),
        NeedSource::Pipeline { pipeline, job: Some(job) } => format!("job {job} of pipeline {pipeline}"),
        NeedSource::Pipeline { pipeline, job: None } => format!("pipeline {pipeline}"),
        NeedSource::Project { project, job } => format!("job {} of {project}", job.unwrap_or("?")),
        NeedSource::Malformed => "malformed".to_owned(),
    };
    if need.optional {
        text += ", optional";
    }
    if !need.artifacts {
        text += ", no artifacts";
    }
    if let Some(matrix) = need.matrix {
        text += &format!(", matrix {}", shown(matrix));
    }
    text
}

#[test]
fn every_form_is_read() {
    for (text, want) in [
        ("[]", &[][..]),
        ("[build]", &["job build"]),
        ("[build, 'build 1/3', \"b: [x, y]\"]", &["job build", "job build 1/3", "job b: [x, y]"]),
        ("[{job: build}]", &["job build"]),
        ("{job: build}", &["job build"]),
        ("[{job: build, artifacts: false}]", &["job build, no artifacts"]),
        ("[{job: build, artifacts: null, optional: null}]", &["job build"]),
        ("[{job: build, optional: true, artifacts: yes}]", &["job build, optional"]),
        ("[{job: build, optional: 'true'}]", &["job build"]),
        ("[{job: build, parallel: {matrix: [{OS: linux}]}}]", &["job build, matrix [{OS: linux}]"]),
        ("[{job: build, parallel: 3}]", &["job build"]),
        ("[{pipeline: $PARENT, job: build}]", &["job build of pipeline $PARENT"]),
        ("[{pipeline: other/project}]", &["pipeline other/project"]),
        ("[{project: a/b, ref: main, job: build, artifacts: true}]", &["job build of a/b"]),
        ("[{project: a/b}]", &["job ? of a/b"]),
        ("[{artifacts: true}, {}]", &["malformed", "malformed"]),
        ("[[build, [null, {job: b}]]]", &["job build", "job b"]),
        // GitLab wants a list, or one mapping.
        ("build", &["malformed"]),
    ] {
        let job = map(&format!("{{needs: {text}}}"));
        let actual: Vec<String> = needs(&job).unwrap().iter().map(described).collect();
        assert_eq!(actual, want, "{text}");
    }
}

#[test]
fn no_needs_and_an_empty_list_are_not_the_same() {
    assert!(needs(&map("{script: x}")).is_none());
    assert!(needs(&map("{needs: null}")).is_none());
    assert_eq!(needs(&map("{needs: []}")).map(|needs| needs.len()), Some(0));
}

#[test]
fn rules_have_needs_too() {
    let job = map(
        "{needs: [a], rules: [{if: $A, needs: [b, {job: c, optional: true}]}, {needs: []}, {if: $B}, text]}",
    );
    let actual: Vec<String> = rules_needs(&job).iter().map(described).collect();
    assert_eq!(actual, ["job b", "job c, optional"]);
    assert!(rules_needs(&map("{needs: [a]}")).is_empty());
}

#[test]
fn only_jobs_of_this_pipeline_are_jobs() {
    let job = map("{needs: [a, {job: b}, {job: c, pipeline: $P}, {job: d, project: e/f}, {}]}");
    let names: Vec<_> = needs(&job).unwrap().iter().filter_map(Need::job).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn dependencies_are_names() {
    let names = |text: &str| {
        let job = map(text);
        dependencies(&job).map(|list| list.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(names("{script: x}"), None);
    assert_eq!(names("{dependencies: []}"), Some(vec![]));
    assert_eq!(names("{dependencies: [a, 'b 1/2']}"), Some(vec!["a".to_owned(), "b 1/2".to_owned()]));
}

#[test]
fn the_job_of_a_parallel_name_is_found() {
    for (name, want) in [
        ("build 1/3", Some(("build", " 1/3"))),
        ("build 12/130", Some(("build", " 12/130"))),
        ("my build 1/3", Some(("my build", " 1/3"))),
        ("build: [linux]", Some(("build", ": [linux]"))),
        ("build: [linux, x64]", Some(("build", ": [linux, x64]"))),
        ("api:build: [a]", Some(("api:build", ": [a]"))),
        ("build: [a: [b]]", Some(("build", ": [a: [b]]"))),
        ("build", None),
        ("build 1", None),
        ("build 1/", None),
        ("build /3", None),
        ("build a/3", None),
        ("build1/3", None),
        ("api:build", None),
        ("build: [a", None),
        ("build:[a]", None),
    ] {
        assert_eq!(parallel_base(name), want, "{name}");
    }
}
