use crate::pipeline::expression::{Truth, Variable};
use crate::pipeline::rule::{Presence, Rule, deciding, presence, rules};
use crate::testing::map;

/// `$A` is `a`, `$N` is not there, all others are unknown.
fn variable(name: &str) -> Variable {
    match name {
        "A" => Variable::Set("a".to_owned()),
        "N" => Variable::Unset,
        _ => Variable::Unknown,
    }
}

#[test]
fn the_first_rule_that_applies_decides() {
    use Presence::{Always, Never, Sometimes};
    for (job, want) in [
        ("{script: x}", Always),
        ("{rules: [{if: $A}]}", Always),
        ("{rules: [{if: $N}]}", Never),
        ("{rules: [{if: $U}]}", Sometimes),
        ("{rules: [{if: $N}, {if: $A}]}", Always),
        ("{rules: [{when: always}]}", Always),
        ("{rules: [{when: never}]}", Never),
        ("{rules: [{if: $A, when: never}, {when: always}]}", Never),
        ("{rules: [{if: $N, when: never}, {when: always}]}", Always),
        ("{rules: [{if: $U, when: never}, {when: always}]}", Sometimes),
        ("{rules: [{if: $U, when: never}, {if: $N}]}", Never),
        ("{rules: [{if: $U}, {when: on_success}]}", Always),
        ("{rules: [{if: $U, when: manual}, {if: $A, when: delayed, start_in: 1 day}]}", Always),
        ("{rules: [{changes: [a]}]}", Sometimes),
        ("{rules: [{exists: [a]}]}", Sometimes),
        ("{rules: [{if: $A, changes: [a]}]}", Sometimes),
        ("{rules: [{if: $N, changes: [a]}]}", Never),
        ("{rules: [{changes: null, if: $A}]}", Always),
        ("{rules: [{if: null}]}", Always),
        ("{rules: [{allow_failure: true}]}", Always),
        ("{rules: []}", Never),
        ("{rules: null}", Always),
        // The job's own `when` stands where a rule has none.
        ("{when: manual, rules: [{if: $A}]}", Always),
        ("{when: never, rules: [{if: $A}]}", Never),
        ("{when: never, rules: [{if: $A, when: always}]}", Always),
        ("{when: never}", Never),
        ("{when: manual}", Always),
        // A condition that GitLab cannot read is false.
        ("{rules: [{if: '$A == '}]}", Never),
        ("{rules: [{if: '${A}'}, {when: always}]}", Always),
        // `only` and `except` are not evaluated.
        ("{only: [main]}", Sometimes),
        ("{except: [tags]}", Sometimes),
    ] {
        assert_eq!(presence(&map(job), &variable), want, "{job}");
    }
}

#[test]
fn the_rules_that_can_decide_end_with_the_first_sure_one() {
    let job = map("{rules: [{if: $N}, {if: $U, when: manual}, {if: $A, when: always}, {when: never}]}");
    let rules = rules(&job).unwrap();
    let (possible, none) = deciding(&rules, &variable);
    let whens: Vec<_> = possible.iter().map(Rule::when).collect();
    assert_eq!((whens, none), (vec![Some("manual"), Some("always")], false));
    let (possible, none) = deciding(&rules[..2], &variable);
    assert_eq!((possible.len(), none), (1, true));
    assert!(deciding(&[], &variable).1);
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
