//! `environment-key`: keywords and values of `environment`.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::environment::environment;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "environment-key",
    severities: &[Error, Warning],
    summary: "`environment` has an unknown keyword or an invalid value",
    documentation: "`action` is one of start, stop, prepare, verify and access. `deployment_tier` is one of production, \
staging, testing, development and other. `auto_stop_in` is a duration in words, quoted if it is a number, or `never`. `url` \
has at most 255 characters.",
    source: "https://docs.gitlab.com/ci/yaml/#environment",
    bad: Example::Pipeline(
        "\
a:
  script: d
  environment:
    name: e
    auto_stop_in: 3
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: d
  environment:
    name: e
    auto_stop_in: 1 week
    deployment_tier: staging
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        let Some(environment) = environment(&job.body) else { continue };
        for key in ["url", "auto_stop_in"] {
            problems.extend(environment.get(key).and_then(|node| without_effect(key, node)));
        }
        problems.extend(environment.get("kubernetes").and_then(managed_without_agent));
    }
}

/// Reports resources that an agent has to manage, where none is named.
fn managed_without_agent(kubernetes: &Node) -> Option<Diagnostic> {
    let enabled = kubernetes.get("managed_resources")?.get("enabled")?;
    if enabled.as_bool() != Some(true) || kubernetes.get("agent").is_some_and(|agent| !agent.is_blank()) {
        return None;
    }
    let problem = Diagnostic::error(&RULE, enabled.origin, "`managed_resources` requires `agent`");
    Some(problem.with_help("add `agent: …`"))
}

/// Reports an empty string, which GitLab takes for no value.
fn without_effect(key: &str, node: &Node) -> Option<Diagnostic> {
    node.as_str().filter(|text| text.is_empty())?;
    let problem = Diagnostic::warning(&RULE, node.origin, format!("`{key}` is empty, and has no effect"));
    Some(problem.with_help("remove it"))
}
