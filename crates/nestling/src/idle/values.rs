//! Values for templates that no template reads.

use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Environment, Workspace};
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Sources, Suggestion};
use std::sync::Arc;

/// Warns of `vars` and of inputs of the catalogue that nothing reads.
pub(super) fn unread(workspace: &Workspace, sources: &Sources) -> Vec<Diagnostic> {
    let texts = sources.texts();
    let parts: Vec<&str> = texts.iter().flat_map(|text| template_parts(text)).collect();
    let mut problems = unread_vars(workspace, &parts);
    problems.extend(unread_inputs(workspace, &parts));
    problems.extend(unnamed_environments(workspace, &texts));
    problems
}

/// The lines of a string that hold template syntax; all of them if an expression spans several.
pub(super) fn template_parts(text: &str) -> Vec<&str> {
    let opens = ["${{", "{%", "#%", "$[["];
    let lines = || text.lines().filter(|line| opens.iter().any(|open| line.contains(open)));
    let is_whole = |line: &str| line.matches("${{").count() <= line.matches("}}").count();
    if lines().all(is_whole) { lines().collect() } else { vec![text] }
}

fn unread_vars(workspace: &Workspace, texts: &[&str]) -> Vec<Diagnostic> {
    if workspace.vars.is_empty() {
        return Vec::new();
    }
    let mut read: Vec<&str> = Vec::new();
    for text in texts {
        for name in names_after(text, "vars") {
            // `vars` is read as a whole, by a loop or by a name that is computed.
            let Some(name) = name else { return Vec::new() };
            read.push(name);
        }
    }
    let is_read = |name: &str| read.contains(&name);
    let unread = workspace.vars.entries.iter().filter(|entry| !is_read(entry.key.text()));
    let problem = |entry: &nestling_gitlab::yaml::Entry| {
        let name = entry.key.text();
        let message = format!("no template reads `vars.{name}`");
        let undefined = read.iter().copied().filter(|name| !workspace.vars.contains(name));
        let help = Suggestion::among(name, undefined).help_or("remove it");
        Diagnostic::warning(&KEY_UNUSED, entry.key.origin, message).with_help(help)
    };
    unread.map(problem).collect()
}

/// The names that a string reads of a value, such as `region` of `vars.region` and `vars["region"]`; `None` where it reads
/// something else of it.
pub(super) fn names_after<'t>(text: &'t str, value: &str) -> Vec<Option<&'t str>> {
    let mut names = Vec::new();
    for (start, _) in text.match_indices(value) {
        let before = text[..start].chars().next_back();
        let after = &text[start + value.len()..];
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        // Another word, or the key of the header.
        if before.is_some_and(is_part) || after.starts_with([':', '_', '-', '/']) {
            continue;
        }
        if after.starts_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        names.push(name_of(after));
    }
    names
}

fn name_of(after: &str) -> Option<&str> {
    if let Some(rest) = after.strip_prefix('.') {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (end > 0).then_some(&rest[..end]);
    }
    let rest = after.strip_prefix('[')?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(name, _)| name)
}

/// Notes entries of the catalogue that no file names beside the workspace's own header.
fn unnamed_environments(workspace: &Workspace, texts: &[Arc<str>]) -> Vec<Diagnostic> {
    let entries = || workspace.environments.entries.values();
    let is_computed =
        |text: &Arc<str>| text.lines().any(|line| line.contains("environment:") && line.contains("${{"));
    if entries().next().is_none() || texts.iter().any(is_computed) {
        return Vec::new();
    }
    // The entry itself is one, and `after` of another entry deploys nothing.
    let mentions = |name: &str| -> usize { texts.iter().map(|text| words(text, name)).sum() };
    let after = |name: &str| {
        entries().filter(|e| e.after.as_ref().is_some_and(|a| a.environment.as_str() == name)).count()
    };
    let unnamed = entries().filter(|entry| mentions(entry.name.as_str()) <= 1 + after(entry.name.as_str()));
    let note = |entry: &Environment| {
        let message = format!("no job uses the environment `{}`", entry.name);
        let note = Diagnostic::warning(&KEY_UNUSED, entry.origin, message);
        let note = Diagnostic { severity: Severity::Note, ..note };
        note.with_help(format!("a job deploys to it with `environment: [{}]`", entry.name))
    };
    unnamed.map(note).collect()
}

/// Returns the number of times that a string has a word.
fn words(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/');
    text.match_indices(word)
        .filter(|(start, _)| {
            let before = text[..*start].chars().next_back();
            let after = text[start + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
        .count()
}

/// Warns of inputs of the catalogue that no template reads: they go to the templates that have them.
fn unread_inputs(workspace: &Workspace, texts: &[&str]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let reads: Vec<Option<&str>> = texts.iter().flat_map(|text| names_after(text, "inputs")).collect();
    if reads.contains(&None) {
        return problems;
    }
    for entry in workspace.environments.entries.values() {
        for input in &entry.inputs.entries {
            let name = input.key.text();
            if !reads.contains(&Some(name)) {
                let message = format!("no template that is used reads the input `{name}`");
                let problem = Diagnostic::warning(&KEY_UNUSED, input.key.origin, message);
                problems.push(problem.with_help("remove it, or correct its name"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_a_text_reads_are_found() {
        for (text, expected) in [
            ("${{ vars.region }}", &[Some("region")][..]),
            ("${{ vars[\"region\"] }} ${{ vars['zone'] | upper }}", &[Some("region"), Some("zone")]),
            ("#% for name in vars", &[None]),
            ("${{ vars[name] }}", &[None]),
            ("${{ vars | tojson }}", &[None]),
            ("vars: { region: eu }", &[]),
            ("myvars.region, vars_file, envvars, vars-x, ci/vars.yml", &[]),
        ] {
            assert_eq!(names_after(text, "vars"), expected, "{text}");
        }
    }
}
