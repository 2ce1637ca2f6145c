//! A job of a workflow as a job of a unit.

use super::called::FlatJob;
use super::condition::Start;
use super::expression::Expr;
use super::job_name::job_name;
use super::keywords::{JobCondition, Workflow, set_others};
use super::localhost::tell_localhost;
use super::matrix::matrix;
use super::new_job::{NewJob, mapping, strings};
use super::notes::{Notes, Part};
use super::runner::{Runner, runner};
use super::scope::Scope;
use super::shell::plain;
use super::step_script::{add_readers, exports};
use super::steps::{Condition, Steps};
use super::text::{keyword, resolved};
use super::values;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// Keywords of a job that are read, or that have no effect on its work.
const KNOWN: [&str; 16] = [
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
];

/// Keywords of a service that are read.
const SERVICE: [&str; 4] = ["image", "env", "ports", "options"];

/// Keywords of a container that are read.
const CONTAINER: [&str; 2] = ["image", "env"];

/// The job of the unit, with its outputs.
pub(super) struct Made {
    pub body: Map,
    pub outputs: BTreeMap<String, Expr>,
    pub job: NewJob,
}

/// Returns everything that is written of a job, but its rules and needs.
pub(super) fn job(
    flat: &FlatJob,
    mut scope: Scope,
    condition: &JobCondition,
    env: &[(String, Node)],
    workflow: &Workflow<'_>,
    notes: &mut Notes,
) -> Made {
    let written = &flat.body;
    let origin = flat.origin;
    let mut new = NewJob::default();
    notes.others(written, &KNOWN, "of a job");
    let strategy = written.get("strategy").or(flat.strategy.as_ref());
    if let (Some(_), Some(other)) = (written.get("strategy"), &flat.strategy) {
        notes.add(Part::Lost, other.origin, "the matrix of a call, whose job has one of its own");
    }
    let matrix = strategy.and_then(|strategy| matrix(strategy, &scope, notes));
    let runner = runner(written, matrix.as_ref(), &scope, notes);
    scope.is_elsewhere = !runner.is_hosted;
    new.matrix = matrix;
    set_variables(env, &scope, &mut new, notes);
    container(written, &scope, &mut new, notes);
    tell_localhost(written, env, notes);
    if let Some(steps) = written.get("steps") {
        let all = Steps { job: written, workflow, outer: Condition::default(), depth: 0 };
        all.add(steps, &mut scope, &mut new, notes);
    }
    let (outputs, lines) = values::outputs(&flat.name, written.get("outputs"), &scope, notes);
    let has_outputs = !lines.is_empty();
    new.script.extend((!lines.is_empty()).then(|| lines.join("\n")));
    finish_scripts(&mut new, condition, origin, notes);
    runner.set_image(&mut new, notes);
    let mut body = Map::default();
    set_head(&mut body, &new, &runner, origin);
    set_others(written, &scope, &mut body, notes);
    set_scripts(&mut body, &new, origin, notes);
    set_artifacts(&mut body, &new, has_outputs.then(|| values::file(&flat.name)), origin);
    Made { body, outputs, job: new }
}

/// Sets an `env` as variables. A value that has to be computed is one of the script.
fn set_variables(env: &[(String, Node)], scope: &Scope, new: &mut NewJob, notes: &mut Notes) {
    for (name, value) in env {
        let found = resolved(value.text().unwrap_or_default(), scope, value.origin, notes);
        let is_late = |part: &Expr| matches!(part, Expr::Variable(variable) if variable.is_late);
        if plain(&found).is_some() && !found.contains(&is_late) || found.unknown().is_some() {
            let text = keyword(value.text().unwrap_or_default(), scope, value.origin, notes);
            new.variables.retain(|(known, _)| known != name);
            new.variables.push((name.clone(), text));
            continue;
        }
        let mut single = Map::default();
        single.set(name, value.clone());
        new.exports.extend(exports(Some(&Node::map(value.origin, single)), scope, notes));
        let text = format!("`{name}` is computed in the script, and is no variable of the job");
        notes.add(Part::Rewritten, value.origin, text);
    }
}

/// Returns an `env` as variables of a service or a container.
pub(super) fn variables(env: Option<&Node>, scope: &Scope, notes: &mut Notes) -> Vec<(String, String)> {
    let entries = env.and_then(Node::as_map).into_iter().flat_map(Map::iter);
    entries
        .map(|(name, value)| {
            (name.to_owned(), keyword(value.text().unwrap_or_default(), scope, value.origin, notes))
        })
        .collect()
}

fn container(written: &Map, scope: &Scope, new: &mut NewJob, notes: &mut Notes) {
    if let Some(container) = written.get("container") {
        let image = container.get("image").unwrap_or(container);
        new.image = image.text().map(|text| keyword(text, scope, image.origin, notes));
        new.variables.extend(variables(container.get("env"), scope, notes));
        if let Some(map) = container.as_map() {
            notes.others(map, &CONTAINER, "of the container");
        }
    }
    let mut services = Vec::new();
    for (alias, service) in written.get("services").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let mut map = Map::default();
        let name = service.get("image").or(Some(service)).and_then(Node::text).unwrap_or_default();
        map.set("name", Node::string(service.origin, keyword(name, scope, service.origin, notes)));
        map.set("alias", Node::string(service.origin, alias));
        let env = variables(service.get("env"), scope, notes);
        if !env.is_empty() {
            map.set("variables", mapping(&env, service.origin));
        }
        if let Some(options) = service.get("options") {
            notes.add(Part::Lost, options.origin, "`options` of the service: wait for it in the script");
        }
        if let Some(map) = service.as_map() {
            notes.others(map, &SERVICE, "of the service");
        }
        services.push(Node::map(service.origin, map));
    }
    if let Some(origin) = services.first().map(|first| first.origin) {
        new.extend("services", services, origin);
    }
}

/// Adds what is before the steps: readers of files, computed variables, and the job's own condition.
fn finish_scripts(new: &mut NewJob, condition: &JobCondition, origin: Origin, notes: &mut Notes) {
    values::set_defaults(new, origin, notes);
    add_readers(&mut new.script, &mut new.after_script);
    if !new.exports.is_empty() {
        let exports = new.exports.join("\n");
        if !new.after_script.is_empty() {
            new.after_script.insert(0, exports.clone());
        }
        new.script.insert(0, exports);
    }
    if !condition.tests.is_empty() {
        let test = condition.tests.join(" && ");
        let guard =
            format!("if ! {{ {test}; }}; then\necho \"The condition of the job does not hold.\"\nexit 0\nfi");
        if !new.after_script.is_empty() {
            new.after_script.insert(0, guard.clone());
        }
        new.script.insert(0, guard);
    }
}

fn set_head(body: &mut Map, new: &NewJob, runner: &Runner, origin: Origin) {
    body.set("stage", Node::string(origin, "test"));
    if let Some(image) = &new.image {
        body.set("image", Node::string(origin, image.as_str()));
    }
    if !runner.tags.is_empty() {
        body.set("tags", strings(&runner.tags, origin));
    }
    body.entries.extend(new.keywords.entries.clone());
    if let Some(matrix) = &new.matrix {
        let mut parallel = Map::default();
        parallel.set("matrix", matrix.clone());
        body.set("parallel", Node::map(origin, parallel));
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
}

fn set_scripts(body: &mut Map, new: &NewJob, origin: Origin, notes: &mut Notes) {
    let nothing = vec!["true".to_owned()];
    if new.script.is_empty() && new.after_script.is_empty() {
        notes.add(Part::Lost, origin, "no step of the job is carried over: its script does nothing");
    }
    let script = if new.script.is_empty() { &nothing } else { &new.script };
    body.set("script", strings(script, origin));
    if !new.after_script.is_empty() {
        body.set("after_script", strings(&new.after_script, origin));
    }
}

fn set_artifacts(body: &mut Map, new: &NewJob, dotenv: Option<String>, origin: Origin) {
    let paths: Vec<String> = new.uploads.iter().flat_map(|upload| upload.paths.clone()).collect();
    let mut artifacts = Map::default();
    if !paths.is_empty() {
        artifacts.set("paths", strings(&paths, origin));
        if let Some(expire_in) = &new.expire_in {
            artifacts.set("expire_in", Node::string(origin, expire_in.as_str()));
        }
        let has = |start: Start| new.uploads.iter().any(|upload| upload.start == start);
        let when = match (has(Start::Always), has(Start::Failure), has(Start::Success)) {
            (true, ..) | (_, true, true) => Some("always"),
            (_, true, false) => Some("on_failure"),
            _ => None,
        };
        if let Some(when) = when {
            artifacts.set("when", Node::string(origin, when));
        }
    }
    if let Some(file) = dotenv {
        let mut reports = Map::default();
        reports.set("dotenv", Node::string(origin, file));
        artifacts.set("reports", Node::map(origin, reports));
    }
    if !artifacts.is_empty() {
        body.set("artifacts", Node::map(origin, artifacts));
    }
}

/// Returns needs: those that may not be in the pipeline are optional if the job runs without them as well.
pub(super) fn needs(needed: &[String], optional: &[String], origin: Origin) -> Node {
    let item = |name: &String| {
        let renamed = Node::string(origin, job_name(name));
        if !optional.contains(name) {
            return renamed;
        }
        let mut map = Map::default();
        map.set("job", renamed);
        map.set("optional", Node::plain(origin, "true"));
        Node::map(origin, map)
    };
    Node::seq(origin, needed.iter().map(item).collect())
}
