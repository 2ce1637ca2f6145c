//! What is read out of packs is what git reads.

use super::*;
use crate::id::ObjectId;
use crate::pack::{Kind, Packs};
use std::rc::Rc;

/// Every tree and file of a repository, as git gives it.
fn objects(repo: &Fixture) -> Vec<(ObjectId, Kind, Vec<u8>)> {
    let listed = repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]);
    let listed = String::from_utf8(listed).unwrap();
    let mut objects = Vec::new();
    for line in listed.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let kind = match words[1] {
            "tree" => Kind::Tree,
            "blob" => Kind::Blob,
            _ => continue,
        };
        let bytes = repo.git(&["cat-file", words[1], words[0]]);
        objects.push((ObjectId::from_hex(words[0]).unwrap(), kind, bytes));
    }
    objects
}

/// A repository whose objects are differences of each other, small ones and one of many blocks.
fn layered() -> Fixture {
    let repo = Fixture::new();
    let large =
        |seed: u32| (0..30_000_u32).map(|at| format!("{}\n", at.wrapping_mul(seed + 7))).collect::<String>();
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
    repo
}

fn packs(repo: &Fixture) -> Packs {
    Packs::open(&repo.path(".git/objects"))
}

#[test]
fn every_object_of_a_pack_is_read_as_git_reads_it() {
    let repo = layered();
    let all = objects(&repo);
    assert!(all.iter().all(|(id, kind, _)| packs(&repo).read(*kind, id).is_none()), "they are all loose");
    for options in [&[][..], &["-c", "repack.useDeltaBaseOffset=false"], &["-c", "core.compression=0"]] {
        repo.git(&[options, &["repack", "-a", "-d", "-f", "--quiet", "--depth=50"]].concat());
        repo.git(&["prune-packed"]);
        let packs = packs(&repo);
        for (id, kind, want) in all.iter().chain(all.iter().rev()) {
            assert_eq!(packs.read(*kind, id).as_deref(), Some(&want[..]), "{options:?} {id}");
            let other = if *kind == Kind::Tree { Kind::Blob } else { Kind::Tree };
            assert!(packs.read(other, id).is_none(), "{id} is not of that kind");
        }
        let none = ObjectId::from_hex(&"7".repeat(40)).unwrap();
        assert!(packs.read(Kind::Blob, &none).is_none());
    }
}

#[test]
fn objects_in_several_packs_are_found() {
    let repo = layered();
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    repo.write("units/0/later", "in a pack of its own");
    repo.commit("later");
    repo.git(&["repack", "-d", "--quiet"]);
    let packs = packs(&repo);
    for (id, kind, want) in objects(&repo) {
        assert_eq!(packs.read(kind, &id).as_deref(), Some(&want[..]), "{id}");
    }
}

#[test]
fn a_pack_that_is_damaged_gives_nothing_or_what_git_would() {
    let repo = layered();
    repo.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let all = objects(&repo);
    let pack = |extension: &str| {
        let listed = std::fs::read_dir(repo.path(".git/objects/pack")).unwrap();
        let mut paths = listed.map(|entry| entry.unwrap().path());
        paths.find(|path| path.extension().is_some_and(|it| it == extension)).unwrap()
    };
    for extension in ["pack", "idx"] {
        let path = pack(extension);
        let whole = std::fs::read(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut random = 1_u64;
        for round in 0..60 {
            let mut damaged = whole.clone();
            for _ in 0..1 + round * 3 {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(random >> 33).unwrap() % damaged.len();
                damaged[at] ^= 1 << (random & 7);
            }
            damaged.truncate(whole.len() - if round % 4 == 3 { whole.len() / 60 * round } else { 0 });
            std::fs::write(&path, damaged).unwrap();
            let packs = packs(&repo);
            // Nothing panics, and no answer is without end.
            let read: Vec<Option<Rc<[u8]>>> = all.iter().map(|(id, kind, _)| packs.read(*kind, id)).collect();
            assert_eq!(read.len(), all.len());
        }
        std::fs::write(&path, whole).unwrap();
    }
}
