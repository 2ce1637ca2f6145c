//! Assemblies as apps could have them and no app here has: stacks renamed, removed, moved to no account, steps of the pipeline
//! gone or in another order, graphs that are missing. Each is refused with an error, or nothing of it is lost.

use super::assemblies::{NEWEST, Shop, bundle, read};
use super::broken::Numbers;
use super::nothing_lost::{actions_are_jobs_or_lines, edges_are_needs};
use crate::support::setting;
use nestling::Sources;
use serde_json::{Value, json};

/// The assemblies that are edited.
const APPS: [&str; 10] =
    ["pipeline", "several", "steps", "shared", "pair", "names", "odd", "handed", "byhand", "across"];

/// Placeholder of a value that only CloudFormation knows.
fn token() -> Value {
    json!({ "Fn::GetAtt": ["Somewhere", "Arn"] })
}

/// All values of a file that an edit can be about, by JSON pointer.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            places.push(at.clone());
            self::places(value, &at, places);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
            let at = format!("{at}/{index}");
            places.push(at.clone());
            self::places(value, &at, places);
        }),
        _ => {}
    }
}

/// Edits one value of a file of JSON, and says how.
fn edit(value: &mut Value, numbers: &mut Numbers) -> Option<String> {
    let mut all = Vec::new();
    places(value, "", &mut all);
    // What manifests and pipelines are read for, rather than what is beside it.
    let words = [
        "artifacts",
        "Stages",
        "Actions",
        "Configuration",
        "dependencies",
        "displayName",
        "environment",
        "stackName",
        "RunOrder",
        "Name",
        "EnvironmentVariables",
        "BuildSpec",
        "InputArtifacts",
        "OutputArtifacts",
    ];
    all.retain(|place| words.iter().any(|word| place.contains(word)));
    let place = all.get(numbers.below(all.len().max(1)))?.clone();
    let target = value.pointer_mut(&place)?;
    let how = match (numbers.below(5), &mut *target) {
        (0, Value::Array(items)) if items.len() > 1 => {
            items.rotate_left(1);
            "rotated"
        }
        (1, Value::Array(items)) if !items.is_empty() => {
            let first = items[0].clone();
            items.push(first);
            "doubled"
        }
        (2, Value::String(text)) => {
            *text = format!("{text} ${{X}}'*\"/{}", text.to_uppercase());
            "renamed"
        }
        (2, Value::Number(number)) => {
            *target = json!(number.as_i64().unwrap_or_default() + 3);
            "counted on"
        }
        (3, _) => {
            *target = token();
            "a token"
        }
        (4, Value::String(text)) if text.starts_with("aws://") => {
            *target = json!("aws://unknown-account/unknown-region");
            "without account"
        }
        _ => {
            let (parent, key) = place.rsplit_once('/')?;
            match value.pointer_mut(parent)? {
                Value::Object(map) => _ = map.remove(&key.replace("~1", "/").replace("~0", "~")),
                Value::Array(items) => _ = items.remove(key.parse().ok()?),
                _ => return None,
            }
            "removed"
        }
    };
    Some(format!("{place} {how}"))
}

/// Edits an assembly once or several times.
fn edited(app: &str, numbers: &mut Numbers) -> (Vec<(String, String)>, Vec<String>) {
    let mut files = bundle(NEWEST, app);
    let mut done = Vec::new();
    for _ in 0..=numbers.below(3) {
        let index = numbers.below(files.len());
        let (path, text) = &mut files[index];
        if path.ends_with(".dot") {
            // A graph without some of its edges, or none at all.
            let kept = text.lines().filter(|_| numbers.below(8) > 0);
            *text = kept.fold(String::new(), |all, line| all + line + "\n");
            done.push(format!("{path} thinned"));
        } else if path.ends_with("manifest.json") || path.ends_with("template.json") {
            let mut value: Value = serde_json::from_str(text).unwrap();
            if let Some(how) = edit(&mut value, numbers) {
                done.push(format!("{path}{how}"));
                *text = value.to_string();
            }
        } else if numbers.below(6) == 0 {
            done.push(format!("{path} removed"));
            files.remove(index);
        }
    }
    (files, done)
}

/// `NESTLING_TEST_EDITS` says how many assemblies are edited.
#[test]
fn of_edited_assemblies_nothing_is_lost() {
    let count: usize = setting("NESTLING_TEST_EDITS").map_or(96, |count| count.parse().unwrap());
    let mut read_well = 0;
    let mut planned_well = 0;
    for seed in 0..count {
        let mut numbers = Numbers(seed as u64 * 7919 + 1);
        let app = APPS[seed % APPS.len()];
        let (files, done) = edited(app, &mut numbers);
        let label = format!("{seed} {app}: {done:?}");
        let Ok(deployment) = read(&files, &Sources::default()) else { continue };
        read_well += 1;
        actions_are_jobs_or_lines(&label, &deployment);
        let shop = Shop::of(files, "environment: always");
        let planned = shop.plan("branch:main");
        assert_eq!(planned.text(), shop.plan("branch:main").text(), "{label}");
        if planned.plan.has_errors() {
            continue;
        }
        planned_well += 1;
        edges_are_needs(&label, &deployment, &shop);
    }
    assert!(read_well * 3 > count && planned_well * 4 > count, "{planned_well} and {read_well} of {count}");
}
