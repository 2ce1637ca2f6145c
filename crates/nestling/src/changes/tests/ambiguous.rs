//! Tags that are called like branches: anyone who may push a tag never decides what a merge request is compared with.

use super::*;

/// The story's `feature` as a runner fetches it: branches of the remote, all tags, and a detached head. Tags of the names of
/// both ways to write the default branch are at the merge request's own head.
fn clone_with_tags(story: &Story) -> Fixture {
    let feature = story.feature.to_string();
    for tag in ["main", "origin/main"] {
        story.repo.git(&["update-ref", &format!("refs/tags/{tag}"), &feature]);
    }
    let clone = Fixture::new();
    clone.git(&["remote", "add", "origin", &format!("file://{}", story.repo.root.display())]);
    clone.git(&["fetch", "--quiet", "--tags", "origin"]);
    clone.git(&["checkout", "--quiet", "--detach", &feature]);
    clone
}

const FIRST_PUSH: [(&str, &str); 4] = [
    ("CI_PIPELINE_SOURCE", "push"),
    ("CI_COMMIT_BRANCH", "feature"),
    ("CI_COMMIT_BEFORE_SHA", ZEROS),
    ("CI_COMMIT_SHA", "feature"),
];

#[test]
fn a_first_push_is_compared_with_the_default_branch_and_not_with_a_tag() {
    let story = story();
    let clone = clone_with_tags(&story);
    let whole = vec!["A app/new".to_owned(), "D lib/a".to_owned()];
    let expected = ("merge base with origin/main".to_owned(), whole);
    assert_eq!(verdict(&clone, &story.request(&FIRST_PUSH)), expected);
    let by_system = detected(&clone.open_by_system(), &story.request(&FIRST_PUSH)).unwrap();
    assert_eq!(shown(by_system.paths().unwrap()), expected.1);
    // Without variables nothing but the clone says which branch is the default one.
    let local = ChangeRequest { head: Some("HEAD".to_owned()), ..ChangeRequest::default() };
    assert_eq!(verdict(&clone, &local), expected);
    // A local `main` may be older than the remote's. It counts only if there is no other.
    clone.git(&["update-ref", "refs/heads/main", &story.first.to_string()]);
    assert_eq!(verdict(&clone, &local), expected);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let (base, paths) = verdict(&clone, &local);
    assert_eq!((base.as_str(), paths), ("merge base with main", expected.1));
}

#[test]
fn an_ambiguous_base_is_an_error_and_says_how_to_name_it() {
    let story = story();
    let clone = clone_with_tags(&story);
    for name in ["main", "origin/main"] {
        let expected = format!(
            "cannot determine the base commit: `{name}` (--base {name}) is ambiguous: it names `refs/tags/{name}` and `refs/remotes/origin/main`"
        );
        let request = ChangeRequest { base: Some(name.to_owned()), ..story.request(&FIRST_PUSH) };
        let error = detected(&clone.open(), &request).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.help().unwrap().starts_with("write the full name, such as `refs/remotes/origin/main`"));
        let everything = ChangeRequest { scope: Scope::All, ..request };
        assert!(matches!(detected(&clone.open(), &everything), Err(ChangesError::Ambiguous(_))));
        let policies = Policies::from_iter([(Occasion::Branch, Policy::Since(name.to_owned()))]);
        let since = ChangeRequest { policies, ..story.request(&FIRST_PUSH) };
        let error = detected(&clone.open(), &since).unwrap_err();
        assert!(error.to_string().contains("is ambiguous"), "{error}");
    }
    for (base, paths) in [("refs/remotes/origin/main", 3), ("refs/tags/main", 0)] {
        let request = ChangeRequest { base: Some(base.to_owned()), ..story.request(&FIRST_PUSH) };
        assert_eq!(verdict(&clone, &request).1.len(), paths, "{base}");
    }
}

#[test]
fn an_ambiguous_head_is_an_error() {
    let story = story();
    let clone = clone_with_tags(&story);
    let request = ChangeRequest { head: Some("main".to_owned()), ..story.request(&FIRST_PUSH) };
    let error = detected(&clone.open(), &request).unwrap_err();
    let expected =
        "`main` (--head main) is ambiguous: it names `refs/tags/main` and `refs/remotes/origin/main`";
    assert_eq!(error.to_string(), expected);
}
