use crate::pipeline::defaults::Defaults;
use crate::testing::{map, messages, shown_map};

fn folded(globals: &str, job: &str) -> String {
    let (defaults, problems) = Defaults::from_globals(&map(globals));
    assert!(problems.is_empty(), "{globals}: {problems:?}");
    let mut body = map(job);
    let problems = defaults.fold_into(&mut body);
    assert!(problems.is_empty(), "{job}: {problems:?}");
    shown_map(&body)
}

/// Each row: the global keywords, a job, and the job that says the same without them.
#[test]
fn jobs_take_what_they_do_not_say_themselves() {
    for (globals, job, want) in [
        ("{}", "{script: x}", "{script: x}"),
        ("{default: {image: d}}", "{script: x}", "{script: x, image: d}"),
        // Whole or not at all: nothing is merged.
        ("{default: {image: {name: d, pull_policy: always}}}", "{image: {name: j}}", "{image: {name: j}}"),
        (
            "{default: {cache: {key: d}, tags: [d]}}",
            "{cache: {paths: [j]}, tags: []}",
            "{cache: {paths: [j]}, tags: []}",
        ),
        ("{default: {before_script: [d]}}", "{before_script: []}", "{before_script: []}"),
        ("{default: {image: d}}", "{image: null, script: x}", "{script: x, image: d}"),
        // All keys that `default` has.
        (
            "{default: {after_script: [a], artifacts: {paths: [b]}, before_script: [c], cache: {key: d}, hooks: {pre_get_sources_script: [e]}, id_tokens: {T: {aud: f}}, identity: google_cloud, image: g, interruptible: true, retry: 1, services: [h], tags: [i]}}",
            "{}",
            "{after_script: [a], artifacts: {paths: [b]}, before_script: [c], cache: {key: d}, hooks: {pre_get_sources_script: [e]}, id_tokens: {T: {aud: f}}, identity: google_cloud, image: g, interruptible: true, retry: 1, services: [h], tags: [i]}",
        ),
        // The old forms.
        (
            "{image: d, services: [s], cache: {key: k}, before_script: [b], after_script: [a]}",
            "{}",
            "{image: d, services: [s], cache: {key: k}, before_script: [b], after_script: [a]}",
        ),
        ("{default: {image: d}, services: [s]}", "{}", "{image: d, services: [s]}"),
        ("{default: {image: null}, image: d}", "{}", "{image: d}"),
        ("{default: {image: d}, image: null}", "{}", "{image: d}"),
        ("{default: null, variables: null}", "{}", "{}"),
        // Variables one by one, the job's over the file's.
        ("{variables: {A: g, B: g}}", "{variables: {B: j, C: j}}", "{variables: {A: g, B: j, C: j}}"),
        ("{variables: {A: g}}", "{variables: null}", "{variables: {A: g}}"),
        ("{variables: {A: null}}", "{}", "{variables: {A: \"\"}}"),
        ("{variables: {A: {value: g, description: words}}}", "{}", "{variables: {A: g}}"),
        ("{variables: {A: {value: g, options: [g, h]}}}", "{}", "{variables: {A: g}}"),
        ("{variables: {A: {value: g, expand: false}}}", "{}", "{variables: {A: {value: g, expand: false}}}"),
        ("{variables: {A: {description: words}}}", "{}", "{variables: {A: \"\"}}"),
        ("{variables: {A: g}}", "{variables: text}", "{variables: text}"),
    ] {
        assert_eq!(folded(globals, job), want, "{globals} over {job}");
    }
}

#[test]
fn inherit_says_what_is_taken() {
    const GLOBALS: &str = "{default: {image: d, tags: [d], interruptible: true}, variables: {A: a, B: b}}";
    for (job, want) in [
        ("{inherit: {}}", "{image: d, tags: [d], interruptible: true, variables: {A: a, B: b}}"),
        ("{inherit: null}", "{image: d, tags: [d], interruptible: true, variables: {A: a, B: b}}"),
        (
            "{inherit: {default: true, variables: true}}",
            "{image: d, tags: [d], interruptible: true, variables: {A: a, B: b}}",
        ),
        ("{inherit: {default: null}}", "{image: d, tags: [d], interruptible: true, variables: {A: a, B: b}}"),
        ("{inherit: {default: false}}", "{variables: {A: a, B: b}}"),
        ("{inherit: {variables: false}}", "{image: d, tags: [d], interruptible: true}"),
        ("{inherit: {default: no, variables: no}}", "{}"),
        ("{inherit: {default: [image]}}", "{image: d, variables: {A: a, B: b}}"),
        ("{inherit: {default: [tags, retry]}}", "{tags: [d], variables: {A: a, B: b}}"),
        ("{inherit: {default: [], variables: [B]}}", "{variables: {B: b}}"),
        ("{inherit: {default: false, variables: [C]}}", "{}"),
        (
            "{inherit: {default: false, variables: false}, image: j, variables: {A: j}}",
            "{image: j, variables: {A: j}}",
        ),
        // A trigger job runs no script: variables and `interruptible`.
        ("{trigger: x}", "{trigger: x, interruptible: true, variables: {A: a, B: b}}"),
        ("{trigger: x, inherit: {default: [image]}}", "{trigger: x, variables: {A: a, B: b}}"),
        ("{trigger: x, inherit: {variables: false}}", "{trigger: x, interruptible: true}"),
    ] {
        assert_eq!(folded(GLOBALS, job), want, "{job}");
    }
}

#[test]
fn mistakes_in_global_keywords_are_said() {
    for (globals, want) in [
        ("{default: {timeout: 1 day}}", &["default-timeout: `default:timeout` has no effect in GitLab"][..]),
        ("{default: {imgae: x}}", &["default-key: unknown keyword `imgae` in `default`"]),
        ("{default: {script: [x]}}", &["default-key: `script` cannot be in `default`"]),
        ("{default: {brand_new: x}}", &["default-key: unknown keyword `brand_new` in `default`"]),
        (
            "{default: {image: x}, image: y}",
            &["default-twice: `image` is set both at the top level and in `default`"],
        ),
        ("{default: [image]}", &["global-map: `default` must be a mapping, found a list"]),
        ("{variables: [A, B]}", &["global-map: `variables` must be a mapping, found a list"]),
        ("{stages: [a], workflow: {name: x}}", &[]),
    ] {
        assert_eq!(messages(&Defaults::from_globals(&map(globals)).1), want, "{globals}");
    }
}

#[test]
fn a_key_that_may_be_newer_than_this_program_is_passed_on() {
    let (defaults, _) = Defaults::from_globals(&map("{default: {brand_new: x}}"));
    let mut body = map("{script: y}");
    defaults.fold_into(&mut body);
    assert_eq!(shown_map(&body), "{script: y, brand_new: x}");
}

#[test]
fn an_inherit_that_gitlab_cannot_read_is_said() {
    for (inherit, want) in [
        ("false", "inherit: `inherit` must be a mapping, found a boolean"),
        ("{defaults: false}", "inherit: unknown keyword `defaults` in `inherit`"),
        (
            "{default: image}",
            "inherit: `inherit:default` must be `true`, `false` or a list of names, found a string",
        ),
        (
            "{default: 'false'}",
            "inherit: `inherit:default` must be `true`, `false` or a list of names, found a string",
        ),
        ("{default: [imgae]}", "inherit: unknown keyword `imgae` in `inherit:default`"),
        ("{variables: [1]}", "inherit: each item of `inherit:variables` must be a string"),
        (
            "{variables: {A: true}}",
            "inherit: `inherit:variables` must be `true`, `false` or a list of names, found a mapping",
        ),
    ] {
        let mut body = map(&format!("{{inherit: {inherit}}}"));
        assert_eq!(messages(&Defaults::default().fold_into(&mut body)), [want], "{inherit}");
    }
}

/// Each row: the globals of a unit, those of its workspace, a job of the unit, and the job that says the same without them.
#[test]
fn weaker_defaults_give_what_is_not_said_before() {
    for (own, weaker, job, want) in [
        ("{}", "{default: {image: w}, variables: {A: w}}", "{}", "{image: w, variables: {A: w}}"),
        ("{default: {image: o}}", "{default: {image: {name: w}, tags: [w]}}", "{}", "{image: o, tags: [w]}"),
        ("{image: o}", "{default: {image: w}}", "{}", "{image: o}"),
        ("{default: {image: ~}}", "{default: {image: w, tags: [w]}}", "{}", "{tags: [w]}"),
        (
            "{variables: {B: o, C: ''}}",
            "{variables: {A: w, B: w, C: w}}",
            "{variables: {A: j}}",
            "{variables: {A: j, B: o, C: \"\"}}",
        ),
        (
            "{variables: {B: o}}",
            "{default: {image: w, tags: [w]}, variables: {A: w}}",
            "{inherit: {default: [tags], variables: false}}",
            "{tags: [w]}",
        ),
        (
            "{}",
            "{default: {image: w, interruptible: true}}",
            "{trigger: a/b}",
            "{trigger: a/b, interruptible: true}",
        ),
    ] {
        let (own, _) = Defaults::from_globals(&map(own));
        let (weaker, _) = Defaults::from_globals(&map(weaker));
        let mut body = map(job);
        own.over(&weaker).fold_into(&mut body);
        assert_eq!(shown_map(&body), want, "{job}");
    }
}
