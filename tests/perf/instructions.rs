//! The cost of a run in instructions. The count is the same on a busy machine as on an idle one, so a change that makes
//! Nestling slower fails the pipeline that makes it. CONTRIBUTING describes how to find where they went.

use crate::support::tool::{Tool, need};
use crate::support::{monorepo, output, read, root, setting};
use std::path::Path;
use std::process::Command;

/// The tolerated difference from the stored count: C libraries differ.
const TOLERANCE: f64 = 0.15;
const STORED: &str = "tests/perf/instructions.txt";

const RUNS: [(&str, &[&str]); 3] = [
    ("affected", &["affected", "--head", "HEAD"]),
    ("generate", &["generate", "--as", "merge_request", "--head", "HEAD", "-o", "-"]),
    ("generate --all", &["generate", "--as", "merge_request", "--head", "HEAD", "--all", "-o", "../all.yml"]),
];

/// Counts the instructions of a command, in millions.
fn counted(valgrind: &Path, repository: &Path, args: &[&str]) -> u64 {
    let out = repository.with_extension("callgrind");
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", out.display()));
    command.arg(env!("CARGO_BIN_EXE_nestling")).args(args).current_dir(repository);
    command.env_clear().env("PATH", setting("PATH").unwrap_or_default());
    output(&mut command);
    let log = std::fs::read_to_string(&out).unwrap();
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    collected.unwrap_or_else(|| panic!("callgrind counted nothing: {log}")).1.trim().parse::<u64>().unwrap()
        / 1_000_000
}

/// The compiler, which the counts depend on.
fn compiler() -> String {
    output(Command::new("rustc").arg("--version")).trim().to_owned()
}

/// `NESTLING_TEST_UPDATE=1` stores the counts.
#[test]
#[ignore = "counts the instructions of one toolchain"]
fn a_run_takes_no_more_instructions_than_it_did() {
    let name = "a_run_takes_no_more_instructions_than_it_did";
    let Some(valgrind) = need(Tool::Valgrind, name) else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = ["--services", "50", "--history", "20", "--repack", "--worktree", "bare"];
    let Some(repository) = monorepo::make(folder.path(), &options, name) else { return };
    let counted = RUNS.map(|(_, args)| counted(valgrind.get_program().as_ref(), &repository, args));
    if setting("NESTLING_TEST_UPDATE").is_some() {
        let lines = RUNS.iter().zip(counted).map(|((name, _), count)| format!("{name}: {count} million\n"));
        let text = format!("{}\n{}", compiler(), lines.collect::<String>());
        std::fs::write(root().join(STORED), text).unwrap();
        return;
    }
    let stored = read(STORED);
    let (stored_compiler, _) = stored.split_once('\n').unwrap();
    let compilers = format!("counted with {}, stored with {stored_compiler}", compiler());
    for ((name, _), count) in RUNS.iter().zip(counted) {
        let line = stored.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let was: f64 = line.unwrap().trim_end_matches(" million").parse().unwrap();
        let ratio = count as f64 / was;
        assert!(
            ratio < 1.0 + TOLERANCE,
            "`{name}` took {count} million instructions, and {was} before ({compilers}). If that is worth it, \
             NESTLING_TEST_UPDATE=1 stores the new count"
        );
        assert!(
            ratio > 1.0 - 2.0 * TOLERANCE,
            "`{name}` took {count} million instructions instead of {was} ({compilers}): store that with \
             NESTLING_TEST_UPDATE=1, so that the gain is kept"
        );
    }
}
