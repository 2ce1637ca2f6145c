use crate::pipeline::merge::{deep_merge, merge_fragments, without_nulls};
use crate::testing::{fragment, map, shown, shown_map};

#[test]
fn mappings_merge_and_everything_else_is_replaced() {
    for (base, over, want) in [
        ("{a: 1}", "{b: 2}", "{a: 1, b: 2}"),
        ("{a: 1, b: 2}", "{a: 3}", "{a: 3, b: 2}"),
        ("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", "{a: {b: 1, c: 3, d: 4}}"),
        ("{a: {b: {c: 1, d: 2}}}", "{a: {b: {c: 3}}}", "{a: {b: {c: 3, d: 2}}}"),
        ("{a: {b: 1}}", "{a: {}}", "{a: {b: 1}}"),
        ("{a: {b: 1}}", "{a: null}", "{a: null}"),
        ("{a: {b: 1}}", "{a: []}", "{a: []}"),
        ("{a: {b: 1}}", "{a: text}", "{a: text}"),
        ("{a: [1, 2]}", "{a: [3]}", "{a: [3]}"),
        ("{a: [{b: 1}]}", "{a: [{c: 1}]}", "{a: [{c: 1}]}"),
        ("{a: text}", "{a: {b: 1}}", "{a: {b: 1}}"),
        ("{a: null}", "{a: {b: 1}}", "{a: {b: 1}}"),
        ("{a: !reference [x, y]}", "{a: {b: 1}}", "{a: {b: 1}}"),
        ("{a: {b: 1}}", "{a: !reference [x, y]}", "{a: !reference [x, y]}"),
        ("{}", "{a: null}", "{a: null}"),
        ("{c: 1, a: 2}", "{a: 3, c: 4, b: 5}", "{c: 4, a: 3, b: 5}"),
    ] {
        assert_eq!(shown_map(&deep_merge(&map(base), &map(over))), want, "{base} under {over}");
    }
}

#[test]
fn nulls_are_taken_out_and_variables_become_empty() {
    for (text, want) in [
        ("{image: null, stage: 1}", "{stage: 1}"),
        ("{image: ~, stage: ''}", "{stage: \"\"}"),
        // GitLab refuses an unknown key, whatever its value is.
        ("{a: null, image: {name: b, ports: ~}}", "{a: null, image: {name: b, ports: null}}"),
        ("{trigger: a, image: ~, stage: ~}", "{trigger: a, image: null}"),
        ("{a: 'null'}", "{a: \"null\"}"),
        ("{artifacts: {expire_in: null, paths: [a]}}", "{artifacts: {paths: [a]}}"),
        ("{variables: {A: null, B: b}}", "{variables: {A: \"\", B: b}}"),
        ("{variables: null}", "{}"),
        ("{trigger: {inputs: {a: null}}}", "{trigger: {inputs: {a: null}}}"),
        ("{parallel: {matrix: [{A: null}]}}", "{parallel: {matrix: [{A: null}]}}"),
    ] {
        let mut map = map(text);
        without_nulls(&mut map);
        assert_eq!(shown_map(&map), want, "{text}");
    }
}

/// Each file of `include` is laid over those before it, and the including file over all.
#[test]
fn files_merge_as_gitlab_merges_includes() {
    let merged = merge_fragments(vec![
        fragment(
            "{stages: [a], default: {image: one, tags: [x]}, build: {stage: a, script: [one], variables: {A: 1, B: 2}}, .text: x}",
        ),
        fragment(
            "{stages: [b], default: {image: two}, build: {script: [two], variables: {B: 3}}, test: {script: t}}",
        ),
        fragment("{.text: {script: hidden}, .list: [1], build: {variables: null}}"),
        fragment("{.list: {script: now a job}, test: {script: null}}"),
    ]);
    assert_eq!(shown_map(&merged.globals), "{stages: [b], default: {image: two, tags: [x]}}");
    let jobs: Vec<String> =
        merged.jobs.iter().map(|(name, job)| format!("{name}: {}", shown_map(&job.body))).collect();
    let want = [
        "build: {stage: a, script: [two], variables: null}",
        "test: {script: null}",
        ".text: {script: hidden}",
        ".list: {script: now a job}",
    ];
    assert_eq!(jobs, want);
    assert!(merged.snippets.is_empty());
}

#[test]
fn a_snippet_takes_the_place_of_a_job_of_its_name() {
    let merged = merge_fragments(vec![fragment("{.a: {script: b}}"), fragment("{.a: [1, 2]}")]);
    assert!(merged.jobs.is_empty());
    assert_eq!(shown(&merged.snippets[".a"]), "[1, 2]");
}
