use crate::diagnostic::Severity;
use crate::pipeline::fragment::Fragment;
use crate::testing::{fragment, messages, node, shown, shown_map};

#[test]
fn globals_jobs_and_snippets_go_their_ways() {
    let fragment = fragment(
        "{stages: [a], default: {image: x}, image: y, .base: {script: b}, .list: [1, 2], .text: hi, job: {script: c}, pages: {}}",
    );
    assert_eq!(shown_map(&fragment.globals), "{stages: [a], default: {image: x}, image: y}");
    let jobs: Vec<String> =
        fragment.jobs.iter().map(|(name, job)| format!("{name} {}", shown_map(&job.body))).collect();
    assert_eq!(jobs, [".base {script: b}", "job {script: c}", "pages {}"]);
    let snippets: Vec<String> =
        fragment.snippets.iter().map(|(name, node)| format!("{name} {}", shown(node))).collect();
    assert_eq!(snippets, [".list [1, 2]", ".text hi"]);
}

#[test]
fn an_empty_file_is_an_empty_fragment() {
    for text in ["~", "null", "{}", "---\n"] {
        let fragment = fragment(text);
        assert!(fragment.globals.is_empty() && fragment.jobs.is_empty(), "{text}");
    }
}

#[test]
fn what_is_no_job_is_said() {
    for (text, message) in [
        ("[a]", "root-map: the file must be a mapping of jobs"),
        ("just text", "root-map: the file must be a mapping of jobs"),
        ("job: [a]", "job-map: job `job` must be a mapping"),
        ("job: text", "job-map: job `job` must be a mapping"),
        ("job: ~", "job-map: job `job` must be a mapping"),
        ("job: !reference [.a]", "job-map: job `job` must be a mapping"),
        ("variabels: text", "job-map: job `variabels` must be a mapping"),
        ("types: [a]", "job-name: `types` is a reserved name and cannot be a job"),
        ("'true': {script: a}", "job-name: `true` is a reserved name and cannot be a job"),
        ("'nil': {script: a}", "job-name: `nil` is a reserved name and cannot be a job"),
        ("'': {script: a}", "job-name: a job name cannot be empty"),
        ("' ': {script: a}", "job-name: a job name cannot be empty"),
    ] {
        assert_eq!(messages(&Fragment::from_node(node(text)).1), [message], "{text}");
    }
}

/// GitLab takes a job's name for a symbol and refuses every other key that Ruby's reader makes.
#[test]
fn a_name_that_yaml_reads_as_something_else_is_refused_and_in_quotes_it_is_not() {
    for (name, what) in [
        ("1", "a number"),
        ("010", "a number"),
        ("0x1f", "a number"),
        ("1_000", "a number"),
        ("12:30", "a number"),
        ("1.5", "a number"),
        (".5", "a number"),
        (".inf", "a number"),
        ("yes", "a boolean"),
        ("OFF", "a boolean"),
        ("true", "a boolean"),
        ("~", "null"),
        ("NULL", "null"),
        ("2024-01-01", "a date"),
        (":deploy", "a symbol"),
    ] {
        let actual = messages(&Fragment::from_node(node(&format!("{name}: {{script: a}}"))).1);
        let want = format!("job-name: a job name must be a string, but YAML reads `{name}` as {what}");
        assert_eq!(actual, [want]);
        if !["true"].contains(&name) {
            assert!(fragment(&format!("'{name}': {{script: a}}")).jobs.contains_key(name), "{name}");
        }
    }
    for name in ["08", "1.2.3", "y", "1e3", "a:b", "nilly", "build 1/3"] {
        assert!(fragment(&format!("{name}: {{script: a}}")).jobs.contains_key(name), "{name}");
    }
}

/// Merge keys and loops of templates can write a key again where the text does not.
#[test]
fn a_job_that_is_written_twice_is_the_later_one_and_said() {
    let mut twice = node("{job: {script: a}, other: {script: x}}");
    let again = node("{job: {script: b}}").as_map().unwrap().entries[0].clone();
    twice.as_map_mut().unwrap().entries.push(again);
    let (fragment, problems) = Fragment::from_node(twice);
    assert_eq!(messages(&problems), ["job-duplicate: duplicate job `job`"]);
    assert_eq!(shown_map(&fragment.jobs["job"].body), "{script: b}");
}

/// GitLab would read each of them as the keyword, and the job would be gone.
#[test]
fn a_job_under_the_name_of_a_keyword_is_refused_and_stays_for_needs() {
    for name in crate::pipeline::keywords::GLOBAL {
        for body in ["{stage: build, script: [make]}", "{extends: .a, image: b}", "{trigger: {project: a}}"] {
            let (fragment, problems) = Fragment::from_node(node(&format!("{name}: {body}")));
            let actual = messages(&problems);
            if *name == "variables" && body.starts_with("{extends") {
                assert_eq!(problems[0].severity, Severity::Warning, "{body}");
                assert!(fragment.globals.contains(name) && fragment.jobs.is_empty(), "{body}");
                continue;
            }
            assert_eq!(actual, [format!("job-name: `{name}` is a keyword and cannot be a job")], "{body}");
            assert!(fragment.jobs.contains_key(*name) && fragment.globals.is_empty(), "{name} {body}");
        }
    }
    for name in ["types", "true", "false", "nil"] {
        let (fragment, _) = Fragment::from_node(node(&format!("'{name}': {{script: a}}")));
        assert!(fragment.jobs.contains_key(name), "{name}");
    }
    for text in [
        "{variables: {script: a, DEPLOY: b}}",
        "{image: {name: a, entrypoint: ['']}}",
        "{default: {before_script: a, hooks: {pre_get_sources_script: [a]}}}",
        "{include: [{local: a}], workflow: {rules: []}, cache: {key: a, when: always}}",
    ] {
        assert!(Fragment::from_node(node(text)).1.is_empty(), "{text}");
    }
}
