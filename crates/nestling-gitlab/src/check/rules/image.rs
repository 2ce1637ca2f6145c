//! `image` and `services`: the containers of a job.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "image",
    severities: &[Error, Warning],
    summary: "`image` or `services` is invalid",
    documentation: "An image is a string, or a mapping with `name`, `entrypoint`, `docker`, `kubernetes` and `pull_policy`. `services` \
is a list of images, with `alias`, `command` and `variables` as well.",
    source: "https://docs.gitlab.com/ci/yaml/#image",
    bad: Example::Pipeline(
        "a: { script: x, image: { name: node:22, entrypoint: \"\" }, services: postgres }\n",
    ),
    good: Example::Pipeline(
        "a: { script: x, image: { name: node:22, entrypoint: [\"\"] }, services: [{ name: postgres:17, alias: db }] }\n",
    ),
};

const IMAGE: &[&str] = &["name", "entrypoint", "docker", "kubernetes", "pull_policy", "ports"];
const SERVICE: &[&str] =
    &["name", "alias", "entrypoint", "command", "variables", "docker", "kubernetes", "pull_policy", "ports"];
/// Values of `pull_policy` (<https://docs.gitlab.com/ci/yaml/#imagepull_policy>).
const PULL_POLICIES: &[&str] = &["always", "never", "if-not-present"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "image") {
            problems.extend(image("image", node, IMAGE));
        }
        let Some(node) = form::value(&job.body, "services") else { continue };
        match node.as_seq() {
            Some(items) => {
                let items = items.iter().filter(|item| !item.is_reference());
                problems.extend(items.flat_map(|item| image("services", item, SERVICE)));
            }
            None => problems.push(form::wrong(&RULE, "services", "a list", node)),
        }
    }
}

fn image(key: &str, node: &Node, known: &[&str]) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        return match node.as_str() {
            Some("") => vec![Diagnostic::error(&RULE, node.origin, format!("`{key}` cannot be empty"))],
            Some(_) => Vec::new(),
            None => vec![form::wrong(&RULE, key, "a string or a mapping", node)],
        };
    };
    let mut problems = form::keywords(&RULE, key, map, known);
    match form::value(map, "name") {
        Some(name) => problems.extend(form::string(&RULE, "name", name)),
        None => problems.push(Diagnostic::error(&RULE, node.origin, format!("`{key}` requires `name`"))),
    }
    for key in ["entrypoint", "command"] {
        if let Some(node) = form::value(map, key) {
            problems.extend(form::strings(&RULE, key, node));
        }
    }
    problems.extend(pull_policy(map));
    problems
}

fn pull_policy(map: &Map) -> Vec<Diagnostic> {
    let Some(node) = form::value(map, "pull_policy") else { return Vec::new() };
    let items = node.items_or_self();
    items.iter().filter_map(|item| form::one_of(&RULE, "pull_policy", item, PULL_POLICIES)).collect()
}
