use crate::pipeline::environment::{ACTIONS, environment};
use crate::testing::map;
use crate::yaml::Map;

/// Each row: a job, the environment's name, its action, its stop job, and whether the job deploys.
#[test]
fn both_forms_are_read() {
    for (job, name, action, on_stop, deploys) in [
        ("{environment: review}", "review", "start", None, true),
        ("{environment: review/$CI_COMMIT_REF_SLUG}", "review/$CI_COMMIT_REF_SLUG", "start", None, true),
        ("{environment: {name: review}}", "review", "start", None, true),
        ("{environment: {name: review, on_stop: stop}}", "review", "start", Some("stop"), true),
        ("{environment: {name: review, action: start}}", "review", "start", None, true),
        ("{environment: {name: review, action: null, on_stop: null}}", "review", "start", None, true),
        ("{environment: {name: review, action: stop}}", "review", "stop", None, false),
        ("{environment: {name: review, action: prepare}}", "review", "prepare", None, false),
        ("{environment: {name: review, action: verify}}", "review", "verify", None, false),
        ("{environment: {name: review, action: access}}", "review", "access", None, false),
        ("{environment: {url: https://a.example}}", "", "start", None, true),
        ("{environment: 1}", "1", "start", None, true),
    ] {
        let job = map(job);
        let found = environment(&job).unwrap();
        let stop = found.on_stop().and_then(|node| node.text());
        assert_eq!(
            (found.name_text(), found.action(), stop, found.deploys()),
            (name, action, on_stop, deploys)
        );
        assert!(ACTIONS.contains(&found.action()));
    }
}

#[test]
fn a_job_without_one_has_none() {
    assert!(environment(&map("{script: x}")).is_none());
    assert!(environment(&map("{environment: null}")).is_none());
}

#[test]
fn only_the_long_form_has_keys() {
    let (short, long) = (map("{environment: review}"), map("{environment: {name: review, url: u}}"));
    let (short, long) = (environment(&short).unwrap(), environment(&long).unwrap());
    assert!(short.map().is_none() && short.get("url").is_none());
    assert_eq!(long.get("url").and_then(|node| node.text()), Some("u"));
    assert_eq!(long.map().map(Map::len), Some(2));
}
