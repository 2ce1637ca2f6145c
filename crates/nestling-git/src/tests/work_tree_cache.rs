//! The cache equals the disk as long as every change is reported.

use crate::testing::Fixture;
use crate::{Change, GitRepository};
use nestling_files::files::{DirectoryEntry, Files, Walk};
use nestling_files::path::RepoPath;
use std::fs;
use std::path::Path;

type Seen = (Vec<Change>, Vec<(RepoPath, Vec<DirectoryEntry>, Option<Vec<u8>>)>);

/// Everything that is asked of a work tree: what differs, what is where, and what is in it.
fn seen(repository: &GitRepository) -> Seen {
    let head = repository.head().unwrap().unwrap();
    let changes = repository.work_tree_diff(Some(&repository.tree_of(&head).unwrap())).unwrap();
    let files = repository.work_tree().unwrap();
    let mut folders = Vec::new();
    files
        .walk(&mut |folder, entries| {
            let file = files.read(&folder.child(b"nestling.yml")).unwrap();
            folders.push((folder.clone(), entries.to_vec(), file));
            Walk::Descend
        })
        .unwrap();
    (changes, folders)
}

/// Changes to the files, with the paths that the system reports.
type Deed = (&'static str, fn(&Path), &'static [&'static str]);

const DEEDS: [Deed; 12] = [
    ("saves a file", |root| fs::write(root.join("a/nestling.yml"), "2").unwrap(), &["a/nestling.yml"]),
    ("saves it as it was", |root| fs::write(root.join("a/nestling.yml"), "1").unwrap(), &["a/nestling.yml"]),
    ("adds a file", |root| fs::write(root.join("a/new"), "").unwrap(), &["a/new"]),
    (
        "adds folders",
        |root| {
            fs::create_dir_all(root.join("x/y")).unwrap();
            fs::write(root.join("x/y/nestling.yml"), "x").unwrap();
        },
        &["x"],
    ),
    ("saves in one", |root| fs::write(root.join("x/y/nestling.yml"), "y").unwrap(), &["x/y/nestling.yml"]),
    ("deletes a file", |root| fs::remove_file(root.join("b/c/nestling.yml")).unwrap(), &["b/c/nestling.yml"]),
    ("renames a folder", |root| fs::rename(root.join("x"), root.join("z")).unwrap(), &["x", "z"]),
    ("ignores one", |root| fs::write(root.join(".gitignore"), "z/\n").unwrap(), &[".gitignore"]),
    ("and does not", |root| fs::remove_file(root.join(".gitignore")).unwrap(), &[".gitignore"]),
    (
        "makes a file a folder",
        |root| {
            fs::remove_file(root.join("a/file")).unwrap();
            fs::create_dir(root.join("a/file")).unwrap();
            fs::write(root.join("a/file/nestling.yml"), "in").unwrap();
        },
        &["a/file"],
    ),
    (
        "saves as an editor does",
        |root| {
            fs::write(root.join("a/.swap"), "3").unwrap();
            fs::rename(root.join("a/.swap"), root.join("a/nestling.yml")).unwrap();
        },
        &["a/.swap", "a/nestling.yml"],
    ),
    ("deletes a folder", |root| fs::remove_dir_all(root.join("b")).unwrap(), &["b"]),
];

#[test]
fn what_is_remembered_is_what_is_there() {
    let fixture = Fixture::new();
    for (path, text) in [("a/nestling.yml", "1"), ("a/file", ""), ("b/c/nestling.yml", "1"), ("b/d/e", "")] {
        fixture.write(path, text);
    }
    fixture.commit("start");
    let mut remembering = fixture.open();
    remembering.remember();
    assert_eq!(seen(&remembering), seen(&fixture.open()));
    for (what, does, forgotten) in DEEDS {
        does(fixture.open().work_dir().unwrap());
        let before = seen(&remembering);
        let now = seen(&fixture.open());
        assert_ne!(before, now, "{what}: the test would say nothing");
        forgotten.iter().for_each(|path| remembering.forget(&RepoPath::parse(path).unwrap()));
        assert_eq!(seen(&remembering), now, "{what}");
    }
    fixture.git(&["stash", "--include-untracked"]);
    remembering.forget_everything();
    assert_eq!(seen(&remembering), seen(&fixture.open()));
}
