//! Outputs of stacks: as variables for other jobs, and as the URL of an environment.

use super::graph::Graph;
use super::request::Request;
use super::targets::Target;
use super::writer::Writer;
use crate::assembly::StackId;
use crate::rules::CDK_HEADER;
use crate::shell::{quoted, variable};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeSet;

/// The file in which `cdk deploy` leaves the outputs of stacks.
pub(crate) const OUTPUTS: &str = "cdk-outputs.json";

/// The file in which a job leaves variables for others, and for the URL of its environment.
pub(crate) const DOTENV: &str = "cdk.env";

/// The longest title that GitLab takes (<https://docs.gitlab.com/ci/yaml/#artifactsexpose_as>).
const TITLE_LIMIT: usize = 100;

/// An output of a stack with the variable that it becomes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Output {
    variable: String,
    /// The stack's name in CloudFormation.
    stack: String,
    output: String,
}

/// Returns the title of an artifact of a target in a merge request: GitLab allows letters, digits, dashes and spaces.
pub(crate) fn exposed_title(what: &str, target: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_ ".contains(c);
    let name: String = target.chars().map(|c| if is_allowed(c) { c } else { ' ' }).collect();
    let title = format!("CDK {what} of {}", name.trim());
    title.chars().take(TITLE_LIMIT).collect::<String>().trim_end().to_owned()
}

/// Returns the outputs of a job's stacks that other jobs read of it.
pub(crate) fn own_outputs(job: &Writer<'_>) -> BTreeSet<Output> {
    let deployment = job.request.deployment;
    let mut outputs = BTreeSet::new();
    for (namespace, output, node) in job.plan.wanted.get(&job.job_id).into_iter().flatten() {
        let Some(stack) = deployment.nodes[*node].work.stack() else { continue };
        outputs.insert(Output {
            variable: variable(&format!("{namespace}__{output}")),
            stack: deployment.assembly.stacks[stack].name.clone(),
            output: output.clone(),
        });
    }
    outputs
}

/// Writes outputs where GitLab takes variables from. An output that does not exist fails the job.
pub(crate) fn publish_outputs(job: &mut Writer<'_>, outputs: &BTreeSet<Output>, script: &mut Vec<String>) {
    if outputs.is_empty() {
        return;
    }
    script.push(dotenv(outputs));
    job.body.child("artifacts", |artifacts| {
        artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

/// Returns the line that writes outputs where GitLab takes variables from.
pub(crate) fn dotenv(outputs: &BTreeSet<Output>) -> String {
    let rows: Vec<[&str; 3]> =
        outputs.iter().map(|own| [own.variable.as_str(), &own.stack, &own.output]).collect();
    // GitLab expands variables in a value, and reads `$$` as a dollar; `replace` does so, too.
    let value = r#"all[stack][key].replace(/\$/g, "$$$$")"#;
    // Node is there wherever the CDK is; `jq` may not be.
    let rows = serde_json::to_string(&rows).unwrap_or_default();
    let code = format!(
        "const all = require(\"./{OUTPUTS}\"); {rows}.map(([name, stack, key]) => {{ \
         if (!(key in all[stack])) throw new Error(stack + \" has no output \" + key); \
         return name + \"=\" + {value}; }}).join(\"\\n\")"
    );
    format!("node -p {} > {DOTENV}", quoted(&code))
}

/// Returns the URL of a target, if the header has one: `url: ServiceUrl` names an output, and in any other string each
/// `${Output}` does. The outputs that it reads are added to `outputs`.
pub(crate) fn url(job: &mut Writer<'_>, target: &Target, outputs: &mut BTreeSet<Output>) -> Option<String> {
    let written = target.url.as_ref()?;
    let is_output = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-');
    let text = if written.value.chars().all(is_output) {
        format!("${{{}}}", written.value)
    } else {
        written.value.clone()
    };
    let mut url = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        url.push_str(before);
        match output(job.request, job.plan.graph, target, name) {
            Ok(output) => {
                url.push_str(&format!("${}", output.variable));
                outputs.insert(output);
            }
            Err(unknown) => {
                job.problems.push(unknown.with_label(written.origin, ""));
                return None;
            }
        }
        rest = behind;
    }
    url.push_str(rest);
    Some(url)
}

/// Returns the output of a target's stacks that `Output` or `Stack.Output` means.
fn output(request: &Request<'_>, graph: &Graph, target: &Target, name: &str) -> Result<Output, Diagnostic> {
    let all = &request.deployment.assembly.stacks;
    let (of, key) = match name.rsplit_once('.') {
        Some((stack, key)) => (Some(stack), key),
        None => (None, name),
    };
    let has_output = |stack_id: &StackId| {
        let stack = &all[*stack_id];
        of.is_none_or(|of| stack.short() == of || stack.name == of || stack.path == of)
            && stack.outputs.iter().any(|output| output == key)
    };
    let with_output: Vec<StackId> = target.stacks.iter().copied().filter(has_output).collect();
    match with_output[..] {
        [only] if graph.is_deployed(request, only) => {
            let variable = format!("CDK_{}", variable(key));
            Ok(Output { variable, stack: all[only].name.clone(), output: key.to_owned() })
        }
        [only] => {
            let message = format!(
                "`{}` has no URL here: this pipeline does not deploy `{}`, which has the output `{key}`",
                target.name, all[only].path
            );
            Err(Diagnostic::new(&CDK_HEADER, Severity::Warning, message))
        }
        [] => {
            let outputs = target.stacks.iter().flat_map(|stack| &all[*stack].outputs).map(String::as_str);
            // CDK's own, for values that other stacks use.
            let outputs: BTreeSet<&str> = outputs.filter(|name| !name.starts_with("ExportsOutput")).collect();
            let known: Vec<String> = outputs.into_iter().map(|name| format!("`{name}`")).collect();
            let message = format!("no stack of `{}` has an output `{name}`", target.name);
            let help = format!("the outputs there are {}", known.join(", "));
            Err(Diagnostic::new(&CDK_HEADER, Severity::Error, message).with_help(help))
        }
        ref several => {
            let shorts: BTreeSet<&str> = several.iter().map(|stack| all[*stack].short()).collect();
            let name = |stack: &StackId| match shorts.len() == several.len() {
                true => all[*stack].short().to_owned(),
                false => all[*stack].path.clone(),
            };
            let names: Vec<String> = several.iter().map(|stack| format!("`{}.{key}`", name(stack))).collect();
            let message = format!("several stacks of `{}` have an output `{key}`", target.name);
            let help = format!("write one of {}", names.join(", "));
            Err(Diagnostic::new(&CDK_HEADER, Severity::Error, message).with_help(help))
        }
    }
}
