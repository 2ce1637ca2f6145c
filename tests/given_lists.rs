//! `--changes-from` with what git writes: whatever the form of the list, the units are those that git's own comparison
//! selects.

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

/// Names that git quotes, and names that look like a part of a list.
const NAMES: [&[u8]; 14] = [
    b"plain",
    b"with space",
    "umlaut-\u{e4}".as_bytes(),
    b"tab\there",
    b"quote\"inside",
    b"back\\slash",
    b"\"quoted\"",
    b"line\nbreak",
    b"not utf-8 \xff",
    b"M",
    b"arrow -> b",
    b" leading",
    b"\x01control",
    "\u{202e}right-to-left".as_bytes(),
];

/// A unit in a directory for each name, and a commit that changes, adds, deletes or renames its file.
fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    for (index, name) in NAMES.iter().enumerate() {
        repository.write(format!("u{index}/nestling.yml"), "test: { script: t }\n");
        repository.write(file(index, name), &format!("{index}\n").repeat(20));
    }
    repository.write("untouched/nestling.yml", "test: { script: t }\n").commit("units");
    for (index, name) in NAMES.iter().enumerate() {
        let path = repository.path().join(std::ffi::OsStr::from_bytes(&file(index, name)));
        match index % 3 {
            0 => repository.write(file(index, name), "changed\n"),
            1 => {
                std::fs::remove_file(path).unwrap();
                &repository
            }
            _ => {
                std::fs::rename(&path, path.with_extension("moved")).unwrap();
                &repository
            }
        };
    }
    repository
}

fn file(index: usize, name: &[u8]) -> Vec<u8> {
    [format!("u{index}/").as_bytes(), name].concat()
}

/// The units that a list selects, and what is said beside them.
fn affected(repository: &Repository, list: &[u8], options: &[&str]) -> (Vec<String>, String) {
    let mut command = nestling(repository.path());
    command.args(["affected", "--changes-from", "-"]).args(options);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), list).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let units = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    (units, String::from_utf8(output.stderr).unwrap())
}

fn git(repository: &Repository, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git").current_dir(repository.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    output.stdout
}

#[test]
fn every_form_of_gits_lists_selects_the_same_units() {
    let repository = workspace();
    let expected: Vec<String> = output(nestling(repository.path()).args(["affected", "--base", "HEAD"]))
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(expected.len(), NAMES.len());
    repository.git(&["add", "--all"]);
    for arguments in [
        &["diff", "--cached", "--name-only"][..],
        &["diff", "--cached", "--name-only", "-z"],
        &["diff", "--cached", "--name-only", "--no-renames"],
        &["-c", "core.quotePath=false", "diff", "--cached", "--name-only", "--no-renames"],
        &["diff", "--cached", "--name-status", "-M"],
        &["diff", "--cached", "--name-status", "-M", "-z"],
        &["diff", "--cached", "--raw", "-M"],
        &["diff", "--cached", "--raw", "-z", "--no-renames"],
        &["status", "--porcelain"],
        &["status", "--short", "--branch"],
        &["status", "--porcelain", "-z"],
        &["status", "--porcelain=v2", "--branch"],
        &["status", "--porcelain=v2", "--branch", "--show-stash", "-z"],
    ] {
        let list = git(&repository, arguments);
        let options: &[&str] =
            if arguments.contains(&"-z") { &["-z", "--base", "HEAD"] } else { &["--base", "HEAD"] };
        let (units, told) = affected(&repository, &list, options);
        assert_eq!(units, expected, "{arguments:?}: {told}");
        assert!(!told.contains("changes-from"), "{arguments:?}: {told}");
        if !arguments.contains(&"-z") {
            let windows = [
                b"\xef\xbb\xbf",
                &list.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])[..],
            ]
            .concat();
            assert_eq!(affected(&repository, &windows, options).0, expected, "{arguments:?} with CRLF");
        }
    }
}

/// A commit's id, its author and its message are no paths.
#[test]
fn lists_of_commits_select_what_they_changed() {
    let repository = workspace();
    repository.git(&["add", "--all"]);
    repository.commit("a change\n\nwith a message\nof M\tlines\n");
    let expected = affected(&repository, &git(&repository, &["diff", "--name-status", "HEAD~1"]), &[]).0;
    assert_eq!(expected.len(), NAMES.len());
    for arguments in [
        &["diff-tree", "-r", "HEAD"][..],
        &["diff-tree", "-r", "-z", "HEAD"],
        &["diff-tree", "-r", "--name-only", "HEAD"],
        &["diff-tree", "-r", "-z", "--name-only", "HEAD"],
        &["diff-tree", "-r", "-m", "--name-status", "HEAD"],
        &["log", "-1", "--raw"],
        &["log", "-1", "--raw", "--decorate", "--abbrev=40"],
        &["log", "-1", "--name-only"],
        &["log", "-1", "--name-status"],
        &["show", "--name-status"],
        &["show", "--raw", "--format="],
    ] {
        let list = git(&repository, arguments);
        let (units, told) = affected(&repository, &list, &["--base", "HEAD~1"]);
        assert_eq!(units, expected, "{arguments:?}: {told}");
        assert!(!told.contains("changes-from"), "{arguments:?}: {told}");
    }
}

#[test]
fn a_directory_stands_for_its_files() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").write("a/nestling.yml", "test: { script: t }\n");
    repository.commit("one");
    repository.write("new/nestling.yml", "test: { script: t }\n").write("new/src/x", "");
    let list = git(&repository, &["status", "--porcelain"]);
    assert_eq!(list, b"?? new/\n");
    assert_eq!(affected(&repository, &list, &[]).0, ["new"]);
    assert_eq!(affected(&repository, b".\n", &[]).0, ["a", "new"]);
}

#[test]
fn an_entry_that_neither_side_has_is_reported() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").write("a/nestling.yml", "test: { script: t }\n");
    repository.write("a/gone", "").commit("one");
    repository.git(&["rm", "--quiet", "a/gone"]);
    repository.commit("two");
    let warning = |list: &str, options: &[&str]| affected(&repository, list.as_bytes(), options).1;
    assert!(warning("a/nestling.yml\n", &[]).is_empty());
    let told = warning("a/nestlnig.yml\nb\n", &["--base", "HEAD~1"]);
    let expected = "warning[changes-from]: 2 entries of the list of changed paths are neither at base nor at head, such as `a/nestlnig.yml`";
    assert!(told.contains(expected), "{told}");
    // Deleted since base.
    assert!(warning("a/gone\n", &["--base", "HEAD~1"]).is_empty());
    assert!(warning("D\ta/gone\n", &[]).is_empty());
    assert!(warning("a/gone\n", &[]).contains("is not at head"));
    // What is above the repository is an error.
    let list = repository.path().join("list");
    std::fs::write(&list, "../x\n").unwrap();
    let output = run(nestling(repository.path()).args(["affected", "--changes-from", "list"]));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}
