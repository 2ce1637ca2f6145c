//! Bases that a person or a variable names and that do not exist.

use super::*;

#[test]
fn a_revision_that_a_person_named_has_to_be_there() {
    let story = story();
    let of_push =
        [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "feature"), ("CI_COMMIT_BEFORE_SHA", "before")];
    let request = story.request(&of_push);
    for name in ["mian", "0123456789012345678901234567890123456789"] {
        let base = ChangeRequest { base: Some(name.to_owned()), ..request.clone() };
        let everything = ChangeRequest { scope: Scope::All, ..base.clone() };
        let policies = Policies::from_iter([(Occasion::Branch, Policy::Since(name.to_owned()))]);
        let since = ChangeRequest { policies, ..request.clone() };
        for request in [base, everything, since] {
            let error = detected(&story.repo.open(), &request).unwrap_err();
            assert!(error.to_string().starts_with("cannot determine the base commit: "), "{error}");
            assert_eq!(
                error.help().as_deref(),
                Some("use a commit, branch or tag of this clone, or fetch it first")
            );
        }
    }
    // No tag yet, as before the first release.
    let policies = Policies::from_iter([(Occasion::Branch, Policy::Since("release-*".to_owned()))]);
    let (_, why) = verdict(&story.repo, &ChangeRequest { policies, ..request });
    assert_eq!(why, ["everything: no older tag matches `release-*`"]);
}

/// A value that is no id is another mistake than none: it says what is there.
#[test]
fn a_variable_that_holds_no_id_is_named_with_its_value() {
    let story = story();
    for (row, variable) in [
        (
            "source=merge_request_event mr=7 event=detached diff_base=trunk sha=feature",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        ),
        ("source=merge_request_event mr=7 target=trunk sha=merged", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
        ("source=push on=feature before=trunk sha=feature", "CI_COMMIT_BEFORE_SHA"),
    ] {
        let (_, why) = verdict(&story.repo, &story.request(&variables(row)));
        assert_eq!(why, [format!("everything: `{variable}` is `trunk`, which is not a commit ID")], "{row}");
    }
    let row = "source=merge_request_event mr=7 event=detached diff_base= sha=feature";
    let (_, why) = verdict(&story.repo, &story.request(&variables(row)));
    assert_eq!(why, ["everything: `CI_MERGE_REQUEST_DIFF_BASE_SHA` is not set"]);
}
