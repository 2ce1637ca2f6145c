use super::is_copy;

#[test]
fn copies_of_a_job_are_known_by_their_names() {
    for (name, job, expected) in [
        ("api:test", "api:test", true),
        ("api:test 1/3", "api:test", true),
        ("api:test: [linux, x64]", "api:test", true),
        ("api:test2", "api:test", false),
        ("web:test 1/3", "api:test", false),
    ] {
        assert_eq!(is_copy(name, job), expected, "{name}");
    }
}
