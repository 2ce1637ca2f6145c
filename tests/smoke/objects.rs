//! A repository of which one file is damaged: each object is read as it was, as git reads it, or not at all with an error.

use nestling_git::testing::{Fixture, Objects};
use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A repository, its objects by their ids, and the files that are damaged.
struct Victim {
    repository: Fixture,
    objects: Vec<(String, (&'static str, Vec<u8>))>,
    files: Vec<PathBuf>,
}

thread_local! {
    static VICTIMS: RefCell<Vec<Victim>> = RefCell::new(victims());
}

/// Damages a file: the first byte says which, and each four bytes what is written where, or where it is cut off.
pub(crate) fn damaged(damage: &[u8]) {
    let Some((choice, edits)) = damage.split_first() else { return };
    VICTIMS.with_borrow(|victims| {
        let choices: Vec<(&Victim, &Path)> = victims
            .iter()
            .flat_map(|victim| victim.files.iter().map(move |file| (victim, file.as_path())))
            .collect();
        let (victim, file) = choices[usize::from(*choice) % choices.len()];
        let whole = std::fs::read(file).unwrap();
        write(file, &edited(&whole, edits));
        let read = victim.read();
        write(file, &whole);
        read.unwrap_or_else(|(id, difference)| panic!("{}: {id}: {difference}", file.display()));
    });
}

fn edited(whole: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for edit in edits.chunks_exact(4) {
        if bytes.is_empty() {
            break;
        }
        let position = usize::from(edit[0]) << 8 | usize::from(edit[1]);
        let position = position % bytes.len();
        match edit[2] % 8 {
            0 => bytes.truncate(position),
            1 => bytes[position] = edit[3],
            _ => bytes[position] ^= edit[3],
        }
    }
    bytes
}

impl Victim {
    /// Reads all objects. A difference from what was there is one only if git does not read the same.
    fn read(&self) -> Result<(), (&str, String)> {
        let git_dir = self.repository.path(".git");
        let (ours, git) = (Objects::open(&git_dir), Objects::read_by_git(&git_dir));
        for (id, object) in &self.objects {
            let Ok(read) = ours.read(id) else { continue };
            if read.as_ref() == Some(object) {
                continue;
            }
            let by_git = git.read(id).unwrap_or(None);
            if read != by_git {
                return Err((id, format!("read {read:?}, git reads {by_git:?}, it was {object:?}")));
            }
        }
        Ok(())
    }
}

/// A repository of loose objects, one with a pack, and one with a pack of differences by id.
fn victims() -> Vec<Victim> {
    let loose = repository();
    let (pack, by_id) = (loose.copy(), loose.copy());
    pack.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    by_id.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "--quiet"]);
    [loose, pack, by_id].into_iter().map(victim).collect()
}

fn repository() -> Fixture {
    let repository = Fixture::new();
    for round in 0..4 {
        let lines: String =
            (0..40).map(|line| format!("line {line} of round {}\n", round * (line / 30))).collect();
        repository.write("units/a/nestling.yml", &lines);
        repository.write(format!("units/b/{round}"), &round.to_string());
        repository.commit("round");
    }
    repository
}

fn victim(repository: Fixture) -> Victim {
    let listed = repository.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let git = Objects::read_by_git(&repository.path(".git"));
    let ids = String::from_utf8(listed).unwrap();
    let objects = ids.lines().map(|id| (id.to_owned(), git.read(id).unwrap().unwrap())).collect();
    let packs: Vec<PathBuf> = files(&repository.path(".git/objects/pack"));
    let files = if packs.is_empty() { loose_files(&repository) } else { packs };
    assert!(files.len() >= 2, "a pack and its index, or loose objects");
    Victim { repository, objects, files }
}

fn loose_files(repository: &Fixture) -> Vec<PathBuf> {
    let directories = files(&repository.path(".git/objects"));
    directories
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name.len() == 2))
        .flat_map(|path| files(path))
        .take(4)
        .collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_none_or(|extension| extension == "pack" || extension == "idx"));
    files.sort();
    files
}

fn write(file: &Path, bytes: &[u8]) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(file, bytes).unwrap();
}
