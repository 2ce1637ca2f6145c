//! Bombs: a little text that makes much of itself. Each is stopped at a line of its template, by bounded work: within
//! seconds and 500 MB, and never by a signal.

mod table;

use crate::support::nestling;
use crate::support::repository::Repository;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use table::{Bomb, bombs};

/// The longest that a bomb may run. The work is bounded; how long it takes is the machine's and the build's.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 2 });

/// The most memory of a bomb in kB.
const MOST_MEMORY: u64 = 500_000;

/// Runs one bomb and returns what is wrong with how it ended.
fn fault(repository: &Repository, bomb: &Bomb) -> Option<String> {
    repository.write("ci/t.yml", &bomb.template);
    let mut command = nestling(repository.path());
    command.args(["generate", "--all", "--output", "-"]).stdin(Stdio::null()).stdout(Stdio::null());
    let stderr = repository.path().join("said");
    command.stderr(std::fs::File::create(&stderr).unwrap());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut memory = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        memory = memory_of(&child).max(memory);
        if start.elapsed() > LONGEST || memory > 2 * MOST_MEMORY {
            child.kill().unwrap();
            child.wait().unwrap();
            return Some(format!("killed after {:?} with {memory} kB", start.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    if crate::support::setting("NESTLING_TEST_BOMBS").is_some() {
        println!("{:>9.3?} {memory:>8} kB  {status}  {}", start.elapsed(), bomb.name);
    }
    let said = std::fs::read_to_string(&stderr).unwrap();
    let first = said.lines().take(3).collect::<Vec<_>>().join(" / ");
    match status.code() {
        _ if memory > MOST_MEMORY => Some(format!("{memory} kB")),
        None => Some(format!("ended by a signal: {status}: {first}")),
        Some(0) => None,
        Some(1) if said.contains("ci/t.yml:") => None,
        Some(code) => Some(format!("ended with {code}: {first}")),
    }
}

/// The most memory that a process has had so far in kB, where the system says so.
fn memory_of(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// `NESTLING_TEST_BOMBS=list` with an argument `--nocapture` lists what each took; another value names one bomb.
#[test]
fn every_bomb_is_stopped_at_its_line() {
    let all = bombs();
    assert!(all.len() >= 75, "only {}", all.len());
    let chosen = crate::support::setting("NESTLING_TEST_BOMBS").filter(|value| value != "list");
    let all: Vec<&Bomb> = all
        .iter()
        .filter(|bomb| chosen.as_ref().is_none_or(|chosen| bomb.name.contains(chosen.as_str())))
        .collect();
    let halves = all.split_at(all.len() / 2);
    let faults = std::thread::scope(|scope| {
        let run = |bombs: &[&Bomb]| {
            let repository = Repository::new();
            repository.write("nestling.yml", "workspace: { templates: [ci] }\n");
            repository.write("u/nestling.yml", "unit: { use: t }\n").commit("a unit");
            let mut faults = Vec::new();
            for bomb in bombs {
                faults.extend(fault(&repository, bomb).map(|fault| format!("{}: {fault}", bomb.name)));
            }
            faults
        };
        let other = scope.spawn(move || run(halves.1));
        let mut faults = run(halves.0);
        faults.extend(other.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), all.len(), faults.join("\n"));
}
