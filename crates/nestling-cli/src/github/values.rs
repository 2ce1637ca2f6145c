//! Values that a job passes on to others, and those that GitHub sets in each of its jobs.

use super::context::variable_name;
use super::expression::Expr;
use super::job_name::job_name;
use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::scope::{Scope, late};
use super::shell::quoted;
use super::text::resolved;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the file of a job's outputs.
pub(super) fn file(job: &str) -> String {
    format!("{}.env", job_name(job))
}

/// Returns the outputs of a job, as variables of those that need it, and the lines that write them.
pub(super) fn outputs(
    job: &str,
    outputs: Option<&Node>,
    scope: &Scope,
    notes: &mut Notes,
) -> (BTreeMap<String, Expr>, Vec<String>) {
    let mut known = BTreeMap::new();
    let mut lines = Vec::new();
    for (name, node) in outputs.and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let value = resolved(node.text().unwrap_or_default(), scope, node.origin, notes);
        match quoted(&value) {
            Some(word) => {
                let variable = format!("NEEDS_{}_{}", variable_name(job), variable_name(name));
                lines.push(format!("echo {variable}={word} >> \"$CI_PROJECT_DIR/{}\"", file(job)));
                let text = format!("the output `{name}` is `${variable}` of a dotenv report");
                notes.add(Part::Rewritten, node.origin, text);
                known.insert(name.to_owned(), late(variable));
            }
            None => {
                let text = format!("the output `{name}`: write it to a dotenv report of the job");
                notes.add(Part::Lost, node.origin, text);
            }
        }
    }
    (known, lines)
}

/// Variables that GitHub sets in each job, with GitLab's that have the same value.
const SAME: [(&str, &str); 14] = [
    ("GITHUB_SHA", "$CI_COMMIT_SHA"),
    ("GITHUB_REF_NAME", "$CI_COMMIT_REF_NAME"),
    ("GITHUB_REPOSITORY", "$CI_PROJECT_PATH"),
    ("GITHUB_REPOSITORY_OWNER", "$CI_PROJECT_NAMESPACE"),
    ("GITHUB_WORKSPACE", "$CI_PROJECT_DIR"),
    ("GITHUB_RUN_ID", "$CI_PIPELINE_ID"),
    ("GITHUB_RUN_NUMBER", "$CI_PIPELINE_IID"),
    ("GITHUB_ACTOR", "$GITLAB_USER_LOGIN"),
    ("GITHUB_SERVER_URL", "$CI_SERVER_URL"),
    ("GITHUB_HEAD_REF", "$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
    ("GITHUB_BASE_REF", "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
    ("RUNNER_TEMP", "/tmp"),
    ("RUNNER_OS", "Linux"),
    ("RUNNER_ARCH", "X64"),
];

/// Variables of GitHub that a script has to compute.
const COMPUTED: [(&str, &str); 3] = [
    (
        "GITHUB_EVENT_NAME",
        "$(if [ -n \"$CI_MERGE_REQUEST_IID\" ]; then echo pull_request; elif [ \"$PARENT_PIPELINE_SOURCE\" = web ]; then echo workflow_dispatch; else echo \"$PARENT_PIPELINE_SOURCE\"; fi)",
    ),
    (
        "GITHUB_REF",
        "$(if [ -n \"$CI_COMMIT_TAG\" ]; then echo \"refs/tags/$CI_COMMIT_TAG\"; elif [ -n \"$CI_COMMIT_BRANCH\" ]; then echo \"refs/heads/$CI_COMMIT_BRANCH\"; else echo \"$CI_MERGE_REQUEST_REF_PATH\"; fi)",
    ),
    ("GITHUB_REF_TYPE", "$(if [ -n \"$CI_COMMIT_TAG\" ]; then echo tag; else echo branch; fi)"),
];

/// Variables that the script sets itself.
const OWN: [&str; 6] =
    ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_VALUES", "GITHUB_TOKEN"];

/// Sets the variables of GitHub that the scripts of a job use.
pub(super) fn set_defaults(new: &mut NewJob, origin: Origin, notes: &mut Notes) {
    let scripts = new.script.iter().chain(&new.after_script).chain(&new.exports);
    let mut used: BTreeSet<String> = scripts.flat_map(|script| names(script)).collect();
    used.retain(|name| {
        let is_set = |script: &String| script.contains(&format!("export {name}="));
        let is_variable = new.variables.iter().any(|(known, _)| known == name);
        !is_variable && !new.script.iter().chain(&new.after_script).any(is_set)
    });
    for name in used {
        if let Some((_, value)) = SAME.iter().find(|(known, _)| *known == name) {
            new.variables.push((name, (*value).to_owned()));
        } else if let Some((_, word)) = COMPUTED.iter().find(|(known, _)| *known == name) {
            new.exports.push(format!("export {name}=\"{word}\""));
        } else if !OWN.contains(&name.as_str()) {
            let text = format!("`${name}` of a script: GitLab sets no such variable");
            notes.add(Part::Lost, origin, text);
        }
    }
}

/// Returns the names of GitHub's variables that a script uses.
fn names(script: &str) -> Vec<String> {
    let mut names = Vec::new();
    for prefix in ["GITHUB_", "RUNNER_"] {
        for (position, _) in script.match_indices(prefix) {
            let is_use = script[..position].ends_with(['$', '{', ':', '!', '#']);
            let name: String = script[position..]
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || *c == '_' || c.is_ascii_digit())
                .collect();
            if is_use {
                names.push(name);
            }
        }
    }
    names
}
