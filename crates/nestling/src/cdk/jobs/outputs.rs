//! Outputs of stacks: as variables for other jobs, and as the address of an environment.

use super::body::Body;
use super::targets::Target;
use super::writing::Writing;
use crate::cdk::rules::CDK_HEADER;
use crate::cdk::shell::{quoted, variable};
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeSet;

/// Where `cdk deploy` leaves the outputs of stacks.
pub(crate) const OUTPUTS: &str = "cdk-outputs.json";

/// Where a job leaves variables for others, and for the address of its environment.
pub(crate) const DOTENV: &str = "cdk.env";

/// An output of a stack with the variable that it becomes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Output {
    variable: String,
    stack: String,
    output: String,
}

/// The outputs of a stack that other jobs read.
pub(crate) fn own_outputs(writing: &Writing<'_>, at: usize, stack: usize) -> BTreeSet<Output> {
    let name = &writing.request.deployment.assembly.stacks[stack].name;
    let wanted = writing.wanted.get(&at).into_iter().flatten();
    wanted
        .map(|(namespace, output)| Output {
            variable: variable(&format!("{namespace}__{output}")),
            stack: name.clone(),
            output: output.clone(),
        })
        .collect()
}

/// Writes outputs where GitLab takes variables from. An output that is not there fails the job.
pub(crate) fn publish_outputs(outputs: &BTreeSet<Output>, script: &mut Vec<String>, body: &mut Body) {
    if outputs.is_empty() {
        return;
    }
    script.push(dotenv(outputs));
    body.child("artifacts", |artifacts| {
        artifacts.child("reports", |reports| _ = reports.text("dotenv", DOTENV));
    });
}

pub(crate) fn dotenv(outputs: &BTreeSet<Output>) -> String {
    let rows: Vec<[&str; 3]> =
        outputs.iter().map(|o| [o.variable.as_str(), o.stack.as_str(), o.output.as_str()]).collect();
    let rows = serde_json::to_string(&rows).unwrap_or_default();
    let code = format!(
        "const all = require(\"./{OUTPUTS}\"); {rows}.map(([name, stack, key]) => {{ \
         if (!(key in all[stack])) throw new Error(stack + \" has no output \" + key); \
         return name + \"=\" + all[stack][key]; }}).join(\"\\n\")"
    );
    format!("node -p {} > {DOTENV}", quoted(&code))
}

/// The address: `url: ServiceUrl` names an output, and in any other text each `${Output}` does.
pub(crate) fn address(
    writing: &mut Writing<'_>,
    target: &Target<'_>,
    outputs: &mut BTreeSet<Output>,
) -> Option<String> {
    let written = target.url?;
    let plain = written.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/' || c == '-');
    let text = if plain { format!("${{{}}}", written.value) } else { written.value.clone() };
    let mut url = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        url.push_str(before);
        match output(writing, target, name) {
            Ok(found) => {
                url.push_str(&format!("${}", found.variable));
                outputs.insert(found);
            }
            Err(unknown) => {
                writing.problems.push(unknown.with_label(written.origin, ""));
                return None;
            }
        }
        rest = behind;
    }
    url.push_str(rest);
    Some(url)
}

/// The output of a target's stacks that `Output` or `Stack.Output` means.
fn output(writing: &Writing<'_>, target: &Target<'_>, name: &str) -> Result<Output, Diagnostic> {
    let all = &writing.request.deployment.assembly.stacks;
    let (of, key) = name.rsplit_once('.').map_or((None, name), |(stack, key)| (Some(stack), key));
    let has_output = |stack_index: &usize| {
        let stack = &all[*stack_index];
        of.is_none_or(|of| stack.short() == of || stack.name == of || stack.path == of)
            && stack.outputs.iter().any(|output| output == key)
    };
    let with_output: Vec<usize> = target.stacks.iter().copied().filter(has_output).collect();
    match with_output[..] {
        [only] if writing.graph.is_deployed(writing.request, only) => {
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
            let outputs: BTreeSet<&str> = outputs.filter(|name| !name.starts_with("ExportsOutput")).collect();
            let known: Vec<String> = outputs.into_iter().map(|name| format!("`{name}`")).collect();
            let message = format!("no stack of `{}` has an output `{name}`", target.name);
            let help = format!("the outputs there are {}", known.join(", "));
            Err(Diagnostic::new(&CDK_HEADER, Severity::Error, message).with_help(help))
        }
        ref several => {
            let names: Vec<String> =
                several.iter().map(|stack| format!("`{}.{key}`", all[*stack].short())).collect();
            let message = format!("several stacks of `{}` have an output `{key}`", target.name);
            let help = format!("write one of {}", names.join(", "));
            Err(Diagnostic::new(&CDK_HEADER, Severity::Error, message).with_help(help))
        }
    }
}
