//! Files of several names are found in one search, each by its own rules, wherever files are read from.

use super::*;
use nestling_files::files::{DirectoryFiles, MemoryFiles, Search};

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

/// The directories that are visited, with a mark where the file is there, and the paths of the further files; sorted.
fn found(files: &dyn Files, search: &Search<'_>) -> Vec<String> {
    let (mut visited, mut further) = (Vec::new(), Vec::new());
    let mut visit = |dir: &RepoPath, bytes: Option<Vec<u8>>| {
        if bytes.is_some() {
            visited.push(dir.child(search.name).to_string());
        }
        if bytes.is_some_and(|bytes| bytes == b"workspace") { Walk::Skip } else { Walk::Descend }
    };
    let mut also = |dir: &RepoPath, name: usize, bytes: Vec<u8>| {
        assert_eq!(bytes, b"file");
        further.push(dir.child(search.also[name]).to_string());
    };
    files.find(search, &mut visit, &mut also).unwrap();
    visited.extend(further);
    visited.sort();
    visited
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
            let search = Search { depth, without: Some(b"node_modules"), ..Search::new(b"nestling.yml") };
            assert_eq!(found(&**files, &search), units);
            assert_eq!(found(&**files, &Search { also: &names, ..search }), together);
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
    let search = Search { depth: 9, also: &[b"package.json"], ..Search::new(b"nestling.yml") };
    let mut visited = Vec::new();
    let mut visit = |dir: &RepoPath, bytes: Option<Vec<u8>>| {
        visited.push(dir.to_string());
        if bytes.is_some_and(|bytes| bytes == b"workspace") { Walk::Skip } else { Walk::Descend }
    };
    files.find(&search, &mut visit, &mut |_, _, _| {}).unwrap();
    assert_eq!(visited, ["", "a-b", "a", "a/node_modules", "a/node_modules/x", "lib", "lib/x", "nested"]);
}
