//! A deploy job and the job that stops its environment: an entry of the catalogue, and a `stop` block.

use super::candidate::Candidate;
use super::clause::Clause;
use super::obstacle::{BRANCHES, conditions};
use super::old::OldPipeline;
use nestling::{INHERITED_BY_STOP_JOBS, Origin};
use nestling_gitlab::name::EnvironmentName;
use nestling_gitlab::pipeline::need::{NeedSource, dependencies, needs};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// A deploy job with its stop job, by their positions among the candidates.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// The deploy job.
    pub deploy: usize,
    /// The stop job.
    pub stop: usize,
    /// The key of the environment in the catalogue.
    pub key: String,
    /// The entry of the catalogue.
    pub entry: Map,
    /// The `stop` block.
    pub block: Map,
}

/// Keys that are the deploy job's, or that `stop` writes itself.
const WRITTEN: [&str; 9] =
    ["stage", "rules", "only", "except", "when", "allow_failure", "environment", "needs", "dependencies"];

/// Keys of an environment that the catalogue has.
const OF_AN_ENTRY: [&str; 5] = ["name", "url", "deployment_tier", "auto_stop_in", "kubernetes"];

/// The variable that says how a runner gets the code.
const GIT_STRATEGY: &str = "GIT_STRATEGY";

/// Finds the pairs among the jobs of a unit, whose stop job says nothing but what a `stop` block says.
pub(super) fn pairs(members: &[usize], candidates: &[Candidate], unit: &str, old: &OldPipeline) -> Vec<Pair> {
    let of_unit = || members.iter().filter_map(|index| Some((*index, candidates.get(*index)?)));
    let mut pairs = Vec::new();
    for (index, deploy) in of_unit() {
        let on_stop =
            deploy.folded.get("environment").and_then(|environment| environment.get("on_stop")?.text());
        let mut stops = of_unit().filter(|(_, job)| job.owner == deploy.owner);
        let Some((stop_index, stop)) = stops.find(|(_, job)| Some(job.name.as_str()) == on_stop) else {
            continue;
        };
        let others = candidates.iter().filter(|job| job.owner == deploy.owner && job.name != deploy.name);
        if others.into_iter().any(|job| names_job(&job.folded, &stop.name))
            || is_paired(&pairs, index, stop_index)
        {
            continue;
        }
        let Some((key, entry)) = entry(deploy, unit) else { continue };
        let Some(block) = block(deploy, stop, old) else { continue };
        pairs.push(Pair { deploy: index, stop: stop_index, key, entry, block });
    }
    pairs
}

fn is_paired(pairs: &[Pair], deploy: usize, stop: usize) -> bool {
    pairs.iter().any(|pair| [pair.deploy, pair.stop].iter().any(|known| *known == deploy || *known == stop))
}

fn names_job(body: &Map, name: &str) -> bool {
    let needs = needs(body).unwrap_or_default();
    let on_stop = body.get("environment").and_then(|environment| environment.get("on_stop")?.text());
    needs.iter().any(|need| matches!(need.source, NeedSource::Job(needed) if needed == name))
        || dependencies(body).unwrap_or_default().iter().any(|(needed, _)| *needed == name)
        || on_stop == Some(name)
}

/// Returns the entry of the catalogue with the environment of a deploy job, and its key.
fn entry(deploy: &Candidate, unit: &str) -> Option<(String, Map)> {
    let environment = deploy.folded.get("environment")?.as_map()?;
    let is_known = |key: &str| key == "on_stop" || OF_AN_ENTRY.contains(&key);
    if deploy.folded.contains("parallel") || !environment.iter().all(|(key, _)| is_known(key)) {
        return None;
    }
    let mut entry = Map::default();
    for (key, value) in environment.iter().filter(|(key, _)| *key != "on_stop") {
        let text = value.text().map(|text| with_unit(text, unit));
        entry.set(key, text.map_or_else(|| value.clone(), |text| Node::string(value.origin, text)));
    }
    let name = environment.get("name")?.text()?;
    let words = name.split('/').filter(|word| !word.contains('$') && *word != unit);
    let key: Vec<&str> = words.collect();
    let key = if key.is_empty() { unit.to_owned() } else { key.join("-") };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    EnvironmentName::parse(&key).ok().filter(|_| key.chars().all(is_plain))?;
    Some((key, entry))
}

/// Puts a placeholder in the place of the unit's name, where that is a component of its own.
fn with_unit(text: &str, unit: &str) -> String {
    let components = text.split('/').map(|word| if word == unit { "${{ unit.name }}" } else { word });
    components.collect::<Vec<_>>().join("/")
}

/// Returns the `stop` block of a deploy job; `None` if the stop job says more than one can.
fn block(deploy: &Candidate, stop: &Candidate, old: &OldPipeline) -> Option<Map> {
    let environment = stop.folded.get("environment")?.as_map()?;
    let name = deploy.folded.get("environment")?.get("name")?;
    let is_same_name = environment.get("name")?.text() == name.text();
    let is_plain = environment.iter().all(|(key, _)| matches!(key, "name" | "action"));
    let is_stop = environment.get("action").and_then(Node::text) == Some("stop");
    let is_alike =
        deploy.position == stop.position && deploy.file == stop.file && has_rules_of(stop, deploy, old);
    if !is_same_name || !is_plain || !is_stop || !is_alike || !waits_for_no_more(stop, deploy) {
        return None;
    }
    let mut block = Map::default();
    for key in INHERITED_BY_STOP_JOBS.into_iter().filter(|key| !WRITTEN.contains(key)) {
        match (deploy.folded.get(key), stop.folded.get(key)) {
            (Some(_), None) => return None,
            (Some(taken), Some(own)) if taken.same_as(own) => {}
            (_, Some(own)) if key != "resource_group" => block.set(key, own.clone()),
            (None, None) => {}
            (_, Some(_)) => return None,
        }
    }
    let variables = own_variables(deploy, stop)?;
    let may_be_gone = BRANCHES.iter().skip(1).any(|kind| deploy.is_possible(*kind));
    if may_be_gone && !variables.contains(GIT_STRATEGY) {
        return None;
    }
    if !variables.is_empty() {
        block.set("variables", Node::map(stop.origin, variables));
    }
    for (key, value) in stop.folded.iter() {
        if matches!(key, "extends" | "inherit" | "parallel" | "trigger") {
            return None;
        }
        if !WRITTEN.contains(&key) && !INHERITED_BY_STOP_JOBS.contains(&key) && key != "variables" {
            block.set(key, value.clone());
        }
    }
    if !takes_artifacts_as(stop, deploy, &mut block) {
        return None;
    }
    Some(block)
}

/// Returns the variables of a stop job that its deploy job has not, or has with another value; `None` if it lacks one of those.
fn own_variables(deploy: &Candidate, stop: &Candidate) -> Option<Map> {
    let variables =
        |job: &Candidate| job.folded.get("variables").and_then(Node::as_map).cloned().unwrap_or_default();
    let (taken, own) = (variables(deploy), variables(stop));
    if !taken.iter().all(|(name, _)| own.contains(name)) {
        return None;
    }
    let mut block = own.clone();
    block
        .entries
        .retain(|entry| !taken.get(entry.key.text()).is_some_and(|value| value.same_as(&entry.value)));
    Some(block)
}

/// Returns `true` if a stop job has the rules of its deploy job, each manual and none blocking.
fn has_rules_of(stop: &Candidate, deploy: &Candidate, old: &OldPipeline) -> bool {
    let (Ok(stops), Ok(deploys)) = (conditions(stop, old), conditions(deploy, old)) else { return false };
    let without_rules = !stop.folded.contains("rules");
    let is_manual = |clause: &Clause| {
        let value = |key: &str| clause.rest.get(key).or_else(|| stop.folded.get(key)).and_then(Node::text);
        let may_fail = value("allow_failure").map_or(without_rules, |text| text == "true");
        value("when") == Some("never") || value("when") == Some("manual") && may_fail
    };
    let rest = |clause: &Clause| {
        let mut rest = clause.rest.clone();
        rest.entries.retain(|entry| !matches!(entry.key.text(), "when" | "allow_failure"));
        rest
    };
    let is_never = |clause: &Clause| clause.rest.get("when").and_then(Node::text) == Some("never");
    let is_pair = |(stop, deploy): (&Clause, &Clause)| {
        let changes = stop.changes.iter().zip(&deploy.changes).all(|(a, b)| a.same_as(b));
        stop.condition == deploy.condition
            && stop.changes.len() == deploy.changes.len()
            && changes
            && is_never(stop) == is_never(deploy)
            && rest(stop).is_empty()
            && rest(deploy).is_empty()
            && is_manual(stop)
    };
    stops.len() == deploys.len() && stops.iter().zip(&deploys).all(is_pair)
}

/// Returns `true` if a stop job waits for nothing that its deploy job does not wait for.
fn waits_for_no_more(stop: &Candidate, deploy: &Candidate) -> bool {
    let names = |job: &Candidate| -> Option<BTreeSet<String>> {
        let needs = needs(&job.folded)?;
        let name = |source: NeedSource<'_>| {
            if let NeedSource::Job(name) = source { Some(name.to_owned()) } else { None }
        };
        Some(needs.iter().filter_map(|need| name(need.source)).collect())
    };
    match (names(stop), names(deploy)) {
        // Without `needs` its deploy job waits for all earlier stages.
        (_, None) => true,
        (Some(stop), Some(deploy)) => stop.is_subset(&deploy),
        (None, Some(_)) => false,
    }
}

/// Returns `true` if a stop job downloads what a block says that it does: nothing, or all that its deploy job has.
fn takes_artifacts_as(stop: &Candidate, deploy: &Candidate, block: &mut Map) -> bool {
    let named: BTreeSet<&str> =
        dependencies(&stop.folded).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
    let takes_none = stop.folded.contains("needs")
        && needs(&stop.folded).is_some_and(|needs| needs.is_empty())
        || stop.folded.contains("dependencies") && named.is_empty();
    if takes_none {
        block.set("dependencies", Node::seq(Origin::generated(), Vec::new()));
    }
    takes_none
        || !deploy.folded.contains("artifacts")
            && !stop.folded.contains("needs")
            && !deploy.folded.contains("needs")
}
