//! Each reader of objects reads what git reads.

use super::*;
use crate::cat_file::{CatFile, TIME_LIMIT};
use crate::command::Git;
use crate::id::ObjectId;
use crate::loose::LooseObjects;
use crate::object::{Kind, Object, ObjectSource};
use crate::pack::Packs;
use crate::store::ObjectStore;

/// Every object of a repository, as git gives it.
pub(super) fn objects(repo: &Fixture) -> Vec<(ObjectId, Object)> {
    let listed = repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]);
    let mut objects = Vec::new();
    for line in String::from_utf8(listed).unwrap().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let bytes = repo.git(&["cat-file", words[1], words[0]]);
        let kind = Kind::from_name(words[1].as_bytes()).unwrap();
        objects.push((ObjectId::from_hex(words[0]).unwrap(), Object { kind, bytes: bytes.into() }));
    }
    objects
}

/// A repository whose objects are differences of each other, small ones and one of many blocks.
pub(super) fn layered() -> Fixture {
    let repo = Fixture::new();
    let large =
        |seed: u32| (0..30_000_u32).map(|n| format!("{}\n", n.wrapping_mul(seed + 7))).collect::<String>();
    for round in 0..12 {
        for folder in 0..8 {
            repo.write(format!("units/{folder}/file-{round}"), &"text\n".repeat(folder + round));
            repo.write(format!("units/{folder}/same"), "always");
        }
        repo.write("empty", "");
        repo.write("large", &(large(0) + &round.to_string()));
        repo.write(format!("other-{round}"), &large(u32::try_from(round).unwrap()));
        repo.commit("round");
    }
    repo.git(&["tag", "-a", "-m", "a tag", "v1"]);
    repo
}

fn packs(repo: &Fixture) -> Packs {
    Packs::open(&repo.path(".git/objects"))
}

pub(super) fn store(repo: &Fixture) -> ObjectStore {
    ObjectStore::new(repo.path(".git/objects"), Git::new(&repo.path(".git"), None))
}

fn assert_reads_all(source: &dyn ObjectSource, all: &[(ObjectId, Object)], what: &str) {
    for (id, object) in all.iter().chain(all.iter().rev()) {
        assert_eq!(source.read(id).unwrap().as_ref(), Some(object), "{what}: {id}");
        assert!(source.contains(id), "{what}: {id}");
    }
    let none = ObjectId::from_hex(&"7".repeat(40)).unwrap();
    assert!(source.read(&none).unwrap().is_none() && !source.contains(&none), "{what}");
}

fn assert_reads_none(source: &dyn ObjectSource, all: &[(ObjectId, Object)]) {
    assert!(all.iter().all(|(id, _)| source.read(id).unwrap().is_none() && !source.contains(id)));
}

#[test]
fn every_object_is_read_as_git_reads_it_wherever_it_is() {
    let repo = layered();
    let all = objects(&repo);
    let directory = repo.path(".git/objects");
    assert_reads_none(&packs(&repo), &all);
    assert_reads_all(&LooseObjects::new(&directory), &all, "loose");
    assert_reads_all(&store(&repo), &all, "store of loose objects");
    let git = Git::new(&repo.path(".git"), None);
    assert_reads_all(&CatFile::new(git, TIME_LIMIT), &all, "git");
    for options in [&[][..], &["-c", "repack.useDeltaBaseOffset=false"], &["-c", "core.compression=0"]] {
        repo.git(&[options, &["repack", "-a", "-d", "-f", "--quiet", "--depth=50"]].concat());
        repo.git(&["prune-packed"]);
        assert_reads_all(&packs(&repo), &all, "pack");
        assert_reads_all(&store(&repo), &all, "store of a pack");
        assert_reads_none(&LooseObjects::new(&directory), &all);
    }
}

#[test]
fn objects_in_several_packs_are_found() {
    let repo = layered();
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    repo.write("units/0/later", "in a pack of its own");
    repo.commit("later");
    repo.git(&["repack", "-d", "--quiet"]);
    assert_reads_all(&packs(&repo), &objects(&repo), "two packs");
    repo.git(&["multi-pack-index", "write"]);
    assert_reads_all(&store(&repo), &objects(&repo), "two packs with an index of both");
}

#[test]
fn what_another_process_packs_meanwhile_is_found() {
    let repo = layered();
    let (store, all) = (store(&repo), objects(&repo));
    assert!(store.read(&all[0].0).unwrap().is_some());
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    assert_reads_all(&store, &all, "packed since");
    // The old pack is gone, and what is open of it still can be read.
    repo.git(&["repack", "-a", "-d", "-f", "--quiet", "--window=1"]);
    assert_reads_all(&store, &all, "packed again");
}

#[test]
fn objects_that_are_borrowed_from_other_repositories_are_found() {
    let origin = layered();
    origin.git(&["repack", "-a", "-d", "--quiet"]);
    let middle = Fixture::new();
    middle.git(&["clone", "--quiet", "--shared", &origin.root.display().to_string(), "clone"]);
    middle.write("clone/own", "of the middle");
    middle.git(&["-C", "clone", "add", "own"]);
    middle.git(&["-C", "clone", "commit", "--quiet", "-m", "own"]);
    let last = Fixture::new();
    std::fs::write(last.path(".git/objects/info/alternates"), "# a comment\n\n").unwrap();
    assert_reads_none(&store(&last), &objects(&origin));
    let relative = format!("../../../{}/clone/.git/objects\n", middle.root.file_name().unwrap().display());
    std::fs::write(last.path(".git/objects/info/alternates"), relative).unwrap();
    let all = objects(&last);
    assert!(all.len() > objects(&origin).len());
    assert_reads_all(&store(&last), &all, "borrowed");
    let quoted = format!("\"{}/clone/.git/objects\"\n", middle.root.display());
    std::fs::write(last.path(".git/objects/info/alternates"), quoted).unwrap();
    assert_reads_all(&store(&last), &all, "borrowed by a path in quotes");
}

#[test]
fn a_pack_of_another_make_is_left_to_git() {
    let repo = layered();
    repo.git(&["-c", "pack.indexVersion=1", "repack", "-a", "-d", "--quiet"]);
    let all = objects(&repo);
    assert!(all.iter().all(|(id, _)| packs(&repo).read(id).is_err()));
    assert_reads_all(&store(&repo), &all, "an index of version 1");
    let head = Resolution::Commit(repo.id("HEAD"));
    assert_eq!(repo.open().resolve(&repo.id("HEAD").to_string()[..8]).unwrap(), head);
}
