//! States of the index and of submodules, by both ways of reading the work tree.

use super::*;

/// Differences of the disk from `HEAD`, on which both readers must agree.
fn differences(repo: &Fixture) -> Vec<String> {
    let head = repo.id("HEAD");
    let [by_libgit2, by_git] = [repo.open(), repo.open_by_system()].map(|opened| {
        let tree = opened.tree_of(&head).unwrap();
        shown(&opened.work_tree_diff(Some(&tree)).unwrap())
    });
    assert_eq!(by_libgit2, by_git);
    by_libgit2
}

/// A repository with the submodule `module`.
fn with_submodule() -> (Fixture, Fixture) {
    let module = Fixture::new();
    module.write("file", "1");
    module.commit("first");
    let repo = Fixture::new();
    repo.write("own", "1");
    repo.git(&["submodule", "--quiet", "add", &format!("file://{}", module.root.display()), "module"]);
    repo.commit("a submodule");
    (repo, module)
}

/// A change to a submodule, its commands, and the expected differences.
type Case = (&'static str, fn(&Fixture), &'static [&'static str]);

#[test]
fn a_submodule_is_changed_where_it_is_at_another_commit_or_differs_from_its_own() {
    let cases: [Case; 8] = [
        ("clean", |_| {}, &[]),
        ("a saved file", |repo| repo.write("module/file", "2"), &["M module"]),
        ("a new file", |repo| repo.write("module/new", "1"), &["M module"]),
        ("a file that is gone", |repo| repo.remove("module/file"), &["M module"]),
        (
            "another commit",
            |repo| drop(repo.git(&["-C", "module", "commit", "--quiet", "--allow-empty", "-m", "second"])),
            &["M module"],
        ),
        (
            "another commit in the index",
            |repo| {
                repo.git(&["-C", "module", "commit", "--quiet", "--allow-empty", "-m", "second"]);
                repo.git(&["add", "module"]);
            },
            &["M module"],
        ),
        (
            "not checked out",
            |repo| drop(repo.git(&["submodule", "--quiet", "deinit", "--force", "module"])),
            &[],
        ),
        (
            "a file in its place",
            |repo| {
                std::fs::remove_dir_all(repo.path("module")).unwrap();
                repo.write("module", "a file now");
            },
            &["T module"],
        ),
    ];
    for (case, change, expected) in cases {
        let (repo, _module) = with_submodule();
        change(&repo);
        assert_eq!(differences(&repo), expected, "{case}");
    }
}

#[test]
fn a_damaged_object_of_a_submodule_makes_it_changed() {
    let (repo, _module) = with_submodule();
    let entries = std::fs::read_dir(repo.path(".git/modules/module/objects/pack")).unwrap();
    let mut packs = entries.map(|entry| entry.unwrap().path());
    let pack = packs.find(|path| path.extension().is_some_and(|extension| extension == "pack")).unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[12..].fill(0xff);
    std::fs::set_permissions(&pack, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&pack, bytes).unwrap();
    let opened = repo.open();
    let base = opened.tree_of(&repo.id("HEAD")).unwrap();
    assert_eq!(shown(&opened.work_tree_diff(Some(&base)).unwrap()), ["M module"]);
}

#[test]
fn conflicts_and_intents_to_add_are_what_is_on_disk() {
    let repo = Fixture::new();
    for path in ["both", "ours-gone", "theirs-gone", "kept"] {
        repo.write(path, "1\n");
    }
    repo.commit("base");
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    repo.write("both", "2\n");
    repo.write("ours-gone", "2\n");
    repo.remove("theirs-gone");
    repo.write("added", "2\n");
    repo.commit("other");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("both", "3\n");
    repo.remove("ours-gone");
    repo.write("theirs-gone", "3\n");
    repo.write("added", "3\n");
    repo.commit("ours");
    // A merge with conflicts ends with 1.
    let mut merge = std::process::Command::new("git");
    merge
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "merge", "--quiet", "other"])
        .current_dir(&repo.root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert_eq!(merge.output().unwrap().status.code(), Some(1));
    repo.write("intended", "1\n");
    repo.git(&["add", "--intent-to-add", "intended"]);
    assert_eq!(differences(&repo), ["M added", "M both", "A intended", "A ours-gone"]);
    repo.write("both", "3\n");
    assert_eq!(differences(&repo), ["M added", "A intended", "A ours-gone"]);
}

#[test]
fn attributes_of_the_index_count_where_none_are_on_disk() {
    let repo = Fixture::new();
    repo.write(".gitattributes", "*.txt text eol=crlf\n");
    repo.write("a.txt", "1\n2\n");
    repo.commit("base");
    repo.remove("a.txt");
    repo.git(&["checkout", "--quiet", "a.txt"]);
    repo.remove(".gitattributes");
    // As long as what was checked out, and saved again: what is in it has to be compared.
    repo.write("a.txt", "1\r\n2\r\n");
    assert_eq!(differences(&repo), ["D .gitattributes"]);
}

/// Line endings are git's own doing and no program's: a file that was only touched is the same as before.
#[test]
fn line_endings_that_git_converts_are_no_change() {
    for settings in [&["core.autocrlf", "true"][..], &["core.eol", "crlf"]] {
        let repo = Fixture::new();
        repo.write(".gitattributes", "*.txt text\n");
        repo.write("a.txt", "one\ntwo\n");
        repo.write("b.txt", "one\n");
        let commit = repo.commit("first");
        repo.git(&["config", settings[0], settings[1]]);
        repo.remove("a.txt");
        repo.git(&["checkout", "--quiet", "--", "a.txt"]);
        assert_eq!(std::fs::read(repo.path("a.txt")).unwrap(), b"one\r\ntwo\r\n");
        // As an editor does that saves it without a change.
        std::thread::sleep(Duration::from_millis(20));
        repo.write("a.txt", "one\r\ntwo\r\n");
        for opened in [repo.open(), repo.open_by_system()] {
            let tree = opened.tree_of(&commit).unwrap();
            assert!(shown(&opened.work_tree_diff(Some(&tree)).unwrap()).is_empty(), "{settings:?}");
        }
    }
}
