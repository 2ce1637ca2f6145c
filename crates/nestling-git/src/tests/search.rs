//! Files of several names are found in one search, each by its own rules, wherever files are read from.

use super::*;
use nestling_files::files::{DirectoryFiles, FileQuery, FileVisitor, MemoryFiles};

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

    fn collect(&mut self, directory: &RepoPath, name: usize, bytes: Vec<u8>) {
        assert_eq!(bytes, b"file");
        self.files.push(directory.child(self.query.collect[name]).to_string());
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
            assert_eq!(record(&**files, FileQuery { collect: &names, ..query }).files, together);
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
