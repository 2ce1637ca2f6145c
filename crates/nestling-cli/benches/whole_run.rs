//! Whole runs over a monorepo of a thousand services, beside `git diff --name-only` on the same repository.
//!
//! `cargo bench` measures; `cargo test --bench whole_run` runs each command once. `NESTLING_BENCH_SERVICES` makes the
//! monorepo smaller or larger. At the end is a table: the median of each, and how many times git's that is; below
//! it, how long `preview --watch` takes to draw again.

use anyhow::{Context as _, Result, ensure};
use criterion::Criterion;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Number of times that each command runs for the table.
const RUNS: usize = 15;

/// Measured commands; the others are compared with the first.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("git diff --name-only main...HEAD", &[]),
    ("nestling affected", &["affected", "--head", "HEAD"]),
    (
        "nestling generate",
        &["generate", "--as", "merge_request", "--head", "HEAD", "-o", "../child-pipeline.yml"],
    ),
    (
        "nestling generate --all",
        &["generate", "--as", "merge_request", "--head", "HEAD", "--all", "-o", "../all.yml"],
    ),
    ("nestling preview of the work tree", &["preview", "--as", "merge_request"]),
    // All kinds of pipelines are to take at most three times as long as one.
    ("nestling check, merge requests alone", &["check", "--as", "merge_request"]),
    ("nestling check, all kinds", &["check"]),
];

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let repository = monorepo(folder.path())?;
    for (name, args) in COMMANDS {
        let output = command(&repository, args).stdout(Stdio::piped()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name} ended with {}: {said}", output.status);
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(RUNS);
    let mut group = criterion.benchmark_group("whole run");
    for (name, args) in COMMANDS {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(command(&repository, args).status())));
    }
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        table(&repository);
        let took = saved_to_drawn(&repository)?;
        println!("{:<36} {:>6.1} ms", "preview --watch, saved to drawn", took.as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// Makes the monorepo, on its branch `feature`.
fn monorepo(folder: &Path) -> Result<PathBuf> {
    let services: usize = setting("NESTLING_BENCH_SERVICES").map_or(Ok(1000), |text| text.parse())?;
    let repository = folder.join("mono");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/monorepo_gen.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(&repository).args(["--files-per-service", "50", "--group-size", "0", "--repack"]);
    python.args(["--peer-configs", "nestling", "--behind", "50"]);
    for (option, count) in [
        ("--services", services),
        ("--shared-libs", (services / 10).max(3)),
        ("--history", services * 2),
        ("--changed-services", (services / 50).max(1)),
    ] {
        python.args([option, &count.to_string()]);
    }
    ensure!(python.status().context("python3")?.success(), "the monorepo cannot be made");
    Ok(repository)
}

#[expect(clippy::disallowed_methods, reason = "the library may not read the environment; a benchmark may")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The command to measure, without a trace of the pipeline that the benchmark may run in.
fn command(repository: &Path, args: &[&str]) -> Command {
    let mut command = if args.is_empty() {
        let mut git = Command::new("git");
        git.args(["diff", "--name-only", "main...HEAD"]);
        git
    } else {
        let mut nestling = Command::new(env!("CARGO_BIN_EXE_nestling"));
        nestling.args(args).env_remove("GITLAB_CI").env_remove("CI_COMMIT_SHA");
        nestling
    };
    command.current_dir(repository).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn table(repository: &Path) {
    let medians = COMMANDS.map(|(_, args)| median(repository, args));
    println!("\n{:<36} {:>9} {:>12}", "whole run", "median", "times git's");
    for ((name, _), took) in COMMANDS.iter().zip(medians) {
        let ratio = took.as_secs_f64() / medians[0].as_secs_f64();
        println!("{name:<36} {:>6.1} ms {ratio:>12.1}", took.as_secs_f64() * 1000.0);
    }
}

/// Median time of `preview --watch` from the saving of a file to the last line of the new output.
fn saved_to_drawn(repository: &Path) -> Result<Duration> {
    let listed =
        command(repository, &["affected", "--all", "--format", "paths"]).stdout(Stdio::piped()).output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let file = repository.join(listed.lines().next().context("no directory")?).join("saved");
    let mut child = command(repository, &["preview", "--watch"]).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut drawn = || lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(" units, ")));
    drawn();
    let mut times = Vec::new();
    for turn in 0..RUNS {
        // Until the watches are set up, and no event of the last saving is pending.
        std::thread::sleep(Duration::from_millis(500));
        let start = Instant::now();
        std::fs::write(&file, turn.to_string())?;
        ensure!(drawn().is_some(), "`preview --watch` has ended");
        times.push(start.elapsed());
    }
    child.kill()?;
    child.wait()?;
    times.sort();
    Ok(times[RUNS / 2])
}

fn median(repository: &Path, args: &[&str]) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let _ = black_box(command(repository, args).status());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}
