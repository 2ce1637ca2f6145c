//! `parallel`: the instances of a job.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::pipeline::Job;
use crate::pipeline::matrix::{Parallel, parallel};
use crate::yaml::{Map, Node};
use std::collections::{HashMap, HashSet};

pub(super) static RULE: Rule = Rule {
    id: "parallel",
    severities: &[Error, Warning],
    summary: "`parallel` is invalid",
    documentation: "`parallel` is a number from 1 to 200, or a `matrix`: a list of mappings from variables to a string or a list of \
strings, 200 jobs in all. The values become part of the jobs' names: GitLab creates a single job for two rows with the same values. If another job has the \
name of an instance, GitLab silently drops one of the two.",
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
    problems.extend(taken_names(index));
}

/// Reports instances with the name of another job, or of an instance of one: GitLab keeps the last of them.
fn taken_names(index: &Index<'_>) -> Vec<Diagnostic> {
    let instances = index.jobs().filter_map(|(_, job)| Some((job, instances(job)?)));
    let instances: Vec<(&Job, Vec<String>)> = instances.collect();
    if instances.is_empty() {
        return Vec::new();
    }
    let mut owners: HashMap<&str, &Job> = HashMap::new();
    for (_, job) in index.jobs().filter(|(_, job)| parallel(&job.body).is_none()) {
        owners.insert(job.name.as_str(), job);
    }
    let mut problems = Vec::new();
    for (job, names) in &instances {
        let taken = names.iter().find_map(|name| Some((name, *owners.get(name.as_str())?)));
        if let Some((name, owner)) = taken {
            let message = format!(
                "`parallel` of `{}` creates `{name}`, the name of another job: GitLab drops one",
                job.name
            );
            let problem =
                Diagnostic::error(&RULE, origin(job), message).with_label(owner.origin, "the other");
            problems.push(problem.with_help("rename one of them"));
        }
        owners.extend(names.iter().map(|name| (name.as_str(), *job)));
    }
    problems
}

/// Returns the names of a job's instances, unless there are more than GitLab allows.
fn instances(job: &Job) -> Option<Vec<String>> {
    let parallel = parallel(&job.body)?;
    let is_checked = !matches!(parallel, Parallel::Malformed) && parallel.count() <= LIMIT;
    is_checked.then(|| parallel.names(job.name.as_str()))
}

fn origin(job: &Job) -> Origin {
    form::value(&job.body, "parallel").map_or(job.origin, |node| node.origin)
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
