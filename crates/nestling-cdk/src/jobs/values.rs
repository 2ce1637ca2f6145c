//! The variables of a step: fixed ones, those that other jobs give it, and those that CodeBuild set.

use super::files::{as_value, path_of, start_path};
use super::graph::{Graph, JobId, WantedVariable, work_of};
use super::request::Request;
use super::secrets::{SECRET_KEY, fetch};
use super::writer::Writer;
use crate::codepipeline::VariableValue;
use crate::deployment::{Namespace, NodeId, ScriptStep, Work};
use crate::report::LineKind;
use crate::shell::{in_double_quotes, quoted, variable};
use std::collections::{BTreeMap, BTreeSet};

/// The variables of CodeBuild that GitLab has under another name
/// (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html>).
const CODEBUILD: [(&str, &str); 7] = [
    ("CODEBUILD_BUILD_ID", "$CI_JOB_ID"),
    ("CODEBUILD_BUILD_NUMBER", "$CI_PIPELINE_IID"),
    ("CODEBUILD_BUILD_SUCCEEDING", "1"),
    ("CODEBUILD_BUILD_URL", "$CI_JOB_URL"),
    ("CODEBUILD_CI", "true"),
    ("CODEBUILD_RESOLVED_SOURCE_VERSION", "$CI_COMMIT_SHA"),
    ("CODEBUILD_SOURCE_VERSION", "$CI_COMMIT_SHA"),
];

/// Returns the variables of each job that others read.
pub(crate) fn wanted(request: &Request<'_>, graph: &Graph) -> BTreeMap<JobId, BTreeSet<WantedVariable>> {
    let mut wanted: BTreeMap<JobId, BTreeSet<WantedVariable>> = BTreeMap::new();
    for (node, job) in &graph.job_of_node {
        let Some(Work::Run(step)) = work_of(request, &graph.jobs[*job]) else { continue };
        for (namespace, name) in step.references() {
            if let Some(Namespace::Node(read)) = request.deployment.namespace(*node, namespace)
                && let Some(job) = graph.job_of_node.get(&read)
            {
                wanted.entry(*job).or_default().insert((namespace.to_owned(), name.to_owned(), read));
            }
        }
    }
    wanted
}

/// Writes `variables:` of a step: its fixed ones, and what CodeBuild sets.
pub(crate) fn variables(job: &mut Writer<'_>, step: &ScriptStep) {
    for (name, _) in step.variables.iter().filter(|(name, _)| !is_variable(name)) {
        job.note(LineKind::Variable, &format!("`{name}` is not a valid variable name in GitLab"));
    }
    let of_codebuild = of_codebuild(job, step);
    job.body.default_variables(|variables| {
        for (name, value) in &of_codebuild {
            variables.text(name, value.as_str());
        }
        for (name, value) in step.variables.iter().filter(|(name, _)| is_variable(name)) {
            let VariableValue::Text(value) = value else { continue };
            if value.contains('$') {
                // CodeBuild expands nothing in a value.
                variables.child(name, |own| _ = own.text("value", value.as_str()).plain("expand", "false"));
            } else {
                variables.text(name, value.as_str());
            }
        }
        // Even a step that reads nothing of it has a checkout: only that removes what older jobs have left there.
        if step.has_history {
            variables.text("GIT_DEPTH", "0");
        }
    });
    note_regions(job, step);
    note_unknown(job, step);
}

fn is_variable(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns the variables that CodeBuild sets, whether its commands name them or a script that they call. Values with a `$`
/// are GitLab's own variables, which the runner expands.
fn of_codebuild(job: &Writer<'_>, step: &ScriptStep) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for name in ["AWS_DEFAULT_REGION", "AWS_REGION"] {
        variables.extend(step.region.clone().map(|region| (name.to_owned(), region)));
    }
    for (name, value) in CODEBUILD {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let start = start_path(job.request, step);
    variables.push(("CODEBUILD_SRC_DIR".to_owned(), as_value(&start)));
    for input in step.inputs.iter().skip(1) {
        let name = variable(&format!("CODEBUILD_SRC_DIR_{}", input.artifact));
        variables.push((name, as_value(&path_of(job.request, step, input))));
    }
    variables
}

/// Reports a region that is not known where something may ask for it.
fn note_regions(job: &mut Writer<'_>, step: &ScriptStep) {
    let names_it =
        |command: &String| command.contains("AWS_REGION") || command.contains("AWS_DEFAULT_REGION");
    if step.region.is_none() && (step.uses_aws || step.spec.all_commands().any(names_it)) {
        let text = "`AWS_REGION` and `AWS_DEFAULT_REGION`, which CodeBuild set: its pipeline has no region";
        job.note(LineKind::Variable, text);
    }
}

/// Reports the variables of CodeBuild that commands name and that GitLab has no word for.
fn note_unknown(job: &mut Writer<'_>, step: &ScriptStep) {
    for name in used_of_codebuild(step) {
        let is_known = CODEBUILD.iter().any(|(known, _)| *known == name);
        if !is_known && !name.starts_with("CODEBUILD_SRC_DIR") {
            job.note(LineKind::Variable, &format!("`{name}`, which CodeBuild set"));
        }
    }
}

/// Returns the lines that export what is known only when the job runs: values of other jobs, secrets, parameters.
pub(crate) fn exports(job: &mut Writer<'_>, node: NodeId, step: &ScriptStep) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fetched = Vec::new();
    for (name, value) in step.variables.iter().filter(|(name, _)| is_variable(name)) {
        match value {
            VariableValue::Text(_) => {}
            VariableValue::Token(token) => {
                let origin = format!("CloudFormation's `{token}`");
                lines.push(given(job, name, &origin));
            }
            VariableValue::Reference(value) => match with_references(job, node, value) {
                Ok(word) => lines.push(format!("export {name}={word}")),
                Err(reference) => {
                    let origin = format!("`#{{{reference}}}` of the pipeline");
                    lines.push(given(job, name, &origin));
                }
            },
            VariableValue::Secret(_) | VariableValue::Parameter(_) => {
                fetched.push(format!("`{name}`"));
                lines.extend(fetch(name, value));
            }
        }
    }
    if !fetched.is_empty() {
        let names = fetched.join(", ");
        let text = format!("it fetches {names} with the AWS command line, which its image must contain");
        job.note(LineKind::Runner, &text);
        if lines.iter().any(|line| line.contains("secret_key")) {
            lines.insert(0, SECRET_KEY.to_owned());
        }
    }
    lines
}

/// Returns the line that fails unless a variable is set in GitLab.
fn given(job: &mut Writer<'_>, name: &str, origin: &str) -> String {
    job.note(LineKind::Variable, &format!("{name}, from {origin}: the job fails until it is set"));
    let text = format!("Set the CI/CD variable {name}: it was {origin}.");
    format!("[ -n \"${{{name}+set}}\" ] || {{ echo {}; exit 1; }}", quoted(&text))
}

/// The variables of CodeBuild whose names the commands of a step have.
fn used_of_codebuild(step: &ScriptStep) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for command in step.spec.all_commands() {
        for (start, _) in command.match_indices("CODEBUILD_") {
            let rest = &command[start..];
            let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            used.insert(&rest[..rest.find(is_other).unwrap_or(rest.len())]);
        }
    }
    used
}

/// Returns a value with references, in the job of a node, as one double-quoted word.
///
/// # Errors
/// One of them names something that GitLab does not have.
fn with_references<'a>(job: &Writer<'_>, node: NodeId, value: &'a str) -> Result<String, &'a str> {
    let mut word = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("#{") {
        word.push_str(&in_double_quotes(before));
        let (reference, behind) = after.split_once('}').unwrap_or((after, ""));
        word.push_str(&referenced(job, node, reference).ok_or(reference)?);
        rest = behind;
    }
    word.push_str(&in_double_quotes(rest));
    Ok(format!("\"{word}\""))
}

/// Returns the variable in GitLab for `namespace.variable`, if there is one.
fn referenced(job: &Writer<'_>, node: NodeId, reference: &str) -> Option<String> {
    let (namespace, name) = reference.rsplit_once('.').unwrap_or(("", reference));
    match job.request.deployment.namespace(node, namespace) {
        Some(Namespace::Node(_)) => Some(format!("${{{}}}", variable(&format!("{namespace}__{name}")))),
        Some(Namespace::Source) | None => of_source(namespace, name).map(str::to_owned),
    }
}

/// Returns the name that GitLab has for a variable of a source action.
fn of_source(namespace: &str, name: &str) -> Option<&'static str> {
    Some(match (namespace, name) {
        (_, "CommitId" | "VersionId") => "$CI_COMMIT_SHA",
        (_, "BranchName") => "$CI_COMMIT_REF_NAME",
        (_, "CommitMessage") => "$CI_COMMIT_MESSAGE",
        (_, "AuthorDate" | "CommitterDate") => "$CI_COMMIT_TIMESTAMP",
        (_, "FullRepositoryName") => "$CI_PROJECT_PATH",
        (_, "RepositoryName") => "$CI_PROJECT_NAME",
        ("codepipeline", "PipelineExecutionId") => "$CI_PIPELINE_ID",
        _ => return None,
    })
}
