//! The scripts of all built-in templates, as their cases render them, judged by ShellCheck.

use super::job::{jobs, script};
use super::{cases, outcomes};
use crate::support::run;
use crate::support::tool::{Tool, need};
use nestling::testing::Suite;
use std::fmt::Write as _;

/// Codes that do not hold for scripts of jobs.
const NOT_MEANT: [&str; 4] = [
    "SC2148", // a shell is not named: the runner chooses it
    "SC2154", // a variable that is not assigned: GitLab's own, or one of a dotenv report
    "SC2164", // a `cd` that fails: it ends the script, as any command does
    "SC1091", // a file that is sourced is not there
];

#[test]
fn every_script_of_the_library_passes_shellcheck() {
    let Some(mut shellcheck) = need(Tool::Shellcheck, "every_script_of_the_library_passes_shellcheck") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let suite = Suite::of_library();
    let names: Vec<String> = cases(&suite).iter().map(|case| case.name.clone()).collect();
    let mut files = Vec::new();
    let mut origins = String::new();
    for (number, (case, outcome)) in names.iter().zip(outcomes()).enumerate() {
        for (position, (name, job)) in outcome.pipeline.iter().flat_map(|text| jobs(text)).enumerate() {
            let path = folder.path().join(format!("{number}-{position}.sh"));
            std::fs::write(&path, script(&job) + "\n").unwrap();
            let _ = writeln!(origins, "{}: {case}: {name}", path.display());
            files.push(path);
        }
    }
    assert!(files.len() > 60, "{}", files.len());
    shellcheck.args(["--shell", "sh", "--severity", "info", "--exclude", &NOT_MEANT.join(",")]);
    let output = run(shellcheck.args(&files));
    let findings = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{findings}\n{origins}");
}
