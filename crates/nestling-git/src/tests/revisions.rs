//! Tags that are called like branches, in a clone as a runner makes it: never taken for the branch, by neither way of
//! reading.

use super::*;
use nestling_files::files::{Revision, RevisionError, Revisions};

/// A merge request's clone: `main` and `feature` of the remote, detached at `feature`, with all tags.
struct Clone {
    repo: Fixture,
    main: CommitId,
    feature: CommitId,
}

fn clone_with_tags(tags: &[&str]) -> Clone {
    let origin = Fixture::new();
    origin.write("ci/t.yml", "protected");
    let main = origin.commit("main");
    origin.git(&["checkout", "--quiet", "-b", "feature"]);
    origin.write("ci/t.yml", "the merge request's own");
    let feature = origin.commit("feature");
    for tag in tags {
        origin.git(&["update-ref", &format!("refs/tags/{tag}"), "feature"]);
    }
    let repo = Fixture::new();
    let url = format!("file://{}", origin.root.display());
    repo.git(&["remote", "add", "origin", &url]);
    repo.git(&["fetch", "--quiet", "--tags", "origin"]);
    repo.git(&["checkout", "--quiet", "--detach", &feature.to_string()]);
    Clone { repo, main, feature }
}

fn both(repo: &Fixture) -> [GitRepository; 2] {
    [repo.open(), repo.open_by_system()]
}

fn revision(name: &str) -> Revision {
    Revision { repository: None, revision: name.to_owned() }
}

#[test]
fn a_branch_is_never_a_tag() {
    let clone = clone_with_tags(&["main", "origin/main", "refs/heads/main", "refs/remotes/origin/other"]);
    for opened in both(&clone.repo) {
        let branch = opened.branch("main").unwrap().unwrap();
        assert_eq!(branch, Branch { reference: "refs/remotes/origin/main".to_owned(), tip: clone.main });
        assert_eq!(branch.short_name(), "origin/main");
        assert_eq!(opened.branch("other").unwrap(), None, "there is a tag of that full name");
        assert_eq!(opened.resolve("refs/remotes/origin/other").unwrap(), Resolution::Unknown);
        assert_eq!(opened.resolve("refs/heads/main").unwrap(), Resolution::Unknown);
    }
    clone.repo.git(&["update-ref", "refs/heads/local", &clone.feature.to_string()]);
    for opened in both(&clone.repo) {
        let branch = opened.branch("local").unwrap().unwrap();
        assert_eq!((branch.short_name(), branch.tip), ("local", clone.feature));
    }
}

#[test]
fn what_is_ambiguous_is_reported_with_its_full_names() {
    let clone = clone_with_tags(&["main", "origin/main", "v1"]);
    let (main, feature) = (Resolution::Commit(clone.main), Resolution::Commit(clone.feature));
    let ambiguous = |names: &[&str]| Resolution::Ambiguous(names.iter().map(ToString::to_string).collect());
    let named = ["refs/tags/main", "refs/remotes/origin/main"];
    let remote = ["refs/tags/origin/main", "refs/remotes/origin/main"];
    let table = [
        ("main", ambiguous(&named)),
        ("main~1", ambiguous(&named)),
        ("origin/main", ambiguous(&remote)),
        ("origin/main^{commit}", ambiguous(&remote)),
        ("refs/remotes/origin/main", main.clone()),
        ("remotes/origin/main", main.clone()),
        ("refs/tags/main", feature.clone()),
        ("tags/main~1", main.clone()),
        ("origin/feature", feature.clone()),
        ("origin/feature~1", main.clone()),
        // A runner's clone has no local branch.
        ("feature", feature.clone()),
        ("feature^", main.clone()),
        ("v1", feature.clone()),
        ("HEAD~1", main.clone()),
        ("@", feature.clone()),
        ("feat*", Resolution::Unknown),
        ("", Resolution::Unknown),
        ("nowhere", Resolution::Unknown),
    ];
    let id = clone.main.to_string();
    for opened in both(&clone.repo) {
        for (revision, expected) in &table {
            assert_eq!(opened.resolve(revision).unwrap(), *expected, "{revision}");
        }
        assert_eq!(opened.resolve(&id).unwrap(), main);
        assert_eq!(opened.resolve(&id[..9]).unwrap(), main);
    }
}

/// A pushed tag can have the beginning of a commit's id as its name.
#[test]
fn a_tag_that_is_called_as_an_abbreviated_id_is_ambiguous() {
    let clone = clone_with_tags(&[]);
    let id = clone.main.to_string();
    let feature = clone.feature.to_string();
    clone.repo.git(&["tag", &id[..8], &feature]);
    clone.repo.git(&["tag", &feature[..8], &feature]);
    for opened in both(&clone.repo) {
        for revision in [id[..8].to_owned(), format!("{}~0", &id[..8])] {
            let resolution = opened.resolve(&revision).unwrap();
            let expected = vec![format!("refs/tags/{}", &id[..8]), id.clone()];
            assert_eq!(resolution, Resolution::Ambiguous(expected), "{revision}");
        }
        assert_eq!(opened.resolve(&id).unwrap(), Resolution::Commit(clone.main));
        assert_eq!(opened.resolve(&feature[..8]).unwrap(), Resolution::Commit(clone.feature));
    }
}

#[test]
fn two_names_of_one_commit_are_not_ambiguous() {
    let clone = clone_with_tags(&["feature"]);
    for opened in both(&clone.repo) {
        assert_eq!(opened.resolve("feature").unwrap(), Resolution::Commit(clone.feature));
    }
}

#[test]
fn a_whole_id_is_never_a_tag() {
    let absent = "1".repeat(40);
    let clone = clone_with_tags(&[&absent]);
    clone.repo.git(&["update-ref", &format!("refs/tags/{}", clone.main), &clone.feature.to_string()]);
    for opened in both(&clone.repo) {
        assert_eq!(opened.resolve(&absent).unwrap(), Resolution::Unknown);
        assert_eq!(opened.resolve(&clone.main.to_string()).unwrap(), Resolution::Commit(clone.main));
    }
}

#[test]
fn protected_templates_are_not_those_of_a_tag() {
    let clone = clone_with_tags(&["origin/main"]);
    let template = RepoPath::parse("ci/t.yml").unwrap();
    for opened in both(&clone.repo) {
        let Err(RevisionError::Ambiguous { references, .. }) = opened.files_of(&revision("origin/main"))
        else {
            panic!("the tag is not refused")
        };
        assert_eq!(references, ["refs/tags/origin/main", "refs/remotes/origin/main"]);
        let files = opened.files_of(&revision("refs/remotes/origin/main")).unwrap();
        assert_eq!(files.read(&template).unwrap().unwrap(), b"protected");
        let beside = Revision { repository: Some(".".to_owned()), revision: "origin/main".to_owned() };
        assert!(matches!(opened.files_of(&beside), Err(RevisionError::Ambiguous { .. })));
    }
}

#[test]
fn another_repository_is_not_found_through_a_link_that_leads_out() {
    let (other, repo) = (Fixture::new(), Fixture::new());
    other.write("t.yml", "x");
    other.commit("other");
    repo.write("a", "1");
    repo.commit("first");
    let target = other.path("").canonicalize().unwrap();
    symlink(&target, repo.path("vend")).unwrap();
    let beside = Revision { repository: Some("vend".to_owned()), revision: "HEAD".to_owned() };
    let error = repo.open().files_of(&beside).err().map(|error| format!("{error:?}")).unwrap_or_default();
    assert!(error.contains("points outside of the repository"), "{error}");
    let up = "../".repeat(repo.path("").canonicalize().unwrap().components().count());
    let written = Revision { repository: Some(format!("{up}{}", target.display())), ..beside };
    assert!(repo.open().files_of(&written).is_ok());
}

#[test]
fn a_commit_is_found_by_its_message() {
    let repo = Fixture::new();
    repo.write("a", "1");
    let first = repo.commit("first");
    repo.write("a", "2");
    repo.commit("second");
    for opened in both(&repo) {
        for revision in [":/first", "HEAD^{/first}", ":/^fir"] {
            assert_eq!(opened.resolve(revision).unwrap(), Resolution::Commit(first), "{revision}");
        }
        assert_eq!(opened.resolve(":/third").unwrap(), Resolution::Unknown);
    }
}

#[test]
fn what_is_no_commit_and_what_is_cut_off_have_errors_of_their_own() {
    let origin = Fixture::new();
    origin.write("ci/t.yml", "t");
    origin.commit("first");
    origin.write("a", "1");
    let second = origin.commit("second");
    for (tag, of) in [("tree", "HEAD^{tree}"), ("blob", "HEAD:a")] {
        origin.git(&["tag", tag, of]);
        origin.git(&["tag", "--annotate", "--message", tag, &format!("{tag}-of"), of]);
    }
    let tree = String::from_utf8(origin.git(&["rev-parse", "HEAD:ci"])).unwrap().trim().to_owned();
    let repo = Fixture::new();
    repo.git(&["fetch", "--quiet", "--depth", "1", &format!("file://{}", origin.root.display()), "HEAD"]);
    repo.git(&["checkout", "--quiet", "-b", "main", &second.to_string()]);
    for opened in both(&origin) {
        for (revision, type_name) in [
            ("tree", "tree"),
            ("tree-of", "tree"),
            ("tree-of~1", "tree"),
            ("refs/tags/tree", "tree"),
            ("blob", "blob"),
            ("blob-of", "blob"),
            ("HEAD^{tree}", "tree"),
            ("main:a", "blob"),
            (&tree, "tree"),
            (&tree[..12], "tree"),
        ] {
            let error = opened.resolve(revision).unwrap_err().to_string();
            assert_eq!(error, format!("`{revision}` is a {type_name}, not a commit"));
        }
        assert_eq!(opened.resolve("HEAD~2").unwrap(), Resolution::Unknown, "the history is whole");
    }
    for opened in both(&repo) {
        assert_eq!(opened.resolve("HEAD").unwrap(), Resolution::Commit(second));
        for revision in ["HEAD~1", "main~3", "main^2"] {
            let error = opened.resolve(revision).unwrap_err();
            assert!(matches!(&error, GitError::CutOff { revision: named } if named == revision), "{error}");
            assert!(error.help().unwrap_or_default().contains("git fetch --unshallow"));
        }
    }
}
