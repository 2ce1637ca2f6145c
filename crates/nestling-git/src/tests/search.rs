//! Files of several names are found in one search, each by its own rules, wherever files are read from.

use super::*;
use nestling_files::files::{DirectoryFiles, EntryKind, FileQuery, FileVisitor, MemoryFiles};

const FILES: [&str; 14] = [
    "nestling.yml",
    "package.json",
    "a-b/package.json",
    "a/nestling.yml",
    "a/package.json",
    "a/go.mod",
    "a/node_modules/x/nestling.yml",
    "a/node_modules/x/package.json",
    // The same tree as one of installed packages, which says nothing about it here.
    "lib/x/nestling.yml",
    "lib/x/package.json",
    "nested/nestling.yml",
    "nested/package.json",
    "nested/deep/nestling.yml",
    "nested/deep/package.json",
];

/// The paths of markers and of collected files, and the directories that are visited. A workspace is skipped.
struct Recorder<'q> {
    query: FileQuery<'q>,
    files: Vec<String>,
    directories: Vec<String>,
}

impl FileVisitor for Recorder<'_> {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        self.directories.push(directory.to_string());
        if marker.is_some() {
            self.files.push(directory.child(self.query.marker).to_string());
        }
        if marker.is_some_and(|bytes| bytes == b"workspace") { Walk::Skip } else { Walk::Descend }
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        assert_eq!(bytes, b"file");
        assert_eq!(self.query.collected_as(path.file_name()), Some(name));
        self.files.push(path.to_string());
    }
}

fn record<'q>(files: &dyn Files, query: FileQuery<'q>) -> Recorder<'q> {
    let mut recorder = Recorder { query, files: Vec::new(), directories: Vec::new() };
    files.find(&query, &mut recorder).unwrap();
    recorder.files.sort();
    recorder
}

fn bytes(path: &str) -> &'static str {
    if path == "nested/nestling.yml" { "workspace" } else { "file" }
}

#[test]
fn each_name_is_found_by_its_own_rules_in_one_search() {
    let repo = Fixture::new();
    FILES.iter().for_each(|path| repo.write(path, bytes(path)));
    let commit = repo.commit("files");
    let (opened, by_system) = (repo.open(), repo.open_by_system());
    let all: [Box<dyn Files + '_>; 5] = [
        Box::new(opened.files_at(&commit).unwrap()),
        Box::new(by_system.files_at(&commit).unwrap()),
        Box::new(opened.work_tree().unwrap()),
        Box::new(DirectoryFiles::new(&repo.root)),
        Box::new(MemoryFiles::new(FILES.map(|path| (path, bytes(path))))),
    ];
    let below = |name: &str, out: &[&str]| -> Vec<String> {
        let ends = |path: &&str| path.rsplit('/').next() == Some(name);
        let left = |path: &&str| !out.iter().any(|out| path.starts_with(out));
        FILES.into_iter().filter(ends).filter(left).map(str::to_owned).collect()
    };
    let names: [&[u8]; 3] = [b"package.json", b"pnpm-workspace.yaml", b"go.mod"];
    let patterns: [&[u8]; 3] = [b"pack*.json", b"pnpm-*.yaml", b"*.mod"];
    let mut units = below("nestling.yml", &["nested/deep"]);
    units.sort();
    let mut together =
        [units.clone(), below("package.json", &["a/node_modules"]), below("go.mod", &[])].concat();
    together.sort();
    for files in &all {
        for depth in [0, 1, 9] {
            let collect_not_below = Some(&b"node_modules"[..]);
            let query = FileQuery { depth, collect_not_below, ..FileQuery::new(b"nestling.yml") };
            assert_eq!(record(&**files, query).files, units);
            for collect in [&names, &patterns] {
                assert_eq!(record(&**files, FileQuery { collect, ..query }).files, together);
            }
        }
    }
}

#[test]
fn a_visit_is_asked_of_no_directory_below_one_that_was_skipped() {
    let repo = Fixture::new();
    FILES.iter().for_each(|path| repo.write(path, bytes(path)));
    let commit = repo.commit("files");
    let opened = repo.open();
    let files = opened.files_at(&commit).unwrap();
    let query = FileQuery { depth: 9, collect: &[b"package.json"], ..FileQuery::new(b"nestling.yml") };
    let visited = record(&files, query).directories;
    assert_eq!(visited, ["", "a-b", "a", "a/node_modules", "a/node_modules/x", "lib", "lib/x", "nested"]);
}

/// Links and submodules that markers may be behind: a link of the marker's name anywhere, others as far down as directories
/// are asked for.
struct NotEntered(Vec<String>);

impl FileVisitor for NotEntered {
    fn directory(&mut self, directory: &RepoPath, _marker: Option<Vec<u8>>) -> Walk {
        if directory.file_name() == b"skipped" { Walk::Skip } else { Walk::Descend }
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        self.0.push(format!("{path} {kind:?}"));
    }
}

#[test]
fn links_and_submodules_are_handed_over_by_commits_and_by_the_work_tree() {
    let repo = Fixture::new();
    for path in ["svc/x", "deep/er/x", "skipped/x", "target"] {
        repo.write(path, "");
    }
    for link in
        ["svc/link", "svc/nestling.yml", "deep/er/nestling.yml", "deep/er/link", "skipped/nestling.yml"]
    {
        symlink("../target", repo.path(link)).unwrap();
    }
    let head = repo.commit("links");
    let id = head.to_string();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},svc/module")]);
    repo.git(&["commit", "--quiet", "--message", "a submodule"]);
    let repository = repo.open();
    let query = FileQuery { depth: 2, ..FileQuery::new(b"nestling.yml") };
    let of = |files: &dyn Files| {
        let mut visitor = NotEntered(Vec::new());
        files.find(&query, &mut visitor).unwrap();
        visitor.0.sort();
        visitor.0
    };
    let on_disk = ["deep/er/nestling.yml Symlink", "svc/link Symlink", "svc/nestling.yml Symlink"];
    let committed = [&on_disk[..2], &["svc/module Submodule"], &on_disk[2..]].concat();
    // A submodule that is not checked out is not on disk.
    assert_eq!(of(&repository.work_tree().unwrap()), on_disk);
    assert_eq!(of(&repository.files_at(&repo.id("HEAD")).unwrap()), committed);
    let files = repository.files_at(&head).unwrap();
    let link = RepoPath::parse("svc/link").unwrap();
    for files in [&files as &dyn Files, &repository.work_tree().unwrap()] {
        assert_eq!(files.read_link(&link).unwrap().as_deref(), Some(&b"../target"[..]));
        assert_eq!(files.read_link(&RepoPath::parse("svc/x").unwrap()).unwrap(), None);
        assert_eq!(files.read(&link).unwrap(), None);
    }
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_read_from_the_index() {
    let repo = Fixture::new();
    for path in ["in/x", "out/deep/x", "out/x", "top"] {
        repo.write(path, path);
    }
    symlink("x", repo.path("out/link")).unwrap();
    repo.commit("first");
    repo.git(&["sparse-checkout", "set", "in"]);
    assert!(!repo.path("out").exists());
    for repository in [repo.open(), repo.open_by_system()] {
        let files = repository.work_tree().unwrap();
        let mut directories = Vec::new();
        files
            .walk(&mut |directory, entries| {
                directories.push(format!("{directory}: {}", entries.len()));
                Walk::Descend
            })
            .unwrap();
        assert_eq!(directories, [": 3", "in: 1", "out: 3", "out/deep: 1"]);
        let path = RepoPath::parse("out/deep/x").unwrap();
        assert_eq!(files.read(&path).unwrap().as_deref(), Some(&b"out/deep/x"[..]));
        let link = RepoPath::parse("out/link").unwrap();
        assert_eq!(files.read_link(&link).unwrap().as_deref(), Some(&b"x"[..]));
        assert_eq!(files.read(&RepoPath::parse("out/none").unwrap()).unwrap(), None);
    }
}
