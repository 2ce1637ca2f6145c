//! `include-form`: includes that are left for GitLab to resolve.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "include-form",
    severities: &[Error, Warning],
    summary: "GitLab cannot resolve an `include`",
    documentation: "In a child pipeline from an artifact, GitLab resolves `include` before any variable is set: variables are empty, and GitLab \
rejects the pipeline. Write the values instead. An `include` has exactly one of local, remote, template, component and \
project (with `file`). A pipeline can include at most 150 files.",
    source: "https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines",
    bad: Example::Pipeline(
        "\
include:
  - project: $GROUP/ci
    file: /a.yml
a:
  script: x
",
    ),
    good: Example::Pipeline(
        "\
include:
  - project: a/ci
    ref: v1
    file: /a.yml
a:
  script: x
",
    ),
};

/// Files in one pipeline, nested ones counted (<https://docs.gitlab.com/ci/yaml/#include>).
const LIMIT: usize = 150;

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let includes = &index.pipeline.includes;
    if let Some(over) = includes.get(LIMIT) {
        let message = format!("the pipeline includes {} files; GitLab allows {LIMIT}", includes.len());
        problems.push(Diagnostic::error(&RULE, over.origin, message));
    }
    for include in includes {
        match include.as_map() {
            Some(map) => mapping(index, map, problems),
            None => problems.extend(empty_variable(index, include)),
        }
    }
}

fn mapping(index: &Index<'_>, map: &Map, problems: &mut Vec<Diagnostic>) {
    for (key, node) in map.iter() {
        // Variables in conditions and inputs are expanded later than those in the file's name.
        if matches!(key, "rules" | "inputs") {
            continue;
        }
        let items = if key == "file" { node.items_or_self() } else { std::slice::from_ref(node) };
        problems.extend(items.iter().filter_map(|item| empty_variable(index, item)));
    }
}

/// Returns an error for a variable in an include of a child pipeline. The pipeline of `.gitlab-ci.yml` has its project's
/// variables when GitLab resolves includes.
fn empty_variable(index: &Index<'_>, node: &Node) -> Option<Diagnostic> {
    if index.settings.level == Level::Root {
        return None;
    }
    let text = node.text().filter(|text| text.contains('$'))?;
    let message =
        format!("variables in `{text}` are empty when GitLab resolves `include` in a child pipeline");
    Some(Diagnostic::error(&RULE, node.origin, message).with_help("write the value instead of the variable"))
}
