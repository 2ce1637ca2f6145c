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
strings, 200 jobs in all. The values become part of the jobs' names: GitLab creates a single job for two rows with the same values.",
    source: "https://docs.gitlab.com/ci/yaml/#parallelmatrix",
    bad: Example::Pipeline(
        "a:
  script: x
  parallel: 201
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  parallel:
    matrix:
      - OS: [linux, mac]
        V: \"1\"
",
    ),
};

/// lib/gitlab/ci/config/entry/product/parallel.rb, `PARALLEL_LIMIT`.
const LIMIT: u64 = 200;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "parallel") else { continue };
        problems.extend(without_values(node));
        problems.extend(names(job, node));
    }
}

/// Returns a warning for a variable without values: GitLab makes no job of its entry.
fn without_values(node: &Node) -> Option<Diagnostic> {
    let rows = node.get("matrix")?.as_seq()?;
    let mut variables = rows.iter().filter_map(Node::as_map).flat_map(Map::iter);
    let (name, values) = variables.find(|(_, values)| values.as_seq().is_some_and(<[Node]>::is_empty))?;
    let message = format!("matrix variable `{name}` has no values: GitLab creates no job for this entry");
    Some(Diagnostic::warning(&RULE, values.origin, message))
}

/// Checks the names of the instances.
fn names(job: &Job, node: &Node) -> Option<Diagnostic> {
    let parallel = parallel(&job.body)?;
    let count = parallel.count();
    if matches!(parallel, Parallel::Malformed) || count == 0 {
        return None;
    }
    // The names of more instances are not enumerated: there can be millions.
    if count > LIMIT && matches!(parallel, Parallel::Count(_)) {
        return None;
    }
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
