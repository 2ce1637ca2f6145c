//! Guards beside the conditions that they come from, and beside each other.

use super::{Changed, Implication, Moment, Reference, State, Tree, implies, presence_of};
use crate::pipeline::expression::{Expression, Truth, Variable};
use crate::pipeline::guard::{Atom, Operand};
use crate::pipeline::known::KnownVariables;
use crate::testing::map;
use nestling_files::path::RepoPath;

#[test]
fn the_first_rule_that_applies_decides() {
    use State::{In, Maybe, Out};
    let moment = Moment {
        variables: &KnownVariables::default(),
        reference: Reference::MergeRequest,
        source: Some("parent_pipeline"),
        tree: Tree::Unknown,
        changed: Changed::Unknown,
        compared: &|_| Changed::Unknown,
        workflow_rules: true,
    };
    for (job, want) in [
        ("{script: x}", In),
        ("{rules: [{if: $A}]}", In),
        ("{rules: [{if: $N}]}", Out),
        ("{rules: [{if: $U}]}", Maybe),
        ("{rules: [{if: $N}, {if: $A}]}", In),
        ("{rules: [{when: always}]}", In),
        ("{rules: [{when: never}]}", Out),
        ("{rules: [{if: $A, when: never}, {when: always}]}", Out),
        ("{rules: [{if: $N, when: never}, {when: always}]}", In),
        ("{rules: [{if: $U, when: never}, {when: always}]}", Maybe),
        ("{rules: [{if: $U, when: never}, {if: $N}]}", Out),
        ("{rules: [{if: $U}, {when: on_success}]}", In),
        ("{rules: [{if: $U, when: manual}, {if: $A, when: delayed, start_in: 1 day}]}", In),
        ("{rules: [{changes: [a]}]}", Maybe),
        ("{rules: [{exists: [a]}]}", Maybe),
        ("{rules: [{if: $A, changes: [a]}]}", Maybe),
        ("{rules: [{if: $N, changes: [a]}]}", Out),
        ("{rules: [{changes: null, if: $A}]}", In),
        ("{rules: [{if: null}]}", In),
        ("{rules: [{allow_failure: true}]}", In),
        ("{rules: []}", Out),
        ("{rules: null}", In),
        // The job's own `when` applies where a rule has none.
        ("{when: manual, rules: [{if: $A}]}", In),
        ("{when: never, rules: [{if: $A}]}", Out),
        ("{when: never, rules: [{if: $A, when: always}]}", In),
        ("{when: never}", Out),
        ("{when: manual}", In),
        // A condition that GitLab cannot read is false.
        ("{rules: [{if: '$A == '}]}", Out),
        ("{rules: [{if: '${A}'}, {when: always}]}", In),
        // No name of a branch or a tag matches a merge request.
        ("{only: [main]}", Out),
        ("{only: [branches, tags]}", Out),
        ("{only: [parent_pipelines]}", In),
        ("{only: { refs: [parent_pipelines], variables: [$U] }}", Maybe),
        ("{except: [tags]}", In),
        ("{except: { variables: [$U] }}", Maybe),
    ] {
        let mut body = map(job);
        // `$A` is `a`, `$N` is empty, all others are not known.
        body.set("variables", map("{v: {A: a, N: ''}}").get("v").unwrap().clone());
        assert_eq!(presence_of("job", &body, &[], &moment).state(), want, "{job}");
    }
}

/// GitLab compares with the source's name and with its plural (`pushes`), which is Rails'.
#[test]
fn only_and_except_name_the_source_in_the_singular_or_the_plural() {
    for (name, source) in [
        ("push", Some("push")),
        ("pushes", Some("push")),
        ("webs", Some("web")),
        ("merge_requests", Some("merge_request")),
        ("parent_pipeline", Some("parent_pipeline")),
        ("pushs", None),
        ("branches", None),
        ("main", None),
    ] {
        assert_eq!(super::source_of_reference(name), source, "{name}");
        let moment = Moment {
            variables: &KnownVariables::default(),
            reference: Reference::Branch(Some("main")),
            source: Some(source.unwrap_or("other")),
            tree: Tree::Unknown,
            changed: Changed::Unknown,
            compared: &|_| Changed::Unknown,
            workflow_rules: true,
        };
        let is_in = source.is_some() || ["branches", "main"].contains(&name);
        let state = if is_in { State::In } else { State::Out };
        assert_eq!(
            presence_of("job", &map(&format!("{{only: [{name}]}}")), &[], &moment).state(),
            state,
            "{name}"
        );
    }
}

/// Says of two conditions whether the second follows from the first.
fn follows(premise: &str, conclusion: &str) -> String {
    let unknown = |_: &str| Variable::Unknown;
    let guard = |text: &str| Expression::parse(text).unwrap().guard(&unknown);
    let (premise, conclusion) = (guard(premise), guard(conclusion));
    let implication = implies(&premise, &conclusion);
    assert_eq!(super::follows(&premise, &conclusion), implication == Implication::Follows);
    match implication {
        Implication::Follows => "follows".to_owned(),
        Implication::Fails(counterexample) => counterexample.to_string(),
        Implication::Undecided => "undecided".to_owned(),
    }
}

#[test]
fn a_guard_follows_from_another_where_no_value_says_otherwise() {
    let many = (0..12).map(|n| format!("$V{n} == \"x\"")).collect::<Vec<_>>().join(" || ");
    for (premise, conclusion, wanted) in [
        ("$A", "$A", "follows"),
        // An empty string counts for `&&`, and does not hold alone.
        ("$A && $B", "$A", "`$A` is empty and `$B` has a value"),
        ("$A == \"1\" && $B == \"2\"", "$A == \"1\"", "follows"),
        ("$A == \"yes\"", "$A", "follows"),
        ("$A == \"yes\"", "$A != \"no\"", "follows"),
        ("$A == \"yes\"", "$A =~ /^y/", "follows"),
        ("$A == \"yes\"", "$A == \"no\"", "`$A` is `yes`"),
        ("$A", "$A == \"yes\"", "`$A` is set to something other than `yes`"),
        ("$A != \"yes\"", "$A", "`$A` is not set"),
        ("$A == \"\"", "$A", "`$A` is empty"),
        ("$A == null", "$A != \"x\"", "follows"),
        ("$A && $A !~ /xy/", "$A =~ /xy/", "`$A` is empty"),
        ("$A != null && $A != \"\" && $A !~ /xy/", "$A =~ /xy/", "`$A` is `x`"),
        ("$A =~ /^release-/", "$A =~ /^release-\\d+$/", "`$A` is `release-`"),
        ("$A =~ /^release-1/", "$A =~ /^v/", "`$A` is `release-1`"),
        ("$A && $B", "$B && $A", "`$A` is empty and `$B` has a value"),
        ("$A == \"1\" && $B", "$B && $A == \"1\"", "follows"),
        ("$A", "$A || $B", "follows"),
        ("$A == $B", "$B == $A", "follows"),
        ("!$A", "$A == null", "`$A` is empty"),
        (&many, "$OTHER", "undecided"),
        (&format!("$OTHER == \"1\" && ({many})"), "$OTHER == \"1\"", "follows"),
    ] {
        assert_eq!(follows(premise, conclusion), wanted, "{premise} -> {conclusion}");
    }
}

/// Enumerates small worlds: what a guard says for values is what the condition says for them.
#[test]
fn a_guard_holds_exactly_where_its_condition_does() {
    let values = [None, Some(""), Some(" "), Some("yes"), Some("no"), Some("/y/")];
    for text in [
        "$A && $B",
        "$A || $B",
        "!$A || $B == \"yes\"",
        "($A || $B) && $A != $B",
        "$A =~ /^y/ || $B !~ /o$/",
        "$A == null && $B",
        "($A && $B) == \"yes\"",
        "$A == true || !($B || $A)",
        "$A =~ $B",
    ] {
        let expression = Expression::parse(text).unwrap();
        for a in values {
            for b in values {
                let variable =
                    |value: Option<&str>| value.map_or(Variable::Unset, |v| Variable::Set(v.to_owned()));
                let both = |name: &str| variable(if name == "A" { a } else { b });
                let whole = expression.evaluate(&both) == Truth::Yes;
                // First `$A` alone is known, then both.
                let half = |name: &str| if name == "A" { variable(a) } else { Variable::Unknown };
                let guard = expression.guard(&half);
                let holds = guard.holds(&|atom| atom_holds(atom, &both));
                assert_eq!(holds, whole, "{text} with {a:?} and {b:?}: {guard}");
            }
        }
    }
}

fn atom_holds(atom: &Atom, variables: &dyn Fn(&str) -> Variable) -> bool {
    let value = |name: &str| match variables(name) {
        Variable::Set(value) => Some(value),
        _ => None,
    };
    let side = |operand: &Operand| match operand {
        Operand::Variable(name) => format!("${name}"),
        Operand::Text(text) => format!("\"{text}\""),
        Operand::Pattern(pattern) => pattern.written.clone(),
        Operand::Null => "null".to_owned(),
        Operand::Bool(value) => value.to_string(),
    };
    let condition = match atom {
        Atom::IsSet(name) => return value(name).is_some(),
        Atom::IsPresent(name) => return value(name).is_some_and(|value| !value.trim().is_empty()),
        Atom::Equals(left, right) => format!("{} == {}", side(left), side(right)),
        Atom::Matches(left, right) => format!("{} =~ {}", side(left), side(right)),
        Atom::Expression(text) => text.clone(),
        Atom::Changes(_) | Atom::Exists(_) | Atom::Reference(_) => unreachable!("{atom:?}"),
    };
    Expression::parse(&condition).unwrap().evaluate(variables) == Truth::Yes
}

/// GitLab stops comparing at 50,000 comparisons, and takes `exists` to hold.
#[test]
fn exists_holds_where_there_are_too_many_comparisons() {
    let files: Vec<RepoPath> = (0..25_001).map(|n| RepoPath::from_git(format!("f{n}").as_bytes())).collect();
    for (body, want) in [
        ("{rules: [{exists: ['*.rs']}]}", State::Out),
        ("{rules: [{exists: ['*.rs', '*.go']}]}", State::In),
        ("{rules: [{exists: ['a.rs', 'b.go']}]}", State::Out),
        ("{rules: [{exists: ['f7']}]}", State::In),
        ("{rules: [{exists: ['$UNKNOWN/*.rs']}]}", State::Maybe),
    ] {
        let moment = Moment {
            variables: &KnownVariables::default(),
            reference: Reference::MergeRequest,
            source: Some("parent_pipeline"),
            tree: Tree::Files(&files),
            changed: Changed::Unknown,
            compared: &|_| Changed::Unknown,
            workflow_rules: true,
        };
        assert_eq!(presence_of("job", &map(body), &[], &moment).state(), want, "{body}");
    }
}
