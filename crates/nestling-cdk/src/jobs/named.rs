//! Names that are not what somebody takes them for: of stages in a header, and of stacks in an account.

use super::request::Request;
use crate::assembly::{StackId, last_part};
use crate::environment::TargetEnvironment;
use crate::report::{LineKind, Report};
use crate::rules::CDK_HEADER;
use crate::settings::{CdkSettings, StagePolicy};
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::yaml::Node;
use std::collections::BTreeSet;

/// Returns the errors of keys under `stages` that name no stage of the assembly, or that several stages answer to. One that
/// says `optional: true` may be a stage of another synth, such as a review app's.
pub(crate) fn wrong_stages(settings: &CdkSettings, chosen: &[&str], paths: &[&str]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (key, policy) in &settings.stages {
        let is_named = |path: &&&str| settings.stage_key(path) == Some(key);
        let named: Vec<&str> = chosen.iter().filter(is_named).copied().collect();
        if named.len() > 1 {
            problems.push(ambiguous_stage(key, policy, &named));
            continue;
        }
        // It may also name a stage of a pipeline that is not chosen.
        let is_known = paths.iter().any(|path| path == key || last_part(path) == key);
        if !is_known && !policy.optional {
            problems.push(unknown_stage(key, policy, paths));
        }
    }
    problems
}

fn ambiguous_stage(key: &str, policy: &StagePolicy, named: &[&str]) -> Diagnostic {
    let message = format!("several stages have the name `{key}`");
    let known: Vec<String> = named.iter().map(|path| format!("`{path}`")).collect();
    let problem = Diagnostic::error(&CDK_HEADER, policy.origin, message);
    problem.with_help(format!("use the full paths: {}", known.join(", ")))
}

fn unknown_stage(key: &str, policy: &StagePolicy, paths: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error(&CDK_HEADER, policy.origin, format!("the assembly has no stage `{key}`"));
    let names: BTreeSet<&str> = paths.iter().map(|path| last_part(path)).collect();
    let near = Suggestion::among(key, paths.iter().copied().chain(names.iter().copied()));
    let optional =
        format!("write `{key}: {{ environment: …, optional: true }}` if only other synths have it");
    let problem =
        problem.with_note("if it was removed from the app, its stacks still exist: no job destroys them");
    problem.with_help(match (near.word(), names.len()) {
        (Some(near), _) => format!("did you mean `{near}`? Or {optional}"),
        (None, 0) => "it has no stages; remove the entry".to_owned(),
        (None, _) => {
            let known: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
            format!("it has {}; {optional}", known.join(", "))
        }
    })
}

/// Reports stacks with the same name in every merge request, where each has an environment of its own.
pub(crate) fn report_shared_names(
    request: &Request<'_>,
    environment: &TargetEnvironment,
    stacks: &[StackId],
    report: &mut Report,
) {
    let Ok(keywords) = &environment.keywords else { return };
    let name = keywords.deployment.get("name").and_then(Node::text).unwrap_or_default();
    if !name.contains('$') || !environment.deployed || request.own_words.is_empty() {
        return;
    }
    // A pipeline that is only simulated has no number that the names could be compared with.
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    if name.contains("CI_MERGE_REQUEST_IID") && !request.own_words.iter().any(is_number) {
        return;
    }
    for stack in stacks {
        let stack = &request.deployment.assembly.stacks[*stack];
        if request.own_words.iter().any(|word| has_word(&stack.name, word)) {
            continue;
        }
        let text = format!(
            "its CloudFormation name `{}` does not contain the branch, but its environment `{name}` exists for each branch: deployments overwrite each other",
            stack.name
        );
        report.add(LineKind::Stack, format!("stack {}", stack.path), text, stack.origin);
    }
}

/// Returns `true` if the name of a stack has a word in it: the beginning of a slug, or a separate number.
fn has_word(stack: &str, word: &str) -> bool {
    // Names of stacks are short, and apps cut slugs.
    let beginning: String = word.chars().take(12).collect();
    if word.bytes().any(|byte| !byte.is_ascii_digit()) {
        return stack.to_ascii_lowercase().contains(beginning.trim_end_matches('-'));
    }
    stack.split(|c: char| !c.is_ascii_digit()).any(|number| number == word)
}
