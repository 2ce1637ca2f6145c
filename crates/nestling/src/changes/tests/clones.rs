//! Every source of a pipeline on every kind of clone, as GitLab's runner makes them: what counts as changed.

use super::*;
use std::collections::HashMap;

/// Kind of clone.
const CLONES: [&[&str]; 5] = [
    &["--single-branch"],
    &["--depth=1"],
    &["--depth=20"],
    &["--filter=blob:none", "--single-branch", "--no-tags"],
    &["--filter=tree:0", "--single-branch"],
];

/// A pipeline; then for each clone what counts where nothing may be fetched, and where it may:
///
/// - `whole`: all that `feature` is about, `push`: what its last push is about;
/// - `missing`: everything, since base is not in the clone;
/// - `branch`: everything, since the clone has no default branch to find a merge base with;
/// - `all`: everything, since such pipelines run everything.
const TABLE: [(&str, [&str; 5], [&str; 5]); 16] = [
    (
        "source=merge_request_event mr=7 event=detached diff_base=first sha=feature",
        ["whole", "missing", "missing", "whole", "missing"],
        ["whole", "whole", "whole", "whole", "whole"],
    ),
    (
        "source=merge_request_event mr=7 event=merged_result diff_base=first target=main sha=merged",
        ["whole", "missing", "whole", "whole", "missing"],
        ["whole", "whole", "whole", "whole", "whole"],
    ),
    (
        "source=merge_request_event mr=7 event=merge_train diff_base=first target=main sha=merged",
        ["whole", "missing", "whole", "whole", "missing"],
        ["whole", "whole", "whole", "whole", "whole"],
    ),
    (
        "source=parent_pipeline mr=7 event=merged_result diff_base=first target=main sha=merged",
        ["whole", "missing", "whole", "whole", "missing"],
        ["whole", "whole", "whole", "whole", "whole"],
    ),
    (
        "source=external_pull_request_event pr=3 pr_target=first sha=feature",
        ["whole", "missing", "missing", "whole", "missing"],
        ["whole", "whole", "whole", "whole", "whole"],
    ),
    (
        "source=push on=feature before=before sha=feature",
        ["push", "missing", "missing", "push", "missing"],
        ["push", "push", "push", "push", "push"],
    ),
    (
        "source=parent_pipeline on=feature before=before sha=feature",
        ["push", "missing", "missing", "push", "missing"],
        ["push", "push", "push", "push", "push"],
    ),
    // A clone of one branch has no other to find a merge base with, however deep it is.
    (
        "source=push on=feature before=zeros sha=feature",
        ["branch", "branch", "branch", "branch", "branch"],
        ["branch", "branch", "branch", "branch", "branch"],
    ),
    ("source=push tag=v1 before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=schedule on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=web on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=api on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=trigger on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=pipeline on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=chat on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
    ("source=webide on=main before=zeros sha=main", ["all"; 5], ["all"; 5]),
];

/// The word of the table for what counts.
fn word(clone: &Fixture, request: &ChangeRequest) -> String {
    let repository = clone.open();
    let repository = match request.fetch {
        FetchPolicy::Allow { timeout } => repository.fetching(timeout),
        FetchPolicy::Forbid => repository,
    };
    match detected(&repository, request).unwrap().extent {
        Extent::Paths(paths) => match shown(&paths).join(", ").as_str() {
            "A app/new, D lib/a" => "whole".to_owned(),
            "D lib/a" => "push".to_owned(),
            other => other.to_owned(),
        },
        Extent::Everything(Everything::Policy(_)) => "all".to_owned(),
        Extent::Everything(Everything::UnknownBase(
            UnknownBase::Missing { .. } | UnknownBase::Incomplete { .. },
        )) => "missing".to_owned(),
        Extent::Everything(Everything::UnknownBase(UnknownBase::NoDefaultBranch { .. })) => {
            "branch".to_owned()
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn each_source_on_each_kind_of_clone() {
    let story = story();
    let mut clones: HashMap<(&str, usize), Fixture> = HashMap::new();
    for (row, unasked, fetching) in TABLE {
        let branch = row.split("sha=").last().unwrap();
        for (at, options) in CLONES.iter().enumerate() {
            let branch_option = format!("--branch={branch}");
            let made = clones.entry((branch, at)).or_insert_with(|| {
                Fixture::clone_of(&story.repo, &[options, &[branch_option.as_str()][..]].concat())
            });
            let request = story.request(&variables(row));
            assert_eq!(word(made, &request), unasked[at], "{row}, {options:?}, nothing is fetched");
            if unasked[at] != "all" {
                let request = ChangeRequest { fetch: FETCH, ..request };
                assert_eq!(word(&made.copy(), &request), fetching[at], "{row}, {options:?}");
            }
        }
    }
}

#[test]
fn a_first_push_is_compared_with_the_default_branch_where_the_clone_has_both() {
    let story = story();
    let request = story.request(&variables("source=push on=feature before=zeros sha=feature"));
    let request = ChangeRequest { fetch: FETCH, ..request };
    for (options, expected) in [
        (&["--no-single-branch"][..], "whole"),
        (&["--no-single-branch", "--filter=blob:none"], "whole"),
        (&["--no-single-branch", "--filter=tree:0"], "whole"),
        (&["--no-single-branch", "--depth=40"], "whole"),
    ] {
        let clone = Fixture::clone_of(&story.repo, &[options, &["--branch=feature"]].concat());
        assert_eq!(word(&clone, &request), expected, "{options:?}");
    }
    let clone = Fixture::clone_of(&story.repo, &["--no-single-branch", "--depth=20", "--branch=feature"]);
    let messages = word(&clone, &request);
    assert!(messages.contains("HistoryTooShort"), "{messages}");
}
