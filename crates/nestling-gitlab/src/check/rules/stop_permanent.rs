//! `stop-permanent`: permanent environments that a merge stops.

use super::Index;
use crate::diagnostic::Severity::Note;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::{Environment, environment};
use crate::pipeline::expression::Variable;
use crate::pipeline::known::KnownVariables;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "stop-permanent",
    severities: &[Note],
    summary: "a permanent environment has a stop job",
    documentation: "When a branch is deleted or a merge request is merged, GitLab runs the stop jobs of the environments that it \
deployed to, unless the branch is the default branch. For an environment of the tier production or staging with a fixed name, \
that is rarely intended.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: production
    on_stop: stop
stop:
  script: s
  when: manual
  environment:
    name: production
    action: stop
",
    ),
    good: Example::Pipeline(
        "\
deploy:
  script: d
  environment:
    name: production
",
    ),
};

/// Names from which GitLab infers one of the two tiers (<https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments>).
const NAMES: [&str; 5] = ["production", "prod", "live", "staging", "stage"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if is_permanent_ref(&index.settings.variables) {
        return;
    }
    for pair in index.stops() {
        let Some(environment) = environment(&pair.deploy.body) else { continue };
        let name = environment.name_text();
        if name.contains('$') || !is_permanent(&environment) {
            continue;
        }
        let message =
            format!("merging or deleting a branch that deployed to `{name}` runs `{}`", pair.stop.name);
        let problem = Diagnostic::new(&RULE, Note, message).with_label(pair.on_stop.origin, "");
        // In a unit Nestling generates most stop jobs, from a `stop` block.
        let help = match pair.deploy.unit {
            Some(_) => {
                "unless that is intended, remove the `stop` block, or write `stop: false` in the environment catalogue"
            }
            None => "remove `on_stop`, unless that is intended",
        };
        problems.push(problem.with_help(help));
    }
}

fn is_permanent(environment: &Environment<'_>) -> bool {
    match environment.get("deployment_tier").and_then(Node::text) {
        Some(tier) => matches!(tier, "production" | "staging"),
        None => NAMES.contains(&environment.name_text().to_ascii_lowercase().as_str()),
    }
}

/// Returns `true` for a tag and for the default branch, which nobody merges or deletes.
fn is_permanent_ref(variables: &KnownVariables) -> bool {
    if matches!(variables.get("CI_COMMIT_TAG"), Variable::Set(_)) {
        return true;
    }
    match (variables.get("CI_COMMIT_BRANCH"), variables.get("CI_DEFAULT_BRANCH")) {
        (Variable::Set(branch), Variable::Set(default)) => branch == default,
        _ => false,
    }
}
