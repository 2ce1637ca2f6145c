//! A clone with damaged files, as a full disk or a killed fetch leaves it: the command ends soon, with an error that names the
//! object and the way out.

use crate::support::repository::Repository;
use crate::support::{nestling, said, setting};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A workspace with a unit, whose last commit changes the unit's file.
fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("services/api/nestling.yml", "test: { script: t }\n").commit("a unit");
    repository.write("services/api/nestling.yml", "test: { script: u }\n").commit("another script");
    repository
}

/// Runs `affected` between the two commits.
fn affected(repository: &Repository) -> Output {
    let mut command = nestling(repository.path());
    ended(command.args(["affected", "--base", "HEAD~1", "--head", "HEAD"]))
}

/// Runs a command that has to end by itself, and soon.
fn ended(command: &mut Command) -> Output {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code().is_some(), "it was ended by a signal: {}", output.status);
    output
}

fn write(file: &Path, bytes: &[u8]) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_loose_object_that_is_cut_off_is_named_with_the_way_out() {
    let repository = workspace();
    for revision in ["HEAD", "HEAD^{tree}", "HEAD~1^{tree}", "HEAD:services/api/nestling.yml"] {
        let id = repository.git(&["rev-parse", revision]).trim().to_owned();
        let file = repository.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        let whole = std::fs::read(&file).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 9) {
            write(&file, &whole[..length]);
            let output = affected(&repository);
            let text = said(&output);
            assert!(!output.status.success(), "{revision} cut off at {length}: {text}");
            let expected = format!("corrupt loose object `{id}`");
            assert!(text.contains(&expected) && text.contains("git fsck"), "{revision} at {length}: {text}");
        }
        write(&file, &whole);
    }
    assert!(affected(&repository).status.success());
}

/// A circular reference, and one without an id.
#[test]
fn a_reference_that_cannot_be_read_is_named_with_the_way_out() {
    let repository = workspace();
    repository.git(&["symbolic-ref", "refs/heads/circle", "refs/heads/other"]);
    repository.git(&["symbolic-ref", "refs/heads/other", "refs/heads/circle"]);
    std::fs::write(repository.path().join(".git/refs/heads/cut-off"), "0123\n").unwrap();
    for name in ["circle", "cut-off"] {
        let mut command = nestling(repository.path());
        let output = crate::support::run(command.args(["affected", "--base", name]));
        let text = said(&output);
        assert_eq!(output.status.code(), Some(3), "{text}");
        let expected = format!("the reference `refs/heads/{name}` cannot be read");
        assert!(text.contains(&expected) && text.contains("git fsck"), "{text}");
    }
    for name in ["circle", "other", "cut-off"] {
        std::fs::remove_file(repository.path().join(".git/refs/heads").join(name)).unwrap();
    }
    repository.git(&["pack-refs", "--all"]);
    std::fs::write(repository.path().join(".git/packed-refs"), [0xff; 50]).unwrap();
    let text = said(&affected(&repository));
    assert!(text.contains("cannot be read") && text.contains("git fsck"), "{text}");
}

/// Files with holes, which take no room on the disk, and pipes, which nobody writes to: an error or an answer, soon and with
/// little memory.
#[test]
fn files_that_would_fill_the_memory_or_be_waited_for_are_not_read() {
    let repository = workspace();
    repository.git(&["pack-refs", "--all"]);
    std::fs::write(repository.path().join(".git/shallow"), "").unwrap();
    let blob = repository.git(&["rev-parse", "HEAD:services/api/nestling.yml"]);
    let blob = format!("objects/{}/{}", &blob[..2], &blob.trim()[2..]);
    for (name, is_pipe) in [
        ("HEAD", false),
        ("config", false),
        ("packed-refs", false),
        ("commondir", false),
        ("shallow", false),
        ("index", false),
        ("info/exclude", false),
        ("objects/info/alternates", false),
        ("objects/pack/pack-x.idx", false),
        ("objects/pack/pack-x.pack", false),
        (&blob, true),
        ("HEAD", true),
        ("info/exclude", true),
        ("objects/info/alternates", true),
        ("objects/pack/pack-x.idx", true),
    ] {
        let copy = tempfile::tempdir().unwrap();
        let mut command = Command::new("cp");
        crate::support::output(command.arg("-a").arg(repository.path()).arg(copy.path().join("copy")));
        let file = copy.path().join("copy/.git").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        if name.ends_with("x.idx") {
            std::fs::write(file.with_extension("pack"), b"PACK\0\0\0\x02").unwrap();
        }
        if is_pipe {
            let _ = std::fs::remove_file(&file);
            crate::support::output(Command::new("mkfifo").arg(&file));
        } else {
            let opened = std::fs::OpenOptions::new().append(true).create(true).open(&file).unwrap();
            opened.set_len(100 << 30).unwrap();
        }
        for arguments in
            [&["affected", "--base", "HEAD~1", "--head", "HEAD"][..], &["affected", "--base", "HEAD"]]
        {
            // Addresses are more than memory: those of threads and of files that are mapped.
            let mut shell = Command::new("sh");
            let script = "ulimit -v 4000000 2> /dev/null || :; ulimit -t 20; exec \"$@\"";
            let binary = nestling(copy.path()).get_program().to_owned();
            shell
                .current_dir(copy.path().join("copy"))
                .args(["-c", script, "sh"])
                .arg(binary)
                .args(arguments);
            println!("{name} {arguments:?}");
            let output = ended(&mut shell);
            let text = said(&output);
            assert!(matches!(output.status.code(), Some(0 | 3)), "{name}: {text}");
            assert!(!text.contains("panicked") && !text.contains("memory allocation"), "{name}: {text}");
        }
    }
}

#[test]
fn an_index_that_points_behind_its_pack_is_an_error() {
    let repository = workspace();
    repository.git(&["repack", "-a", "-d", "--quiet"]);
    let mut files = std::fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
    let index: PathBuf = files
        .find_map(|entry| {
            Some(entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "idx"))
        })
        .unwrap();
    let whole = std::fs::read(&index).unwrap();
    // The last number of the table of first bytes is that of the objects; behind ids and checksums are their offsets.
    let count = u32::from_be_bytes(whole[8 + 255 * 4..][..4].try_into().unwrap()) as usize;
    let offsets = 8 + 256 * 4 + count * 24;
    for number in 0..count {
        let mut damaged = whole.clone();
        damaged[offsets + number * 4] = 0x7f;
        write(&index, &damaged);
        let output = affected(&repository);
        let text = said(&output);
        assert!(output.status.success() || text.contains("corrupt packed object"), "{number}: {text}");
    }
}

/// Another process packs and prunes the clone all the time. `NESTLING_TEST_GC=4000` for more runs beside it.
#[test]
fn a_clone_that_is_packed_meanwhile_gives_the_same_answer() {
    let runs: u32 = setting("NESTLING_TEST_GC").map_or(15, |runs| runs.parse().unwrap());
    let repository = workspace();
    let expected = affected(&repository).stdout;
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                repository.git(&["gc", "--quiet", "--prune=now"]);
                repository.git(&["commit", "--quiet", "--allow-empty", "--amend", "--no-edit", "--date=now"]);
                repository.git(&["repack", "-a", "-d", "-f", "--quiet"]);
            }
        });
        // Also where an assertion fails.
        let outputs: Vec<Output> = (0..runs).map(|_| affected(&repository)).collect();
        is_over.store(true, Ordering::Relaxed);
        for output in outputs {
            assert!(output.status.success(), "{}", said(&output));
            assert_eq!(output.stdout, expected, "{}", said(&output));
        }
    });
}
