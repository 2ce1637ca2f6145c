//! The child pipeline of a plan in parts: a relay job that fetches the parts from the parent and publishes them again,
//! since a trigger job can only include an artifact of its own pipeline, and a trigger job for each part.
//!
//! Parent, router, part: two levels of children, which is all that GitLab allows
//! (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#nested-child-pipelines>).

use super::output::{EmittedPart, Settings};
use crate::plan::Plan;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Map, Node};

/// The job that publishes the parts.
const RELAY: &str = "relay";
/// The stage of the trigger jobs.
const PARTS: &str = "parts";
/// Variable that the parent's trigger job forwards, so that the relay can fetch from the parent.
const PARENT: &str = "PARENT_PIPELINE_ID";

/// Returns the name of the trigger job of a part.
pub(super) fn trigger_name(number: usize, of: usize) -> String {
    format!("part {number} of {of}")
}

/// The router for these parts.
pub(super) fn pipeline(plan: &Plan, parts: &[EmittedPart], settings: &Settings<'_>) -> Pipeline {
    let origin = plan.workspace.origin();
    let build = Build { origin, defaults: &plan.defaults };
    let paths: Vec<String> = parts.iter().map(|part| part.path.clone()).collect();
    let mut jobs: Vec<Job> = build.job(RELAY, build.relay(&paths, settings)).into_iter().collect();
    for part in parts {
        jobs.extend(build.job(&part.trigger, build.trigger(&part.path)));
    }
    let stages = [RELAY, PARTS].into_iter().filter_map(|stage| StageName::parse(stage).ok()).collect();
    Pipeline { stages, workflow: plan.pipeline.workflow.clone(), jobs, ..Pipeline::default() }
}

struct Build<'p> {
    origin: Origin,
    defaults: &'p Defaults,
}

impl Build<'_> {
    fn job(&self, name: &str, body: Map) -> Option<Job> {
        let name = JobName::parse(name).ok()?;
        Some(Job { name, origin: self.origin, unit: None, environment: None, body })
    }

    fn relay(&self, paths: &[String], settings: &Settings<'_>) -> Map {
        let list =
            |texts: &[String]| Node::seq(self.origin, texts.iter().map(|text| self.text(text)).collect());
        let need = self
            .map(&[("pipeline", self.text(&format!("${PARENT}"))), ("job", self.text(settings.plan_job))]);
        let checks: Vec<String> = paths.iter().map(|path| format!("test -s '{path}'")).collect();
        let mut relay = self.entries(&[
            ("stage", self.text(RELAY)),
            ("needs", Node::seq(self.origin, vec![need])),
            ("variables", self.map(&[("GIT_STRATEGY", self.text("none"))])),
            ("script", list(&checks)),
            ("artifacts", self.map(&[("paths", list(paths))])),
        ]);
        // Where jobs without tags find no runner, neither would this one.
        if let Some(tags) = self.defaults.get("tags") {
            relay.set("tags", tags.clone());
        }
        relay
    }

    /// `depend` makes the router's result that of its parts, as the parent's trigger job makes the parent's that of the
    /// router.
    fn trigger(&self, path: &str) -> Map {
        let include = self.map(&[("artifact", self.text(path)), ("job", self.text(RELAY))]);
        let trigger = self
            .map(&[("include", Node::seq(self.origin, vec![include])), ("strategy", self.text("depend"))]);
        self.entries(&[
            ("stage", self.text(PARTS)),
            ("needs", Node::seq(self.origin, vec![self.text(RELAY)])),
            ("variables", self.map(&[(PARENT, self.text(&format!("${PARENT}")))])),
            ("trigger", trigger),
        ])
    }

    fn text(&self, text: &str) -> Node {
        Node::string(self.origin, text)
    }

    fn map(&self, entries: &[(&str, Node)]) -> Node {
        Node::map(self.origin, self.entries(entries))
    }

    fn entries(&self, entries: &[(&str, Node)]) -> Map {
        let mut map = Map::default();
        for (key, value) in entries {
            map.set(key, value.clone());
        }
        map
    }
}
