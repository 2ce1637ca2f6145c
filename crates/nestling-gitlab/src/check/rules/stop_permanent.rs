//! Environments that are to stay, and that a merge stops.

use super::Index;
use crate::diagnostic::Severity::Note;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::pipeline::expression::Variable;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "stop-permanent",
    severities: &[Note],
    summary: "an environment that is to stay has a stop job",
    documentation: "When a branch is deleted or a merge request is merged, GitLab stops the environments that it deployed to, by \
their stop jobs, unless the branch is the default one. For one of the tiers production and staging with a fixed name \
that is hardly ever meant.",
    source: "https://docs.gitlab.com/ci/environments/#stopping-an-environment",
    bad: Example::Pipeline(
        "deploy: { script: d, environment: { name: production, on_stop: stop } }\n\
stop: { script: s, when: manual, environment: { name: production, action: stop } }\n",
    ),
    good: Example::Pipeline("deploy: { script: d, environment: { name: production } }\n"),
};

/// GitLab's guess of the tier by the name (<https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments>).
const NAMES: [&str; 5] = ["production", "prod", "live", "staging", "stage"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    if stays(index) {
        return;
    }
    for pair in index.stops() {
        let Some(environment) = environment(&pair.deploy.body) else { continue };
        let name = environment.name_text();
        let permanent = match environment.get("deployment_tier").and_then(Node::text) {
            Some(tier) => matches!(tier, "production" | "staging"),
            None => NAMES.contains(&name.to_ascii_lowercase().as_str()),
        };
        if permanent && !name.contains('$') {
            let message =
                format!("merging or deleting a branch that deployed to `{name}` runs `{}`", pair.stop.name);
            problems.push(
                Diagnostic::new(&RULE, Note, message)
                    .with_label(pair.named.origin, "")
                    .with_help("take `on_stop` out, unless that is meant"),
            );
        }
    }
}

/// Whether this is a pipeline of a tag or of the default branch, which nobody merges or deletes.
fn stays(index: &Index<'_>) -> bool {
    let variable = |name| index.settings.variables.get(name);
    let default = match (variable("CI_COMMIT_BRANCH"), variable("CI_DEFAULT_BRANCH")) {
        (Variable::Set(branch), Variable::Set(default)) => branch == default,
        _ => false,
    };
    default || matches!(variable("CI_COMMIT_TAG"), Variable::Set(_))
}
