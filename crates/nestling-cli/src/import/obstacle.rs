//! The reasons why a job stays in the parent as it is, where they are in the job itself.

use super::candidate::{Candidate, Gate, Owner};
use super::child_workflow::workflow_obstacle;
use super::clause::{Unconditional, WrittenIn, gated};
use super::forwarded::{Forwarded, mentions};
use super::includes::{IncludeCondition, Includes};
use super::old::{Configuration, OldPipeline};
use super::policy::clauses;
use super::strings::{script_lines, strings};
use super::written::{CONDITIONS, as_written, with_old_name};
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use nestling_gitlab::pipeline::rule;
use nestling_gitlab::yaml::{Kind, Map, Node};

/// Variables that have another value in a child pipeline.
const DIFFERENT: [&str; 6] = [
    "CI_PIPELINE_ID",
    "CI_PIPELINE_IID",
    "CI_PIPELINE_URL",
    SOURCE,
    "CI_PIPELINE_CREATED_AT",
    "CI_PIPELINE_NAME",
];

/// Variables that have another value for a job with another name.
const RENAMED: [&str; 2] = ["CI_JOB_NAME", "CI_JOB_NAME_SLUG"];

/// Keys under which the name of a job is mostly a label.
const LABELS: [&str; 6] = ["script", "before_script", "after_script", "artifacts", "cache", "variables"];

/// The variable that the conditions of a child ask for by another name.
const SOURCE: &str = "CI_PIPELINE_SOURCE";

/// Strings that Nestling would read as a template's syntax.
const SYNTAX: [&str; 4] = ["${{", "#%", "{%", "{#*"];

/// Position of the kind "merge request" in [`Kind::of_import`](super::kind::Kind::of_import).
pub(super) const MERGE_REQUEST: usize = 0;

/// Positions of the kinds of branches.
pub(super) const BRANCHES: [usize; 2] = [1, 2];

/// Position of the kind "tag".
pub(super) const TAG: usize = 3;

/// Returns the reason why a job stays in the parent; `None` if it can move.
pub(super) fn obstacle(candidate: &Candidate, old: &OldPipeline, includes: &Includes) -> Option<String> {
    by_condition(candidate, old, includes)
        .or_else(|| by_name(candidate))
        .or_else(|| by_stage(candidate, old))
        .or_else(|| by_keyword(candidate, old))
        .or_else(|| by_variable(candidate, old))
}

fn by_condition(candidate: &Candidate, old: &OldPipeline, includes: &Includes) -> Option<String> {
    let included = includes.get(&candidate.file).map(|included| &included.condition);
    if candidate.owner == Owner::Root && matches!(included, Some(IncludeCondition::Other(_))) {
        return Some("its file is included under several conditions, or with inputs".to_owned());
    }
    if candidate.written_globs().is_empty() && candidate.is_possible(MERGE_REQUEST) {
        return Some("no `changes` limits it to a directory".to_owned());
    }
    if candidate.globs().iter().any(|glob| glob.contains('$')) {
        return Some("its `changes` have a variable whose value only GitLab knows".to_owned());
    }
    conditions(candidate, old).err()
}

/// Returns the rules of a job for the child, those of its gate included.
///
/// # Errors
/// They cannot be written.
pub(super) fn conditions(
    candidate: &Candidate,
    old: &OldPipeline,
) -> Result<Vec<super::clause::Clause>, super::clause::Unsupported> {
    let owner = configuration(candidate.owner, old);
    let written_in = if candidate.owner == Owner::Root { WrittenIn::Parent } else { WrittenIn::Child };
    let mut own = clauses(&candidate.folded, unconditional(owner), written_in)?;
    for condition in own.iter_mut().filter_map(|clause| clause.condition.as_mut()) {
        *condition = with_old_name(condition, candidate);
    }
    match &candidate.gate {
        None => Ok(own),
        Some(Gate { body, is_trigger }) => {
            let outside = if *is_trigger { unconditional(&old.root) } else { Unconditional::All };
            gated(&clauses(body, outside, WrittenIn::Parent)?, &own)
        }
    }
}

fn unconditional(configuration: &Configuration) -> Unconditional {
    if configuration.has_workflow_rules() { Unconditional::All } else { Unconditional::BranchesAndTags }
}

/// Returns the configuration that a job is in.
pub(super) fn configuration(owner: Owner, old: &OldPipeline) -> &Configuration {
    match owner {
        Owner::Root => &old.root,
        Owner::Child(index) => old.children.get(index).map_or(&old.root, |child| &child.configuration),
    }
}

/// Returns `true` if pipelines of these kinds can have the job whatever changed since the commit before.
pub(super) fn needs_whole(candidate: &Candidate, kinds: &[usize]) -> bool {
    let bodies = candidate.gate.iter().map(|gate| &gate.body).chain([&candidate.folded]);
    bodies.into_iter().any(compares_with_revision)
        || kinds.iter().any(|kind| !candidate.is_selected_by_paths(*kind))
}

fn compares_with_revision(body: &Map) -> bool {
    let rules = rule::rules(body).unwrap_or_default();
    rules.iter().any(|rule| rule.get("changes").is_some_and(|changes| changes.get("compare_to").is_some()))
}

fn by_name(candidate: &Candidate) -> Option<String> {
    let is_pages = candidate.name == "pages" || candidate.folded.contains("pages");
    is_pages.then(|| "it publishes the project's site (GitLab Pages)".to_owned())
}

fn by_stage(candidate: &Candidate, old: &OldPipeline) -> Option<String> {
    let stage = candidate.text("stage").unwrap_or("test");
    if matches!(stage, ".pre" | ".post") {
        // In a child it is before or after the jobs of that child.
        let is_of_root = candidate.owner == Owner::Root;
        return is_of_root.then(|| format!("it is in stage {stage}, before or after all jobs of the parent"));
    }
    let stages = &configuration(candidate.owner, old).pipeline.stages;
    let is_listed = stages.iter().any(|known| known.as_str() == stage);
    (!is_listed).then(|| format!("its stage {stage} is listed by an include that is not read"))
}

fn by_keyword(candidate: &Candidate, old: &OldPipeline) -> Option<String> {
    let body = &candidate.folded;
    let unread = old.unread.get(&candidate.name).filter(|_| candidate.owner == Owner::Root);
    if let Some(reason) = unread {
        return Some(format!("the child that it starts cannot be read: {reason}"));
    }
    if let Some(trigger) = body.get("trigger") {
        let is_local = trigger.get("include").is_some() && trigger.get("project").is_none();
        let reason = if is_local { "it starts a child of other files" } else { "it starts another pipeline" };
        return Some(reason.to_owned());
    }
    if body.contains("extends") || has_reference(body) {
        return Some("it comes from an include that is not read".to_owned());
    }
    let needs = needs(body).unwrap_or_default();
    let is_other = |source| matches!(source, NeedSource::Pipeline { .. } | NeedSource::Malformed);
    let other = needs.iter().find(|need| is_other(need.source));
    other.map(|_| "it needs a job of another pipeline".to_owned())
}

fn has_reference(body: &Map) -> bool {
    body.iter().any(|(_, value)| node_has_reference(value))
}

fn node_has_reference(node: &Node) -> bool {
    node.is_reference()
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(node_has_reference),
            Kind::Map(map) => has_reference(map),
        }
}

fn by_variable(candidate: &Candidate, old: &OldPipeline) -> Option<String> {
    let of_workflow = workflow_variables(old);
    // Defaults and variables of the file are written for the child as well.
    let body = if candidate.owner == Owner::Root { &candidate.folded } else { &candidate.own };
    let mut own = body.iter();
    let gate = candidate.gate.iter().flat_map(|gate| gate.body.iter());
    let mut gate = gate.filter(|(key, _)| CONDITIONS.contains(key));
    own.find_map(|(key, value)| {
        variable_obstacle(
            key,
            &as_written(key, value, Some(candidate), candidate.owner),
            candidate.owner,
            &of_workflow,
        )
    })
    // Includes and trigger jobs are in the root.
    .or_else(|| {
        gate.find_map(|(key, value)| {
            variable_obstacle(key, &as_written(key, value, None, Owner::Root), Owner::Root, &of_workflow)
        })
    })
}

fn variable_obstacle(key: &str, value: &Node, owner: Owner, of_workflow: &[String]) -> Option<String> {
    let texts = strings(value);
    if let Some(syntax) = SYNTAX.iter().find(|syntax| texts.iter().any(|text| text.contains(**syntax))) {
        return Some(format!("`{key}` has `{syntax}`, which Nestling would read as a template's syntax"));
    }
    // A cache under another key is only cold once.
    if key == "cache" {
        return None;
    }
    let is_condition = CONDITIONS.contains(&key);
    let uses = |name: &str| texts.iter().any(|text| mentions(text, name));
    // In a static child they have the child's values already.
    let different: &[&str] = if owner == Owner::Root { &DIFFERENT } else { &[] };
    let renamed = RENAMED.iter().filter(|_| !LABELS.contains(&key));
    let verb = if is_condition { "ask for" } else { "uses" };
    if let Some(name) = different.iter().chain(renamed).find(|name| uses(name)) {
        return Some(format!("`{key}` {verb} `${name}`, which is another one in a child"));
    }
    let name = of_workflow.iter().find(|name| uses(name))?;
    Some(format!("`{key}` {verb} `${name}`, which `workflow:rules` set for the parent alone"))
}

/// Returns `true` if the conditions of a job ask for a variable that `workflow:rules` set: its value is not known.
pub(super) fn asks_for_workflow(candidate: &Candidate, old: &OldPipeline) -> bool {
    let bodies = candidate.gate.iter().map(|gate| &gate.body).chain([&candidate.folded]);
    let conditions = bodies.flat_map(Map::iter).filter(|(key, _)| CONDITIONS.contains(key));
    let texts: Vec<&str> = conditions.flat_map(|(_, value)| strings(value)).collect();
    workflow_variables(old).iter().any(|name| texts.iter().any(|text| mentions(text, name)))
}

/// Returns `true` if a job uses its own name in a place where it is mostly a label.
pub(super) fn uses_its_name(candidate: &Candidate) -> bool {
    let labels = candidate.folded.iter().filter(|(key, _)| LABELS.contains(key) && *key != "cache");
    let texts: Vec<&str> = labels.flat_map(|(_, value)| strings(value)).collect();
    RENAMED.iter().any(|name| texts.iter().any(|text| mentions(text, name)))
}

fn workflow_variables(old: &OldPipeline) -> Vec<String> {
    let rules = rule::rules(&old.root.pipeline.workflow).unwrap_or_default();
    let variables = rules.iter().filter_map(|rule| rule.get("variables")?.as_map());
    variables.flat_map(Map::iter).map(|(name, _)| name.to_owned()).collect()
}

/// Returns the reason why a trigger job of a static child stays as it is.
pub(super) fn trigger_obstacle(trigger: &Candidate, index: usize, old: &OldPipeline) -> Option<String> {
    let child = old.children.get(index)?;
    let body = &trigger.folded;
    if trigger.gate.is_some() {
        return Some("the trigger job is in a file that is included under a condition".to_owned());
    }
    let keys = ["parallel", "environment", "resource_group", "when", "allow_failure", "inherit"];
    if let Some(key) = keys.iter().find(|key| trigger.own.contains(key)) {
        return Some(format!("the trigger job has `{key}`"));
    }
    if body.get("trigger").is_some_and(|trigger| trigger.get("forward").is_some()) {
        return Some("the trigger job has `forward`".to_owned());
    }
    let variables = body.get("variables").and_then(Node::as_map);
    if let Some(name) = variables.and_then(Forwarded::taken_name) {
        return Some(format!("the trigger job forwards `{name}` with a value of its own"));
    }
    for (name, value) in variables.into_iter().flat_map(Map::iter) {
        let text = Forwarded::all().renamed(value.text().unwrap_or_default());
        if let Some(variable) = DIFFERENT.iter().find(|variable| mentions(&text, variable)) {
            return Some(format!(
                "the trigger job forwards `{name}` with `{variable}`, which is another one in a child"
            ));
        }
    }
    if let Some(reason) = workflow_obstacle(&child.configuration) {
        return Some(reason);
    }
    if !child.configuration.pipeline.includes.is_empty() {
        return Some("the child has an include that is not read".to_owned());
    }
    if child.configuration.pipeline.jobs.is_empty() {
        return Some("the child has no jobs".to_owned());
    }
    None
}

/// Returns `true` if a job downloads artifacts that it does not ask for: those of all jobs of earlier stages.
pub(super) fn takes_all_artifacts(candidate: &Candidate) -> bool {
    let lists = ["needs", "dependencies"];
    !lists.iter().any(|key| candidate.folded.get(key).is_some_and(|node| !node.is_null()))
        && !script_lines(&candidate.folded).is_empty()
}

/// Returns `true` if a job leaves something that later jobs download.
pub(super) fn leaves_artifacts(candidate: &Candidate) -> bool {
    let Some(artifacts) = candidate.folded.get("artifacts") else { return false };
    let has_paths = artifacts.get("paths").is_some() || artifacts.get("untracked").is_some();
    has_paths || artifacts.get("reports").is_some_and(|reports| reports.get("dotenv").is_some())
}
