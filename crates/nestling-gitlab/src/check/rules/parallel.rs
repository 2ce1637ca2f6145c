//! `parallel`: the instances of a job.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::matrix::{Parallel, parallel};
use crate::yaml::{Map, Node};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "parallel",
    severities: &[Error, Warning],
    summary: "`parallel` is invalid",
    documentation: "`parallel` is a number from 1 to 200, or a `matrix`: a list of mappings from variables to a string or a list of \
strings, 200 jobs in all. The values become part of the jobs' names: of two rows with the same values GitLab makes one job.",
    source: "https://docs.gitlab.com/ci/yaml/#parallelmatrix",
    bad: Example::Pipeline("a: { script: x, parallel: 201 }\n"),
    good: Example::Pipeline("a: { script: x, parallel: { matrix: [{ OS: [linux, mac], V: \"1\" }] } }\n"),
};

/// lib/gitlab/ci/config/entry/product/parallel.rb, `PARALLEL_LIMIT`.
const LIMIT: u64 = 200;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "parallel") else { continue };
        let before = problems.len();
        match node.as_map() {
            None => problems.extend(number(node)),
            Some(map) => matrix(node, map, problems),
        }
        if problems.len() == before {
            problems.extend(names(job, node));
        }
    }
}

fn number(node: &Node) -> Option<Diagnostic> {
    match node.as_int() {
        Some(1..=200) => None,
        Some(number) => {
            let message = format!("`parallel` must be between 1 and {LIMIT}, found {number}");
            Some(Diagnostic::error(&RULE, node.origin, message))
        }
        None => Some(form::wrong(&RULE, "parallel", "a whole number or a `matrix`", node)),
    }
}

fn matrix(node: &Node, map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keywords(&RULE, "parallel", map, &["matrix"]));
    let Some(matrix) = map.get("matrix") else {
        problems.push(Diagnostic::error(&RULE, node.origin, "`parallel` requires `matrix`"));
        return;
    };
    let Some(rows) = matrix.as_seq() else {
        problems.push(form::wrong(&RULE, "matrix", "a list of mappings", matrix));
        return;
    };
    for row in rows.iter().filter(|row| !row.is_reference()) {
        match row.as_map() {
            Some(variables) => {
                problems.extend(variables.iter().filter_map(|(name, node)| values(name, node)));
            }
            None => problems.push(form::wrong(&RULE, "matrix", "a list of mappings", row)),
        }
    }
}

fn values(name: &str, node: &Node) -> Option<Diagnostic> {
    let items = node.items_or_self();
    if items.is_empty() {
        let message =
            format!("matrix variable `{name}` has no values, so that GitLab makes no job of this entry");
        return Some(Diagnostic::warning(&RULE, node.origin, message));
    }
    let wrong = items.iter().find(|item| !is_matrix_value(item))?;
    let found = wrong.type_name();
    let message = format!("values of matrix variable `{name}` must be strings, found {found}");
    let problem = Diagnostic::error(&RULE, wrong.origin, message);
    Some(match wrong.text() {
        Some(text) => problem.with_help(format!("quote it: \"{text}\"")),
        None => problem,
    })
}

/// GitLab converts whole numbers to strings, and refuses booleans and fractions.
fn is_matrix_value(node: &Node) -> bool {
    node.as_str().is_some() || node.as_int().is_some() || node.is_reference()
}

/// Checks the names of the instances.
fn names(job: &Job, node: &Node) -> Option<Diagnostic> {
    let parallel = parallel(&job.body)?;
    let count = parallel.count();
    if matches!(parallel, Parallel::Malformed) || count == 0 {
        return None;
    }
    // The names of more instances are not enumerated: there can be millions.
    if count > LIMIT {
        let message = format!("`matrix` creates {count} jobs; GitLab allows {LIMIT}");
        return Some(Diagnostic::error(&RULE, node.origin, message));
    }
    let mut seen = HashSet::new();
    for name in parallel.names(job.name.as_str()) {
        if let Some(duplicate) = seen.replace(name) {
            let message = format!("`matrix` creates `{duplicate}` twice, and GitLab keeps one of them");
            return Some(Diagnostic::warning(&RULE, node.origin, message));
        }
    }
    None
}
