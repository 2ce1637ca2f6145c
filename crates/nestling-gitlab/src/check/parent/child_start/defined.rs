//! Values that reach the child and name variables which the parent's file does not define: those of a report of variables of the
//! plan job, of the project, or of the runner.

use super::{Values, is_component};
use crate::pipeline::expand::references;
use crate::pipeline::{Job, Pipeline};

/// Beginnings of the names that GitLab predefines.
const PREDEFINED: [&str; 4] = ["CI_", "GITLAB_", "CHAT_", "TRIGGER_"];

/// Refuses a value whose text is not known in full.
pub(super) fn refuse_undefined(variables: &Values, pipeline: &Pipeline) -> Result<(), String> {
    // A report of variables takes precedence over the file.
    let is_unread = pipeline.includes.iter().any(|include| !is_component(include));
    let may_be_replaced = is_unread || pipeline.jobs.iter().any(reports_variables);
    for (name, value) in variables {
        if value.contains("$[[") {
            return Err(format!(
                "the parent pipeline passes `{name}: {value}` to the child, but the value of its input is unknown"
            ));
        }
        let is_defined = |named: &str| {
            PREDEFINED.iter().any(|beginning| named.starts_with(beginning))
                || (!may_be_replaced && named != name && variables.contains_key(named))
        };
        if let Some(named) = references(value).into_iter().find(|named| !is_defined(named)) {
            let why = if variables.contains_key(named) && named != name {
                "which a dotenv report may replace"
            } else {
                "which its file does not define"
            };
            return Err(format!(
                "the parent pipeline passes `{name}: {value}` to the child, and the value refers to `{named}`, {why}"
            ));
        }
    }
    Ok(())
}

/// Returns `true` for a job whose report sets variables of the jobs after it
/// (<https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv>).
fn reports_variables(job: &Job) -> bool {
    let reports = job.body.get("artifacts").and_then(|artifacts| artifacts.get("reports"));
    reports.and_then(|reports| reports.get("dotenv")).is_some_and(|report| !report.is_null())
}
