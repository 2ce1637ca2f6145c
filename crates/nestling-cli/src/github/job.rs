//! A job of a workflow as a job of a unit.

use super::actions;
use super::context::translated;
use super::keywords::{Workflow, set_others, set_rules};
use super::matrix::matrix;
use super::new_job::{NewJob, strings};
use super::notes::{Notes, Part};
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// Keywords of a job that are read.
const KNOWN: [&str; 17] = [
    "name",
    "runs-on",
    "needs",
    "if",
    "env",
    "steps",
    "strategy",
    "container",
    "services",
    "timeout-minutes",
    "continue-on-error",
    "environment",
    "permissions",
    "defaults",
    "outputs",
    "concurrency",
    "uses",
];

/// Keywords of a step that are read, or that have no effect on its work.
const STEP: [&str; 9] = ["id", "name", "if", "uses", "with", "run", "shell", "env", "working-directory"];

/// Keywords of a service that are read.
const SERVICE: [&str; 4] = ["image", "env", "ports", "options"];

/// Returns everything that is written of a job; `None` for one that calls a workflow.
pub(super) fn job(written: &Map, workflow: &Workflow<'_>, notes: &mut Notes) -> Option<Map> {
    let origin = written.entries.first().map_or_else(Origin::generated, |entry| entry.key.origin);
    if let Some(uses) = written.get("uses") {
        let text = format!(
            "the job calls the workflow `{}`: a template with inputs does that",
            uses.text().unwrap_or_default()
        );
        notes.add(Part::Lost, uses.origin, text);
        return None;
    }
    let mut new = NewJob::default();
    for entry in written.entries.iter().filter(|entry| !KNOWN.contains(&entry.key.text())) {
        notes.add(Part::Lost, entry.key.origin, format!("the keyword `{}`", entry.key.text()));
    }
    new.variables.extend(workflow.env.iter().cloned());
    new.variables.extend(variables(written.get("env"), notes));
    container(written, &mut new, notes);
    for step in written.get("steps").and_then(Node::as_seq).unwrap_or_default() {
        if let Some(map) = step.as_map() {
            add_step(map, written, workflow, &mut new, notes);
        }
    }
    let tags = runner(written, &mut new, notes);
    Some(body(written, workflow, new, &tags, origin, notes))
}

/// Returns an `env` as variables.
pub(super) fn variables(env: Option<&Node>, notes: &mut Notes) -> Vec<(String, String)> {
    let entries = env.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let mut variables = Vec::new();
    for (name, value) in entries {
        variables.push((name.to_owned(), translated(value.text().unwrap_or_default(), value.origin, notes)));
    }
    variables
}

fn container(written: &Map, new: &mut NewJob, notes: &mut Notes) {
    if let Some(container) = written.get("container") {
        let image = container.get("image").unwrap_or(container);
        new.image = image.text().map(|text| translated(text, image.origin, notes));
        new.variables.extend(variables(container.get("env"), notes));
        for key in ["options", "volumes", "ports", "credentials"] {
            if let Some(node) = container.get(key) {
                notes.add(Part::Lost, node.origin, format!("`{key}` of the container"));
            }
        }
    }
    let mut services = Vec::new();
    for (alias, service) in written.get("services").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let mut map = Map::default();
        let name = service.get("image").and_then(Node::text).unwrap_or_default();
        map.set("name", Node::string(service.origin, translated(name, service.origin, notes)));
        map.set("alias", Node::string(service.origin, alias));
        let env = variables(service.get("env"), notes);
        if !env.is_empty() {
            map.set("variables", mapping(&env, service.origin));
        }
        if service.get("ports").is_some() {
            let text = format!("the service is reached at `{alias}`, and no longer at `localhost`");
            notes.add(Part::Decided, service.origin, text);
        }
        if let Some(options) = service.get("options") {
            notes.add(Part::Lost, options.origin, "`options` of the service: wait for it in the script");
        }
        let entries = service.as_map().into_iter().flat_map(|map| &map.entries);
        for entry in entries.filter(|entry| !SERVICE.contains(&entry.key.text())) {
            notes.add(Part::Lost, entry.key.origin, format!("`{}` of the service", entry.key.text()));
        }
        services.push(Node::map(service.origin, map));
    }
    if let Some(origin) = services.first().map(|first| first.origin) {
        new.extend("services", services, origin);
    }
}

fn add_step(step: &Map, job: &Map, workflow: &Workflow<'_>, new: &mut NewJob, notes: &mut Notes) {
    let mut is_last = false;
    if let Some(node) = step.get("if") {
        let text = node.text().unwrap_or_default();
        is_last = matches!(text.trim().trim_start_matches("${{").trim_end_matches("}}").trim(), "always()");
        if !is_last {
            let text = format!("`if: {text}` of a step: it always runs; ask for it in the script");
            notes.add(Part::Lost, node.origin, text.replace("${{", "$ {{"));
        }
    }
    let is_known = |key: &str| STEP.contains(&key) || key == "continue-on-error" && step.contains("run");
    for entry in step.entries.iter().filter(|entry| !is_known(entry.key.text())) {
        notes.add(Part::Lost, entry.key.origin, format!("`{}` of a step", entry.key.text()));
    }
    if let Some(uses) = step.get("uses") {
        add_action(uses, step, is_last, new, notes);
    }
    if let Some(run) = step.get("run") {
        let text = script(run, step, job, workflow, notes);
        if is_last { new.after_script.push(text) } else { new.script.push(text) }
    }
}

fn add_action(uses: &Node, step: &Map, is_last: bool, new: &mut NewJob, notes: &mut Notes) {
    let empty = Map::default();
    let with = step.get("with").and_then(Node::as_map).unwrap_or(&empty);
    actions::add(uses, with, new, notes);
    if let Some(env) = step.get("env") {
        notes.add(Part::Lost, env.origin, "`env` of an action");
    }
    if is_last && uses.text().is_some_and(|name| name.starts_with("actions/upload-artifact@")) {
        new.keeps_artifacts = true;
    } else if is_last {
        notes.add(Part::Lost, uses.origin, "`if: always()` of an action: it does not run if a step fails");
    }
}

/// Returns the script of a step.
fn script(run: &Node, step: &Map, job: &Map, workflow: &Workflow<'_>, notes: &mut Notes) -> String {
    let text = translated(run.text().unwrap_or_default(), run.origin, notes).trim_end().to_owned();
    for name in ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] {
        if text.contains(name) {
            let text = format!(
                "`${name}` is not a file: use `export` in the same script, or a dotenv report for other jobs"
            );
            notes.add(Part::Lost, run.origin, text);
        }
    }
    // The step's own setting, or the default of the job or the workflow.
    let default = |node: Option<&Node>, key: &str| node.and_then(|node| node.get("run")?.get(key)).cloned();
    let setting = |key: &str| {
        let own = step.get(key).cloned();
        own.or_else(|| default(job.get("defaults"), key)).or_else(|| default(workflow.defaults, key))
    };
    if let Some(shell) = setting("shell").filter(|shell| !matches!(shell.text(), Some("bash" | "sh"))) {
        notes.add(Part::Lost, shell.origin, format!("`shell: {}`", shell.text().unwrap_or_default()));
    }
    let mut before: Vec<String> = variables(step.get("env"), notes)
        .into_iter()
        .map(|(name, value)| format!("export {name}=\"{}\"", escaped(&value)))
        .collect();
    if let Some(directory) = setting("working-directory") {
        let path = translated(directory.text().unwrap_or_default(), directory.origin, notes);
        before.push(format!("cd {path}"));
    }
    let may_fail = step.get("continue-on-error").and_then(Node::as_bool) == Some(true);
    step_script(&before, &text, may_fail)
}

/// Returns the script of a step. Its variables and its directory are those of the step alone.
fn step_script(before: &[String], run: &str, may_fail: bool) -> String {
    let own_shell = |lines: &[String]| format!("(\n{}\n{run}\n)", lines.join("\n"));
    if may_fail {
        // In `( … ) || true` the shell would continue after a failed command: `set -e` has no effect there.
        let before = [&["set -e".to_owned()], before].concat();
        return format!("set +e\n{}\nset -e", own_shell(&before));
    }
    if before.is_empty() { run.to_owned() } else { own_shell(before) }
}

/// Finds the image, and returns the tags of a runner of another kind.
fn runner(written: &Map, new: &mut NewJob, notes: &mut Notes) -> Vec<String> {
    let node = written.get("runs-on");
    let labels: Vec<String> = node
        .map(Node::items_or_self)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect();
    let is_hosted = labels.iter().all(|label| label.starts_with("ubuntu-"));
    if new.needs_docker {
        let origin = node.map_or_else(Origin::generated, |node| node.origin);
        if let Some(other) = new.image.replace("docker:28".to_owned()) {
            let text = format!(
                "the image `{other}` in addition to `docker:28`: a job can have only one image; build one that contains both"
            );
            notes.add(Part::Lost, origin, text);
        }
        new.extend("services", vec![Node::string(origin, "docker:28-dind")], origin);
        notes.add(Part::Decided, origin, "Docker runs as a service: the runner must be privileged");
    }
    if is_hosted {
        if new.image.is_none() {
            let version = labels
                .first()
                .and_then(|label| label.strip_prefix("ubuntu-"))
                .filter(|version| *version != "latest");
            new.image = Some(format!("ubuntu:{}", version.unwrap_or("24.04")));
            let origin = node.map_or_else(Origin::generated, |node| node.origin);
            let text = "the image `ubuntu` has no git, curl, node and so on, which GitHub's machine has: name an image that has what the script calls";
            notes.add(Part::Decided, origin, text);
        }
        return Vec::new();
    }
    let origin = node.map_or_else(Origin::generated, |node| node.origin);
    notes.add(
        Part::Decided,
        origin,
        format!("`runs-on: {}`: its labels are tags of a runner", labels.join(", ").replace("${{", "$ {{")),
    );
    labels.iter().map(|label| translated(label, origin, notes)).collect()
}

fn body(
    written: &Map,
    workflow: &Workflow<'_>,
    new: NewJob,
    tags: &[String],
    origin: Origin,
    notes: &mut Notes,
) -> Map {
    let mut body = Map::default();
    body.set("stage", Node::string(origin, "test"));
    if let Some(image) = &new.image {
        body.set("image", Node::string(origin, image.as_str()));
    }
    if !tags.is_empty() {
        body.set("tags", strings(tags, origin));
    }
    body.entries.extend(new.keywords.entries.clone());
    if let Some(strategy) = written.get("strategy")
        && let Some(matrix) = matrix(strategy, notes)
    {
        let mut parallel = Map::default();
        parallel.set("matrix", matrix);
        body.set("parallel", Node::map(origin, parallel));
    }
    if let Some(needs) = written.get("needs") {
        let names: Vec<String> =
            needs.items_or_self().iter().filter_map(Node::text).map(str::to_owned).collect();
        body.set("needs", strings(&names, needs.origin));
    }
    let mut variables = Map::default();
    for (name, value) in &new.variables {
        // A variable that refers to itself is one of the project.
        if *value != format!("${{{name}}}") {
            variables.set(name.as_str(), Node::string(origin, value.as_str()));
        }
    }
    if !variables.is_empty() {
        body.set("variables", Node::map(origin, variables));
    }
    set_rules(written, workflow, &mut body, notes);
    set_others(written, &mut body, notes);
    if new.script.is_empty() {
        notes.add(Part::Lost, origin, "no step of the job is carried over: its script does nothing");
    }
    let script = if new.script.is_empty() { vec!["true".to_owned()] } else { new.script };
    body.set("script", strings(&script, origin));
    if !new.after_script.is_empty() {
        body.set("after_script", strings(&new.after_script, origin));
    }
    if !new.artifacts.is_empty() {
        let mut artifacts = Map::default();
        artifacts.set("paths", strings(&new.artifacts, origin));
        if let Some(expire_in) = &new.expire_in {
            artifacts.set("expire_in", Node::string(origin, expire_in.as_str()));
        }
        if new.keeps_artifacts {
            artifacts.set("when", Node::string(origin, "always"));
        }
        body.set("artifacts", Node::map(origin, artifacts));
    }
    body
}

/// Returns a value for double quotes of a shell, which expand variables alone.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`")
}

fn mapping(variables: &[(String, String)], origin: Origin) -> Node {
    let mut map = Map::default();
    variables.iter().for_each(|(name, value)| map.set(name.as_str(), Node::string(origin, value.as_str())));
    Node::map(origin, map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_step_that_may_fail_ends_at_its_first_failure_and_the_next_step_runs() {
        let before = ["export A=1".to_owned()];
        for (may_fail, expected) in [(true, "first 1\nnext \n"), (false, "first 1\n")] {
            let step = step_script(&before, "echo \"first $A\"\nfalse\necho second", may_fail);
            let script = format!("set -e\n{step}\necho \"next $A\"\nfalse\necho last\n");
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
            assert!(!output.status.success());
        }
        assert_eq!(step_script(&[], "make", false), "make");
    }
}
