//! The commands of a step, with CodeBuild's rules of what runs after a failure.

use crate::codepipeline::{BuildSpec, Phase};
use crate::shell::quoted;
use std::fmt::Write as _;

/// The exit code of a script whose job is to be repeated, as in `phases.sh`.
pub(crate) const RETRIED: u8 = 193;

/// The functions that run phases.
const FUNCTIONS: &str = include_str!("phases.sh");

/// Setting that makes a shell use the status of the last command of a pipe, as CodeBuild does.
const PIPES: &str = "if (set +o pipefail) 2> /dev/null; then set +o pipefail; fi";

/// Words with which commands change how the shell continues.
const FLOW: [&str; 10] =
    ["break", "continue", "eval", "exec", "exit", "return", "set", "source", "trap", "."];

/// The form of a command for which the shell does the same as CodeBuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// As it is.
    AsItIs,
    /// With a check of what it ends with: a shell does not end where `a && b` fails at `a`.
    Checked,
    /// Evaluated by the functions that run phases.
    Evaluated,
}

/// Returns `script:` of a step; what follows its phases runs only if all of them went well.
///
/// If the phases end at the first command that fails, and no command changes how the shell continues, the commands are separate
/// entries of the script. Otherwise functions of the shell run them.
pub(crate) fn script(spec: &BuildSpec, following: Vec<String>) -> Vec<String> {
    let most = spec.commands().map(|command| form(command)).max();
    if !ends_at_first_failure(spec) || most == Some(Form::Evaluated) {
        return vec![evaluated(spec, &following)];
    }
    let mut lines = Vec::new();
    let has_pipe =
        |command: &String| form(command) == Form::Checked && command.replace("||", "").contains('|');
    if spec.commands().any(has_pipe) {
        lines.push(PIPES.to_owned());
    }
    lines.extend(spec.commands().map(|command| checked(command)));
    lines.extend(following);
    lines
}

/// Returns a script that evaluates the commands of each phase.
fn evaluated(spec: &BuildSpec, following: &[String]) -> String {
    let mut script = format!("{FUNCTIONS}codebuild_step() {{\n  case $1 in\n");
    let mut index = 0;
    let mut add = |phase: &str, block: &str, next: &str, command: &str| {
        index += 1;
        _ = writeln!(script, "    {index}) codebuild_at {phase} {block} {next} {} ;;", quoted(command));
    };
    for Phase { name, commands, finally, continues, retries } in &spec.phases {
        let next = match (continues, retries) {
            (true, _) => "continue",
            (false, 0) => "stop",
            (false, _) => "retry",
        };
        commands.iter().for_each(|command| add(name, "commands", next, command));
        finally.iter().for_each(|command| add(name, "finally", next, command));
    }
    following.iter().for_each(|command| add("artifacts", "commands", "stop", command));
    script.push_str("    *) return 1 ;;\n  esac\n}\n");
    // Those would end the shell unseen.
    let is_unseen = |command: &String| command.contains("trap") || command.contains("exec");
    let start = if spec.all_commands().any(is_unseen) { "codebuild_each" } else { "codebuild_run" };
    _ = writeln!(script, "{start}");
    script.push_str("if [ \"$codebuild_status\" -ne 0 ]; then exit \"$codebuild_status\"; fi");
    script
}

/// Returns `true` if nothing of a step runs after a failure.
fn ends_at_first_failure(spec: &BuildSpec) -> bool {
    let ends = |phase: &Phase| {
        let is_followed = phase.continues && phase.name != "build";
        phase.finally.is_empty() && phase.name != "post_build" && !is_followed && phase.retries == 0
    };
    spec.phases.iter().all(ends)
}

/// Returns a command with the check that it needs.
fn checked(command: &str) -> String {
    match form(command) {
        Form::AsItIs | Form::Evaluated => command.to_owned(),
        Form::Checked => format!("{{ {command}\n}} || exit"),
    }
}

fn form(command: &str) -> Form {
    // The line with which CDK puts an additional input in place: its last command decides.
    if command.starts_with("[ ! -d ")
        && command.contains("additionalInputs:")
        && command.contains(" && ln -s -- ")
    {
        return Form::AsItIs;
    }
    let is_balanced = |quote: char| command.matches(quote).count().is_multiple_of(2);
    let is_whole = is_balanced('"') && is_balanced('\'') && !command.trim_end().ends_with('\\');
    if !is_whole || command.trim().is_empty() || changes_flow(command) {
        return Form::Evaluated;
    }
    let first = command.split_whitespace().next().unwrap_or_default();
    let is_compound = ["if", "for", "while", "until", "case", "{", "[[", "function"].contains(&first);
    let is_list = command.contains([';', '&', '|', '!', '\n', '(']) && !is_substitution(command);
    if is_compound || is_list { Form::Checked } else { Form::AsItIs }
}

/// Returns `true` if all parentheses of a command belong to `$(…)` with one command in it.
fn is_substitution(command: &str) -> bool {
    !command.contains([';', '&', '|', '!', '\n'])
        && command.matches('(').count() == command.matches("$(").count()
}

/// Returns `true` if a command may change how the shell continues. To exit with a number other than zero is to fail.
fn changes_flow(command: &str) -> bool {
    // Quotes are not read: at worst a command is evaluated that could be written as it is.
    let parts = command.split([';', '&', '|', '(', ')', '{', '}', '`', '\n', '"', '\'']);
    parts.into_iter().any(|part| {
        let is_before = |word: &&str| {
            ["if", "then", "elif", "else", "while", "until", "do", "!", "builtin", "command"].contains(word)
        };
        let mut words = part.split_whitespace().skip_while(is_before);
        match words.next() {
            Some("exit") => !words.next().is_some_and(|code| code.parse().is_ok_and(|code: u8| code > 0)),
            Some(first) => FLOW.contains(&first),
            None => false,
        }
    })
}

#[cfg(test)]
mod tests;
