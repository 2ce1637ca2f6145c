//! Promotion: a deploy waits for the deploy job of the earlier environment it.

use super::deploying::Deploying;
use super::jobs::{Promoted, UnitJob, UnitJobs};
use crate::environments::{Conditions, any_of};
use crate::unit::rules::AFTER_RULES;
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Creation, Implication, JobPresence, implies};
use nestling_gitlab::pipeline::rule::{RuleEntry, is_manual, rules as job_rules};
use nestling_gitlab::yaml::{Kind, Map, Node};

/// A deploy that waits for another.
pub(super) struct Promotion<'a> {
    /// The short name of the deploy to the earlier environment.
    pub before: &'a str,
    /// The job with that name.
    pub earlier: &'a UnitJob,
    /// Set if the later deploy continues without it.
    pub optional: bool,
    /// The later entry of the catalogue.
    pub origin: Origin,
}

impl Promotion<'_> {
    /// Makes a deploy wait for the earlier one, and keeps it out of pipelines that the earlier one is kept out of: GitLab
    /// refuses a need on a job that does not exist.
    ///
    /// A job without `needs` gets the artifacts of all earlier stages. With a need it would lose them, so those jobs of the
    /// unit that have some are needed too. Those of other units, and the stages, are added when all jobs are known.
    ///
    /// Diagnosed: rules of the earlier deploy that cannot be written into those of the later one.
    pub(super) fn write(
        &self,
        body: &mut Map,
        unit: &UnitJobs,
        deploying: &Deploying<'_>,
    ) -> (Promoted, Option<Diagnostic>) {
        let mut problem = None;
        let is_held = self.follows(body, deploying) || !self.optional && self.restrict(body);
        if !is_held && !self.optional {
            problem = Some(self.not_held(body));
        }
        let mut needs = match body.get("needs").and_then(Node::as_seq) {
            Some(needs) => needs.to_vec(),
            None => artifact_needs(body, self.origin, unit, deploying.stages()),
        };
        needs.push(match is_held {
            true => Node::string(self.origin, self.before),
            false => optional_need(self.before, self.origin),
        });
        body.set("needs", Node::seq(self.origin, needs));
        (if is_held { Promoted::Held } else { Promoted::Optional }, problem)
    }

    /// Returns `true` if the earlier deploy is in each pipeline that the later one is in.
    fn follows(&self, body: &Map, deploying: &Deploying<'_>) -> bool {
        let variables = KnownVariables::of_child(deploying.facts());
        let creation = Creation::of(&variables);
        let moment = creation.moment(true);
        let later = JobPresence::of("later", body, &moment);
        let earlier = JobPresence::of(self.before, &self.earlier.body, &moment);
        implies(later.guard(), earlier.guard()) == Implication::Follows
    }

    /// Adds the conditions of the earlier deploy's rules to those of the later one. Returns `false` where that cannot be
    /// written: GitLab has expressions for variables alone.
    fn restrict(&self, body: &mut Map) -> bool {
        let Some(rules) = job_rules(&self.earlier.body) else { return false };
        let is_never = |rule: &RuleEntry<'_>| rule.when() == Some("never");
        let leading: Vec<&RuleEntry<'_>> = rules.iter().take_while(|rule| is_never(rule)).collect();
        let others = &rules[leading.len()..];
        let conditions: Option<Vec<&str>> = others.iter().map(|rule| expression(rule)).collect();
        let Some(conditions) = conditions.filter(|conditions| !conditions.is_empty()) else { return false };
        if others.iter().any(is_never) {
            return false;
        }
        let expressions = any_of(&conditions).into_iter().collect();
        let restricted = Conditions { frozen: false, expressions };
        if restricted.write(body, self.origin).is_err() {
            return false;
        }
        let Some(Node { kind: Kind::Seq(own), .. }) = body.get_mut("rules") else { return false };
        let never = leading.iter().map(|rule| Node::map(rule.origin, rule.body.clone()));
        let missing: Vec<Node> = never.filter(|rule| !own.iter().any(|other| other.same_as(rule))).collect();
        own.splice(0..0, missing);
        true
    }

    fn not_held(&self, body: &Map) -> Diagnostic {
        let message = format!(
            "rules can exclude `{}` from pipelines that have this deploy job, which then does not wait for it",
            self.before
        );
        let rules = body.entry("rules").map_or(self.earlier.origin, |rules| rules.key.origin);
        Diagnostic::warning(&AFTER_RULES, rules, message)
            .with_label(self.earlier.origin, "the deploy job of the earlier environment")
            .with_help("give both the same rules, or write `after: { environment: …, optional: true }`")
    }
}

/// Returns the condition of a rule that has no other clause.
fn expression<'a>(rule: &RuleEntry<'a>) -> Option<&'a str> {
    let has_other = rule.get("changes").is_some() || rule.get("exists").is_some();
    rule.condition().and_then(Node::text).filter(|_| !has_other)
}

/// Optional needs on the unit's jobs of earlier stages whose artifacts a job without `needs` would get.
fn artifact_needs(body: &Map, origin: Origin, unit: &UnitJobs, workspace_stages: &[Staged]) -> Vec<Node> {
    let stages: Vec<&Staged> = workspace_stages.iter().chain(&unit.stages).collect();
    let Some(own_stage) = stage_index(&stages, body) else { return Vec::new() };
    let dependencies = body.get("dependencies").and_then(Node::as_seq);
    let mut needs = Vec::new();
    for (name, job) in &unit.jobs {
        let is_earlier = stage_index(&stages, &job.body).is_some_and(|stage| stage < own_stage);
        let is_listed = dependencies.is_none_or(|list| list.iter().any(|item| item.text() == Some(name)));
        if is_earlier && is_listed && gives_artifacts(job) {
            needs.push(optional_need(name, origin));
        }
    }
    needs
}

fn stage_index(stages: &[&Staged], body: &Map) -> Option<usize> {
    let stage = body.get("stage").and_then(Node::text).unwrap_or(StageName::DEFAULT);
    stages.iter().position(|staged| staged.name.as_str() == stage)
}

fn gives_artifacts(job: &UnitJob) -> bool {
    job.body.contains("artifacts") && !is_manual(&job.body)
}

fn optional_need(job: &str, origin: Origin) -> Node {
    let mut need = Map::default();
    need.set("job", Node::string(origin, job));
    need.set("optional", Node::plain(origin, "true"));
    Node::map(origin, need)
}
