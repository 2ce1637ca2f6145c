//! The variables of a step: fixed ones, those that other jobs give it, and those that CodeBuild set.

use super::body::Body;
use super::files::{place, root};
use super::graph::{Graph, Role};
use super::request::Request;
use super::writing::{Writing, under};
use crate::cdk::deployment::{From, Namespace, Step, Work, references};
use crate::cdk::report::Kind;
use crate::cdk::shell::{in_double_quotes, variable};
use std::collections::{BTreeMap, BTreeSet};

/// What other jobs read of each job: the namespace that they know it by, and the variable.
pub(crate) fn wanted(request: &Request<'_>, graph: &Graph) -> BTreeMap<usize, BTreeSet<(String, String)>> {
    let mut wanted: BTreeMap<usize, BTreeSet<(String, String)>> = BTreeMap::new();
    for job in &graph.jobs {
        let Role::Node(node) = job.role else { continue };
        let Work::Run(step) = &request.deployment.nodes[node].work else { continue };
        for (namespace, name) in step.references.iter().flat_map(|(_, value)| references(value)) {
            if let Some(Namespace::Node(node)) = request.deployment.namespace(node, namespace)
                && let Some(job) = graph.of_node.get(&node)
            {
                wanted.entry(*job).or_default().insert((namespace.to_owned(), name.to_owned()));
            }
        }
    }
    wanted
}

pub(crate) fn variables(writing: &mut Writing<'_>, at: usize, step: &Step, body: &mut Body) {
    let mut variables = Body::new(body.origin());
    for (name, value) in &step.variables {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            writing.note(Kind::Variable, at, &format!("`{name}` is no name of a variable in GitLab"));
        } else if value.contains('$') {
            // CodeBuild expands nothing in a value.
            variables.child(name, |own| _ = own.text("value", value.as_str()).plain("expand", "false"));
        } else {
            variables.text(name, value.as_str());
        }
    }
    if !matches!(step.inputs.first().map(|input| &input.from), None | Some(From::Checkout)) {
        variables.text("GIT_STRATEGY", "none");
    }
    under(body, variables);
}

/// Variables that CodeBuild sets, for commands that read them.
pub(crate) fn codebuild_variables(
    writing: &mut Writing<'_>,
    at: usize,
    step: &Step,
    lines: &mut Vec<String>,
) {
    const KNOWN: [(&str, &str); 4] = [
        ("CODEBUILD_RESOLVED_SOURCE_VERSION", "$CI_COMMIT_SHA"),
        ("CODEBUILD_SOURCE_VERSION", "$CI_COMMIT_SHA"),
        ("CODEBUILD_BUILD_NUMBER", "$CI_PIPELINE_IID"),
        ("CODEBUILD_BUILD_ID", "$CI_JOB_ID"),
    ];
    let commands = || step.spec.commands.iter().chain(&step.spec.afterwards);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for command in commands() {
        for (start, _) in command.match_indices("CODEBUILD_") {
            let rest = &command[start..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            used.insert(&rest[..end]);
        }
    }
    for name in used {
        if name == "CODEBUILD_SRC_DIR" {
            let start =
                step.inputs.first().map_or_else(|| root(writing.request), |i| place(writing.request, i));
            lines.push(format!("export {name}={start}"));
        } else if let Some((_, value)) = KNOWN.iter().find(|(known, _)| *known == name) {
            lines.push(format!("export {name}=\"{value}\""));
        } else if !name.starts_with("CODEBUILD_SRC_DIR_") {
            writing.note(Kind::Variable, at, &format!("`{name}`, which CodeBuild set"));
        }
    }
    for input in step.inputs.iter().filter(|input| matches!(input.from, From::Parent(_))) {
        let From::Parent(action) = &input.from else { continue };
        let text =
            format!("it reads what `{action}` makes, which runs in the parent pipeline before the synth");
        writing.note(Kind::Source, at, &text);
    }
}

/// A text of a node's job with references, as one double-quoted word.
pub(crate) fn put_together(writing: &mut Writing<'_>, at: usize, node: usize, value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("#{") {
        text.push_str(&in_double_quotes(before));
        let (inside, behind) = after.split_once('}').unwrap_or((after, ""));
        let (namespace, name) = inside.rsplit_once('.').unwrap_or(("", inside));
        match writing.request.deployment.namespace(node, namespace) {
            Some(Namespace::Node(_)) => {
                text.push_str(&format!("${{{}}}", variable(&format!("{namespace}__{name}"))));
            }
            found => {
                let of_pipeline = found.is_none();
                match of_source(namespace, name) {
                    Some(variable) => text.push_str(variable),
                    None => {
                        let whose = if of_pipeline { "the pipeline" } else { "the source" };
                        writing.note(Kind::Variable, at, &format!("`#{{{inside}}}`, a variable of {whose}"));
                    }
                }
            }
        }
        rest = behind;
    }
    text.push_str(&in_double_quotes(rest));
    format!("\"{text}\"")
}

/// What GitLab calls the variables of a source action.
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
