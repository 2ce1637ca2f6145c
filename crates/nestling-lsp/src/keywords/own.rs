//! Keys that are Nestling's own: those of a job that GitLab never sees, and those of test cases.

use super::{KnownKey, keys, of_schema};
use crate::meaning::{Section, in_case, in_header, in_jobs};
use crate::outline::ITEM;
use nestling_gitlab::table::ROOT;
use serde_json::Value;
use std::sync::LazyLock;

static JOBS: LazyLock<Value> = LazyLock::new(nestling::jobs_schema);

/// Returns `true` for a keyword of a job that GitLab never sees.
pub(super) fn is_nestling_key(path: &[&str]) -> bool {
    matches!(path, [job, "reuse" | "stop" | "target"] if ROOT.keyword(job).is_none())
}

/// The keywords of a job that are Nestling's own.
pub(super) fn own_keys() -> Vec<KnownKey> {
    let reference = JOBS["additionalProperties"]["else"]["$ref"].as_str().unwrap_or_default();
    let definition = reference.rsplit('/').next().unwrap_or_default();
    let reuse = &JOBS["definitions"][definition]["properties"]["reuse"];
    let stop = KnownKey {
        name: "stop".to_owned(),
        value: "a mapping with a `script`, or `false`".to_owned(),
        documentation: "The stop job of the deploy: its `script`, and keywords that differ from the deploy's. `false`: none. Nestling writes the job with what GitLab requires of the pair.".to_owned(),
        is_container: true,
    };
    let target = KnownKey {
        name: "target".to_owned(),
        value: "a string, or a mapping with `name` and `help`".to_owned(),
        documentation: "Name of what the job deploys or publishes to, such as `s3://bucket/site/`. Jobs of two units or two environments with one target are an error.".to_owned(),
        is_container: false,
    };
    vec![of_schema("reuse", reuse), stop, target]
}

/// The keys of a test case, with the keys above them.
const CASE_KEYS: [(&[&str], &str, &str, bool); 21] = [
    (&[], "name", "Its title", false),
    (&[], "template", "The template; in `NAME/tests/`, the default is NAME", false),
    (&[], "as", "The kind of pipeline, as for `--as`. Default: `branch:main`", false),
    (&[], "inputs", "The template's inputs", true),
    (&[], "use", "Templates that the unit uses before this one", true),
    (&[], "unit", "The unit: its name, its directory and its changed paths", true),
    (&[], "workspace", "A header in place of the repository's workspace", true),
    (&[], "files", "The files that templates can read: their contents by path", true),
    (&[], "expect", "The expected jobs, messages, or the whole pipeline", true),
    (&["unit"], "name", "Its name. Default: `api`", false),
    (&["unit"], "dir", "Its directory. Default: `services/api`", false),
    (&["unit"], "changed", "Changed paths, from its directory or, with a leading `/`, from the root", true),
    (&["expect"], "jobs", "Jobs by name, each a part of the generated job", true),
    (&["expect"], "absent", "Jobs that must not exist", true),
    (&["expect"], "errors", "Expected errors; any other fails the case", true),
    (&["expect"], "warnings", "Expected warnings", true),
    (&["expect"], "snapshot", "`true`: the whole pipeline is compared with the stored one", false),
    (&["expect", "errors", ITEM], "rule", "The id of its rule", false),
    (&["expect", "errors", ITEM], "message", "A part of its message", false),
    (&["expect", "warnings", ITEM], "rule", "The id of its rule", false),
    (&["expect", "warnings", ITEM], "message", "A part of its message", false),
];

pub(super) fn case_keys(path: &[&str]) -> Vec<KnownKey> {
    if let Some(path) = in_header(path) {
        return keys(Section::Header, &path);
    }
    if let Some(path) = in_jobs(path) {
        return keys(Section::Jobs, &path);
    }
    let path = in_case(path);
    let known = CASE_KEYS.iter().filter(|(above, ..)| *above == path);
    known
        .map(|(_, name, meaning, is_container)| KnownKey {
            name: (*name).to_owned(),
            value: String::new(),
            documentation: format!("{meaning}."),
            is_container: *is_container,
        })
        .collect()
}
