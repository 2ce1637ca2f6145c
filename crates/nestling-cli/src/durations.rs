//! Durations of jobs for the page's critical path: a mapping of names to seconds, or what GitLab's jobs API returned
//! (<https://docs.gitlab.com/api/jobs/>).

use crate::exit::Failure;
use crate::io::Io;
use crate::json_noun::noun;
use nestling::Plan;
use nestling_gitlab::pipeline::presence::JobPresence;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

const HELP: &str = "a mapping of job names to seconds, or the list that GitLab's jobs API returns";

/// Reads a file of durations.
///
/// # Errors
/// It cannot be read, or is of another form.
pub(crate) fn read(
    path: &Path,
    shown: &Path,
    plan: &Plan,
    io: &mut Io,
) -> Result<BTreeMap<String, f64>, Failure> {
    let shown = shown.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read `{shown}`: {error}")))?;
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| refused(format!("`{shown}` is not valid JSON: {error}")))?;
    let durations = durations(&value).map_err(|problem| refused(format!("`{shown}`: {problem}")))?;
    let names = plan.pipeline.jobs.iter().map(|job| job.name.as_str());
    let copies = plan.presence.iter().flat_map(JobPresence::copies).map(|(copy, _)| copy.name.as_str());
    if !names.chain(copies).any(|name| durations.contains_key(name)) {
        io.message(format_args!("`{shown}` has no duration of a job of this pipeline\n"));
    }
    Ok(durations)
}

fn refused(message: String) -> Failure {
    Failure::usage(message).with_help(HELP)
}

fn durations(value: &Value) -> Result<BTreeMap<String, f64>, String> {
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| of_entry(name, value)).collect(),
        Value::Array(jobs) => of_jobs(jobs),
        other => Err(format!("must be a mapping or a list, found {}", noun(other))),
    }
}

fn of_entry(name: &str, value: &Value) -> Result<(String, f64), String> {
    Ok((name.to_owned(), seconds(name, value)?))
}

fn of_jobs(jobs: &[Value]) -> Result<BTreeMap<String, f64>, String> {
    let mut durations = BTreeMap::new();
    for (index, job) in jobs.iter().enumerate() {
        let number = index + 1;
        let job: &Map<String, Value> =
            job.as_object().ok_or_else(|| format!("entry {number} must be a job, found {}", noun(job)))?;
        let name = job.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| format!("entry {number} has no `name`"))?;
        // A job that has not run has no duration.
        let Some(value) = job.get("duration").filter(|value| !value.is_null()) else { continue };
        // The list begins with the newest job; of retried ones the newest counts.
        let seconds = seconds(name, value)?;
        durations.entry(name.to_owned()).or_insert(seconds);
    }
    Ok(durations)
}

fn seconds(name: &str, value: &Value) -> Result<f64, String> {
    let wrong = || format!("the duration of `{name}` must be a number of seconds, found {}", shown(value));
    value.as_f64().filter(|seconds| seconds.is_finite() && *seconds >= 0.0).ok_or_else(wrong)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => format!("`{value}`"),
        other => noun(other).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_value_is_named() {
        for (value, message) in [
            (json!("12"), "must be a mapping or a list, found a string"),
            (
                json!({ "api:build": "12 s" }),
                "the duration of `api:build` must be a number of seconds, found `\"12 s\"`",
            ),
            (
                json!({ "api:build": -1 }),
                "the duration of `api:build` must be a number of seconds, found `-1`",
            ),
            (
                json!({ "api:build": { "seconds": 3 } }),
                "the duration of `api:build` must be a number of seconds, found a mapping",
            ),
            (json!([3]), "entry 1 must be a job, found a number"),
            (json!([{ "name": "a", "duration": 3 }, { "duration": 3 }]), "entry 2 has no `name`"),
            (
                json!([{ "name": "a", "duration": "3" }]),
                "the duration of `a` must be a number of seconds, found `\"3\"`",
            ),
        ] {
            assert_eq!(durations(&value).unwrap_err(), message, "{value}");
        }
    }

    #[test]
    fn of_retried_jobs_the_newest_counts_and_one_that_has_not_run_has_none() {
        let jobs = json!([{ "name": "a", "duration": 2.5 }, { "name": "a", "duration": 9 }, { "name": "b", "duration": null }]);
        assert_eq!(durations(&jobs).unwrap(), BTreeMap::from([("a".to_owned(), 2.5)]));
    }
}
