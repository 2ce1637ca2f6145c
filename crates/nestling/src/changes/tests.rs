use super::given::parse_given;
use super::*;
use nestling_git::testing::Fixture;
use nestling_git::testing::shown;
use std::time::Duration;

mod ambiguous;
mod named;
mod clones;
mod ways_out;

const ZEROS: &str = "0000000000000000000000000000000000000000";
const FETCH: FetchPolicy = FetchPolicy::Allow { timeout: Duration::from_secs(60) };

/// `main`, which continues after `feature` has left, and `feature`, both over 25 commits long; `merged` is what a merged
/// result pipeline checks out.
struct Story {
    repo: Fixture,
    first: CommitId,
    main: CommitId,
    pushed_before: CommitId,
    feature: CommitId,
    merged: CommitId,
}

fn story() -> Story {
    let repo = Fixture::new();
    repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    repo.write("app/a", "1");
    repo.write("lib/a", "1");
    let first = repo.commit("first");
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.write("app/new", "1");
    let pushed_before = repo.commit("feature 1");
    repo.fill(25);
    repo.remove("lib/a");
    let feature = repo.commit("feature 2");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.fill(25);
    repo.write("other/a", "1");
    let main = repo.commit("main 2");
    repo.git(&["checkout", "--quiet", "-b", "merged"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "merged result", "feature"]);
    let merged = repo.id("HEAD");
    repo.git(&["checkout", "--quiet", "feature"]);
    Story { repo, first, main, pushed_before, feature, merged }
}

impl Story {
    /// A pipeline's variables, with the names of the story's commits for values that are one.
    fn request(&self, variables: &[(&str, &str)]) -> ChangeRequest {
        let id = |name: &str| match name {
            "first" => self.first.to_string(),
            "main" => self.main.to_string(),
            "before" => self.pushed_before.to_string(),
            "feature" => self.feature.to_string(),
            "merged" => self.merged.to_string(),
            "zeros" => ZEROS.to_owned(),
            other => other.to_owned(),
        };
        let variables = variables.iter().map(|(name, value)| {
            (*name, if name.ends_with("SHA") { id(value) } else { (*value).to_owned() })
        });
        ChangeRequest {
            variables: std::iter::once(("CI_DEFAULT_BRANCH", "main".to_owned())).chain(variables).collect(),
            ..ChangeRequest::default()
        }
    }
}

/// Finds head and what changed up to it, as a project does.
fn detected(
    repository: &nestling_git::GitRepository,
    request: &ChangeRequest,
) -> Result<ChangeSet, ChangesError> {
    let head = head(repository, request)?;
    detect(repository, request, &facts(repository, request)?, head, &KnownComparison::default())
}

/// The origin of base and the changes, or the reason why everything counts as changed.
fn verdict(repo: &Fixture, request: &ChangeRequest) -> (String, Vec<String>) {
    let changes = detected(&repo.open(), request).unwrap();
    let base = changes.base.as_ref().map_or_else(|| "-".to_owned(), |base| base.found.to_string());
    match changes.extent {
        Extent::Paths(paths) => (base, shown(&paths)),
        Extent::Everything(why) => (base, vec![format!("everything: {why}")]),
        Extent::Nothing(why) => (base, vec![format!("nothing: {why}")]),
    }
}

/// The variables of a pipeline (see [`variable`]), how base is found, and the verdict; `whole` is all that `feature` is
/// about, and `all` that everything counts because of what started the pipeline.
const TABLE: [(&str, &str, &str); 19] = [
    ("source=merge_request_event mr=7 event=detached diff_base=first sha=feature", "diff_base", "whole"),
    (
        "source=merge_request_event mr=7 event=merged_result diff_base=first target=main sha=merged",
        "target",
        "whole",
    ),
    (
        "source=merge_request_event mr=7 event=merge_train diff_base=first target=main sha=merged",
        "target",
        "whole",
    ),
    ("source=merge_request_event mr=7 target=main sha=merged", "target", "whole"),
    ("source=parent_pipeline mr=7 event=merged_result target=main sha=merged", "target", "whole"),
    ("source=parent_pipeline mr=7 event=detached diff_base=first sha=feature", "diff_base", "whole"),
    ("source=parent_pipeline on=feature before=before sha=feature", "before", "D lib/a"),
    ("source=push on=feature before=before sha=feature", "before", "D lib/a"),
    ("source=push on=feature before=zeros sha=feature", "merge base with main", "whole"),
    ("source=external_pull_request_event pr=3 pr_target=first sha=feature", "pr_target", "whole"),
    ("source=push tag=v1 before=zeros sha=main", "-", "all `tag`"),
    ("source=schedule on=main before=zeros sha=main", "-", "all `schedule`"),
    ("source=web on=main before=zeros sha=main", "-", "all `web`"),
    ("source=api on=main before=zeros sha=main", "-", "all `api`"),
    ("source=trigger on=main before=zeros sha=main", "-", "all `trigger`"),
    ("source=pipeline on=main before=zeros sha=main", "-", "all `pipeline`"),
    ("source=chat on=main before=zeros sha=main", "-", "all `chat`"),
    ("source=ondemand_dast_scan on=main before=zeros sha=main", "-", "all `other`"),
    ("source=webide on=main before=zeros sha=main", "-", "all `other`"),
];

fn variable(short: &str) -> &str {
    match short {
        "source" => "CI_PIPELINE_SOURCE",
        "mr" => "CI_MERGE_REQUEST_IID",
        "event" => "CI_MERGE_REQUEST_EVENT_TYPE",
        "diff_base" => "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        "target" => "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
        "pr" => "CI_EXTERNAL_PULL_REQUEST_IID",
        "pr_target" => "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",
        "on" => "CI_COMMIT_BRANCH",
        "tag" => "CI_COMMIT_TAG",
        "before" => "CI_COMMIT_BEFORE_SHA",
        "sha" => "CI_COMMIT_SHA",
        other => other,
    }
}

fn variables(row: &str) -> Vec<(&str, &str)> {
    let pairs = row.split(' ').filter_map(|pair| pair.split_once('='));
    pairs.map(|(short, value)| (variable(short), value)).collect()
}

#[test]
fn each_row_of_the_table() {
    let story = story();
    for (row, base, expected) in TABLE {
        let (found, changes) = verdict(&story.repo, &story.request(&variables(row)));
        let changes = changes.join(", ");
        assert_eq!(found, variable(base), "{row}");
        match (expected, expected.strip_prefix("all ")) {
            ("whole", _) => assert_eq!(changes, "A app/new, D lib/a", "{row}"),
            (_, Some(kind)) => {
                assert_eq!(changes, format!("everything: {kind} pipelines run everything"), "{row}");
            }
            _ => assert_eq!(changes, expected, "{row}"),
        }
    }
}

#[test]
fn without_anything_to_compare_with_everything_counts() {
    let story = story();
    for (row, why) in [
        (
            "source=push on=main before=zeros sha=main",
            "`CI_COMMIT_BEFORE_SHA` contains no commit, and this is the default branch",
        ),
        (
            "source=merge_request_event mr=7 event=detached sha=feature",
            "`CI_MERGE_REQUEST_DIFF_BASE_SHA` is not set",
        ),
        (
            "source=merge_request_event mr=7 event=merged_result sha=merged",
            "`CI_MERGE_REQUEST_TARGET_BRANCH_SHA` is not set",
        ),
    ] {
        let (base, changes) = verdict(&story.repo, &story.request(&variables(row)));
        assert_eq!((base.as_str(), changes), ("-", vec![format!("everything: {why}")]), "{row}");
    }
}

#[test]
fn on_a_laptop_the_work_tree_is_compared_with_the_default_branch() {
    let story = story();
    story.repo.write("app/untracked", "1");
    let request = ChangeRequest { default_branch: Some("main".to_owned()), ..ChangeRequest::default() };
    let expected = ["A app/new", "A app/untracked", "D lib/a"].map(str::to_owned).to_vec();
    assert_eq!(verdict(&story.repo, &request), ("merge base with main".to_owned(), expected.clone()));
    assert_eq!(verdict(&story.repo, &ChangeRequest::default()).1, expected, "main is found by its name");
    let simulated = ChangeRequest { simulate: Some(As::parse("merge_request").unwrap()), ..request.clone() };
    assert_eq!(verdict(&story.repo, &simulated).1, expected);
    let scheduled = ChangeRequest { simulate: Some(As::parse("schedule").unwrap()), ..request };
    assert_eq!(verdict(&story.repo, &scheduled).1, ["everything: `schedule` pipelines run everything"]);
}

#[test]
fn policies_decide() {
    let story = story();
    story.repo.git(&["tag", "v1", "main"]);
    story.repo.git(&["tag", "v2", "merged"]);
    let variables = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_TAG", "v2"), ("CI_COMMIT_SHA", "merged")];
    let with = |policy| ChangeRequest {
        policies: [(Occasion::Tag, policy)].into_iter().collect(),
        ..story.request(&variables)
    };
    let whole = ["A app/new", "D lib/a"].map(str::to_owned).to_vec();
    let found = |policy| verdict(&story.repo, &with(policy));
    assert_eq!(found(Policy::Since("v*".to_owned())), ("since v1".to_owned(), whole.clone()));
    assert_eq!(found(Policy::Since("main".to_owned())), ("since main".to_owned(), whole.clone()));
    assert_eq!(found(Policy::Changed), ("since v1".to_owned(), whole));
    assert_eq!(found(Policy::Since("w*".to_owned())).1, ["everything: no older tag matches `w*`"]);
    assert_eq!(found(Policy::None).1, ["nothing: `tag` pipelines run nothing"]);
}

/// A base that a person wrote and that cannot be had is an error, whatever is to be run.
#[test]
fn options_win_over_variables() {
    let story = story();
    let schedule = story.request(&[("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_SHA", "merged")]);
    let based = ChangeRequest { base: Some("main".to_owned()), ..schedule.clone() };
    assert_eq!(
        verdict(&story.repo, &based),
        ("--base main".to_owned(), vec!["A app/new".into(), "D lib/a".into()])
    );
    let headed =
        ChangeRequest { head: Some("main".to_owned()), base: Some("main~1".to_owned()), ..schedule.clone() };
    assert_eq!(verdict(&story.repo, &headed).1, ["A other/a"]);
    let given = ChangeRequest { given: Some(b"x/y\n./z\n".to_vec()), ..schedule.clone() };
    assert_eq!(verdict(&story.repo, &given).1, ["M x/y", "M z"]);
    let all = ChangeRequest { scope: Scope::All, ..based };
    assert_eq!(verdict(&story.repo, &all).1, ["everything: selected by `--all`"]);
    let lost = ChangeRequest { head: Some("nowhere".to_owned()), ..schedule };
    assert!(matches!(detected(&story.repo.open(), &lost), Err(ChangesError::Head { .. })));
}

#[test]
fn a_shallow_clone_fetches_its_base_or_runs_everything() {
    let story = story();
    let request = story.request(&[
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "first"),
        ("CI_COMMIT_SHA", "feature"),
    ]);
    let clone = Fixture::clone_of(&story.repo, &["--depth=1", "--branch=feature"]);
    let why = &verdict(&clone, &request).1[0];
    assert!(why.starts_with("everything: the commit") && why.contains("DIFF_BASE_SHA"), "{why}");
    let strict = ChangeRequest { unknown_base: OnUnknownBase::Fail, ..request.clone() };
    assert!(matches!(detected(&clone.open(), &strict), Err(ChangesError::UnknownBase(_))));
    let fetching = ChangeRequest { fetch: FETCH, ..request };
    let changes = detected(&clone.open(), &fetching).unwrap();
    assert_eq!(shown(changes.paths().unwrap()), ["A app/new", "D lib/a"]);
    assert_eq!(changes.base.as_ref().unwrap().obtained, Obtained::Fetched);
    assert_eq!(changes.history, History::Shallow { commits: 1 });
    assert!(changes.provenance().ends_with("\nClone: shallow, 1 commit deep"), "{}", changes.provenance());
}

#[test]
fn a_commit_that_was_pushed_away_is_fetched_or_everything_runs() {
    let story = story();
    story.repo.git(&["commit", "--quiet", "--amend", "-m", "another feature 2"]);
    let clone = Fixture::clone_of(&story.repo, &[]);
    let variables = [
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BRANCH", "feature"),
        ("CI_COMMIT_BEFORE_SHA", "1111111111111111111111111111111111111111"),
    ];
    let request = ChangeRequest { fetch: FETCH, head: Some("HEAD".to_owned()), ..story.request(&variables) };
    let why = &verdict(&clone, &request).1[0];
    assert!(why.contains("could not be fetched") && why.contains("CI_COMMIT_BEFORE_SHA"), "{why}");
    assert_eq!(clone.open().history(None), History::Complete, "a failed fetch leaves the clone as it was");
    let gone = [variables[0], variables[1], ("CI_COMMIT_BEFORE_SHA", "feature")];
    let request = ChangeRequest { fetch: FETCH, head: Some("HEAD".to_owned()), ..story.request(&gone) };
    assert_eq!(verdict(&clone, &request), ("CI_COMMIT_BEFORE_SHA".to_owned(), vec![]));
}

#[test]
fn a_new_branch_in_a_shallow_clone_runs_everything() {
    let story = story();
    let clone = Fixture::clone_of(&story.repo, &["--depth=1", "--no-single-branch"]);
    let variables =
        [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "feature"), ("CI_COMMIT_BEFORE_SHA", ZEROS)];
    let request = ChangeRequest { head: Some("origin/feature".to_owned()), ..story.request(&variables) };
    let expected = "everything: this clone's history ends before the merge base with `origin/main`";
    assert_eq!(verdict(&clone, &request).1, [expected]);
}

#[test]
fn given_lists_are_read_as_git_writes_them() {
    for (list, expected) in [
        (&b"a\nb/c\n"[..], &["M a", "M b/c"][..]),
        (b"A\ta\nR100\told\tnew\nD\tx y\r\n", &["A a", "A new", "D old", "D x y"]),
        (b"M\n", &["M M"]),
        (b"a\nb\0c\0", &["M a\\nb", "M c"]),
        (b"A\0a\nb\0R075\0old\0new\0", &["A a\\nb", "A new", "D old"]),
        (b"\xff\n", &["M \\xff"]),
        (b"", &[]),
        ("\u{FEFF}a\r\nb\r\n".as_bytes(), &["M a", "M b"]),
        (b"\"\\303\\244\\t\\\"x\\\"\"\n", &["M \u{e4}\\t\"x\""]),
        (b"D\t\"\\303\\244\"\nR90\t\"\\\\\"\tnew\n", &["D \\", "A new", "D \u{e4}"]),
        (b":100644 100644 1234567 89abcde M\ta b\n:000000 100644 0000000 89abcde A\tc\n", &["M a b", "A c"]),
        (b":100644 100644 1234567 89abcde M\0a b\0", &["M a b"]),
        (
            b" M a b\nA  c\n?? \"\\303\\244\"\nR  old -> \"new name\"\n",
            &["M a b", "A c", "A new name", "D old", "A \u{e4}"],
        ),
        (b"## main...origin/main\n D a\nMM b\n", &["D a", "M b"]),
        (b" M a\0R  new\0old\0?? d/\0", &["M a", "A d", "A new", "D old"]),
        (
            b"1 .M N... 100644 100644 100644 1 2 a b\n? c\n2 R. N... 1 1 1 1 2 R100 new\told\n",
            &["M a b", "A c", "A new", "D old"],
        ),
        (b"a b\n?? c\n", &["M ?? c", "M a b"]),
    ] {
        assert_eq!(shown(&parse_given(list).unwrap()), expected, "{}", list.escape_ascii());
    }
    assert!(parse_given(b"../x\n").is_err());
    assert!(parse_given(b"A\0").is_err());
}

#[test]
fn facts_tell_what_a_pipeline_runs_for() {
    let local = || PipelineFacts::local(Some("Fix/A".to_owned()), Some("main".to_owned()), None);
    let seen = |text: &str| local().seen_as(&As::parse(text).unwrap());
    assert_eq!(local().ref_slug, "fix-a");
    assert_eq!(seen("merge_request").kind, PipelineKind::MergeRequest);
    assert_eq!(seen("merge_request").merge_request.unwrap().target_branch.as_deref(), Some("main"));
    assert!(seen("branch:main").is_default_branch() && seen("schedule").is_default_branch());
    assert_eq!(seen("tag:v1.0").ref_slug, "v1-0");
    for (text, occasion) in
        [("tag:v1", Occasion::Tag), ("web", Occasion::Web), ("branch:x", Occasion::Branch)]
    {
        assert_eq!(seen(text).occasion(), occasion);
    }
    for wrong in ["", "branch:", "branch:a\u{1b}[31mb", "tag:a\nb", "push", "tags", "branch"] {
        assert!(As::parse(wrong).is_err(), "{wrong}");
    }
}
