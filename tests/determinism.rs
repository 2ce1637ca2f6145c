//! Same input, same bytes: no clock, no order of a map or a folder, no machine.

use crate::support::example::{Example, names};
use crate::support::{nestling, output};
use std::process::Command;

const MERGE_REQUEST: [&str; 2] = ["--as", "merge_request"];

#[test]
fn another_folder_and_another_run_give_the_same_bytes() {
    for name in names() {
        let (here, there) = (Example::new(&name), Example::new(&name));
        assert_eq!(here.commit("HEAD"), there.commit("HEAD"), "the repositories of {name} differ");
        let first = here.generate(&MERGE_REQUEST);
        assert_eq!(first, here.generate(&MERGE_REQUEST));
        assert_eq!(first, there.generate(&MERGE_REQUEST));
    }
}

#[test]
fn another_language_time_zone_and_home_give_the_same_bytes() {
    for name in names() {
        let example = Example::new(&name);
        let mut command = nestling(&example.path());
        command.args(["generate", "--head", "HEAD", "--output", "-"]).args(MERGE_REQUEST);
        command.env("LANG", "tr_TR.UTF-8").env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Pacific/Kiritimati");
        command.env("HOME", "/nowhere").env("COLUMNS", "20").env("TERM", "xterm-256color");
        assert_eq!(output(&mut command), example.generate(&MERGE_REQUEST));
    }
}

/// A clone has its objects in packs and its branches on a remote, and here it has no files.
#[test]
fn a_bare_clone_gives_the_same_jobs() {
    for name in names() {
        let example = Example::new(&name);
        let clone = example.beside().join("clone.git");
        output(Command::new("git").args(["clone", "--quiet", "--bare"]).arg(example.path()).arg(&clone));
        let mut command = nestling(&clone);
        command
            .args(["generate", "--base", "main", "--head", "feature", "--output", "-"])
            .args(MERGE_REQUEST);
        assert_eq!(jobs(&output(&mut command)), jobs(&example.generate(&MERGE_REQUEST)));
    }
}

/// The work tree as it is and the commit of the same files plan the same jobs.
#[test]
fn a_laptop_and_a_pipeline_see_the_same_jobs() {
    for name in names() {
        let example = Example::new(&name);
        let on_disk =
            output(nestling(&example.path()).args(["generate", "--output", "-"]).args(MERGE_REQUEST));
        assert_eq!(jobs(&on_disk), jobs(&example.generate(&MERGE_REQUEST)));
    }
}

/// A pipeline without the comments that say how its commits were found.
fn jobs(text: &str) -> String {
    text.lines().skip_while(|line| line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n")
}
