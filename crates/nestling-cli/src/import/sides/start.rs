//! The start of the child: the jobs of the new parent that run Nestling, and those that start what it has written.

use super::Sides;
use crate::import::forwarded::Forwarded;
use crate::import::old::{Configuration, OldPipeline};
use crate::import::place::Slot;
use crate::import::side::Surroundings;
use crate::import::strings::{script_lines, strings};
use nestling::Job;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::yaml::{Map, Node};

/// Nestling's own jobs in a parent.
pub(in crate::import) struct Own<'p> {
    plans: Vec<&'p Job>,
    triggers: Vec<&'p Job>,
}

impl<'p> Own<'p> {
    /// Finds those that run `nestling generate`, and those that start what it has written. If a script of the repository runs it,
    /// they are those that are new and start a generated child.
    pub(in crate::import) fn of(parent: &'p Configuration, old: &Configuration) -> Self {
        let jobs = || parent.pipeline.jobs.iter();
        let runs = |job: &&Job| script_lines(&job.body).iter().any(|line| line.contains("nestling generate"));
        let plans: Vec<&Job> = jobs().filter(runs).collect();
        let is_plan = |name: &str| plans.iter().any(|plan| plan.name.as_str() == name);
        let starts = |job: &&Job| generators(job).any(is_plan);
        let triggers: Vec<&Job> = jobs().filter(starts).collect();
        if !triggers.is_empty() {
            return Self { plans, triggers };
        }
        let is_new = |name: &str| old.pipeline.job(name).is_none();
        let starts = |job: &&Job| is_new(job.name.as_str()) && generators(job).any(is_new);
        let triggers: Vec<&Job> = jobs().filter(starts).collect();
        let names: Vec<&str> = triggers.iter().flat_map(|job| generators(job)).collect();
        let plans = jobs().filter(|job| is_plan(job.name.as_str()) || names.contains(&job.name.as_str()));
        Self { plans: plans.collect(), triggers }
    }

    /// Returns `true` for one of these jobs.
    pub(in crate::import) fn has(&self, job: &Job) -> bool {
        self.jobs().any(|own| own.name == job.name)
    }

    /// Returns all of them.
    pub(in crate::import) fn jobs(&self) -> impl Iterator<Item = &'p Job> {
        self.plans.iter().chain(&self.triggers).copied()
    }

    /// Returns `true` if there are none: an include has them.
    pub(in crate::import) fn is_empty(&self) -> bool {
        self.triggers.is_empty()
    }
}

/// Returns the names of the jobs whose artifacts a trigger job includes.
fn generators(job: &Job) -> impl Iterator<Item = &str> {
    let include = job.body.get("trigger").and_then(|trigger| trigger.get("include"));
    let entries = include.map(Node::items_or_self).unwrap_or_default().iter();
    entries.filter(|entry| entry.get("artifact").is_some()).filter_map(|entry| entry.get("job")?.text())
}

/// The conditions under which the child starts, and what it is given.
pub(super) struct Start {
    /// The condition under which it starts by itself.
    pub guard: Guard,
    /// The place of the trigger job.
    pub slot: Slot,
    /// True if later jobs of the parent wait for the child.
    pub is_awaited: bool,
    /// True if a failure in the child fails the pipeline.
    pub fails_pipeline: bool,
    /// The variables that the child gets.
    pub variables: Map,
    /// A reason why the child may lack jobs.
    pub problem: Option<String>,
    /// The include that is assumed to start it.
    pub include: Option<Node>,
}

impl Start {
    /// Returns what is assumed.
    pub(super) fn note(&self) -> Option<String> {
        let include = self.include.as_ref()?;
        let name = strings(include).into_iter().next_back().unwrap_or_default();
        Some(format!("the include `{name}` is assumed to start the child, and is not read"))
    }
}

impl Sides<'_> {
    /// Finds out when and how the new parent starts the child.
    pub(super) fn start(
        &self,
        parent: &OldPipeline,
        own: &Own<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Start {
        if own.triggers.is_empty() {
            return self.start_by_include(parent, surroundings);
        }
        let mut start = Start {
            guard: Guard::Never,
            slot: Slot { positions: (usize::MAX, 0), is_by_stage: true },
            is_awaited: true,
            fails_pipeline: true,
            variables: Map::default(),
            problem: own.plans.iter().find_map(|plan| narrowing(plan)),
            include: None,
        };
        for trigger in &own.triggers {
            let made = self.of_parent(parent, trigger, surroundings);
            let of_plans = generators(trigger).map(|name| match parent.root.pipeline.job(name) {
                Some(plan) => self.of_parent(parent, plan, surroundings).starts_by_itself(),
                None => (!parent.root.pipeline.includes.is_empty()).into(),
            });
            let guard = Guard::all(of_plans.chain([made.starts_by_itself()]));
            start.guard = Guard::any([start.guard, guard]);
            let position = parent.root.stage_position(trigger.stage());
            start.slot = start.slot.joined(Slot::new(position, &trigger.body));
            let is_awaited = is_awaited(&trigger.body);
            start.is_awaited &= is_awaited;
            start.fails_pipeline &= is_awaited && !made.may_fail();
            for (name, value) in forwarded_variables(&trigger.body).into_iter().flat_map(Map::iter) {
                start.variables.set(name, value.clone());
            }
        }
        start
    }

    /// Without a trigger job in sight, an include has it.
    fn start_by_include(&self, parent: &OldPipeline, surroundings: &Surroundings<'_>) -> Start {
        // GitLab's own templates do not start it.
        let is_template = |include: &&Node| include.get("template").is_some();
        let includes = || parent.root.pipeline.includes.iter().filter(|include| !is_template(include));
        let is_own = |include: &&Node| strings(include).concat().contains("nestling");
        let mut possible: Vec<&Node> = includes().filter(is_own).collect();
        if possible.is_empty() {
            possible = includes().collect();
        }
        let gates = possible.iter().map(|include| match include.as_map() {
            Some(map) if map.contains("rules") => self.gate_of_rules(map, surroundings),
            _ => Guard::Always,
        });
        let guard = Guard::any(gates.collect::<Vec<_>>());
        let workflow = surroundings.workflow(&parent.root, &self.kind.root_variables());
        let include = possible.first().map(|include| (*include).clone());
        let problem = "no job of `.gitlab-ci.yml` starts the child pipeline";
        Start {
            guard: Guard::all([workflow, guard]),
            slot: Slot { positions: (usize::MAX, usize::MAX), is_by_stage: true },
            is_awaited: true,
            fails_pipeline: true,
            variables: Map::default(),
            problem: include.is_none().then(|| problem.to_owned()),
            include,
        }
    }
}

/// Returns `true` if a trigger job waits for its child.
pub(super) fn is_awaited(body: &Map) -> bool {
    body.get("trigger").is_some_and(|trigger| trigger.get("strategy").is_some_and(|value| !value.is_null()))
}

/// Returns the variables that a trigger job gives to its child: none with `forward: { yaml_variables: false }`.
pub(in crate::import) fn forwarded_variables(body: &Map) -> Option<&Map> {
    let forward = body.get("trigger").and_then(|trigger| trigger.get("forward"));
    let is_off = forward.and_then(|forward| forward.get("yaml_variables")?.as_bool()) == Some(false);
    body.get("variables").and_then(Node::as_map).filter(|_| !is_off)
}

/// Returns the variables of the parent that each trigger job of Nestling forwards.
pub(in crate::import) fn forwarded(parent: &Configuration, old: &Configuration) -> Forwarded {
    let own = Own::of(parent, old);
    let mut each = own
        .triggers
        .iter()
        .map(|trigger| forwarded_variables(&trigger.body).map(Forwarded::by).unwrap_or_default());
    let first = each.next().unwrap_or_default();
    each.fold(first, |known, other| known.and(&other))
}

/// Options of `nestling generate` that leave units or jobs out, each with its variable.
const NARROWING: [(&str, &str); 7] = [
    ("--only", "NESTLING_ONLY"),
    ("--except", "NESTLING_EXCEPT"),
    ("--environment", "NESTLING_ENVIRONMENT"),
    ("--changes-from", "NESTLING_CHANGES_FROM"),
    ("--base", "NESTLING_BASE"),
    ("--as", "NESTLING_AS"),
    ("--head", "NESTLING_HEAD"),
];

/// Returns the reason why the child of a job that runs Nestling may lack units.
fn narrowing(plan: &Job) -> Option<String> {
    let lines = script_lines(&plan.body);
    let mut words = lines.iter().flat_map(|line| line.split([' ', '\t', '=', '\\']));
    let option = words.find_map(|word| NARROWING.iter().find(|(option, _)| *option == word));
    let variables = plan.body.get("variables").and_then(Node::as_map);
    let is_set = |name: &str| {
        let value = variables.and_then(|variables| variables.get(name));
        value.is_some_and(|value| value.text().is_none_or(|text| !text.trim().is_empty()))
    };
    let variable = NARROWING.iter().find(|(_, variable)| is_set(variable));
    let used = option.map(|(option, _)| *option).or(variable.map(|(_, variable)| *variable))?;
    Some(format!("`{}` uses `{used}`: the child may lack units, and is not compared", plan.name))
}
