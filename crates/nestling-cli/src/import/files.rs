//! The text of the new files: the workspace, a file for each unit.

use super::unit::{Composition, Family, NewUnit};
use nestling::{FILE_NAME, Origin};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The directory of templates.
const DIRECTORY: &str = "ci/templates";

/// URL of the schemas, for editors.
const SCHEMA: &str = "https://gitlab.com/nestling-ci/nestling/-/raw/main/docs";

/// Returns the text of each new file, by path.
pub(super) fn texts(composition: &Composition, stages: &[String]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for unit in &composition.units {
        files.insert(format!("{}/{FILE_NAME}", unit.directory), unit_text(unit));
    }
    for (name, text) in &composition.templates {
        files.insert(template_path(name), text.clone());
    }
    files.insert(FILE_NAME.to_owned(), workspace_text(composition, stages));
    files
}

/// Returns the path of a template.
pub(super) fn template_path(name: &str) -> String {
    format!("{DIRECTORY}/{name}.yml")
}

fn workspace_text(composition: &Composition, stages: &[String]) -> String {
    let mut text = format!("# yaml-language-server: $schema={SCHEMA}/workspace.schema.json\nworkspace:\n");
    if !composition.templates.is_empty() {
        entry(&mut text, "templates", &strings(&[DIRECTORY.to_owned()]), 2);
    }
    if !stages.is_empty() {
        entry(&mut text, "stages", &strings(stages), 2);
    }
    if !composition.catalogue.is_empty() {
        let origin = Origin::generated();
        let mut catalogue = Map::default();
        for (key, entry) in &composition.catalogue {
            catalogue.set(key, Node::map(origin, entry.clone()));
        }
        entry(&mut text, "environments", &Node::map(origin, catalogue), 2);
    }
    let whole = composition.whole;
    let policies = [("merge_request: all", whole.merge_requests), ("branch: all", whole.branches)];
    let policies: Vec<&str> =
        policies.into_iter().filter(|(_, is_set)| *is_set).map(|(policy, _)| policy).collect();
    if !policies.is_empty() {
        text.push_str("  # Some jobs of units run there whatever changed: every unit is selected, and the rules of each job decide.\n");
        line(&mut text, format_args!("  pipelines: {{ {} }}", policies.join(", ")));
    }
    if stages.is_empty() && policies.is_empty() {
        text = text.replace("workspace:\n", "workspace: {}\n");
    }
    let is_plain = composition.defaults.is_empty() && composition.variables.is_empty();
    if !is_plain {
        text.push_str("---\n# What every unit's jobs are given.\n");
        add_defaults(&mut text, &composition.defaults, &composition.variables);
    }
    if composition.cancels_on_failure {
        text.push_str(if is_plain { "---\n" } else { "" });
        text.push_str("workflow:\n  auto_cancel:\n    on_job_failure: all\n");
    }
    text
}

/// Returns the text of a unit's file.
fn unit_text(unit: &NewUnit) -> String {
    let mut text = format!("# yaml-language-server: $schema={SCHEMA}/unit.schema.json\nunit:\n");
    entry(&mut text, "name", &Node::string(Origin::generated(), unit.name.as_str()), 2);
    if !unit.depends_on.is_empty() {
        let names: Vec<String> = unit.depends_on.iter().cloned().collect();
        entry(&mut text, "depends_on", &strings(&names), 2);
    }
    if !unit.changes.is_empty() {
        let globs: Vec<String> = unit.changes.iter().map(|glob| format!("/{glob}")).collect();
        entry(&mut text, "changes", &strings(&globs), 2);
    }
    match &unit.family {
        Some(Family { template, input: None }) => {
            entry(&mut text, "use", &Node::string(Origin::generated(), template.as_str()), 2);
        }
        Some(Family { template, input: Some(name) }) => {
            line(&mut text, "  use:");
            entry(&mut text, "template", &Node::string(Origin::generated(), template.as_str()), 4);
            let mut inputs = Map::default();
            inputs.set("name", Node::string(Origin::generated(), name.as_str()));
            entry(&mut text, "inputs", &Node::map(Origin::generated(), inputs), 4);
        }
        None => {
            text.push_str("---\n");
            text.push_str(&jobs_text(unit));
        }
    }
    text
}

/// Returns the jobs of a unit, with what they are given.
pub(super) fn jobs_text(unit: &NewUnit) -> String {
    let mut text = String::new();
    add_defaults(&mut text, &unit.defaults, &unit.variables);
    for job in unit.jobs.iter().filter(|job| !job.is_block) {
        if !text.is_empty() {
            text.push('\n');
        }
        let key = Key::new(Origin::generated(), job.short.as_str());
        emit_entry(&mut text, &key, &Node::map(Origin::generated(), job.body.clone()), 0);
    }
    text
}

fn add_defaults(text: &mut String, defaults: &Map, variables: &Map) {
    for (key, map) in [("default", defaults), ("variables", variables)] {
        if !map.is_empty() {
            entry(text, key, &Node::map(Origin::generated(), map.clone()), 0);
        }
    }
}

fn entry(text: &mut String, key: &str, value: &Node, indent: usize) {
    emit_entry(text, &Key::new(Origin::generated(), key), value, indent);
}

fn strings(items: &[String]) -> Node {
    let origin = Origin::generated();
    Node::seq(origin, items.iter().map(|item| Node::string(origin, item.as_str())).collect())
}

/// Appends a line.
pub(super) fn line(text: &mut String, line: impl std::fmt::Display) {
    let _ = writeln!(text, "{line}");
}
