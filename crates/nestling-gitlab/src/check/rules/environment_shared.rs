//! `environment-shared`: several jobs of one pipeline that deploy to the same environment.

use super::Index;
use crate::check::CheckSettings;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::environment::{Environment, environment};
use crate::pipeline::expand::{Replacement, expand};
use crate::pipeline::expression::Variable;
use crate::pipeline::matrix::{Parallel, parallel};
use crate::pipeline::presence::{JobPresence, State, is_predefined, literal};
use crate::pipeline::rule::rules;
use crate::yaml::Node;
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    id: "environment-shared",
    severities: &[Warning],
    summary: "several jobs of the pipeline deploy to the same environment",
    documentation: "Each job whose `action` is `start` creates a deployment. Of several in one pipeline, GitLab keeps the last as the \
environment's and runs only its `on_stop`; with \"prevent outdated deployment jobs\", the others fail. \
Let one job deploy, and give the others `action: prepare`, `verify` or `access`. Jobs of a unit that share a `resource_group` \
and an `on_stop` deploy parts of one thing one after the other, and are not reported.",
    source: "https://docs.gitlab.com/ci/environments/deployment_safety/",
    bad: Example::Pipeline(
        "a:
  script: x
  environment: prod
b:
  script: x
  environment: prod
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: x
  environment: prod
b:
  script: x
  environment:
    name: prod
    action: verify
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let mut first_by_name: HashMap<String, (usize, &Job)> = HashMap::new();
    for (position, job) in index.jobs() {
        if index.state(position) == State::Out {
            continue;
        }
        let Some(environment) = environment(&job.body).filter(Environment::deploys) else { continue };
        problems.extend(shared_by_instances(job, &environment));
        let Some(name) = expanded_name(index.settings, job, &environment) else { continue };
        let Some((first_position, first)) = first_by_name.get(&name).copied() else {
            first_by_name.insert(name, (position, job));
            continue;
        };
        if !are_together(index, (position, job), (first_position, first)) || are_parts_of_one(job, first) {
            continue;
        }
        let is_written_alike = deployed_name(first) == environment.name_text();
        let shown = if is_written_alike { environment.name_text() } else { &name };
        let message = format!("both `{}` and `{}` deploy to `{shown}`", job.name, first.name);
        problems.push(
            Diagnostic::warning(&RULE, environment.origin, message)
                .with_label(first.origin, "the other job")
                .with_help("let one of them deploy, and give the other `action: prepare` or `verify`"),
        );
    }
}

/// Returns the name of the environment that a job deploys to, if it is in the pipeline or may be.
pub(in crate::check) fn deployed_environment(
    job: &Job,
    presence: &JobPresence,
    settings: &CheckSettings,
) -> Option<String> {
    let environment = environment(&job.body).filter(Environment::deploys)?;
    if presence.state() == State::Out { None } else { expanded_name(settings, job, &environment) }
}

fn deployed_name(job: &Job) -> &str {
    environment(&job.body).map_or("", |environment| environment.name_text())
}

/// Returns the name of a job's environment as GitLab expands it. References to variables that nothing is known of stay as
/// they are: they are the same in all jobs. `None` where the name depends on what differs by copy of the job or by its rules.
fn expanded_name(settings: &CheckSettings, job: &Job, environment: &Environment<'_>) -> Option<String> {
    let parallel = parallel(&job.body);
    let differs = |name: &str| match &parallel {
        Some(Parallel::Matrix(rows)) => rows.iter().flatten().any(|(variable, _)| *variable == name),
        _ => false,
    };
    let by_rules = |name: &str| {
        let rules = rules(&job.body).unwrap_or_default();
        rules.iter().any(|rule| rule.get("variables").is_some_and(|variables| variables.get(name).is_some()))
    };
    expand(environment.name_text(), &|name| {
        if is_of_one_job(name) || differs(name) || by_rules(name) {
            return Replacement::Unknown;
        }
        let of_pipeline = settings.variables.get(name);
        let own = job.body.get("variables").and_then(|variables| variables.get(name));
        match (of_pipeline, own.and_then(|node| literal(node.get("value").unwrap_or(node)))) {
            (Variable::Set(value), None) => Replacement::Value(value),
            // What a run or the project gives is stronger than the job, and what GitLab predefines is weaker.
            (Variable::Set(value), Some(_)) if !is_predefined(name) => Replacement::Value(value),
            (_, Some(value)) => Replacement::Value(value),
            (Variable::Unset, None) => Replacement::Literal(String::new()),
            (Variable::Unknown | Variable::Bool(_), None) => Replacement::Literal(format!("${name}")),
        }
    })
}

/// Returns `true` for variables that differ from job to job.
fn is_of_one_job(name: &str) -> bool {
    name.starts_with("CI_JOB_") || name == "CI_NODE_INDEX"
}

/// Returns `true` if both jobs are in one pipeline, certainly or whenever one of them is. Different rules may make them alternatives, as for a deploy
/// of the default branch and one of tags.
fn are_together(
    index: &Index<'_>,
    (position, job): (usize, &Job),
    (other_position, other): (usize, &Job),
) -> bool {
    if index.state(position) == State::In || index.state(other_position) == State::In {
        return true;
    }
    match (job.body.get("rules"), other.body.get("rules")) {
        (Some(rules), Some(other_rules)) => rules.same_as(other_rules),
        _ => false,
    }
}

/// Returns `true` if two jobs deploy parts of the same thing in turn: a `resource_group` keeps them apart, and the environment
/// stops alike after either of them.
fn are_parts_of_one(job: &Job, other: &Job) -> bool {
    let group = job.body.get("resource_group").and_then(Node::text);
    let on_stop = |job: &Job| {
        let environment = environment(&job.body)?;
        environment.on_stop().and_then(Node::text).map(str::to_owned)
    };
    let other_group = other.body.get("resource_group").and_then(Node::text);
    group.is_some() && group == other_group && job.unit == other.unit && on_stop(job) == on_stop(other)
}

/// Returns a warning for a job that `parallel` multiplies, unless each instance deploys to an environment of its own.
fn shared_by_instances(job: &Job, environment: &Environment<'_>) -> Option<Diagnostic> {
    let name = environment.name_text();
    let parallel = parallel(&job.body).filter(|parallel| parallel.count() > 1)?;
    let is_distinct = match &parallel {
        Parallel::Count(_) => name.contains("CI_NODE_INDEX"),
        Parallel::Matrix(rows) => rows.iter().flatten().any(|(variable, _)| name.contains(variable)),
        // `parallel` reports its form.
        Parallel::Malformed => true,
    };
    if is_distinct {
        return None;
    }
    let message = format!("each of the {} instances of `{}` deploys to `{name}`", parallel.count(), job.name);
    let problem = Diagnostic::warning(&RULE, environment.origin, message);
    Some(problem.with_help("use a variable of the matrix in the environment name"))
}
