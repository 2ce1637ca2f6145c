//! The text of all jobs of a workflow.

use super::called::{Caller, Flat, FlatJob, nobody};
use super::context::variable_name;
use super::documents::Documents;
use super::job::{job, needs};
use super::job_name::job_name;
use super::keywords::{JobCondition, Workflow, never_holds, of_needed, set_rules, tell_permissions};
use super::new_job::Upload;
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::steps::inputs;
use super::text::resolved;
use super::triggers::Triggers;
use nestling::Origin;
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::{BTreeMap, BTreeSet};

/// Keywords of a workflow that are read.
const KNOWN: [&str; 9] =
    ["name", "on", "env", "jobs", "defaults", "permissions", "concurrency", "run-name", "true"];

/// The facts of the jobs that are made already.
#[derive(Default)]
struct Known {
    outputs: BTreeMap<String, BTreeMap<String, super::expression::Expr>>,
    uploads: BTreeMap<String, Vec<Upload>>,
    /// The rules that keep each job from running, with those of the jobs that it needs.
    rules: BTreeMap<String, Vec<String>>,
    /// The jobs that never run.
    never: BTreeSet<String>,
    bodies: BTreeMap<usize, Map>,
}

/// Returns the text of all jobs, and their number.
pub(super) fn jobs_text(
    workflow: &Node,
    triggers: &Triggers,
    documents: &Documents<'_>,
    notes: &mut Notes,
) -> (String, usize) {
    if let Some(map) = workflow.as_map() {
        tell_keywords(map, notes);
    }
    let name = workflow.get("name").and_then(Node::text).unwrap_or_default().to_owned();
    let mut flat = Flat::default();
    flat.add(workflow, &nobody(name), 0, documents, notes);
    let mut known = Known::default();
    for position in flat.order() {
        let body = made(&flat, position, triggers, documents, &mut known, notes);
        known.bodies.insert(position, body);
    }
    let mut text = String::new();
    for (position, body) in &known.bodies {
        let job = &flat.jobs[*position];
        if !text.is_empty() {
            text.push('\n');
        }
        let key = Key::new(job.origin, job_name(&job.name).as_str());
        emit_entry(&mut text, &key, &Node::map(job.origin, body.clone()), 0);
    }
    (text, flat.jobs.len())
}

fn tell_keywords(workflow: &Map, notes: &mut Notes) {
    notes.others(workflow, &KNOWN, "of the workflow");
    if let Some(permissions) = workflow.get("permissions") {
        tell_permissions(permissions, notes);
    }
    if let Some(concurrency) = workflow.get("concurrency") {
        let text = "`concurrency`: a newer pipeline cancels jobs with `interruptible: true` (`workflow:auto_cancel` of the parent)";
        notes.add(Part::Decided, concurrency.origin, text);
    }
}

/// Returns the body of a job, whose needs are made already.
fn made(
    flat: &Flat,
    position: usize,
    triggers: &Triggers,
    documents: &Documents<'_>,
    known: &mut Known,
    notes: &mut Notes,
) -> Map {
    let written = &flat.jobs[position];
    let mut needed = flat.needed(written);
    let mut condition = JobCondition::default();
    let scope = scope_of(flat, written, known, &mut condition, notes);
    if let Some(node) = written.body.get("if") {
        condition.add(node, &scope, notes);
    }
    tell_gone(flat, written, notes);
    let stopping = stopping(flat, written, &needed, &condition);
    condition.is_never |= stopping.iter().any(|name| known.never.contains(name));
    let inherited = of_needed(&stopping, &known.rules);
    if !condition.is_never && never_holds(&condition, &inherited, &triggers.conditions) {
        let origin = condition.origin.unwrap_or(written.origin);
        let text = format!("`{}` never runs: no event of the workflow meets its condition", written.name);
        notes.add(Part::Rewritten, origin, text);
        condition.is_never = true;
    }
    if condition.is_never {
        known.never.insert(written.name.clone());
    }
    let env = env_of(written, triggers);
    let before = flat.before(written);
    let uploads: Vec<Upload> =
        before.iter().filter_map(|name| known.uploads.get(name)).flatten().cloned().collect();
    let workflow = Workflow { defaults: written.defaults.as_ref(), files: documents, uploads: &uploads };
    let made = job(written, scope, &condition, &env, &workflow, notes);
    let mut body = made.body;
    // On GitHub, a job can download the artifacts of all jobs that have run; on GitLab, those of the jobs in `needs`.
    for name in before.iter().filter(|name| !flat.needed(written).contains(name)) {
        let uploads = known.uploads.get(name).into_iter().flatten();
        if uploads.into_iter().any(|upload| made.job.downloads.contains(&upload.name)) {
            needed.push(name.clone());
        }
    }
    if !needed.is_empty() {
        let may_be_gone = |name: &String| {
            known.never.contains(name) || known.rules.get(name).is_some_and(|rules| !rules.is_empty())
        };
        let is_optional = |name: &&String| !stopping.contains(name) && may_be_gone(name);
        let optional: Vec<String> = needed.iter().filter(is_optional).cloned().collect();
        body.set("needs", needs(&needed, &optional, written.origin));
    }
    set_rules(&condition, &inherited, &triggers.conditions, &mut body);
    let script = ["script", "after_script"].map(|key| body.remove(key).map(|node| (key, node)));
    for (key, node) in script.into_iter().flatten() {
        body.set(key, node);
    }
    let mut rules = inherited;
    rules.extend(condition.rules.iter().cloned());
    known.rules.insert(written.name.clone(), rules);
    known.outputs.insert(written.name.clone(), made.outputs);
    known.uploads.insert(written.name.clone(), made.job.uploads);
    body
}

/// Adds lines about needs of jobs that are not carried over.
fn tell_gone(flat: &Flat, job: &FlatJob, notes: &mut Notes) {
    for (name, _) in job.needs.iter().filter(|(_, whole)| flat.gone.contains(whole)) {
        let origin = job.body.get("needs").map_or(job.origin, |node| node.origin);
        notes.add(Part::Lost, origin, format!("the need `{name}`: that job is not carried over"));
    }
}

/// Returns the jobs without which a job does not run: all that it waits for.
fn stopping(flat: &Flat, job: &FlatJob, needed: &[String], condition: &JobCondition) -> Vec<String> {
    if !condition.waits_for_success() {
        return Vec::new();
    }
    if job.callers.iter().any(is_started_anyway) {
        return job.needs.iter().flat_map(|(_, whole)| flat.jobs_of(whole)).collect();
    }
    needed.to_vec()
}

/// Returns `true` if a call starts its jobs whatever became of those that it needs.
fn is_started_anyway(caller: &Caller) -> bool {
    let text = caller.body.get("if").and_then(Node::text).unwrap_or_default();
    ["always(", "cancelled(", "failure("].iter().any(|function| text.contains(function))
}

/// Returns the names that a job can use: what its callers pass, and the outputs of the jobs that it needs.
fn scope_of(
    flat: &Flat,
    job: &FlatJob,
    known: &Known,
    condition: &mut JobCondition,
    notes: &mut Notes,
) -> Scope {
    let needs = |needs: &[(String, String)]| {
        needs.iter().map(|(name, whole)| (name.clone(), flat.outputs_of(whole, &known.outputs))).collect()
    };
    let mut scope = Scope { workflow: job.workflow.clone(), ..Scope::default() };
    for caller in &job.callers {
        scope.needs = needs(&caller.needs);
        if let Some(node) = caller.body.get("if") {
            condition.add(node, &scope, notes);
        }
        let inputs = inputs(&caller.definition, caller.body.get("with"), &scope, notes);
        let passed = caller.body.get("secrets").and_then(Node::as_map);
        for (name, value) in passed.into_iter().flat_map(Map::iter) {
            let value = resolved(value.text().unwrap_or_default(), &scope, value.origin, notes);
            scope.secrets.insert(name.to_owned(), value);
        }
        scope.inputs = Some(inputs);
    }
    if !job.needs.is_empty() {
        // `always()` of a call is about the jobs that the call needs.
        condition.start = None;
    }
    scope.needs = needs(&job.needs);
    scope
}

/// Returns the `env` of the workflow and the job, and the inputs of a form.
fn env_of(job: &FlatJob, triggers: &Triggers) -> Vec<(String, Node)> {
    let mut env = Vec::new();
    for node in [job.env.as_ref(), job.body.get("env")].into_iter().flatten() {
        let entries = node.as_map().into_iter().flat_map(Map::iter);
        env.extend(entries.map(|(name, value)| (name.to_owned(), value.clone())));
    }
    let inputs = triggers.inputs.iter().filter(|_| job.callers.is_empty());
    env.extend(inputs.map(|input| {
        (variable_name(&input.name), Node::string(Origin::generated(), input.default.as_str()))
    }));
    env
}
