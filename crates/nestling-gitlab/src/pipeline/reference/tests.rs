use crate::diagnostic::Diagnostic;
use crate::pipeline::extends::{Missing, resolve_extends};
use crate::pipeline::reference::resolve_references;
use crate::testing::{fragment, messages, shown, shown_map};
use std::fmt::Write as _;

fn resolved(text: &str, missing: Missing) -> (String, Vec<Diagnostic>) {
    let mut fragment = fragment(text);
    let mut problems = resolve_extends(&mut fragment.jobs, missing);
    problems.extend(resolve_references(&mut fragment, missing));
    (shown_map(&fragment.jobs["j"].body), problems)
}

/// Each row: a file with the job `j`, and what GitLab makes of `j`.
const REFERENCES: &[(&str, &str)] = &[
    // A whole value, of any kind.
    ("{.a: {script: [x, y]}, j: {script: !reference [.a, script]}}", "{script: [x, y]}"),
    ("{.a: {image: {name: x}}, j: {image: !reference [.a, image, name]}}", "{image: x}"),
    ("{.a: {variables: {A: a}}, j: {variables: !reference [.a, variables]}}", "{variables: {A: a}}"),
    ("{.a: {variables: {A: a}}, j: {variables: {B: !reference [.a, variables, A]}}}", "{variables: {B: a}}"),
    ("{.a: {parallel: 3}, j: {parallel: !reference [.a, parallel]}}", "{parallel: 3}"),
    ("{.a: {when: ''}, j: {when: !reference [.a, when]}}", "{when: \"\"}"),
    ("{.a: {tags: []}, j: {tags: !reference [.a, tags]}}", "{tags: []}"),
    // An item of a script, wherever it is: its list is lifted into the script.
    ("{.a: {script: [x, y]}, j: {script: [a, !reference [.a, script], b]}}", "{script: [a, x, y, b]}"),
    ("{.a: {script: x}, j: {script: [a, !reference [.a, script]]}}", "{script: [a, x]}"),
    (
        "{.a: {script: [x]}, j: {before_script: [!reference [.a, script]], after_script: [!reference [.a, script], z]}}",
        "{before_script: [x], after_script: [x, z]}",
    ),
    (
        "{.a: {script: [x]}, j: {hooks: {pre_get_sources_script: [!reference [.a, script], y]}}}",
        "{hooks: {pre_get_sources_script: [x, y]}}",
    ),
    ("{j: {script: [a, [b, [c, [d]]], e]}}", "{script: [a, b, c, d, e]}"),
    // Rules.
    (
        "{.a: {rules: [{if: $A}, {if: $B}]}, j: {rules: [!reference [.a, rules], {when: never}]}}",
        "{rules: [{if: $A}, {if: $B}, {when: never}]}",
    ),
    (
        "{.a: {rules: [{if: $A}]}, j: {rules: [{if: !reference [.b]}, !reference [.a, rules]]}, .b: $X}",
        "{rules: [{if: $X}, {if: $A}]}",
    ),
    // Every list of needs, services and caches.
    ("{.a: {needs: [x]}, j: {needs: [!reference [.a, needs], y]}}", "{needs: [x, y]}"),
    ("{.a: {services: [x]}, j: {services: [!reference [.a, services], y]}}", "{services: [x, y]}"),
    (
        "{.a: {cache: [{key: x}]}, j: {cache: [!reference [.a, cache], {key: y}]}}",
        "{cache: [{key: x}, {key: y}]}",
    ),
    // Other lists stay as they are: GitLab refuses some of them and means others.
    ("{.a: {tags: [x]}, j: {tags: [!reference [.a, tags], y]}}", "{tags: [[x], y]}"),
    ("{j: {trigger: {inputs: {rules: [[1, 2], [3]]}}}}", "{trigger: {inputs: {rules: [[1, 2], [3]]}}}"),
    // References in what is referred to.
    (
        "{.a: {script: [x]}, .b: {script: [!reference [.a, script], y]}, j: {script: [!reference [.b, script], z]}}",
        "{script: [x, y, z]}",
    ),
    (
        "{.a: {script: [x]}, .b: {script: !reference [.a, script]}, j: {script: !reference [.b, script]}}",
        "{script: [x]}",
    ),
    (
        "{.a: {v: a}, .b: {variables: {A: !reference [.a, v]}}, j: {variables: !reference [.b, variables]}}",
        "{variables: {A: a}}",
    ),
    // After `extends`.
    ("{.a: {script: [x]}, .b: {extends: .a}, j: {script: !reference [.b, script]}}", "{script: [x]}"),
    ("{.a: {script: [!reference [.b, script]]}, .b: {script: [x]}, j: {extends: .a}}", "{script: [x]}"),
    // Snippets, visible jobs, and global keywords.
    ("{.list: [x, y], j: {script: [!reference [.list], z]}}", "{script: [x, y, z]}"),
    ("{.map: {deep: {er: x}}, j: {script: [!reference [.map, deep, er]]}}", "{script: [x]}"),
    ("{build: {script: [b]}, j: {script: [!reference [build, script]]}}", "{script: [b]}"),
    (
        "{default: {before_script: [d]}, j: {before_script: [!reference [default, before_script], x]}}",
        "{before_script: [d, x]}",
    ),
    ("{variables: {A: a}, j: {variables: {B: !reference [variables, A]}}}", "{variables: {B: a}}"),
];

#[test]
fn references_become_what_they_point_at() {
    for (text, want) in REFERENCES {
        let (body, problems) = resolved(text, Missing::Error);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        assert_eq!(body, *want, "{text}");
    }
}

#[test]
fn global_keywords_are_resolved_and_lifted_too() {
    let text = "{.s: [c], .r: {rules: [{if: $A}]}, stages: [a, [b], !reference [.s]], \
                workflow: {rules: [!reference [.r, rules], {when: always}]}, default: {before_script: [!reference [.s]]}}";
    let mut fragment = fragment(text);
    assert!(resolve_references(&mut fragment, Missing::Error).is_empty());
    let want =
        "{stages: [a, b, c], workflow: {rules: [{if: $A}, {when: always}]}, default: {before_script: [c]}}";
    assert_eq!(shown_map(&fragment.globals), want);
}

/// Missing, null and false are all one to GitLab, and it looks neither into lists nor through other references.
#[test]
fn a_reference_to_nothing_is_said_and_stays() {
    for (reference, files) in [
        ("[.x, script]", ""),
        ("[.a, scripts]", ".a: {script: [x]}, "),
        ("[.a, script]", ".a: {script: null}, "),
        ("[.a, allow_failure]", ".a: {allow_failure: false}, "),
        ("[.a, interruptible]", ".a: {interruptible: no}, "),
        ("[.a, script, x]", ".a: {script: [x]}, "),
        ("[.a, image, name]", ".a: {image: text}, "),
        ("[.a, image, name]", ".a: {image: !reference [.b, image]}, .b: {image: {name: x}}, "),
    ] {
        let (body, problems) =
            resolved(&format!("{{{files}j: {{script: !reference {reference}}}}}"), Missing::Error);
        assert_eq!(
            messages(&problems),
            [format!("reference-undefined: `!reference {reference}` is not defined")]
        );
        assert_eq!(body, format!("{{script: !reference {reference}}}"));
    }
}

#[test]
fn a_reference_that_is_no_list_of_names_is_refused() {
    for reference in ["!reference text", "!reference []", "!reference [a, [b]]", "!reference {a: b}"] {
        let (_, problems) = resolved(&format!("{{j: {{script: {reference}}}}}"), Missing::Error);
        let want = "reference-form: `!reference` must be a list of keys, such as `[.setup, script]`";
        assert_eq!(messages(&problems), [want], "{reference}");
    }
}

#[test]
fn circles_are_refused() {
    for (text, want) in [
        ("{j: {script: !reference [j, script]}}", "[j, script] -> [j, script]"),
        (
            "{j: {script: [!reference [.a, script]]}, .a: {script: [!reference [.b, script]]}, .b: {script: [!reference [.a, script]]}}",
            "[.a, script] -> [.b, script] -> [.a, script]",
        ),
    ] {
        let (_, problems) = resolved(text, Missing::Error);
        let found_messages = messages(&problems);
        assert!(found_messages[0].ends_with(&format!("circular `!reference`: {want}")), "{found_messages:?}");
    }
}

/// A script `j` whose list contains a reference to a list that contains a reference …, this many lists in all.
fn nested(lists: usize) -> String {
    let mut text = "{j: {script: [!reference [.l2, script]]}, ".to_owned();
    for level in 2..lists {
        let _ = write!(text, ".l{level}: {{script: [!reference [.l{}, script]]}}, ", level + 1);
    }
    text + &format!(".l{lists}: {{script: [end]}}}}")
}

#[test]
fn ten_lists_in_each_other_are_followed_and_eleven_are_refused() {
    for (lists, allowed) in [(2, true), (9, true), (10, true), (11, false), (20, false)] {
        let (body, problems) = resolved(&nested(lists), Missing::Error);
        let of_j = problems.iter().filter(|problem| problem.message.contains("10 levels")).count();
        assert_eq!(of_j == 0, allowed, "{lists}: {problems:?}");
        assert_eq!(body, "{script: [end]}");
    }
}

#[test]
fn a_chain_of_references_has_no_levels_and_yet_an_end() {
    for (links, allowed) in [(11, true), (100, true), (101, false)] {
        let mut text = "{j: {script: !reference [.l1, script]}, ".to_owned();
        for link in 1..links {
            let _ = write!(text, ".l{link}: {{script: !reference [.l{}, script]}}, ", link + 1);
        }
        let (body, problems) = resolved(&(text + &format!(".l{links}: {{script: [end]}}}}")), Missing::Error);
        assert_eq!(problems.is_empty() && body == "{script: [end]}", allowed, "{links}: {problems:?}");
    }
}

/// Each level is twice for the one below it.
#[test]
fn references_cannot_stand_for_more_than_memory_holds() {
    let mut text = "{.l0: {v: {a: x}}, ".to_owned();
    for level in 1..60 {
        let below = level - 1;
        let _ = write!(
            text,
            ".l{level}: {{v: {{a: !reference [.l{below}, v], b: !reference [.l{below}, v]}}}}, "
        );
    }
    let (_, problems) = resolved(&(text + "j: {variables: !reference [.l59, v]}}"), Missing::Error);
    assert_eq!(
        messages(&problems),
        ["reference-size: the references of this file expand to more than 1000000 nodes"]
    );
}

#[test]
fn what_includes_may_define_is_left_for_gitlab() {
    let (body, problems) =
        resolved("{.a: {image: x}, j: {script: [a, !reference [.remote, script]]}}", Missing::Keep);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(body, "{script: [a, !reference [.remote, script]]}");
    let (_, problems) = resolved("{.a: {image: x}, j: {script: !reference [.a, script]}}", Missing::Keep);
    assert_eq!(messages(&problems), ["reference-undefined: `!reference [.a, script]` is not defined"]);
}

#[test]
fn hidden_lists_themselves_keep_their_references() {
    let mut fragment = fragment("{.a: [!reference [.b]], .b: [x], j: {script: [!reference [.a]]}}");
    assert!(resolve_references(&mut fragment, Missing::Error).is_empty());
    assert_eq!(shown(&fragment.snippets[".a"]), "[!reference [.b]]");
    assert_eq!(shown_map(&fragment.jobs["j"].body), "{script: [x]}");
}
