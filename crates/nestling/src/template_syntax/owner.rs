//! The owner of a `${{ }}`: the template, or GitLab, whose runner evaluates it when the job starts
//! (<https://docs.gitlab.com/ci/functions/moa/>).
//!
//! The text of an expression decides, before anything is read as YAML. `job` is GitLab's anywhere, and so are the names that
//! a step of `run` has. `inputs` and `vars` are names of both sides: they are the template's, and `\${{` gives an expression
//! to GitLab.

use super::bindings::{Binding, bindings};
use super::hidden::{hidden_backslash, hide, is_hidden};
use super::regions::{Region, regions};
use nestling_gitlab::pipeline::moa::{CLOSE, ExpressionName, OPEN, STEP_NAMES, names};
use std::collections::HashSet;
use std::ops::Range;

/// The names that every template can read.
const TEMPLATE_NAMES: [&str; 8] =
    ["unit", "inputs", "vars", "environment", "environments", "pipeline", "units", "files"];

/// Words that the template's expressions have and GitLab's have not.
const TEMPLATE_WORDS: [&str; 7] = ["if", "else", "and", "or", "not", "in", "is"];

/// Mistakes in an expression that neither side can evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnerProblem {
    /// Bytes of the template.
    pub range: Range<usize>,
    /// The problem.
    pub message: String,
    /// The fix.
    pub help: String,
}

/// A template for the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Separated {
    /// The template with the braces of GitLab's expressions hidden.
    pub text: String,
    /// Expressions and names that have two owners.
    pub problems: Vec<OwnerProblem>,
}

/// Separates GitLab's expressions from the template's. `None` where all are the template's.
pub(crate) fn separate(template: &str) -> Option<Separated> {
    if !may_affect_gitlab(template) {
        return None;
    }
    let regions = regions(template);
    let bound = bound_names(template, &regions);
    let mut separated = Separated { text: String::with_capacity(template.len() + 64), problems: Vec::new() };
    separated.problems.extend(bound.iter().filter_map(runner_name_bound));
    let names = bound.iter().map(|binding| binding.name);
    let bound: HashSet<&str> = names.filter(|name| !is_runner_name(name)).collect();
    let mut copied = 0;
    for region in &regions {
        let (range, is_escaped) = match region {
            Region::Control(_) => continue,
            Region::Braces(braces) => (braces.clone(), false),
            Region::Expression { inside, is_escaped } => {
                if !is_escaped {
                    match owner(template, inside.clone(), &bound) {
                        Owner::Gitlab => {}
                        Owner::Template => continue,
                        Owner::Both(problem) => {
                            separated.problems.push(*problem);
                            continue;
                        }
                    }
                }
                (inside.start - OPEN.len()..inside.end + CLOSE.len(), *is_escaped)
            }
        };
        let start = if is_escaped { range.start - 1 } else { range.start };
        separated.text.push_str(&template[copied..start]);
        separated.text.extend(is_escaped.then(hidden_backslash));
        separated.text.extend(template[range.clone()].chars().map(hide));
        copied = range.end;
    }
    separated.text.push_str(&template[copied..]);
    let is_changed = copied > 0 || !separated.problems.is_empty();
    is_changed.then_some(separated)
}

/// Most templates have nothing for GitLab, which is found without reading them. A template that contains the characters that
/// hide others is left as it is, and refused where it is rendered.
fn may_affect_gitlab(template: &str) -> bool {
    let names_runner = || {
        let roots = ["job"].into_iter().chain(STEP_NAMES);
        roots.into_iter().any(|root| template.contains(root))
    };
    template.contains(OPEN) && (template.contains("\\${{") || names_runner()) && !template.contains(is_hidden)
}

fn bound_names<'t>(template: &'t str, regions: &[Region]) -> Vec<Binding<'t>> {
    let controls = regions.iter().filter_map(|region| match region {
        Region::Control(range) => Some(range.clone()),
        Region::Expression { .. } | Region::Braces(_) => None,
    });
    controls.flat_map(|range| bindings(template, range)).collect()
}

/// Reports a variable of the template that has a name of the runner's.
fn runner_name_bound(binding: &Binding<'_>) -> Option<OwnerProblem> {
    (is_runner_name(binding.name) && !binding.is_macro).then(|| OwnerProblem {
        range: binding.range.clone(),
        message: format!(
            "a template variable cannot be called `{0}`: `${{{{ {0} }}}}` is evaluated by GitLab's runner",
            binding.name
        ),
        help: "rename it".to_owned(),
    })
}

/// Returns the first expression of a string that reads a name of templates, and none of GitLab's runner or among `shared`.
pub(crate) fn template_expression<'t>(text: &'t str, shared: &[&str]) -> Option<&'t str> {
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let is_escaped = rest[..start].ends_with('\\');
        let length = rest[start..].find(CLOSE)? + CLOSE.len();
        let expression = &rest[start..start + length];
        rest = &rest[start + length..];
        let names = names(&expression[OPEN.len()..length - CLOSE.len()]);
        let is_of_template = |root: &str| TEMPLATE_NAMES.contains(&root) && !shared.contains(&root);
        let is_of_runner = names.iter().any(|name| is_runner_name(name.root));
        if !is_escaped && !is_of_runner && names.iter().any(|name| is_of_template(name.root)) {
            return Some(expression);
        }
    }
    None
}

/// The owner of an expression.
enum Owner {
    Gitlab,
    Template,
    /// It has names of both, which nobody can evaluate.
    Both(Box<OwnerProblem>),
}

fn owner(template: &str, inside: Range<usize>, bound: &HashSet<&str>) -> Owner {
    let expression = &template[inside.clone()];
    let names = names(expression);
    let Some(of_runner) = names.iter().find(|name| is_runner_name(name.root) && !name.is_call) else {
        return Owner::Template;
    };
    let is_of_template = |name: &&ExpressionName<'_>| {
        let is_name = !name.is_call && (TEMPLATE_NAMES.contains(&name.root) || bound.contains(name.root));
        is_name || TEMPLATE_WORDS.contains(&name.root)
    };
    let of_template = match names.iter().find(is_of_template) {
        Some(name) => format!("`{}`", expression[name.range.clone()].trim()),
        None => match filter(expression) {
            Some(filter) => format!("the filter `{filter}`"),
            None => return Owner::Gitlab,
        },
    };
    let written = expression[of_runner.range.clone()].trim();
    Owner::Both(Box::new(OwnerProblem {
        range: inside.start - OPEN.len()..inside.end + CLOSE.len(),
        message: format!(
            "an expression cannot contain both `{written}`, which GitLab's runner evaluates, and {of_template}, which the template evaluates"
        ),
        help: format!(
            "split it: `${{{{ {written} }}}}` for GitLab and another `${{{{ … }}}}` for the template, or write `\\${{{{` to pass all of it to GitLab"
        ),
    }))
}

fn is_runner_name(name: &str) -> bool {
    name == "job" || STEP_NAMES.contains(&name)
}

/// Returns the filter of an expression. GitLab's language has `||` and no filters.
fn filter(expression: &str) -> Option<&str> {
    let without_or = expression.replace("||", "  ");
    let bar = without_or.find('|')?;
    let is_in_string = without_or[..bar].matches(['"', '\'']).count() % 2 == 1;
    let name = names(&expression[bar + 1..]).into_iter().next()?.root;
    (!is_in_string).then_some(name)
}

#[cfg(test)]
mod tests;
