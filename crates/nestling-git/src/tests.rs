use super::*;
use nestling_files::files::{EntryKind, Files, Walk};
use nestling_files::path::RepoPath;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

mod backends;
mod clones;
mod damage;

mod history;
mod work_tree_cache;
mod objects;
mod programs;
mod revisions;
mod search;
mod tree_index;
mod work_changes;

use crate::testing::{Fixture, shown};

/// Each change as `A path`, as git writes them.
fn between(repo: &Fixture, base: &CommitId, head: &CommitId) -> Vec<String> {
    let opened = repo.open();
    let trees = [base, head].map(|commit| opened.tree_of(commit).unwrap());
    shown(&opened.tree_diff(Some(&trees[0]), Some(&trees[1])).unwrap())
}

/// Output of `git diff` for the same two commits, or for a commit and the work tree.
fn by_git(repo: &Fixture, commits: &[&CommitId]) -> Vec<String> {
    let commits: Vec<String> = commits.iter().map(ToString::to_string).collect();
    let mut arguments = vec!["diff", "--no-renames", "--name-status", "-z"];
    arguments.extend(commits.iter().map(String::as_str));
    let listed = repo.git(&arguments);
    let fields: Vec<&[u8]> = listed.split(|b| *b == 0).collect();
    let pairs = fields.chunks_exact(2);
    pairs.map(|pair| format!("{} {}", pair[0].escape_ascii(), RepoPath::from_git(pair[1]))).collect()
}

/// Everything that can happen to a path, once.
fn eventful() -> (Fixture, CommitId, CommitId) {
    let repo = Fixture::new();
    for path in [
        "kept",
        "a/edited",
        "a/deleted",
        "mode",
        "becomes-link",
        "becomes-folder",
        "old-name",
        "Case",
        "x/y/z",
    ] {
        repo.write(path, path);
    }
    repo.write(b"bytes-\xff", "1");
    repo.write("sort-a/f", "1");
    repo.write("sort", "1");
    let base = repo.commit("base");
    repo.write("a/edited", "again");
    for path in ["a/deleted", "becomes-link", "becomes-folder", "old-name", "Case", "x/y/z", "sort"] {
        repo.remove(path);
    }
    repo.write("new-name", "old-name");
    repo.write("case", "Case");
    repo.write("becomes-folder/inside", "1");
    std::fs::remove_dir(repo.path("x/y")).unwrap();
    repo.write("x/y", "a file now");
    repo.write(b"bytes-\xff", "2");
    repo.write("line\nbreak", "1");
    repo.write("sort/in", "1");
    repo.write("sort.b", "1");
    symlink("kept", repo.path("becomes-link")).unwrap();
    std::fs::set_permissions(repo.path("mode"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let id = base.to_string();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},module")]);
    std::fs::create_dir(repo.path("module")).unwrap();
    let head = repo.commit("head");
    (repo, base, head)
}

#[test]
fn a_tree_diff_says_what_git_says() {
    let (repo, base, head) = eventful();
    let changes = between(&repo, &base, &head);
    assert_eq!(changes, by_git(&repo, &[&base, &head]));
    assert_eq!(between(&repo, &head, &base), by_git(&repo, &[&head, &base]));
    assert_eq!(changes.len(), 18);
    for expected in
        ["T becomes-link", "M mode", "A line\\nbreak", "M bytes-\\xff", "D old-name", "A new-name"]
    {
        assert!(changes.iter().any(|change| change == expected), "{expected} in {changes:?}");
    }
}

#[test]
fn an_absent_side_is_an_empty_tree() {
    let (repo, base, _) = eventful();
    let opened = repo.open();
    let tree = opened.tree_of(&base).unwrap();
    assert!(
        shown(&opened.tree_diff(None, Some(&tree)).unwrap()).iter().all(|change| change.starts_with('A'))
    );
    assert_eq!(opened.tree_diff(Some(&tree), Some(&tree)).unwrap(), []);
}

#[test]
fn folders_may_be_deep() {
    let repo = Fixture::new();
    repo.write("a/".repeat(400) + "f", "1");
    let base = repo.commit("base");
    repo.write("a/".repeat(400) + "f", "2");
    let head = repo.commit("head");
    assert_eq!(between(&repo, &base, &head).len(), 1);
}

#[test]
fn the_work_tree_counts_staged_unstaged_and_untracked_files() {
    let repo = Fixture::new();
    for path in ["staged", "unstaged", "back-again", "gone", "unstaged-gone", "dropped", "kept"] {
        repo.write(path, "1");
    }
    repo.write(".gitignore", "*.log\n/ignored/\n");
    let base = repo.commit("base");
    repo.write("staged", "2");
    repo.write("back-again", "2");
    repo.write("new-then-gone", "1");
    repo.remove("gone");
    repo.git(&["add", "--all"]);
    repo.git(&["rm", "--cached", "--quiet", "dropped"]);
    repo.write("back-again", "1");
    repo.remove("new-then-gone");
    repo.remove("unstaged-gone");
    repo.write("unstaged", "2");
    repo.write("untracked/file", "1");
    repo.write("a.log", "1");
    repo.write("ignored/file", "1");
    let opened = repo.open();
    let changes = opened.work_tree_diff(Some(&opened.tree_of(&base).unwrap())).unwrap();
    let expected = ["D gone", "M staged", "M unstaged", "D unstaged-gone", "A untracked/file"];
    assert_eq!(shown(&changes), expected);
}

#[test]
fn the_work_tree_diff_says_what_git_says() {
    let (repo, base, _) = eventful();
    let opened = repo.open();
    let changes = opened.work_tree_diff(Some(&opened.tree_of(&base).unwrap())).unwrap();
    assert_eq!(shown(&changes), by_git(&repo, &[&base]));
}

fn listing(files: &dyn Files) -> Vec<String> {
    let mut seen = Vec::new();
    let mut visit = |folder: &RepoPath, entries: &[nestling_files::files::DirectoryEntry]| {
        for entry in entries {
            let path = folder.child(&entry.name);
            match entry.kind {
                EntryKind::File => seen.push(path.to_string()),
                EntryKind::Symlink => seen.push(format!("{path}@")),
                EntryKind::Submodule => seen.push(format!("{path}!")),
                EntryKind::Directory => {}
            }
        }
        Walk::Descend
    };
    files.walk(&mut visit).unwrap();
    seen
}

#[test]
fn files_at_a_commit_need_no_checkout() {
    let (repo, base, head) = eventful();
    let opened = repo.open();
    let (base, head) = (opened.files_at(&base).unwrap(), opened.files_at(&head).unwrap());
    let read = |files: &TreeFiles<'_>, path: &str| files.read(&RepoPath::parse(path).unwrap()).unwrap();
    assert_eq!(read(&base, "a/edited"), Some(b"a/edited".to_vec()));
    assert_eq!(read(&head, "a/edited"), Some(b"again".to_vec()));
    for no_file in ["becomes-link", "module", "a", "a/deleted", "kept/below", ""] {
        assert_eq!(read(&head, no_file), None, "{no_file}");
    }
    let listed = listing(&head);
    assert!(listed.contains(&"becomes-link@".to_owned()) && listed.contains(&"module!".to_owned()));
}

#[test]
fn files_on_disk_are_those_that_git_sees() {
    let repo = Fixture::new();
    repo.write(".gitignore", "build/\n*.log\n");
    repo.write("app/.gitignore", "!keep.log\n");
    for path in ["app/keep.log", "app/drop.log", "app/main", "build/out", "build/tracked", "module/inside"] {
        repo.write(path, path);
    }
    repo.git(&["add", "--force", "build/tracked"]);
    repo.git(&["init", "--quiet", "module"]);
    repo.write(".git/info/exclude", "secret\n");
    repo.write("secret", "1");
    symlink("/etc", repo.path("outside")).unwrap();
    let opened = repo.open();
    let files = opened.work_tree().unwrap();
    let expected =
        [".gitignore", "module!", "outside@", "app/.gitignore", "app/keep.log", "app/main", "build/tracked"];
    assert_eq!(listing(&files), expected);
    let read = |path: &str| files.read(&RepoPath::parse(path).unwrap()).unwrap();
    assert_eq!(read("app/main"), Some(b"app/main".to_vec()));
    assert_eq!(read("outside/passwd"), None, "a link is never followed");
    assert_eq!(read("app"), None);
    assert_eq!(read("app/main/below"), None);
}

#[test]
fn a_shallow_clone_knows_a_merge_base_only_where_it_is_certain() {
    let origin = Fixture::new();
    let commits: Vec<CommitId> = (0..6).map(|n| origin.commit(&format!("{n}"))).collect();
    origin.git(&["checkout", "--quiet", "-b", "feature", &commits[3].to_string()]);
    let tip = origin.commit("feature");
    for (depth, certain) in [("--depth=2", false), ("--depth=5", true), ("--no-tags", true)] {
        let clone = Fixture::clone_of(&origin, &[depth, "--no-single-branch"]);
        let base = clone.open().merge_base(&commits[5], &tip).unwrap();
        let expected = if certain { MergeBase::Found(commits[3]) } else { MergeBase::HistoryTooShort };
        assert_eq!(base, expected, "{depth}");
    }
}

#[test]
fn a_merge_base_is_the_one_that_git_names() {
    let repo = Fixture::new();
    let root = repo.commit("root");
    repo.git(&["checkout", "--quiet", "-b", "left"]);
    let left = repo.commit("left");
    repo.git(&["checkout", "--quiet", "-b", "right", &root.to_string()]);
    let right = repo.commit("right");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "criss", &left.to_string()]);
    repo.git(&["checkout", "--quiet", "left"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "cross", &right.to_string()]);
    repo.git(&["checkout", "--quiet", "--orphan", "island"]);
    repo.commit("island");
    let named = String::from_utf8(repo.git(&["merge-base", "left", "right"])).unwrap();
    let opened = repo.open();
    let base = |first: &str, other: &str| opened.merge_base(&repo.id(first), &repo.id(other)).unwrap();
    assert_eq!(base("left", "right"), MergeBase::Found(CommitId::parse(named.trim()).unwrap()));
    assert_eq!(base("left", "island"), MergeBase::Unrelated);
}

#[test]
fn one_commit_can_be_fetched_alone() {
    let origin = Fixture::new();
    origin.write("a", "1");
    let base = origin.commit("base");
    origin.write("a", "2");
    let head = origin.commit("head");
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let clone = Fixture::clone_of(&origin, &["--depth=1"]);
    let opened = clone.open();
    assert!(!opened.has(&base).unwrap() && opened.history(Some(&head)) == (History::Shallow { commits: 1 }));
    opened.fetch_commit(&base, Duration::from_secs(60)).unwrap();
    assert_eq!(between(&clone, &base, &head), ["M a"]);
    let none = CommitId::parse(&"1".repeat(40)).unwrap();
    assert!(matches!(opened.fetch_commit(&none, Duration::from_secs(60)), Err(GitError::Command { .. })));
    let late = opened.fetch_commit(&none, Duration::ZERO);
    assert!(matches!(late, Err(GitError::TimedOut { .. } | GitError::Command { .. })));
}

#[test]
fn repositories_come_in_many_shapes() {
    let repo = Fixture::new();
    repo.write("a/b", "1");
    let head = repo.commit("head");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", "linked"]);
    repo.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    for (directory, bare) in [("a", false), ("linked", false), ("linked/a", false), ("bare.git", true)] {
        let opened = GitRepository::discover(&repo.path(directory), &Trust::Owner).unwrap();
        assert_eq!(opened.head().unwrap(), Some(head), "{directory}");
        assert_eq!(opened.work_dir().is_none(), bare, "{directory}");
        assert_eq!(opened.work_tree().is_err(), bare, "{directory}");
    }
    let nowhere = tempfile::tempdir().unwrap();
    let error = GitRepository::discover(nowhere.path(), &Trust::Owner).unwrap_err();
    assert!(matches!(error, GitError::NotFound { .. }), "{error}");
}

#[test]
fn another_users_repository_is_read_where_it_is_trusted() {
    let repo = Fixture::new();
    let head = repo.commit("head");
    // Only root can give files away; for anyone else this opens a repository of their own.
    let _ = std::os::unix::fs::chown(&repo.root, Some(12345), None);
    let _ = std::os::unix::fs::chown(repo.path(".git"), Some(12345), None);
    let trust = Trust::Directory(repo.root.clone());
    for open in [GitRepository::open, GitRepository::discover] {
        let opened = open(&repo.root, &trust).unwrap();
        assert_eq!(opened.head().unwrap(), Some(head));
    }
    // The check of libgit2 is one for all threads: none turns it on while another one opens.
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| (0..50).for_each(|_| drop(GitRepository::open(&repo.root, &trust).unwrap())));
        }
    });
    let error = GitError::Owner { path: "/builds/a b".into() };
    assert_eq!(error.help().unwrap(), "run `git config --global --add safe.directory '/builds/a b'`");
}

/// A work tree whose repository was moved, an interrupted `git init`, a file of something else.
#[test]
fn a_dot_git_that_leads_to_no_repository_is_named_with_the_reason() {
    let repo = Fixture::new();
    repo.write("a", "1");
    repo.commit("a");
    let linked = repo.path("linked");
    repo.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
    std::fs::rename(repo.path(".git"), repo.path("moved")).unwrap();
    let said = |directory: &std::path::Path| {
        GitRepository::discover(directory, &Trust::Owner).unwrap_err().to_string()
    };
    let message = said(&linked);
    assert!(message.contains("linked/.git` is broken: it names `"), "{message}");
    std::fs::create_dir(repo.path(".git")).unwrap();
    let message = said(&repo.root);
    assert!(message.contains("/.git` is broken: it has no `HEAD`"), "{message}");
    std::fs::remove_dir(repo.path(".git")).unwrap();
    std::fs::rename(repo.path("moved"), repo.path(".git")).unwrap();
    repo.git(&["config", "core.worktree", "/nowhere/at/all"]);
    let message = said(&repo.root);
    assert!(message.contains("is broken") && message.contains("/nowhere/at/all"), "{message}");
}
