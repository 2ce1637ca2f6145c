use super::InputValues;
use crate::testing::{node, shown};

fn interpolated(definitions: &str, given: &str, body: &str) -> (String, usize) {
    let definitions = node(definitions);
    let given = node(given);
    let values = InputValues::of(definitions.as_map().unwrap(), given.as_map());
    let mut body = node(body);
    let placed = values.put_into(&mut body);
    (shown(&body), placed.open.len())
}

#[test]
fn blocks_become_values_with_their_types() {
    let definitions = "{n: {type: number, default: 3}, l: {type: array, default: [a, [b], {k: v}]}, t: {type: boolean, default: 'true'}, s: {default: 1.0}}";
    for (body, wanted) in [
        ("{x: '$[[ inputs.n ]]'}", "{x: 3}"),
        ("{x: '$[[ inputs.l ]]'}", "{x: [a, [b], {k: v}]}"),
        ("{x: '$[[ inputs.l[1][0] ]]'}", "{x: b}"),
        ("{x: '$[[ inputs.l[2].k ]]'}", "{x: v}"),
        ("{x: '$[[ inputs.t ]]'}", "{x: true}"),
        ("{x: '$[[ inputs.s ]]'}", "{x: '1.0'}"),
        ("{x: 'a $[[ inputs.n ]] $[[ inputs.t ]]'}", "{x: 'a 3 true'}"),
        ("{'a$[[ inputs.n ]]': x}", "{a3: x}"),
        ("{x: '$[[ inputs.s | truncate(0, 1) ]]'}", "{x: '1'}"),
        ("{x: '$[[ matrix.A ]]'}", "{x: '$[[ matrix.A ]]'}"),
    ] {
        assert_eq!(interpolated(definitions, "{}", body), (shown(&node(wanted)), 0), "{body}");
    }
}

#[test]
fn values_that_are_given_replace_defaults() {
    let definitions = "{a: {default: x}, b: }";
    assert_eq!(
        interpolated(
            definitions,
            "{a: y, b: 'it is'}",
            "['$[[ inputs.a ]]', '$[[ inputs.b | posix_escape ]]']"
        )
        .0,
        shown(&node(r"[y, 'it\ is']"))
    );
}

#[test]
fn a_value_that_is_not_known_stays_open() {
    assert_eq!(
        interpolated(
            "{a: , b: {default: x}}",
            "{}",
            "['$[[ inputs.a ]]', '$[[ inputs.b ]]-$[[ inputs.a ]]']"
        )
        .1,
        2
    );
}

#[test]
fn the_first_rule_that_holds_gives_the_default() {
    let of = |default: &str| {
        format!(
            "{{a: {{default: {default}}}, f: {{type: boolean, default: true}}, b: {{rules: [{{if: \"$[[ inputs.a ]] == 'x' && $[[ inputs.f ]]\", default: 1}}, {{if: '$[[ inputs.f ]] == false', default: 2}}, {{default: 3}}]}}}}"
        )
    };
    assert_eq!(interpolated(&of("x"), "{}", "'$[[ inputs.b ]]'").0, shown(&node("'1'")));
    assert_eq!(interpolated(&of("y"), "{}", "'$[[ inputs.b ]]'").0, shown(&node("'3'")));
    assert_eq!(interpolated(&of("y"), "{f: false}", "'$[[ inputs.b ]]'").0, shown(&node("'2'")));
}

#[test]
fn values_that_fill_the_memory_are_cut_off() {
    let definitions = node(&format!("{{l: {{type: array, default: [{}]}}}}", ["x"; 1000].join(", ")));
    let values = InputValues::of(definitions.as_map().unwrap(), None);
    let mut few = node("['$[[ inputs.l ]]']");
    assert!(!values.put_into(&mut few).is_too_much());
    let mut many = node(&format!("[{}]", ["'$[[ inputs.l ]]'"; 2000].join(", ")));
    assert!(values.put_into(&mut many).is_too_much());
    assert!(many.weight() < 1_200_000);
}
