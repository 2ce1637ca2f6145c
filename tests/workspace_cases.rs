//! Everything in the workspace's files has an effect or is reported (`cases/workspace`), and views show what GitLab
//! makes of it (`cases/views`): each directory contains a repository, committed once, and a session in it, in the form of
//! `transcripts.rs`.
//!
//! In a session `git save SUBJECT` commits everything, always at the same date, so that commits have the same names.

use crate::check_files::copy_files;
use crate::support::repository::Repository;
use crate::support::{expect_file, root};
use crate::transcripts::replayed;
use std::fs;
use std::path::{Path, PathBuf};

const SESSION: &str = "session.txt";

/// A commit of everything by the same person at the same time.
const SAVE: &str = "!git add --all && GIT_AUTHOR_DATE=2026-01-05T10:00:00Z \
    GIT_COMMITTER_DATE=2026-01-05T10:00:00Z git commit --quiet --allow-empty --message";

#[test]
fn each_session_in_a_workspace_goes_as_it_is_written() {
    replay_all("workspace");
}

#[test]
fn each_session_about_views_goes_as_it_is_written() {
    replay_all("views");
}

fn replay_all(cases: &str) {
    let entries = fs::read_dir(root().join("tests/cases").join(cases)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let failed: Vec<String> = folders.iter().filter_map(|folder| session(folder).err()).collect();
    assert!(!folders.is_empty() && failed.is_empty(), "{}", failed.join("\n"));
}

fn session(folder: &Path) -> Result<(), String> {
    let repository = Repository::new();
    copy_files(folder, repository.path());
    fs::remove_file(repository.path().join(SESSION)).unwrap();
    for (key, value) in [("user.name", "Robin"), ("user.email", "robin@shop.example"), ("alias.save", SAVE)] {
        repository.git(&["config", key, value]);
    }
    repository.commit("first");
    let file = folder.join(SESSION);
    expect_file(&file, &replayed(&fs::read_to_string(&file).unwrap(), repository.path()))
}
