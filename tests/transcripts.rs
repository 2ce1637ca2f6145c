//! Output of every command, word for word: each file under `transcripts` is a session in a fresh copy of the shop,
//! and each under `transcripts/examples` one in a fresh copy of the example of that name.
//!
//! A line that starts with `$ ` is run by a shell in the repository; what it prints follows, standard error after
//! `[stderr]`, an exit code other than 0 as `[exit 2]`. `NESTLING_TEST_UPDATE=1` writes what comes out; read it.

use crate::support::example::{Example, names};
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, root, setting};
use clap::CommandFactory;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn every_command_says_what_its_transcript_says() {
    let files = files();
    assert!(files.len() >= 8, "{files:?}");
    let failed: Vec<String> = files.iter().filter_map(|file| judge(file).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// In success, and in failure.
#[test]
fn no_command_is_without_a_transcript() {
    let all: String = files().iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let sessions: Vec<&str> = all.split("\n$ ").skip(1).collect();
    for command in nestling_cli::Cli::command().get_subcommands() {
        let called = format!("nestling {}", command.get_name());
        let of_command =
            || sessions.iter().filter(|session| session.lines().next().unwrap().contains(&called));
        let (failed, done): (Vec<&str>, Vec<&str>) =
            of_command().partition(|session| session.contains("\n[exit "));
        assert!(!done.is_empty(), "no transcript in which `{called}` works");
        assert!(!failed.is_empty(), "no transcript in which `{called}` fails");
    }
}

#[test]
fn no_example_is_without_a_transcript() {
    let there: Vec<String> = in_folder("tests/transcripts/examples").iter().map(|file| name(file)).collect();
    assert_eq!(there, names());
}

fn files() -> Vec<PathBuf> {
    let all = [in_folder("tests/transcripts"), in_folder("tests/transcripts/examples")].concat();
    all.into_iter().filter(|path| path.is_file()).collect()
}

/// Entries of a directory, in order.
fn in_folder(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_stem().unwrap().to_string_lossy().into_owned()
}

fn judge(file: &Path) -> Result<(), String> {
    if name(file) == "observe" && need(Tool::Strace, "transcripts: observe").is_none() {
        return Ok(());
    }
    let is_of_example = file.parent().is_some_and(|folder| folder.ends_with("examples"));
    let example = Example::new(if is_of_example { name(file) } else { "shop".to_owned() }.as_str());
    expect_file(file, &replayed(&fs::read_to_string(file).unwrap(), &example.path()))
}

/// A session with what its commands say now.
pub(crate) fn replayed(session: &str, directory: &Path) -> String {
    let mut text = String::new();
    for line in session.lines() {
        // Comments are at the top; below, such a line is something that a command said.
        if line.starts_with("# ") && !text.contains("$ ") {
            text += &format!("{line}\n");
        } else if let Some(command) = line.strip_prefix("$ ") {
            let said = said(command, directory);
            let gap =
                if text.is_empty() || text.ends_with("\n\n") || !text.contains("$ ") { "" } else { "\n" };
            text += &format!("{gap}$ {command}\n{said}");
        }
    }
    text
}

/// Everything that a command says, and how it ends.
fn said(command: &str, directory: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), setting("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(directory).env_clear().env("PATH", path);
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !output.stderr.is_empty() {
        text += &format!("[stderr]\n{}", String::from_utf8(output.stderr).unwrap());
    }
    match output.status.code() {
        Some(0) => {}
        code => text += &format!("[exit {}]\n", code.unwrap_or(-1)),
    }
    text
}
