//! Same input, same bytes: no clock, no order of a map or a directory, no machine.

use crate::support::example::{Example, names};
use crate::support::{nestling, output};
use std::path::Path;
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

/// States in which a runner may leave a repository: everything, files of another commit (`GIT_CHECKOUT: "false"`), none of them,
/// no work tree at all, and a partial clone whose files are fetched when they are wanted.
#[test]
fn no_checkout_is_needed_for_the_same_bytes() {
    let clones: [(&str, &[&str]); 5] = [
        ("a checkout", &[]),
        ("another commit's files", &["--branch", "main"]),
        ("no files", &["--no-checkout"]),
        ("a bare clone", &["--bare"]),
        ("a clone without blobs", &["--no-checkout", "--filter=blob:none"]),
    ];
    for name in names() {
        let example = Example::new(&name);
        let commits = ["main", "feature"].map(|branch| example.commit(branch));
        let expected = output(&mut generate(&example.path(), &commits));
        output(Command::new("git").arg("-C").arg(example.path()).args([
            "config",
            "uploadpack.allowFilter",
            "true",
        ]));
        let allow = ["config", "uploadpack.allowAnySHA1InWant", "true"];
        output(Command::new("git").arg("-C").arg(example.path()).args(allow));
        for (at, (what, options)) in clones.iter().enumerate() {
            let clone = example.beside().join(format!("clone-{at}"));
            let from = format!("file://{}", example.path().display());
            output(Command::new("git").args(["clone", "--quiet"]).args(*options).arg(from).arg(&clone));
            assert_eq!(output(&mut generate(&clone, &commits)), expected, "{name}: {what}");
        }
    }
}

/// By id, as GitLab's variables name the commits.
fn generate(repository: &Path, [base, head]: &[String; 2]) -> Command {
    let mut command = nestling(repository);
    command.args(["generate", "--base", base, "--head", head, "--output", "-"]).args(MERGE_REQUEST);
    command
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
