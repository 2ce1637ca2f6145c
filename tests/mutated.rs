//! Mutated files: bytes of a workspace's files are flipped, cut off, doubled and taken out, and every command is asked. It
//! may refuse; it ends by itself, soon, and never by a signal.

use crate::support::repository::Repository;
use crate::support::{nestling, said, setting};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The files that are mutated.
const FILES: [(&str, &str); 6] = [
    (
        "nestling.yml",
        "workspace:\n  templates: [ci]\n  vars: { a: [1, 2] }\n  environments:\n    review: { when: merge_request }\n    production: { when: default_branch, url: \"https://${{ unit.name }}.x\" }\n  everything: [\"*.lock\"]\n  depends_from: [npm]\n---\nall: { script: echo }\n",
    ),
    (
        "ci/app.yml",
        "spec:\n  inputs:\n    v: { type: string, default: x }\n---\ntest:\n  script:\n    - make ${{ inputs.v | sh }}\n#% for i in [1, 2]\njob ${{ i }}: { script: \"${{ i ~ unit.dir }}\", needs: [test] }\n#% endfor\n#% include 'part.yml'\n",
    ),
    (
        "ci/part.yml",
        "deploy:\n  script: ./deploy ${{ unit.name | sh }}\n  environment: { name: review/${{ unit.name }}, on_stop: stop }\nstop:\n  script: x\n  when: manual\n  environment: { name: review/${{ unit.name }}, action: stop }\n",
    ),
    (
        "api/nestling.yml",
        "unit:\n  use: { template: app, inputs: { v: \"22\" } }\n  depends_on: [web]\n  changes: [\"src/**\"]\n---\nown: { script: x, rules: [{ if: '$A == \"b\"' }], parallel: { matrix: [{ A: [b, c] }] } }\n",
    ),
    ("web/package.json", "{\"name\": \"web\", \"dependencies\": {\"api\": \"*\"}}\n"),
    (
        ".gitlab-ci.yml",
        "stages: [plan, run]\nplan: { stage: plan, script: nestling generate }\nrun: { stage: run, needs: [plan], trigger: { include: [{ artifact: child-pipeline.yml, job: plan }] } }\n",
    ),
];

/// Every command that reads a repository.
const COMMANDS: [&[&str]; 9] = [
    &["generate", "--all", "--output", "-"],
    &["generate", "--base", "HEAD~1", "--output", "-"],
    &["preview", "--all", "--format", "json"],
    &["affected", "--base", "HEAD~1", "--format", "json"],
    &["diff", "--base", "HEAD~1"],
    &["check"],
    &["explain", "api", "--all"],
    &["test"],
    &["check", ".gitlab-ci.yml"],
];

/// A small generator of numbers: the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Texts that mean something to a reader.
const PIECES: [&str; 16] = [
    "${{",
    "}}",
    "#% ",
    "{%",
    "---\n",
    "&a ",
    "*a",
    "<<: ",
    "[",
    "{",
    "'",
    "\"",
    "\u{F0001}",
    "\u{0}",
    "!reference ",
    "\t",
];

fn mutated(text: &str, numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len().max(1)).min(bytes.len());
        match numbers.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes.truncate(at),
            2 => {
                let end = (at + numbers.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => drop(bytes.drain(at..(at + numbers.below(20)).min(bytes.len()))),
            _ => drop(bytes.splice(at..at, PIECES[numbers.below(PIECES.len())].bytes())),
        }
    }
    bytes
}

fn soon(command: &mut Command) -> Option<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |mut pipe: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let (out, err) = (read(Box::new(out)), read(Box::new(err)));
    let end = Instant::now() + Duration::from_secs(30);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Some(Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() })
}

/// `NESTLING_TEST_MUTATED=20000` for more than the few of every run.
#[test]
fn every_command_ends_by_itself_on_mutated_files() {
    let count: u64 = setting("NESTLING_TEST_MUTATED").map_or(40, |count| count.parse().unwrap());
    let repository = Repository::new();
    for (path, text) in FILES {
        repository.write(path, text);
    }
    repository.write("web/nestling.yml", "unit: { use: app }\n").commit("whole");
    repository.write("web/src", "x").commit("a change");
    let mut codes = [0_u32; 6];
    for seed in 0..count {
        let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
        let (path, text) = FILES[numbers.below(FILES.len())];
        let bytes = mutated(text, &mut numbers);
        repository.write_bytes(path, &bytes);
        let command = COMMANDS[usize::try_from(seed).unwrap() % COMMANDS.len()];
        let output = soon(nestling(repository.path()).args(command));
        let output = output
            .unwrap_or_else(|| panic!("{seed}: {command:?} does not end: {path} {}", bytes.escape_ascii()));
        let Some(code) = output.status.code().filter(|code| (0..6).contains(code)) else {
            panic!(
                "{seed}: {command:?} ended with {}: {path} {}\n{}",
                output.status,
                bytes.escape_ascii(),
                said(&output)
            );
        };
        assert!(!said(&output).contains("panicked"), "{seed}: {}", said(&output));
        codes[usize::try_from(code).unwrap()] += 1;
        repository.write(path, text);
    }
    println!("{count} mutated files, by exit code: {codes:?}");
    assert!(codes[0] > 0 && codes[1] > 0, "{codes:?}");
}
