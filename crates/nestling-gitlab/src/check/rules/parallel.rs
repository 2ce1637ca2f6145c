//! `parallel`: the instances of a job.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::name::NAME_LIMIT;
use crate::pipeline::Job;
use crate::pipeline::matrix::{Parallel, parallel};
use crate::yaml::Node;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "parallel",
    severities: &[Error, Warning],
    summary: "`parallel` is invalid",
    documentation: "`parallel` is a number from 1 to 200, or a `matrix`: a list of mappings from variables to a string or a list of \
strings, 200 jobs in all. The values become part of the jobs' names: two rows with the same values clash, and a name can \
exceed 255 characters.",
    source: "https://docs.gitlab.com/ci/yaml/#parallelmatrix",
    bad: Example::Pipeline("a: { script: x, parallel: 201 }\n"),
    good: Example::Pipeline("a: { script: x, parallel: { matrix: [{ OS: [linux, mac], V: \"1\" }] } }\n"),
};

/// lib/gitlab/ci/config/entry/product/parallel.rb, `PARALLEL_LIMIT`.
const LIMIT: u64 = 200;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(node) = form::value(&job.body, "parallel") else { continue };
        problems.extend(names(job, node));
    }
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
        let length = name.chars().count();
        if length > NAME_LIMIT {
            let message = format!(
                "`{}` creates a job whose name has {length} characters; GitLab allows {NAME_LIMIT}",
                job.name
            );
            return Some(Diagnostic::error(&RULE, node.origin, message));
        }
        if let Some(duplicate) = seen.replace(name) {
            let message = format!("`matrix` creates `{duplicate}` twice");
            return Some(Diagnostic::error(&RULE, node.origin, message));
        }
    }
    None
}
