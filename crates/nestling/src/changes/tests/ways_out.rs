//! Errors about commits: each says what to do.

use super::*;

/// The commit is there and its trees are not: another clone strategy would not help.
#[test]
fn a_head_whose_trees_a_partial_clone_lacks_is_no_missing_commit() {
    let story = story();
    let bare = Fixture::clone_of(&story.repo, &["--filter=tree:0", "--no-checkout", "--branch=feature"]);
    bare.git(&["remote", "remove", "origin"]);
    let request = ChangeRequest { head: Some("HEAD".to_owned()), ..ChangeRequest::local() };
    let Err(error) = detected(&bare.open(), &request) else { panic!("it has trees") };
    assert!(matches!(error, ChangesError::IncompleteHead { .. }), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("without `--no-fetch`")), "{error}");
}

#[test]
fn a_range_in_place_of_a_commit_has_a_way_out() {
    let story = story();
    let repository = story.repo.open();
    let base = ChangeRequest { base: Some("main~1..main".to_owned()), ..ChangeRequest::local() };
    let head = ChangeRequest { head: Some("main~1..main".to_owned()), ..ChangeRequest::local() };
    for request in [base, head] {
        let Err(error) = detected(&repository, &request) else { panic!("a range is no commit") };
        assert_eq!(error.help().as_deref(), Some(reason::RANGE), "{error}");
    }
}
