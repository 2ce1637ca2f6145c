use super::*;

/// Makes the edits of the first correction whose title begins so.
fn fixed(text: &str, title: &str, problems: &[Diagnostic]) -> Option<String> {
    let outline = Outline::of(text);
    let kind = FileKind::Nestling;
    let fixes = problems.iter().filter_map(|problem| {
        let origin = problem.origin()?;
        let finding = Finding { problem, origin, outline: &outline, kind: &kind, path: "nestling.yml" };
        let fixes = proposals(finding).into_iter().flat_map(|proposal| proposal.alternatives);
        fixes.into_iter().find(|fix| fix.title.starts_with(title))
    });
    fixes.map(|fix| fix.applied(text)).next()
}

#[test]
fn a_finding_has_the_corrections_that_its_help_names() {
    for (text, title, want) in [
        ("build: { scirpt: make }\n", "Replace", Some("build: { script: make }\n")),
        ("build:\n  \"scirpt\": make\n", "Replace", Some("build:\n  \"script\": make\n")),
        ("a: { script: x }\nb: { script: x, needs: [aa-b, c] }\naab: { script: x }\n", "Replace", None),
        ("12:\n  script: make\n", "Quote", Some("\"12\":\n  script: make\n")),
        (
            "a: { script: x, rules: [{ if: $A }] }\nb: { script: x, needs: [a] }\n",
            "Make",
            Some(
                "a: { script: x, rules: [{ if: $A }] }\nb: { script: x, needs: [{ job: a, optional: true }] }\n",
            ),
        ),
        (
            "a: { script: x, rules: [{ if: $A }] }\nb:\n  script: x\n  needs:\n    - job: a\n",
            "Make",
            Some(
                "a: { script: x, rules: [{ if: $A }] }\nb:\n  script: x\n  needs:\n    - job: a\n      optional: true\n",
            ),
        ),
        (
            "a:\n  script: x\n  only: [web]\n",
            "Allow `pipeline-empty` at",
            Some("a: # nestling: allow(pipeline-empty)\n  script: x\n  only: [web]\n"),
        ),
        (
            "a: # why\n  script: x\n  only: [web]\n",
            "Allow `pipeline-empty` at",
            Some("# nestling: allow(pipeline-empty)\na: # why\n  script: x\n  only: [web]\n"),
        ),
    ] {
        let problems = nestling_gitlab::lint(text);
        let found = fixed(text, title, &problems);
        if let Some(want) = want {
            assert_eq!(found.as_deref(), Some(want), "{problems:?}");
        }
    }
}

#[test]
fn a_stop_block_is_added_to_deploys_that_have_none() {
    for (text, want) in [
        (
            "deploy:\n  script: x\n  environment: [review]\ntest: {}\n",
            Some(
                "deploy:\n  script: x\n  environment: [review]\n  stop: { script: echo stops it }\ntest: {}\n",
            ),
        ),
        (
            "deploy: { script: x, environment: [review] }\n",
            Some("deploy: { script: x, environment: [review], stop: { script: echo stops it } }\n"),
        ),
        ("deploy: { script: x, environment: { name: a, action: verify } }\n", None),
        ("deploy: { script: x }\n", None),
    ] {
        let outline = Outline::of(text);
        let fixes = at_place(&outline, &FileKind::Nestling, 2);
        assert_eq!(fixes.first().map(|fix| fix.applied(text)).as_deref(), want, "{text}");
    }
}

#[test]
fn entries_are_removed_with_their_line_or_comma() {
    for (text, step, want) in [
        ("a:\n  b: 1\n  c: 2\n", "b", "a:\n  c: 2\n"),
        ("a: { b: 1, c: 2 }\n", "b", "a: { c: 2 }\n"),
        ("a: { b: 1, c: 2 }\n", "c", "a: { b: 1 }\n"),
        ("a: { b: [1, 2] }\n", "b", "a: {  }\n"),
        ("a: { b: \"x\", c: y }\n", "b", "a: { c: y }\n"),
    ] {
        let outline = Outline::of(text);
        let index = (0..outline.entries.len()).find(|index| outline.step(*index) == step).unwrap();
        let edit = crate::edit::remove(&outline, index).unwrap();
        let fix = Fix { title: String::new(), edits: vec![edit], is_preferred: false };
        assert_eq!(fix.applied(text), want, "{text}");
    }
}
