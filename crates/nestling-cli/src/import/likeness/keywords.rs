//! Each keyword of a job is compared, or is named here with the reason why it is not.

use super::tests::side;
use super::{Likeness, compare};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::table::{JOB, TRIGGER_JOB};

/// Keywords that are resolved before jobs are compared.
const RESOLVED: [(&str, &str); 2] = [
    ("extends", "the keywords of the jobs that it names are compared in its place"),
    ("inherit", "the keywords that a job inherits are compared in its place"),
];

/// Two values of each other keyword, which differ for GitLab.
const VALUES: [(&str, &str, &str); 38] = [
    ("stage", "build", "test"),
    ("image", "a", "{ name: a, pull_policy: always }"),
    ("services", "[a]", "[b]"),
    ("tags", "[a]", "[b]"),
    ("needs", "[a]", "[{ job: a, artifacts: false }]"),
    ("dependencies", "[a]", "[]"),
    ("only", "[main]", "[tags]"),
    ("except", "[main]", "[tags]"),
    ("rules", "[{ if: $A }]", "[{ if: $B }]"),
    ("when", "on_success", "manual"),
    ("start_in", "1 hour", "2 hours"),
    ("manual_confirmation", "a", "b"),
    ("allow_failure", "{ exit_codes: 1 }", "{ exit_codes: 2 }"),
    ("interruptible", "true", "false"),
    ("timeout", "1 hour", "2 hours"),
    ("retry", "1", "2"),
    ("parallel", "2", "3"),
    ("resource_group", "a", "b"),
    ("environment", "{ name: a }", "{ name: a, action: verify }"),
    ("inputs", "{ a: { default: b } }", "{ a: { default: c } }"),
    ("variables", "{ A: b }", "{ A: { value: b, expand: false } }"),
    ("id_tokens", "{ A: { aud: b } }", "{ A: { aud: c } }"),
    ("secrets", "{ A: { vault: b } }", "{ A: { vault: c } }"),
    ("identity", "a", "b"),
    ("hooks", "{ pre_get_sources_script: [a] }", "{ pre_get_sources_script: [b] }"),
    ("cache", "{ paths: [a] }", "{ paths: [a], policy: pull }"),
    ("before_script", "[a]", "[b]"),
    ("script", "[a]", "[b]"),
    ("run", "[{ name: a, script: b }]", "[{ name: a, script: c }]"),
    ("after_script", "[a]", "[b]"),
    ("trigger", "a/b", "a/c"),
    ("coverage", "/a/", "/b/"),
    ("artifacts", "{ paths: [a] }", "{ paths: [a], expire_in: 1 day }"),
    ("release", "{ tag_name: a, description: b }", "{ tag_name: a, description: c }"),
    ("pages", "true", "{ publish: a }"),
    ("publish", "a", "b"),
    ("dast_configuration", "{ site_profile: a }", "{ site_profile: b }"),
    ("allow_failure", "true", "false"),
];

#[test]
fn each_keyword_of_a_job_is_compared_or_named() {
    let is_known = |keyword: &str| {
        RESOLVED.iter().any(|(known, _)| *known == keyword)
            || VALUES.iter().any(|(known, ..)| *known == keyword)
    };
    for shape in [&JOB, &TRIGGER_JOB] {
        for keyword in shape.keys {
            assert!(is_known(keyword.name), "`{}` of a {} is not compared", keyword.name, shape.place);
        }
    }
    for (keyword, old, new) in VALUES {
        let body = |value: Option<&str>| {
            let own = value.map(|value| format!("{keyword}: {value}"));
            let script = (!["script", "trigger", "run"].contains(&keyword)).then(|| "script: x".to_owned());
            format!("{{ {} }}", own.into_iter().chain(script).collect::<Vec<_>>().join(", "))
        };
        let (old, new) = (body(Some(old)), body(Some(new)));
        assert_ne!(compare(&side(&old), &side(&new), &Guard::Always), Likeness::Same, "{old} -> {new}");
        assert_eq!(compare(&side(&old), &side(&old), &Guard::Always), Likeness::Same, "{old}");
    }
}

/// Keywords that a job has from its file are compared as its own.
#[test]
fn defaults_and_variables_of_the_file_are_compared_with_the_jobs() {
    use nestling_gitlab::table::DEFAULT;
    // GitLab ignores `default:timeout`.
    for keyword in DEFAULT.keys.iter().filter(|keyword| keyword.name != "timeout") {
        let (_, old, new) = VALUES.iter().find(|(known, ..)| *known == keyword.name).unwrap();
        for place in ["default", "file"] {
            let of_file = ["image", "services", "cache", "before_script", "after_script"];
            if place == "file" && !of_file.contains(&keyword.name) {
                continue;
            }
            let text = |value: &str| match place {
                "default" => format!("default: {{ {}: {value} }}", keyword.name),
                _ => format!("{}: {value}", keyword.name),
            };
            differs(&text(old), &text(new));
        }
    }
    differs("variables: { A: b }", "variables: { A: c }");
    differs("variables: { A: { value: b } }", "variables: { A: { value: b, expand: false } }");
}

fn differs(old: &str, new: &str) {
    let job = |globals: &str| side(&format!("{{ script: x }}\n{globals}"));
    assert_ne!(compare(&job(old), &job(new), &Guard::Always), Likeness::Same, "{old} -> {new}");
}
