use crate::pipeline::matrix::{Parallel, parallel};
use crate::testing::map;

/// Each row: `parallel`, and the names that GitLab gives the jobs of `build`.
#[test]
fn names_are_gitlabs() {
    for (text, want) in [
        ("3", &["build 1/3", "build 2/3", "build 3/3"][..]),
        ("1", &["build 1/1"]),
        ("{matrix: [{OS: linux}]}", &["build: [linux]"]),
        ("{matrix: [{OS: [linux, mac]}]}", &["build: [linux]", "build: [mac]"]),
        // The first variable turns slowest.
        (
            "{matrix: [{OS: [linux, mac], ARCH: [x64, arm]}]}",
            &["build: [linux, x64]", "build: [linux, arm]", "build: [mac, x64]", "build: [mac, arm]"],
        ),
        ("{matrix: [{A: a, B: [b, c]}, {A: [d]}]}", &["build: [a, b]", "build: [a, c]", "build: [d]"]),
        // Numbers as Ruby prints them, strings as they are.
        (
            "{matrix: [{N: [1, 010, 0x1f, '010', 1_000]}]}",
            &["build: [1]", "build: [8]", "build: [31]", "build: [010]", "build: [1000]"],
        ),
        ("{matrix: [{A: ['', a b, 'x, y']}]}", &["build: []", "build: [a b]", "build: [x, y]"]),
        ("{matrix: [{A: []}]}", &[]),
        ("{matrix: []}", &[]),
        ("{matrix: [{A: [$X, '[1]']}]}", &["build: [$X]", "build: [[1]]"]),
    ] {
        let job = map(&format!("{{parallel: {text}}}"));
        let copies = parallel(&job).unwrap();
        assert_eq!(copies.names("build"), want, "{text}");
        assert_eq!(copies.count(), want.len() as u64, "{text}");
    }
}

#[test]
fn what_gitlab_does_not_accept_is_malformed_and_stays_one_job() {
    for text in [
        "'5'",
        "five",
        "-1",
        "1.5",
        "yes",
        "[1]",
        "{}",
        "{matrix: 5}",
        "{matrix: {A: a}}",
        "{matrix: [a]}",
        "{matrix: [{}]}",
        "{matrix: [{A: null}]}",
        "{matrix: [{A: [yes]}]}",
        "{matrix: [{A: 1.5}]}",
        "{matrix: [{A: {b: c}}]}",
        "{matrix: [{A: [[a]]}]}",
    ] {
        let job = map(&format!("{{parallel: {text}}}"));
        let copies = parallel(&job).unwrap();
        assert_eq!(copies, Parallel::Malformed, "{text}");
        assert_eq!((copies.count(), copies.names("build")), (1, vec!["build".to_owned()]));
    }
}

#[test]
fn a_job_that_is_not_multiplied_has_none() {
    assert!(parallel(&map("{script: x}")).is_none());
    assert!(parallel(&map("{parallel: null}")).is_none());
}

#[test]
fn a_count_that_is_beyond_counting_is_a_large_number() {
    let values = vec!["a"; 100].join(", ");
    let variables: Vec<String> = (0..20).map(|index| format!("V{index}: [{values}]")).collect();
    let job = map(&format!("{{parallel: {{matrix: [{{{}}}]}}}}", variables.join(", ")));
    assert_eq!(parallel(&job).unwrap().count(), u64::MAX);
}
