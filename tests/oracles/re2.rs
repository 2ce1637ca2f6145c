//! Regular expressions as RE2 reads them, by a table of random ones: which RE2 refuses, and what it matches.

use crate::support::read;
use nestling_gitlab::pipeline::expression::{Expression, Truth, Variable};
use serde_json::Value;

#[test]
fn conditions_match_what_re2_matches() {
    let table = read("tests/oracles/data/re2.jsonl");
    let mut wrong = Vec::new();
    let mut refused = 0;
    for line in table.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let wanted = row["match"].as_bool();
        refused += usize::from(wanted.is_none());
        let found = matches(row["re"].as_str().unwrap(), row["text"].as_str().unwrap());
        if found != wanted {
            wrong.push(format!("{line}: {found:?}"));
        }
    }
    assert_eq!((table.lines().count(), refused), (4000, 2000));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns `true` if an expression matches a string; `None` if it is rejected.
fn matches(expression: &str, text: &str) -> Option<bool> {
    let condition = Expression::parse(&format!("$TEXT =~ /{expression}/")).ok()?;
    match condition.evaluate(&|_| Variable::Set(text.to_owned())) {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Maybe => panic!("{expression} on {text}"),
    }
}
