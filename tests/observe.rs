//! `nestling observe`: a command is traced for real.

use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{nestling, said};

const MAKEFILE: &str = "test:\n\tsh ../tools/generate\n\tcat ../lib/lib.c main.c ../VERSION > out\n";

fn repository() -> Repository {
    let repository = Repository::new();
    repository
        .write("nestling.yml", "workspace: { units: [{ match: lib }] }\n")
        .write("api/nestling.yml", "unit: {}\n---\ntest: { script: make }\n")
        .write("api/Makefile", MAKEFILE)
        .write("api/main.c", "1")
        .write("lib/lib.c", "1")
        .write("tools/generate", "cat ../tools/list")
        .write("tools/list", "1")
        .write("VERSION", "1");
    repository.commit("start");
    repository
}

#[test]
fn what_a_command_reads_and_what_does_not_select_the_unit_is_listed_until_the_header_is_complete() {
    let test =
        "what_a_command_reads_and_what_does_not_select_the_unit_is_listed_until_the_header_is_complete";
    if need(Tool::Strace, test).is_none() {
        return;
    }
    let repository = repository();
    let observe = || {
        let mut command = nestling(repository.path());
        command.args(["observe", "api", "--", "sh", "-c", "cd api && make"]).output().unwrap()
    };
    let observed = observe();
    let (lines, talk) = (String::from_utf8_lossy(&observed.stdout), said(&observed));
    assert_eq!(observed.status.code(), Some(1), "{talk}");
    assert_eq!(
        lines, "unit:\n  depends_on:\n    - lib\n  changes:\n    - \"/VERSION\"\n    - \"/tools/**/*\"\n",
        "{talk}"
    );
    assert!(talk.contains("lib/lib.c (of unit lib)"), "{talk}");
    // What it says to add is enough, and so is what it says the next time.
    repository.write("api/nestling.yml", &format!("{lines}---\ntest: {{ script: make }}\n"));
    let observed = observe();
    assert_eq!(observed.status.code(), Some(0), "{}", said(&observed));
    assert!(observed.stdout.is_empty(), "{}", said(&observed));
}

#[test]
fn a_command_that_fails_or_is_not_there_is_told() {
    if need(Tool::Strace, "a_command_that_fails_or_is_not_there_is_told").is_none() {
        return;
    }
    let repository = repository();
    for (arguments, code, expected) in [
        (&["observe", "api", "--", "false"][..], 1, "the command failed (exit status: 1)"),
        (&["observe", "api", "--", "./nowhere"], 2, "`strace` traced nothing"),
        (&["observe", "*", "--", "true"], 2, "unknown unit `*`"),
    ] {
        let observed = nestling(repository.path()).args(arguments).output().unwrap();
        assert_eq!(observed.status.code(), Some(code), "{}", said(&observed));
        assert!(said(&observed).contains(expected), "{}", said(&observed));
    }
}

#[test]
fn without_the_tracer_the_message_says_what_to_install() {
    let repository = repository();
    let mut command = nestling(repository.path());
    let observed = command.args(["observe", "api", "--", "true"]).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(observed.status.code(), Some(2), "{}", said(&observed));
    assert!(said(&observed).contains("`strace`, which is not installed"), "{}", said(&observed));
}
