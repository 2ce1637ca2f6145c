//! The cache equals the disk as long as every change is reported.

use crate::testing::Fixture;
use crate::{Change, GitRepository};
use nestling_files::files::{DirectoryEntry, EntryKind, FileQuery, FileVisitor, Files, Walk};
use nestling_files::path::RepoPath;
use std::fs;
use std::path::Path;

type Seen = (Vec<Change>, Vec<(RepoPath, Vec<DirectoryEntry>, Option<Vec<u8>>)>, Vec<String>);

/// Everything that is asked of a work tree: what differs, what is where, what is in it, and what searches find.
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
    let queries = [
        FileQuery { depth: 1, ..FileQuery::new(b"nestling.yml") },
        FileQuery {
            collect: &[b"e", b"*.x"],
            collect_links: true,
            collect_not_below: Some(b"y"),
            ..FileQuery::new(b"nestling.yml")
        },
        FileQuery { collect: &[b"nestling.yml"], ..FileQuery::new(b"") },
    ];
    let mut found = Vec::new();
    for query in queries {
        files.find(&query, &mut Noted { depth: query.depth, found: &mut found }).unwrap();
    }
    (changes, folders, found)
}

/// Notes all that a search has to give. Below a marker that says so, it looks for no others.
struct Noted<'n> {
    depth: usize,
    found: &'n mut Vec<String>,
}

impl FileVisitor for Noted<'_> {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        let depth = directory.to_string().split('/').filter(|name| !name.is_empty()).count();
        if marker.is_some() || depth <= self.depth {
            self.found.push(format!("{directory} {marker:?}"));
        }
        if marker.as_deref() == Some(b"alone") { Walk::Skip } else { Walk::Descend }
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        self.found.push(format!("{path} {kind:?}"));
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.found.push(format!("{path} {name} {bytes:?}"));
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        self.found.push(format!("{path} -> {target:?}"));
    }
}

/// Changes to the files, with the paths that the system reports.
type Deed = (&'static str, fn(&Path), &'static [&'static str]);

const DEEDS: [Deed; 24] = [
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
    (
        "finds what was not there",
        |root| fs::write(root.join("deep/er/f/nestling.yml"), "").unwrap(),
        &["deep/er/f/nestling.yml"],
    ),
    ("collects", |root| fs::write(root.join("deep/er/g/new.x"), "").unwrap(), &["deep/er/g/new.x"]),
    (
        "makes one alone",
        |root| fs::write(root.join("deep/nestling.yml"), "alone").unwrap(),
        &["deep/nestling.yml"],
    ),
    (
        "adds below it",
        |root| fs::write(root.join("deep/er/g/nestling.yml"), "").unwrap(),
        &["deep/er/g/nestling.yml"],
    ),
    (
        "makes it like others",
        |root| fs::write(root.join("deep/nestling.yml"), "1").unwrap(),
        &["deep/nestling.yml"],
    ),
    (
        "links to one",
        |root| std::os::unix::fs::symlink("../../a", root.join("deep/er/nestling.yml")).unwrap(),
        &["deep/er/nestling.yml"],
    ),
    (
        "moves what has nothing",
        |root| fs::rename(root.join("deep/er/h"), root.join("h")).unwrap(),
        &["deep/er/h", "h"],
    ),
    (
        "makes a repository in it",
        |root| {
            git2::Repository::init(root.join("n/in")).unwrap();
            fs::write(root.join("n/in/file"), "").unwrap();
        },
        &["n"],
    ),
    ("empties it", |root| fs::remove_file(root.join("n/in/file")).unwrap(), &["n/in/file"]),
    ("fills it", |root| fs::write(root.join("n/in/file"), "").unwrap(), &["n/in/file"]),
    (
        "makes a folder a repository",
        |root| drop(git2::Repository::init(root.join("h/i")).unwrap()),
        &["h/i/.git"],
    ),
    ("and does not", |root| fs::remove_dir_all(root.join("h/i/.git")).unwrap(), &["h/i/.git"]),
];

#[test]
fn what_is_remembered_is_what_is_there() {
    let fixture = Fixture::new();
    for (path, text) in [
        ("a/nestling.yml", "1"),
        ("a/file", ""),
        ("b/c/nestling.yml", "1"),
        ("b/d/e", ""),
        ("deep/er/f/file", ""),
        ("deep/er/g/file", ""),
        ("deep/er/h/i/file", ""),
    ] {
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

#[test]
fn random_edits_are_seen() {
    let fixture = Fixture::new();
    fixture.write("a/nestling.yml", "1");
    fixture.commit("start");
    let mut remembering = fixture.open();
    remembering.remember();
    let root = fixture.open().work_dir().unwrap().to_owned();
    let mut state = 7_u64;
    let mut pick = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % most).unwrap()
    };
    let directories = ["a", "a/y", "a/y/b", "b", "b/c", "b/c/d", "b/c/d/y", "c"];
    let names = ["nestling.yml", "e", "new.x", "other", "y"];
    let texts = ["1", "2", "alone"];
    for step in 0..300 {
        let path = match pick(6) {
            0 => directories[pick(8)].to_owned(),
            _ => format!("{}/{}", directories[pick(8)], names[pick(5)]),
        };
        let on_disk = root.join(&path);
        let is_directory = on_disk.is_dir();
        let mut told = vec![path.clone()];
        match pick(4) {
            0 if is_directory => fs::remove_dir_all(&on_disk).unwrap(),
            1 if is_directory => {
                let to = directories[pick(8)];
                if root.join(to).exists() || fs::rename(&on_disk, root.join(to)).is_err() {
                    continue;
                }
                told.push(to.to_owned());
            }
            0 if on_disk.exists() => fs::remove_file(&on_disk).unwrap(),
            _ if is_directory => continue,
            _ => {
                // The system reports the topmost directory that is new.
                let above: Vec<&Path> = Path::new(&path).ancestors().skip(1).collect();
                let missing = above.iter().rev().find(|above| !root.join(above).exists());
                told.extend(missing.map(|above| above.to_str().unwrap().to_owned()));
                if fs::create_dir_all(on_disk.parent().unwrap()).is_err() {
                    continue;
                }
                match pick(6) {
                    0 => {
                        let _ = fs::remove_file(&on_disk);
                        std::os::unix::fs::symlink(texts[pick(3)], &on_disk).unwrap();
                    }
                    // Not through a link, which would save its target.
                    _ if on_disk.is_symlink() => continue,
                    _ => fs::write(&on_disk, texts[pick(3)]).unwrap(),
                }
            }
        }
        told.iter().for_each(|path| remembering.forget(&RepoPath::parse(path).unwrap()));
        assert_eq!(seen(&remembering), seen(&fixture.open()), "{step}: {told:?}");
    }
}
