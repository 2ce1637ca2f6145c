//! Damaged files of objects, as a full disk, a killed fetch or an attacker leaves them: an error or what git reads, soon.

use super::objects::{layered, objects, store};
use super::*;
use crate::cat_file::CatFile;
use crate::command::Git;
use crate::id::ObjectId;
use crate::object::{Kind, Object, ObjectSource};
use crate::store::ObjectStore;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

const SOON: Duration = Duration::from_secs(60);

/// Runs something that has to end soon.
fn soon<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(run()));
    receive.recv_timeout(SOON).expect("no answer")
}

/// Every object that the store of a repository reads, as its content or as an error message.
fn read_all(root: &Path, ids: &[ObjectId]) -> Vec<Result<Content, String>> {
    let store = ObjectStore::new(root.join(".git/objects"), Git::new(&root.join(".git"), None));
    ids.iter().map(|id| store.read(id).map(content).map_err(|error| error.to_string())).collect()
}

/// An object that can be sent to another thread.
type Content = Option<(Kind, Vec<u8>)>;

fn content(object: Option<Object>) -> Content {
    object.map(|object| (object.kind, object.bytes.to_vec()))
}

/// The file of a loose object.
fn loose_file(repo: &Fixture, id: &str) -> PathBuf {
    repo.path(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

/// The only pack of a repository, or its index.
fn pack_file(repo: &Fixture, extension: &str) -> PathBuf {
    let entries = std::fs::read_dir(repo.path(".git/objects/pack")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|actual| actual == extension)).unwrap()
}

fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn on_the_way_to_a_directory_nothing_beside_it_is_read() {
    let repo = Fixture::new();
    for path in ["a/b/c/x", "a/b-c/x", "a/other/x", "other/x", "a-b/x"] {
        repo.write(path, path);
    }
    let head = repo.commit("head");
    for beside in ["HEAD:a/other", "HEAD:other", "HEAD:a-b"] {
        let id = String::from_utf8(repo.git(&["rev-parse", beside])).unwrap().trim().to_owned();
        std::fs::remove_file(loose_file(&repo, &id)).unwrap();
    }
    let opened = repo.open();
    let commit = opened.files_at(&head).unwrap();
    let work_tree = opened.work_tree().unwrap();
    let sources: [&dyn Files; 2] = [&commit, &work_tree];
    for (target, expected) in [
        ("a/b", &["", "a", "a/b", "a/b/c"][..]),
        ("a/b/c", &["", "a", "a/b", "a/b/c"]),
        ("a/none/d", &["", "a"]),
    ] {
        for files in sources {
            let mut visited = Vec::new();
            let visit = &mut |directory: &RepoPath, _: &[_]| {
                visited.push(directory.to_string());
                Walk::Descend
            };
            files.walk_to(&RepoPath::parse(target).unwrap(), visit).unwrap();
            assert_eq!(visited, expected, "{target}");
        }
    }
    assert!(commit.walk(&mut |_, _| Walk::Descend).is_err());
}

#[test]
fn a_loose_object_that_is_cut_off_is_an_error_wherever_it_ends() {
    let repo = Fixture::new();
    repo.write("a/nestling.yml", "unit: {}\n");
    let head = repo.commit("head");
    let opened = repo.open();
    let whole = opened.resolve("HEAD").unwrap();
    for revision in ["HEAD", "HEAD^{tree}", "HEAD:a", "HEAD:a/nestling.yml"] {
        let id = String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned();
        let file = loose_file(&repo, &id);
        let bytes = std::fs::read(&file).unwrap();
        for length in 0..bytes.len() {
            overwrite(&file, &bytes[..length]);
            let error = first_error(&repo, &head).unwrap_err();
            let expected = format!("corrupt loose object `{id}`");
            assert!(error.contains(&expected), "{revision} cut off at {length}: {error}");
        }
        overwrite(&file, &bytes);
        first_error(&repo, &head).unwrap();
    }
    assert_eq!(whole, Resolution::Commit(head));
}

/// Reads a commit as a run does: its name, its tree, its differences, its files.
fn first_error(repo: &Fixture, head: &CommitId) -> Result<(), String> {
    let (root, head) = (repo.root.clone(), *head);
    soon(move || {
        let opened = GitRepository::open(&root, &Trust::Owner).unwrap();
        let describe = |error: GitError| format!("{error} {}", error.help().unwrap_or_default());
        opened.resolve("main").map_err(describe)?;
        opened.has(&head).map_err(describe)?;
        opened.history(Some(&head));
        opened.merge_base(&head, &head).map_err(describe)?;
        let tree = opened.tree_of(&head).map_err(describe)?;
        opened.tree_diff(None, Some(&tree)).map_err(describe)?;
        let files = opened.files_at(&head).map_err(describe)?;
        let file = files.read(&RepoPath::parse("a/nestling.yml").unwrap());
        file.map(drop).map_err(|error| error.source.to_string())
    })
}

#[test]
fn what_is_damaged_in_one_place_is_read_from_another() {
    let repo = layered();
    let all = objects(&repo);
    let copy = repo.copy();
    repo.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let (pack, index) = (pack_file(&repo, "pack"), pack_file(&repo, "idx"));
    let bytes = std::fs::read(&pack).unwrap();
    overwrite(&pack, &[&bytes[..100], &vec![0xff; bytes.len() - 100]].concat());
    let store = store(&copy);
    for file in [&pack, &index] {
        std::fs::copy(file, copy.path(".git/objects/pack").join(file.file_name().unwrap())).unwrap();
    }
    for (id, object) in &all {
        assert_eq!(store.read(id).unwrap().as_ref(), Some(object), "{id}");
    }
}

/// Factor for the number of flips: `NESTLING_TEST_FLIPS=100`.
#[expect(clippy::disallowed_methods, reason = "the library may not read the environment; tests may")]
fn times() -> usize {
    std::env::var("NESTLING_TEST_FLIPS").map_or(1, |times| times.parse().unwrap())
}

/// Flips bits of a file, many times over, and holds what is read against what was there, and against git.
fn flip(repo: &Fixture, file: &Path, all: &[(ObjectId, Object)], rounds: usize, seed: u64) {
    let whole = std::fs::read(file).unwrap();
    let ids: Vec<ObjectId> = all.iter().map(|(id, _)| *id).collect();
    let mut random = Random(seed);
    let mut errors = 0;
    for round in 0..rounds {
        let mut damaged = whole.clone();
        for _ in 0..1 + round % 5 * 7 {
            let position = random.below(damaged.len());
            damaged[position] ^= 1 << random.below(8);
        }
        damaged.truncate(if round % 4 == 3 { random.below(whole.len()) } else { whole.len() });
        overwrite(file, &damaged);
        let (root, wanted) = (repo.root.clone(), ids.clone());
        let read = soon(move || read_all(&root, &wanted));
        let git = CatFile::new(Git::new(&repo.path(".git"), None), SOON);
        for ((id, object), read) in all.iter().zip(read) {
            match read {
                Ok(read) if read == content(Some(object.clone())) => {}
                // An index whose ids or offsets are wrong gives other objects, to git too.
                Ok(read) => assert_eq!(read, content(git.read(id).unwrap_or(None)), "round {round}: {id}"),
                Err(_) => errors += 1,
            }
        }
    }
    overwrite(file, &whole);
    assert!(errors > 0, "{} was never damaged", file.display());
}

#[test]
fn flipped_bits_of_packs_indexes_and_loose_objects_give_errors_or_what_git_reads() {
    let repo = small();
    let all = objects(&repo);
    let times = times();
    for (id, _) in all.iter().step_by(4) {
        flip(&repo, &loose_file(&repo, &id.to_string()), &all[..], 4 * times, 1);
    }
    repo.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    flip(&repo, &pack_file(&repo, "pack"), &all, 40 * times, 2);
    flip(&repo, &pack_file(&repo, "idx"), &all, 40 * times, 3);
}

/// Some objects, a few of them differences from others.
fn small() -> Fixture {
    let repo = Fixture::new();
    for round in 0..4 {
        let lines: String =
            (0..40).map(|line| format!("line {line} of round {}\n", round * (line / 30))).collect();
        repo.write("units/a/nestling.yml", &lines);
        repo.write(format!("units/b/{round}"), &round.to_string());
        repo.commit("round");
    }
    repo
}

#[test]
fn an_offset_behind_the_pack_is_an_error() {
    let repo = small();
    let all = objects(&repo);
    repo.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let index = pack_file(&repo, "idx");
    let whole = std::fs::read(&index).unwrap();
    let offsets = 8 + 256 * 4 + all.len() * 24;
    for high_byte in [0x01, 0x7f, 0x80, 0xff] {
        let mut damaged = whole.clone();
        for number in 0..all.len() {
            damaged[offsets + 4 * number] = high_byte;
        }
        overwrite(&index, &damaged);
        let (root, ids) = (repo.root.clone(), all.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for read in soon(move || read_all(&root, &ids)) {
            let error = read.unwrap_err();
            assert!(error.contains("corrupt packed object") && error.contains(".pack"), "{error}");
        }
    }
}

#[test]
fn a_difference_from_itself_is_an_error() {
    let repo = small();
    let all = objects(&repo);
    repo.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "--quiet"]);
    let pack = pack_file(&repo, "pack");
    let whole = std::fs::read(&pack).unwrap();
    let listed = repo.git(&["verify-pack", "-v", &pack.display().to_string()]);
    let mut circles = 0;
    for line in String::from_utf8(listed).unwrap().lines() {
        // ID, kind, size, size in the pack, offset, depth, base.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [id, _, _, _, offset, _, base] = words.as_slice() else { continue };
        let (id, base) = (ObjectId::from_hex(id).unwrap(), ObjectId::from_hex(base).unwrap());
        let offset: usize = offset.parse().unwrap();
        let position = whole[offset..].windows(20).position(|bytes| bytes == base.as_bytes()).unwrap();
        let mut damaged = whole.clone();
        damaged[offset + position..][..20].copy_from_slice(id.as_bytes());
        overwrite(&pack, &damaged);
        let root = repo.root.clone();
        let read = soon(move || read_all(&root, &[id]).remove(0));
        assert!(read.unwrap_err().contains("its deltas are circular or too long"));
        circles += 1;
    }
    assert!(circles > 0 && !all.is_empty());
}

#[test]
fn git_is_not_waited_for_without_end() {
    let repo = small();
    let id = objects(&repo)[0].0;
    // A program in place of git that says nothing.
    let silent = CatFile::new(Git::new(Path::new("/nowhere"), None), Duration::from_millis(1));
    assert!(silent.read(&id).is_err());
    let waiting = CatFile::new(Git::new(&repo.path(".git"), None), Duration::ZERO);
    for _ in 0..2 {
        assert!(matches!(waiting.read(&id), Err(GitError::TimedOut { .. })));
    }
}
