//! A search finds the same with an index as without one, in histories as they come.

use super::*;
use crate::tree_index::TreeIndex;
use nestling_files::files::{EntryKind, FileQuery, FileVisitor};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

/// The calls of a visitor, in order.
#[derive(Default)]
struct Told(Vec<String>);

impl FileVisitor for Told {
    fn directory(&mut self, directory: &RepoPath, marker: Option<Vec<u8>>) -> Walk {
        let marker = marker.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        // A directory without a marker may be visited or not.
        if let Some(marker) = &marker {
            self.0.push(format!("{directory}: {marker}"));
        }
        if marker.is_some_and(|text| text.starts_with("workspace")) { Walk::Skip } else { Walk::Descend }
    }

    fn not_entered(&mut self, path: &RepoPath, kind: EntryKind) {
        self.0.push(format!("{path}: {kind:?}"));
    }

    fn collect(&mut self, path: &RepoPath, name: usize, bytes: Vec<u8>) {
        self.0.push(format!("{path}: {name} {}", String::from_utf8_lossy(&bytes)));
    }

    fn link(&mut self, path: &RepoPath, target: Vec<u8>) {
        self.0.push(format!("{path} -> {}", String::from_utf8_lossy(&target)));
    }
}

fn told(repository: &GitRepository, commit: &CommitId, depth: usize) -> Vec<String> {
    let names: [&[u8]; 2] = [b"package.json", b"*.tf"];
    let query = FileQuery {
        depth,
        collect: &names,
        collect_links: true,
        collect_not_below: Some(b"node_modules"),
        ..FileQuery::new(b"nestling.yml")
    };
    let mut told = Told::default();
    repository.files_at(commit).unwrap().find(&query, &mut told).unwrap();
    told.0
}

/// The repository with an index that is written for a single entry.
fn indexed(repo: &Fixture) -> GitRepository {
    let mut repository = repo.open();
    repository.index = Some(TreeIndex::eager(&repo.path(".git")));
    repository
}

fn index_file(repo: &Fixture) -> PathBuf {
    let mut files = fs::read_dir(repo.path(".git/nestling")).unwrap().map(|file| file.unwrap().path());
    files.next().unwrap()
}

/// A change of one file: its directory, its name and what is done with it.
type Edit = (usize, usize, usize, u8);

const DIRECTORIES: [&str; 8] =
    ["", "a", "a/b", "a/b/c", "a/node_modules/x", "lib/x", "lib/x/y/z", "nested/deep"];
const NAMES: [&str; 4] = ["nestling.yml", "package.json", "main.tf", "main.c"];

fn apply(repo: &Fixture, (directory, name, action, text): Edit) {
    let path = format!("{}/{}", DIRECTORIES[directory], NAMES[name]);
    let path = path.trim_start_matches('/');
    let _ = fs::remove_file(repo.path(path));
    match action {
        0 => {}
        1 => {
            fs::create_dir_all(repo.path(path).parent().unwrap()).unwrap();
            symlink("elsewhere", repo.path(path)).unwrap();
        }
        2 => repo.write(path, &format!("workspace {text}")),
        _ => repo.write(path, &format!("file {text}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_search_with_an_index_finds_the_same(
        history in prop::collection::vec(
            prop::collection::vec((0..DIRECTORIES.len(), 0..NAMES.len(), 0..6_usize, 0..4_u8), 1..6), 1..5),
        depth in 0..3_usize,
    ) {
        let repo = Fixture::new();
        for edits in history {
            repo.write("always", &format!("{edits:?}"));
            edits.into_iter().for_each(|edit| apply(&repo, edit));
            let commit = repo.commit("edits");
            let expected = told(&repo.open(), &commit, depth);
            // Written, read by the next process, and another query beside it.
            for _ in 0..2 {
                prop_assert_eq!(&told(&indexed(&repo), &commit, depth), &expected);
            }
            prop_assert_eq!(told(&indexed(&repo), &commit, depth + 1), told(&repo.open(), &commit, depth + 1));
        }
    }
}

/// A repository of so many units, and its commit.
fn units(count: usize) -> (Fixture, CommitId) {
    let repo = Fixture::new();
    for unit in 0..count {
        repo.write(format!("unit-{unit}/nestling.yml"), &format!("unit {unit}"));
        repo.write(format!("unit-{unit}/src/deep/main.c"), &format!("{unit}"));
    }
    let commit = repo.commit("units");
    (repo, commit)
}

#[test]
fn a_second_search_reads_the_directories_that_have_changed() {
    let (repo, commit) = units(300);
    let first = repo.open().indexed();
    assert_eq!(told(&first, &commit, 0).len(), 300);
    assert_eq!(first.index_use().unwrap().known, 0);
    repo.write("unit-7/nestling.yml", "changed");
    let commit = repo.commit("one unit");
    let second = repo.open().indexed();
    assert_eq!(told(&second, &commit, 0).len(), 300);
    let used = second.index_use().unwrap();
    // Only the root and `unit-7`: below that nothing has changed.
    assert_eq!((used.known, used.read), (300, 2));
}

#[test]
fn a_small_repository_has_no_index() {
    let (repo, commit) = units(3);
    told(&repo.open().indexed(), &commit, 0);
    assert!(!repo.path(".git/nestling").exists());
}

#[test]
fn an_index_that_is_damaged_is_made_anew() {
    let (repo, commit) = units(3);
    let expected = told(&indexed(&repo), &commit, 0);
    let file = index_file(&repo);
    let whole = fs::read(&file).unwrap();
    for length in [0, 3, 40, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        assert_eq!(told(&indexed(&repo), &commit, 0), expected);
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
    // Neither is a directory nor a link in its place.
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(told(&indexed(&repo), &commit, 0), expected);
}

#[test]
fn an_index_that_others_can_write_is_not_read() {
    let (repo, commit) = units(3);
    told(&indexed(&repo), &commit, 0);
    let file = index_file(&repo);
    for (path, mode, known) in [(&file, 0o644, 4), (&file, 0o666, 0), (&file, 0o664, 0), (&file, 0o600, 4)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let opened = indexed(&repo);
        told(&opened, &commit, 0);
        assert_eq!(opened.index_use().unwrap().known, known, "{mode:o}");
        // It was written again where it was not read.
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let elsewhere = repo.path("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    let opened = indexed(&repo);
    told(&opened, &commit, 0);
    assert_eq!(opened.index_use().unwrap().known, 0, "a link");
}

/// As where the process gives everybody the permission to write new files, which containers of jobs often do.
#[test]
fn a_directory_that_others_could_write_is_taken_back() {
    let (repo, commit) = units(3);
    let directory = repo.path(".git/nestling");
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    told(&indexed(&repo), &commit, 0);
    let again = indexed(&repo);
    told(&again, &commit, 0);
    assert_eq!(again.index_use().unwrap().known, 4);
    assert_eq!(fs::metadata(directory).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn nothing_is_written_through_a_link() {
    let (repo, commit) = units(3);
    let elsewhere = repo.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, repo.path(".git/nestling")).unwrap();
    let opened = indexed(&repo);
    assert_eq!(told(&opened, &commit, 0).len(), 3);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    assert!(opened.index_problem().is_some_and(|problem| problem.contains("is not a directory")));
}

#[test]
fn where_nothing_can_be_written_there_is_no_index() {
    let (repo, commit) = units(3);
    repo.write(".git/nestling", "a file in the place of the directory");
    assert_eq!(told(&indexed(&repo), &commit, 0).len(), 3);
}

#[test]
fn few_indexes_are_kept() {
    let (repo, commit) = units(3);
    for marker in ["a", "b", "c", "d", "e", "f"] {
        let query = FileQuery { depth: 1, ..FileQuery::new(marker.as_bytes()) };
        indexed(&repo).files_at(&commit).unwrap().find(&query, &mut Told::default()).unwrap();
    }
    assert_eq!(fs::read_dir(repo.path(".git/nestling")).unwrap().count(), 4);
}
