//! How often a job runs side by side.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::NAME_LIMIT;
use crate::pipeline::Job;
use crate::pipeline::matrix::{Parallel, parallel};
use crate::yaml::{Map, Node};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "parallel",
    severities: &[Error, Warning],
    summary: "`parallel` makes jobs that GitLab refuses",
    documentation: "`parallel` is a number from 1 to 200, or a `matrix`: a list of mappings of variables to a text or a list of \
texts, 200 jobs in all. The values become part of the jobs' names, so that two rows with the same values clash, and a \
name can grow over 255 characters.",
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
            let message = format!("`parallel` is a number from 1 to {LIMIT}, and this is {number}");
            Some(Diagnostic::error(&RULE, node.origin, message))
        }
        None => Some(form::wrong(&RULE, "parallel", "a whole number or a `matrix`", node)),
    }
}

fn matrix(node: &Node, map: &Map, problems: &mut Vec<Diagnostic>) {
    problems.extend(form::keys(&RULE, "`parallel`", map, &["matrix"]));
    let Some(matrix) = map.get("matrix") else {
        problems.push(Diagnostic::error(&RULE, node.origin, "`parallel` has no `matrix`"));
        return;
    };
    let Some(rows) = matrix.as_seq() else {
        problems.push(form::wrong(&RULE, "matrix", "a list of mappings", matrix));
        return;
    };
    for row in rows.iter().filter(|row| !row.is_reference()) {
        match row.as_map() {
            None => problems.push(form::wrong(&RULE, "matrix", "mappings of variables and values", row)),
            Some(variables) => {
                variables.iter().for_each(|(name, value)| problems.extend(values(name, value)));
            }
        }
    }
}

fn values(name: &str, node: &Node) -> Option<Diagnostic> {
    let items = node.items_or_self();
    if items.is_empty() {
        return Some(Diagnostic::error(&RULE, node.origin, format!("`{name}` of the matrix has no values")));
    }
    let fits = |item: &&Node| item.as_str().is_some() || item.as_int().is_some() || item.is_reference();
    let wrong = items.iter().find(|item| !fits(item))?;
    let message = format!("`{name}` of the matrix takes texts, and this is {}", form::what(wrong));
    let problem = Diagnostic::error(&RULE, wrong.origin, message);
    Some(match wrong.text() {
        Some(text) => problem.with_help(format!("quote it: \"{text}\"")),
        None => problem,
    })
}

fn names(job: &Job, node: &Node) -> Option<Diagnostic> {
    let parallel = parallel(&job.body)?;
    let error = |message: String| Some(Diagnostic::error(&RULE, node.origin, message));
    let count = parallel.count();
    if matches!(parallel, Parallel::Malformed) || count == 0 {
        return None;
    }
    if count > LIMIT {
        return error(format!("the matrix makes {count} jobs; GitLab allows {LIMIT}"));
    }
    let mut seen = HashSet::new();
    for name in parallel.names(job.name.as_str()) {
        let length = name.chars().count();
        if length > NAME_LIMIT {
            return error(format!(
                "`{}` makes a job whose name has {length} characters; GitLab allows 255",
                job.name
            ));
        }
        if let Some(twice) = seen.replace(name) {
            return error(format!("the matrix makes `{twice}` twice"));
        }
    }
    None
}
