//! The variables of a step: fixed ones, those that other jobs give it, and those that CodeBuild set.

use super::files::start_directory;
use super::graph::{Graph, JobId, WantedVariable, work_of};
use super::request::Request;
use super::writer::Writer;
use crate::deployment::{InputSource, Namespace, NodeId, ScriptStep, Work};
use crate::report::LineKind;
use crate::shell::{in_double_quotes, variable};
use std::collections::{BTreeMap, BTreeSet};

/// The variables of CodeBuild that GitLab has under another name.
const CODEBUILD: [(&str, &str); 4] = [
    ("CODEBUILD_RESOLVED_SOURCE_VERSION", "$CI_COMMIT_SHA"),
    ("CODEBUILD_SOURCE_VERSION", "$CI_COMMIT_SHA"),
    ("CODEBUILD_BUILD_NUMBER", "$CI_PIPELINE_IID"),
    ("CODEBUILD_BUILD_ID", "$CI_JOB_ID"),
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

/// Writes `variables:` of a step.
pub(crate) fn variables(job: &mut Writer<'_>, step: &ScriptStep) {
    for (name, _) in step.variables.iter().filter(|(name, _)| !is_variable(name)) {
        job.note(LineKind::Variable, &format!("`{name}` is no name of a variable in GitLab"));
    }
    let starts_in_checkout =
        matches!(step.inputs.first().map(|input| &input.source), None | Some(InputSource::Checkout));
    job.body.default_variables(|variables| {
        for (name, value) in step.variables.iter().filter(|(name, _)| is_variable(name)) {
            if value.contains('$') {
                // CodeBuild expands nothing in a value.
                variables.child(name, |own| _ = own.text("value", value.as_str()).plain("expand", "false"));
            } else {
                variables.text(name, value.as_str());
            }
        }
        if !starts_in_checkout {
            variables.text("GIT_STRATEGY", "none");
        }
    });
}

fn is_variable(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns the lines that set what CodeBuild set, for commands that read it.
pub(crate) fn codebuild_variables(job: &mut Writer<'_>, step: &ScriptStep) -> Vec<String> {
    let mut lines = Vec::new();
    for name in used_of_codebuild(step) {
        if name == "CODEBUILD_SRC_DIR" {
            lines.push(format!("export {name}={}", start_directory(job.request, step)));
        } else if let Some((_, value)) = CODEBUILD.iter().find(|(known, _)| *known == name) {
            lines.push(format!("export {name}=\"{value}\""));
        } else if !name.starts_with("CODEBUILD_SRC_DIR_") {
            job.note(LineKind::Variable, &format!("`{name}`, which CodeBuild set"));
        }
    }
    for input in &step.inputs {
        if let InputSource::Parent(action) = &input.source {
            let text =
                format!("it reads what `{action}` makes, which runs in the parent pipeline before the synth");
            job.note(LineKind::Source, &text);
        }
    }
    lines
}

/// The variables of CodeBuild whose names the commands of a step have.
fn used_of_codebuild(step: &ScriptStep) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for command in step.spec.commands.iter().chain(&step.spec.afterwards) {
        for (start, _) in command.match_indices("CODEBUILD_") {
            let rest = &command[start..];
            let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            used.insert(&rest[..rest.find(is_other).unwrap_or(rest.len())]);
        }
    }
    used
}

/// Returns a value with references, in the job of a node, as one double-quoted word.
pub(crate) fn with_references(job: &mut Writer<'_>, node: NodeId, value: &str) -> String {
    let mut word = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("#{") {
        word.push_str(&in_double_quotes(before));
        let (reference, behind) = after.split_once('}').unwrap_or((after, ""));
        word.push_str(&referenced(job, node, reference));
        rest = behind;
    }
    word.push_str(&in_double_quotes(rest));
    format!("\"{word}\"")
}

/// Returns the variable in GitLab for `namespace.variable`; nothing, and a line of the report, where there is none.
fn referenced(job: &mut Writer<'_>, node: NodeId, reference: &str) -> String {
    let (namespace, name) = reference.rsplit_once('.').unwrap_or(("", reference));
    let owner = match job.request.deployment.namespace(node, namespace) {
        Some(Namespace::Node(_)) => return format!("${{{}}}", variable(&format!("{namespace}__{name}"))),
        Some(Namespace::Source) => "the source",
        None => "the pipeline",
    };
    match of_source(namespace, name) {
        Some(variable) => variable.to_owned(),
        None => {
            job.note(LineKind::Variable, &format!("`#{{{reference}}}`, a variable of {owner}"));
            String::new()
        }
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
