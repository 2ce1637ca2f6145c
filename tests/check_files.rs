//! `nestling check FILE…`: each directory under `cases/check_file` contains files and a session on a copy of them.

use crate::support::{expect_file, nestling, root, run};
use crate::transcripts::replayed;
use nestling_gitlab::diagnostic::Severity;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const SESSION: &str = "session.txt";

/// The copy is in no repository, unless the session makes it one.
#[test]
fn each_session_goes_as_it_is_written() {
    let folders = folders();
    assert!(folders.len() >= 10, "{folders:?}");
    let failed: Vec<String> = folders.iter().filter_map(|folder| session(folder).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/cases/check_file")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn session(folder: &Path) -> Result<(), String> {
    let copy = tempfile::tempdir().unwrap();
    copy_files(folder, copy.path());
    fs::remove_file(copy.path().join(SESSION)).unwrap();
    let file = folder.join(SESSION);
    expect_file(&file, &replayed(&fs::read_to_string(&file).unwrap(), copy.path()))
}

pub(crate) fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_files(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// GitLab's own verdict: what it accepts has no error.
#[test]
fn verdicts_agree_with_gitlabs_own() {
    let folder = root().join("tests/oracles/gitlab-cases");
    // GitLab refuses a file without a job of its own. Such a file may be there to be included: this is a note.
    let only_noted = ["14_only_hidden.yml"];
    let mut wrong = Vec::new();
    for (verdict, want) in [("valid", 0), ("invalid", 1)] {
        for entry in fs::read_dir(folder.join(verdict)).unwrap() {
            let path = entry.unwrap().path();
            let is_noted = only_noted.iter().any(|name| path.ends_with(name));
            let output = run(nestling(&root()).arg("check").arg(&path));
            if output.status.code() != Some(if is_noted { 0 } else { want }) {
                wrong.push(format!("{}\n{}", path.display(), String::from_utf8_lossy(&output.stderr)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Standard input is checked as a file that nobody saved yet.
#[test]
fn standard_input_is_checked_as_the_same_file_is() {
    let path = root().join("tests/cases/check_file/errors/.gitlab-ci.yml");
    let text = fs::read_to_string(&path).unwrap();
    let json = |file: &str, stdin: &str| {
        let mut command = nestling(path.parent().unwrap());
        command.args(["check", file, "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let of_file = json(".gitlab-ci.yml", "");
    let of_stdin = json("-", &text);
    assert!(of_file.contains("needs-undefined"), "{of_file}");
    let name = "tests/cases/check_file/errors/.gitlab-ci.yml";
    assert_eq!(of_file.replace(name, "<stdin>"), of_stdin);
}

/// The library's function finds what the command finds.
#[test]
fn the_library_checks_a_text_alone() {
    let table: [(&str, &[(&str, Severity)]); 4] = [
        ("a: { script: make }", &[]),
        ("a: { script: make, needs: [b] }", &[("needs-undefined", Severity::Error)]),
        // What an include may define is not undefined, and no file is looked for.
        (
            "include: { local: /x.yml }\na: { script: make, needs: [b] }",
            &[("include-unread", Severity::Note)],
        ),
        // Two warnings, of which one is allowed.
        (
            "a:\n  script: make\n  colour: x # nestling: allow(job-key)\n  odour: x\n",
            &[("job-key", Severity::Warning)],
        ),
    ];
    for (text, want) in table {
        let problems = nestling_gitlab::lint(text);
        let found: Vec<_> = problems.iter().map(|problem| (problem.rule.id, problem.severity)).collect();
        assert_eq!(found, want, "{text}");
    }
}
