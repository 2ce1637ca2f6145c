//! The judge in Ruby, asked about many files at once.

use crate::support::root;
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Returns what the judge says of each case: `{"yaml": …, "context": …}`.
pub(crate) fn judge(mut ruby: Command, cases: &[Value]) -> Vec<Value> {
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let mut child = ruby
        .args(["-W0", "-EUTF-8"])
        .arg(root().join("tests/oracles/presence_judge.rb"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let verdicts: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(verdicts.len(), cases.len());
    verdicts
}
