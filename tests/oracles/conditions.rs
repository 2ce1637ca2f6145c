//! Conditions as GitLab's own reader reads them, by a table of random ones: what it refuses, and what holds where `A` is `a`, `B`
//! is `b`, `C` is empty and nothing else is set.

use crate::support::read;
use nestling_gitlab::pipeline::expression::{Expression, Truth, Variable};
use serde_json::Value;

#[test]
fn random_conditions_hold_as_in_gitlab() {
    let table = read("tests/oracles/data/conditions.jsonl");
    let mut wrong = Vec::new();
    let mut refused = 0;
    let mut undecided = 0;
    for line in table.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let wanted = row["truth"].as_bool();
        refused += usize::from(wanted.is_none());
        match (truth(row["if"].as_str().unwrap()), wanted) {
            (None, None) | (Some(Truth::Yes), Some(true)) | (Some(Truth::No), Some(false)) => {}
            // Such as a regular expression that is matched against another.
            (Some(Truth::Maybe), Some(_)) => undecided += 1,
            (found, _) => wrong.push(format!("{line}: {found:?}")),
        }
    }
    assert!(refused > 500 && table.lines().count() - refused > 500, "{refused} are refused");
    assert!(undecided < 20, "{undecided} are not decided");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn truth(condition: &str) -> Option<Truth> {
    let values = |name: &str| match name {
        "A" => Variable::Set("a".to_owned()),
        "B" => Variable::Set("b".to_owned()),
        "C" => Variable::Set(String::new()),
        _ => Variable::Unset,
    };
    Some(Expression::parse(condition).ok()?.evaluate(&values))
}
