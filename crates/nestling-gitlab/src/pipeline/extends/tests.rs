use crate::diagnostic::Diagnostic;
use crate::pipeline::extends::{LEVELS, Missing, resolve_extends};
use crate::testing::{fragment, messages, shown_map};
use std::fmt::Write as _;

fn resolved(text: &str, job: &str, missing: Missing) -> (String, Vec<Diagnostic>) {
    let mut fragment = fragment(text);
    let problems = resolve_extends(&mut fragment.jobs, missing);
    (shown_map(&fragment.jobs[job].body), problems)
}

/// Each row: the hidden jobs and the job `j`, and what GitLab makes of `j`.
const BODIES: &[(&str, &str)] = &[
    // Hashes merge deep, arrays and scalars are replaced, the own job is last.
    ("{.a: {script: [a], tags: [x]}, j: {extends: .a}}", "{script: [a], tags: [x]}"),
    ("{.a: {script: [a]}, j: {extends: .a, script: [j]}}", "{script: [j]}"),
    (
        "{.a: {variables: {A: a, B: b}}, j: {extends: .a, variables: {B: j, C: j}}}",
        "{variables: {A: a, B: j, C: j}}",
    ),
    ("{.a: {e: {f: {g: 1, h: 2}}}, j: {extends: .a, e: {f: {h: 3}}}}", "{e: {f: {g: 1, h: 3}}}"),
    ("{.a: {cache: {paths: [a, b]}}, j: {extends: .a, cache: {paths: [j]}}}", "{cache: {paths: [j]}}"),
    ("{.a: {cache: [{key: a}]}, j: {extends: .a, cache: {key: j}}}", "{cache: {key: j}}"),
    // Of several bases the later wins; the order of keys is that of the first that has them.
    (
        "{.a: {image: a, script: [a]}, .b: {image: b, tags: [b]}, j: {extends: [.a, .b]}}",
        "{image: b, script: [a], tags: [b]}",
    ),
    ("{.a: {image: a}, .b: {image: b}, j: {extends: [.b, .a]}}", "{image: a}"),
    (
        "{.a: {variables: {A: a, B: a}}, .b: {variables: {B: b}}, j: {extends: [.a, .b], variables: {C: j}}}",
        "{variables: {A: a, B: b, C: j}}",
    ),
    ("{.a: {image: a}, j: {extends: [.a, .a]}}", "{image: a}"),
    // A base that extends brings its own bases, below itself and above those named before it.
    ("{.a: {image: a, tags: [a]}, .b: {extends: .a, image: b}, j: {extends: .b}}", "{image: b, tags: [a]}"),
    ("{.a: {image: a}, .b: {extends: .a}, .c: {image: c}, j: {extends: [.c, .b]}}", "{image: a}"),
    (
        "{j: {extends: .b, script: [j]}, .b: {extends: .a, image: b}, .a: {image: a, services: [a]}}",
        "{image: b, services: [a], script: [j]}",
    ),
    // A visible job is a base too.
    ("{build: {script: [b], stage: x}, j: {extends: build, stage: y}}", "{script: [b], stage: y}"),
    // Null takes a key away, and another layer may bring it back; `{}` changes nothing.
    ("{.a: {script: [a], image: a}, j: {extends: .a, image: null}}", "{script: [a]}"),
    ("{.a: {image: a}, .b: {image: null}, j: {extends: [.a, .b]}}", "{}"),
    ("{.a: {image: null}, .b: {image: b}, j: {extends: [.a, .b]}}", "{image: b}"),
    (
        "{.a: {image: a}, .b: {extends: .a, image: null}, j: {extends: .b, image: {name: j}}}",
        "{image: {name: j}}",
    ),
    ("{.a: {variables: {A: a}}, j: {extends: .a, variables: null}}", "{}"),
    ("{.a: {variables: {A: a}}, j: {extends: .a, variables: {}}}", "{variables: {A: a}}"),
    ("{.a: {variables: {A: a}}, j: {extends: .a, variables: {A: null}}}", "{variables: {A: \"\"}}"),
    (
        "{.a: {artifacts: {paths: [a], expire_in: 1 day}}, j: {extends: .a, artifacts: {expire_in: null}}}",
        "{artifacts: {paths: [a]}}",
    ),
    // Keys of `default` are keys like others: anyone who has one inherits nothing for it.
    ("{.a: {before_script: [a], retry: 1}, j: {extends: .a, retry: 2}}", "{before_script: [a], retry: 2}"),
    (
        "{.a: {inherit: {default: false}}, j: {extends: .a, inherit: {variables: false}}}",
        "{inherit: {default: false, variables: false}}",
    ),
    // References are opaque until `extends` is done.
    (
        "{.a: {script: !reference [.x, script]}, .x: {script: [x]}, j: {extends: .a}}",
        "{script: !reference [.x, script]}",
    ),
    (
        "{.a: {variables: !reference [.x, v]}, .x: {v: {A: a}}, j: {extends: .a, variables: {B: b}}}",
        "{variables: {B: b}}",
    ),
    // No bases at all.
    ("{j: {extends: [], script: [j]}}", "{script: [j]}"),
    ("{j: {extends: null, script: [j]}}", "{script: [j]}"),
    ("{j: {script: [j], image: null}}", "{script: [j]}"),
];

#[test]
fn bodies_are_what_gitlab_makes_of_them() {
    for (text, want) in BODIES {
        let (body, problems) = resolved(text, "j", Missing::Error);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        assert_eq!(body, *want, "{text}");
    }
}

#[test]
fn mistakes_are_said() {
    for (text, want) in [
        ("{j: {extends: .x}}", &["extends-undefined: `j` extends `.x`, which is not defined"][..]),
        ("{.a: [1], j: {extends: .a}}", &["extends-undefined: `j` extends `.a`, which is not defined"]),
        (
            "{j: {extends: {a: b}}}",
            &["extends-undefined: `extends` of `j` must be a job name or a list of them, found a mapping"],
        ),
        (
            "{j: {extends: [[.a]]}}",
            &["extends-undefined: `extends` of `j` must be a job name or a list of them, found a list"],
        ),
        ("{j: {extends: j}}", &["extends-cycle: circular `extends`: j -> j"]),
        ("{j: {extends: .a}, .a: {extends: j}}", &["extends-cycle: circular `extends`: j -> .a -> j"]),
        (
            "{j: {extends: .a}, .a: {extends: .b}, .b: {extends: .c}, .c: {extends: .a}}",
            &["extends-cycle: circular `extends`: .a -> .b -> .c -> .a"],
        ),
        // Two ways to one base are no circle.
        ("{j: {extends: [.a, .b]}, .a: {extends: .c}, .b: {extends: .c}, .c: {script: c}}", &[]),
    ] {
        let (_, problems) = resolved(text, "j", Missing::Error);
        assert_eq!(messages(&problems), want, "{text}");
    }
}

#[test]
fn eleven_levels_are_followed_and_twelve_are_refused() {
    for (levels, allowed) in [(1, true), (10, true), (11, true), (12, false), (13, false)] {
        // The order in which they are written must not matter.
        for downwards in [true, false] {
            let mut links: Vec<String> = (1..=levels)
                .map(|level| format!("l{level}: {{extends: l{}, k{level}: {level}}}", level - 1))
                .chain(["l0: {script: base}".to_owned()])
                .collect();
            if downwards {
                links.reverse();
            }
            let (body, problems) =
                resolved(&format!("{{{}}}", links.join(", ")), &format!("l{levels}"), Missing::Error);
            assert_eq!(problems.is_empty(), allowed, "{levels}: {problems:?}");
            if allowed {
                assert!(body.starts_with("{script: base") && body.contains("k1: 1"), "{body}");
            } else {
                let want = format!("extends-depth: `l12` has more than {LEVELS} levels of `extends`");
                assert_eq!(messages(&problems), [want]);
            }
        }
    }
}

#[test]
fn the_deepest_of_several_bases_counts() {
    let mut text = "{l0: {script: base}, ".to_owned();
    for level in 1..=11 {
        let _ = write!(text, "l{level}: {{extends: l{}}}, ", level - 1);
    }
    let (_, problems) = resolved(&(text + "j: {extends: [l0, l11]}}"), "j", Missing::Error);
    assert_eq!(messages(&problems), ["extends-depth: `j` has more than 11 levels of `extends`"]);
}

#[test]
fn bases_of_includes_are_left_for_gitlab_where_they_come_first() {
    for (text, want, expected) in [
        ("{j: {extends: .remote, image: null}}", "{extends: [.remote], image: null}", &[][..]),
        (
            "{.a: {image: a}, j: {extends: [.remote, .a], script: [j]}}",
            "{extends: [.remote], image: a, script: [j]}",
            &[],
        ),
        ("{.a: {extends: .remote, image: a}, j: {extends: .a}}", "{extends: [.remote], image: a}", &[]),
        (
            "{.a: {image: a}, j: {extends: [.a, .remote]}}",
            "{image: a}",
            &["extends-order: `j` extends `.remote`, which only GitLab can read, after a job of this file"],
        ),
        (
            "{.a: {image: a}, .b: {extends: .remote}, j: {extends: [.a, .b]}}",
            "{image: a}",
            &["extends-order: `j` extends `.remote`, which only GitLab can read, after a job of this file"],
        ),
    ] {
        let (body, problems) = resolved(text, "j", Missing::Keep);
        assert_eq!(messages(&problems), expected, "{text}");
        assert_eq!(body, want, "{text}");
    }
}
