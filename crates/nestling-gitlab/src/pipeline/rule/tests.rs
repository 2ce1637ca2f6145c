use crate::pipeline::expression::{Truth, Variable};
use crate::pipeline::rule::rules;
use crate::testing::map;

/// `$A` is `a`, all others are unknown.
fn variable(name: &str) -> Variable {
    match name {
        "A" => Variable::Set("a".to_owned()),
        _ => Variable::Unknown,
    }
}

#[test]
fn a_rule_tells_what_it_says() {
    let job = map("{rules: [{if: $A, when: manual, allow_failure: yes}, {if: null, when: null}, text, [a]]}");
    let rules = rules(&job).unwrap();
    assert_eq!(rules.len(), 2);
    assert_eq!(rules[0].condition().and_then(|node| node.text()), Some("$A"));
    assert_eq!((rules[0].when(), rules[0].allow_failure()), (Some("manual"), Some(true)));
    assert!(rules[1].condition().is_none() && rules[1].when().is_none());
    assert_eq!(rules[0].condition_holds(&variable), Truth::Yes);
}
