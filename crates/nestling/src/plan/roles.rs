//! Needs by role: `build?` is the job `build` if the unit has one, and `^build` that of each unit that this one depends on,
//! as far as they have one. A job that really has this name takes precedence.

use super::role_names::{RoleNames, unknown_unit};
use crate::unit::{RoleNeed, UnitJob, UnitJobs, UnitRenderer, needed_job, optional, renamed};
use crate::workspace::Workspace;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::{EnvironmentName, UnitName};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Certainty that GitLab puts a job into every pipeline that has its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    Conditional,
}

/// The jobs of a unit that others can need.
#[derive(Debug, Default)]
struct Offered {
    jobs: BTreeMap<String, Certainty>,
    /// The jobs that each fanned-out job became, which may be none in this pipeline.
    fans: BTreeMap<String, Vec<String>>,
}

/// Replaces needs by role by needs on jobs.
pub(super) struct Roles<'w> {
    workspace: &'w Workspace,
    renderer: &'w UnitRenderer<'w>,
    offered: BTreeMap<UnitName, Offered>,
    /// The jobs of the workspace itself.
    own: BTreeSet<String>,
    /// The names that jobs may have, read when a need by role means no job.
    names: Option<RoleNames>,
    /// Roles that no unit can have.
    pub problems: Vec<Diagnostic>,
}

/// Renders a unit, to see which jobs it has.
pub(super) type Render<'r> = &'r dyn Fn(&UnitName) -> UnitJobs;

impl<'w> Roles<'w> {
    pub(super) fn new(renderer: &'w UnitRenderer<'w>, own: &UnitJobs) -> Self {
        let own = own.jobs.keys().chain(own.fans.keys()).cloned().collect();
        let (offered, names, problems) = (BTreeMap::new(), None, Vec::new());
        Self { workspace: renderer.workspace, renderer, offered, own, names, problems }
    }

    /// Replaces the needs by role of units that are in the pipeline.
    pub(super) fn resolve_all(&mut self, units: &mut BTreeMap<UnitName, UnitJobs>, render: Render<'_>) {
        if !units.values().any(uses_roles) {
            return;
        }
        for (name, jobs) in &*units {
            self.offered.insert(name.clone(), Offered::of(jobs));
        }
        for jobs in units.values_mut() {
            self.resolve(jobs, render);
        }
    }

    /// Replaces the needs by role of a unit's jobs.
    pub(super) fn resolve(&mut self, jobs: &mut UnitJobs, render: Render<'_>) {
        if !uses_roles(jobs) {
            return;
        }
        let own = Offered::of(jobs);
        let mut bodies: Vec<(String, UnitJob)> = Vec::new();
        for (name, job) in jobs.jobs.iter().filter(|(_, job)| names_role(&job.body)) {
            let mut job = job.clone();
            let mut of_job = OfJob {
                roles: self,
                jobs,
                own: &own,
                render,
                environment: &job.environment,
                needs: Vec::new(),
            };
            of_job.lists(&mut job.body);
            let needs = of_job.needs;
            job.role_needs.extend(needs);
            bodies.push((name.clone(), job));
        }
        for (name, job) in bodies {
            jobs.jobs.insert(name, job);
        }
    }

    /// Reports a role that means no job here and that no unit can have.
    fn unanswered(&mut self, role: &Role<'_>, origin: Origin, render: Render<'_>) -> Option<Diagnostic> {
        let workspace = self.workspace;
        let environments: Vec<&str> = workspace.environments.names().collect();
        let name = role.name();
        if self.names().has(name, &environments) {
            return None;
        }
        let of_unit = name.split_once(':').filter(|_| matches!(role, Role::IfDefined(_)));
        // `deploy:prod` is a job that was fanned out, and not a job of a unit.
        let of_unit = of_unit.filter(|(unit, _)| !self.names().has(unit, &environments));
        if let Some((unit, _)) = of_unit.filter(|(unit, _)| workspace.unit(unit).is_none()) {
            return Some(unknown_unit(unit, workspace, origin));
        }
        let job = of_unit.map_or(name, |(_, job)| job);
        let is_known =
            self.names().has(job, &environments) || self.names_of_every_unit(render).has(job, &environments);
        (!is_known).then(|| self.names().unknown(job, origin))
    }

    /// Returns the names of jobs as far as the sources of templates show them.
    fn names(&mut self) -> &mut RoleNames {
        let own = &self.own;
        let (workspace, templates) = (self.workspace, self.renderer.templates);
        self.names.get_or_insert_with(|| {
            let mut names = RoleNames::of_workspace(workspace, templates);
            own.iter().for_each(|name| names.add(name));
            names
        })
    }

    /// Returns the names of all jobs, also of those that come of includes and assemblies.
    fn names_of_every_unit(&mut self, render: Render<'_>) -> &RoleNames {
        let units: Vec<UnitName> = self.workspace.units.iter().map(|unit| unit.name.clone()).collect();
        for unit in &units {
            let offered = self.offered(unit, render);
            let names: Vec<String> = offered.jobs.keys().chain(offered.fans.keys()).cloned().collect();
            names.iter().for_each(|name| self.names().add(name));
        }
        self.names()
    }

    /// Returns `true` if the names of all units' jobs were looked through.
    pub(super) fn has_searched_names(&self) -> bool {
        self.names.is_some()
    }

    fn dependencies_of(&self, unit: &UnitName) -> Vec<UnitName> {
        self.renderer.dependencies().of(unit).into_iter().cloned().collect()
    }

    fn offered(&mut self, unit: &UnitName, render: Render<'_>) -> &Offered {
        self.offered.entry(unit.clone()).or_insert_with(|| Offered::of(&render(unit)))
    }
}

impl Offered {
    fn of(unit: &UnitJobs) -> Self {
        let certainty = |job: &UnitJob| {
            let has_rules = ["rules", "only", "except"].iter().any(|key| job.body.contains(key));
            match has_rules || !job.conditions.is_empty() {
                true => Certainty::Conditional,
                false => Certainty::Certain,
            }
        };
        let jobs = unit.jobs.iter().map(|(name, job)| (name.clone(), certainty(job))).collect();
        Self { jobs, fans: unit.fans.clone() }
    }

    fn has(&self, name: &str) -> bool {
        self.jobs.contains_key(name) || self.fans.contains_key(name)
    }

    /// Returns the jobs that a name means: that job, the one of a fan for the same environment, or all of a fan.
    fn jobs_of(&self, name: &str, environment: Option<&EnvironmentName>) -> Vec<(String, Certainty)> {
        let with_certainty = |name: &String| Some((name.clone(), *self.jobs.get(name)?));
        let Some(fan) = self.fans.get(name) else {
            return with_certainty(&name.to_owned()).into_iter().collect();
        };
        let same = environment.map(|environment| format!("{name}:{environment}"));
        match same.filter(|same| fan.contains(same)) {
            Some(same) => with_certainty(&same).into_iter().collect(),
            None => fan.iter().filter_map(with_certainty).collect(),
        }
    }
}

/// The needs of one job while those by role are replaced.
struct OfJob<'o, 'w> {
    roles: &'o mut Roles<'w>,
    jobs: &'o UnitJobs,
    own: &'o Offered,
    render: Render<'o>,
    environment: &'o Option<EnvironmentName>,
    needs: Vec<RoleNeed>,
}

/// A role, as it is written.
enum Role<'t> {
    /// `build?`, or `unit:build?`.
    IfDefined(&'t str),
    /// `^build`.
    OfDependencies(&'t str),
}

impl OfJob<'_, '_> {
    fn lists(&mut self, body: &mut Map) {
        self.list(body, "needs");
        self.list(body, "dependencies");
        let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules") else { return };
        for rule in rules.iter_mut().filter_map(Node::as_map_mut) {
            self.list(rule, "needs");
        }
    }

    fn list(&mut self, body: &mut Map, key: &str) {
        // A tagged list, such as a `!reference`, is not resolved yet.
        if let Some(Node { kind: Kind::Seq(items), tag: None, .. }) = body.get_mut(key) {
            let is_need = key == "needs";
            // What is named stays as it is written; what a role means beside it comes once.
            let mut known: BTreeSet<String> =
                items.iter().filter_map(needed_job).map(str::to_owned).collect();
            let mut resolved = Vec::new();
            for item in &*items {
                match self.item(item, is_need) {
                    None => resolved.push(item.clone()),
                    Some(mut needs) => {
                        needs.retain(|need| {
                            needed_job(need).is_some_and(|name| known.insert(name.to_owned()))
                        });
                        resolved.append(&mut needs);
                    }
                }
            }
            *items = resolved;
        }
    }

    /// Returns the needs that a need by role means; `None` for any other need.
    fn item(&mut self, need: &Node, is_need: bool) -> Option<Vec<Node>> {
        let is_elsewhere = need.get("pipeline").is_some() || need.get("project").is_some();
        let name = needed_job(need).filter(|_| !is_elsewhere)?;
        let role = role(name)?;
        if self.own.has(name) || self.roles.own.contains(name) {
            return None;
        }
        let (jobs, of_dependencies) = self.meant(&role)?;
        if jobs.is_empty() {
            let problem = self.roles.unanswered(&role, need.origin, self.render);
            let unit = self.jobs.unit.as_ref();
            self.roles.problems.extend(problem.map(|problem| match unit {
                Some(unit) => problem.for_unit(unit),
                None => problem,
            }));
        }
        let mut needs = Vec::new();
        for (job, certainty) in jobs {
            let is_certain = certainty == Certainty::Certain || !is_need;
            needs.push(if is_certain { renamed(need, &job) } else { optional(need, &job) });
            self.needs.push(RoleNeed { name: job, origin: need.origin, of_dependencies });
        }
        Some(needs)
    }

    /// Returns the jobs that a role means, and whether they are those of dependencies; `None` where it is no role here.
    fn meant(&mut self, role: &Role<'_>) -> Option<(Vec<(String, Certainty)>, bool)> {
        match role {
            Role::OfDependencies(job) => {
                let unit = self.jobs.unit.as_ref()?;
                Some((self.of_dependencies(unit, job), true))
            }
            Role::IfDefined(name) => Some((self.if_defined(name)?, false)),
        }
    }

    fn if_defined(&mut self, name: &str) -> Option<Vec<(String, Certainty)>> {
        if self.own.has(name) {
            return Some(self.own.jobs_of(name, self.environment.as_ref()));
        }
        let Some((unit, job)) = name.split_once(':') else { return Some(Vec::new()) };
        let Some(unit) = self.roles.workspace.unit(unit) else { return Some(Vec::new()) };
        let offered = self.roles.offered(&unit.name, self.render);
        if offered.has(&format!("{job}?")) {
            return None;
        }
        Some(in_unit(&unit.name, offered.jobs_of(job, self.environment.as_ref())))
    }

    fn of_dependencies(&mut self, unit: &UnitName, job: &str) -> Vec<(String, Certainty)> {
        let mut jobs = Vec::new();
        for dependency in self.roles.dependencies_of(unit) {
            let offered = self.roles.offered(&dependency, self.render);
            jobs.extend(in_unit(&dependency, offered.jobs_of(job, self.environment.as_ref())));
        }
        jobs
    }
}

fn in_unit(unit: &UnitName, jobs: Vec<(String, Certainty)>) -> Vec<(String, Certainty)> {
    jobs.into_iter().map(|(job, certainty)| (format!("{unit}:{job}"), certainty)).collect()
}

impl<'t> Role<'t> {
    /// Returns the name of the job that it stands for.
    fn name(&self) -> &'t str {
        match self {
            Self::IfDefined(name) | Self::OfDependencies(name) => name,
        }
    }
}

fn role(name: &str) -> Option<Role<'_>> {
    let is_name = |name: &&str| !name.is_empty();
    if let Some(job) = name.strip_prefix('^') {
        return Some(job).filter(is_name).map(Role::OfDependencies);
    }
    name.strip_suffix('?').filter(is_name).map(Role::IfDefined)
}

pub(super) fn uses_roles(unit: &UnitJobs) -> bool {
    unit.jobs.values().any(|job| names_role(&job.body))
}

/// Returns `true` if `needs`, those of a rule or `dependencies` may have a role.
fn names_role(body: &Map) -> bool {
    let lists = [body.get("needs"), body.get("dependencies")];
    let rules = body.get("rules").and_then(Node::as_seq).unwrap_or_default();
    let of_rules = rules.iter().filter_map(|rule| rule.get("needs"));
    let items = lists.into_iter().flatten().chain(of_rules).filter_map(Node::as_seq).flatten();
    items.filter_map(needed_job).any(|name| role(name).is_some())
}
