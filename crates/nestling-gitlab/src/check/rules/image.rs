//! The images that a job and its services run in.

use super::Index;
use crate::check::form;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::yaml::{Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "image",
    severities: &[Error, Warning],
    summary: "`image` or `services` has a form that GitLab refuses",
    documentation: "An image is a text, or a mapping with `name`, `entrypoint`, `docker`, `kubernetes` and `pull_policy`. `services` \
is a list of such, with `alias`, `command` and `variables` as well.",
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
const PULL: &[&str] = &["always", "never", "if-not-present"];

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (_, job) in index.jobs() {
        if let Some(node) = form::value(&job.body, "image") {
            problems.extend(image("image", node, IMAGE));
        }
        let Some(node) = form::value(&job.body, "services") else { continue };
        match node.as_seq() {
            None => problems.push(form::wrong(&RULE, "services", "a list", node)),
            Some(items) => {
                let items = items.iter().filter(|item| !item.is_reference());
                problems.extend(items.flat_map(|item| image("services", item, SERVICE)));
            }
        }
    }
}

fn image(key: &str, node: &Node, known: &[&str]) -> Vec<Diagnostic> {
    let Some(map) = node.as_map() else {
        let empty = node.as_str().is_some_and(str::is_empty);
        let told = if empty {
            Some(Diagnostic::error(&RULE, node.origin, format!("`{key}` is empty")))
        } else {
            node.as_str().is_none().then(|| form::wrong(&RULE, key, "a text or a mapping", node))
        };
        return told.into_iter().collect();
    };
    let mut problems = form::keys(&RULE, &format!("`{key}`"), map, known);
    match form::value(map, "name") {
        None => problems.push(Diagnostic::error(&RULE, node.origin, format!("`{key}` has no `name`"))),
        Some(name) => problems.extend(form::text(&RULE, "name", name)),
    }
    for key in ["entrypoint", "command"] {
        problems.extend(form::value(map, key).into_iter().flat_map(|node| form::texts(&RULE, key, node)));
    }
    problems.extend(pull_policy(map));
    problems
}

fn pull_policy(map: &Map) -> Vec<Diagnostic> {
    let Some(node) = form::value(map, "pull_policy") else { return Vec::new() };
    let items = node.items_or_self();
    items.iter().filter_map(|item| form::one_of(&RULE, "pull_policy", item, PULL)).collect()
}
