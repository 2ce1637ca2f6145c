//! The environment of each CDK stage: environments of the catalogue, each with the stacks that it gets.

use super::named::{report_shared_names, wrong_stages};
use super::request::Request;
use super::roles::{other_roles, roles};
use crate::assembly::{StackId, StageId, last_part};
use crate::deployment::{Deployment, GraphNode};
use crate::environment::TargetEnvironment;
use crate::id::Id;
use crate::report::{LineKind, Report};
use crate::rules::CDK_STAGE_UNLISTED;
use crate::settings::{CdkSettings, Purpose, StagePolicy};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::Located;
use std::collections::{BTreeMap, BTreeSet};

/// The index of a target in [`Targets::all`].
pub(crate) type TargetId = Id<Target>;

/// An environment that stacks of the assembly are deployed to.
#[derive(Debug)]
pub(crate) struct Target {
    /// The name of its own jobs: the stage's path, or the environment of several.
    pub name: String,
    /// The environment, as the caller describes it.
    pub environment: TargetEnvironment,
    /// Place where the header assigns its first stage.
    pub origin: Origin,
    /// Its stages.
    pub stages: Vec<StageId>,
    /// The stacks that nodes of the chosen pipelines work on, those of its stages included. Never empty.
    pub stacks: Vec<StackId>,
    /// The stacks among them that its stop job destroys: those of stages that are stopped. Empty where it has none.
    pub destroyed: Vec<StackId>,
    /// The URL, as in the header.
    pub url: Option<Located<String>>,
    /// The roles, as in the header, by purpose.
    pub roles: BTreeMap<Purpose, Located<String>>,
}

/// A thing that a header sends to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deployable {
    /// A stage of the assembly.
    Stage(StageId),
    /// A stack of the app itself.
    Stack(StackId),
}

/// A job, or a stage that would be several, which this pipeline does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OmittedJob {
    /// Its short name.
    pub job: String,
    /// The reason.
    pub reason: String,
}

/// The targets, and the target of each deployable. One without target is left out.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    pub all: Vec<Target>,
    /// The environments that the header names and that do not exist.
    pub undefined: Vec<Located<String>>,
    by_deployable: BTreeMap<Deployable, TargetId>,
    /// Set if the pipeline looks for drift, and deploys nothing.
    looks_for_drift: bool,
    /// The errors of stages that share an environment.
    problems: Vec<Diagnostic>,
}

impl Targets {
    /// Returns the target of a deployable.
    pub(crate) fn of(&self, deployable: Deployable) -> Option<TargetId> {
        self.by_deployable.get(&deployable).copied()
    }

    /// Sends a deployable to an environment.
    fn send(
        &mut self,
        deployable: Deployable,
        group: &DeployableStacks<'_>,
        policy: Option<&StagePolicy>,
        environment: &TargetEnvironment,
        origin: Origin,
        settings: &CdkSettings,
    ) {
        // Two stages in one environment are one target: GitLab lists one deployment of it.
        let mut environment = environment.clone();
        environment.deployed &= !self.looks_for_drift;
        let stops = environment.stops;
        let environment_name = environment.name.clone();
        let same = self.all.iter().position(|target| target.environment.name == environment.name);
        let target_id = same.map_or_else(|| Id::next(&self.all), Id::new);
        if same.is_none() {
            self.all.push(Target {
                name: String::new(),
                environment,
                origin,
                stages: Vec::new(),
                stacks: Vec::new(),
                destroyed: Vec::new(),
                url: None,
                roles: BTreeMap::new(),
            });
        }
        let target = &mut self.all[target_id];
        // Of several stages, the first one that has a URL decides.
        target.url = target.url.take().or_else(|| policy?.url.clone());
        let own_roles = roles(settings, policy);
        if target.stacks.is_empty() {
            target.roles = own_roles;
        } else {
            // One job works for both.
            self.problems.extend(other_roles(&environment_name, &target.roles, &own_roles));
        }
        target.stacks.extend(&group.stacks);
        if policy.and_then(|policy| policy.stop).unwrap_or(stops) {
            target.destroyed.extend(&group.stacks);
        }
        if let Deployable::Stage(stage) = deployable {
            target.stages.push(stage);
        }
        self.by_deployable.insert(deployable, target_id);
    }
}

/// Sends every stage and every stack of the chosen pipelines to its environment.
pub(crate) fn targets(
    request: &Request<'_>,
    left_out: &mut Vec<OmittedJob>,
    problems: &mut Vec<Diagnostic>,
    report: &mut Report,
) -> Targets {
    let mut targets = Targets { looks_for_drift: request.looks_for_drift(), ..Targets::default() };
    let chosen = request.chosen();
    let is_chosen = |node: &GraphNode| node.pipeline.is_none_or(|pipeline| chosen.contains(&pipeline));
    let all_deployables = deployables(request.deployment, |_| true);
    let deployables = deployables(request.deployment, is_chosen);
    let chosen_paths: Vec<&str> = deployables.values().map(|group| group.path).collect();
    let all_paths: Vec<&str> = all_deployables.values().map(|group| group.path).collect();
    problems.extend(wrong_stages(request.settings, &chosen_paths, &all_paths));
    for (deployable, group) in deployables {
        let policy = request.settings.stage(group.path);
        match destination(request, group.path, policy) {
            Destination::Environment(environment, origin) => {
                targets.send(deployable, &group, policy, environment, origin, request.settings);
            }
            Destination::Skipped => {
                let reason = "`stages` omits it".to_owned();
                left_out.push(OmittedJob { job: group.path.to_owned(), reason });
            }
            Destination::Undefined(name) => targets.undefined.push(name.clone()),
            // A stack beside a pipeline that nobody mentions is deployed manually, as before.
            Destination::Unlisted if is_beside_pipeline(request, deployable) => {
                let reason = "it is in no pipeline, and `stages` does not list it".to_owned();
                let text = "it is outside of the pipeline, and `stages` does not list it: no job deploys it";
                report.add(LineKind::Stack, format!("stack {}", group.path), text, group.origin);
                left_out.push(OmittedJob { job: group.path.to_owned(), reason });
            }
            Destination::Unlisted => problems.push(unlisted(request, group.path, deployable)),
        }
    }
    problems.append(&mut targets.problems);
    for target in &mut targets.all {
        finish(request, target);
        report_shared_names(request, &target.environment, &target.stacks, report);
        problems.extend(target.environment.keywords.as_ref().err().into_iter().flatten().cloned());
    }
    targets
}

/// A deployable, with the stacks of it that nodes work on.
struct DeployableStacks<'a> {
    path: &'a str,
    stacks: BTreeSet<StackId>,
    /// Place of the first of them.
    origin: Origin,
}

/// Returns everything that these nodes of the deployment have stacks of.
fn deployables(
    deployment: &Deployment,
    is_meant: impl Fn(&GraphNode) -> bool,
) -> BTreeMap<Deployable, DeployableStacks<'_>> {
    let mut deployables: BTreeMap<Deployable, DeployableStacks<'_>> = BTreeMap::new();
    for node in deployment.nodes.iter().filter(|node| is_meant(node)) {
        let Some(stack_id) = node.work.stack() else { continue };
        let stack = &deployment.assembly.stacks[stack_id];
        let (deployable, path) = match stack.stage {
            Some(stage_id) => (Deployable::Stage(stage_id), &deployment.assembly.stages[stage_id].path),
            None => (Deployable::Stack(stack_id), &stack.path),
        };
        let group = deployables.entry(deployable).or_insert(DeployableStacks {
            path,
            stacks: BTreeSet::new(),
            origin: stack.origin,
        });
        group.stacks.insert(stack_id);
    }
    deployables
}

/// Target of a construct path.
enum Destination<'a> {
    /// To an environment, and where that is written.
    Environment(&'a TargetEnvironment, Origin),
    /// To none, as the header says.
    Skipped,
    /// To an environment that does not exist.
    Undefined(&'a Located<String>),
    /// Nothing is said.
    Unlisted,
}

fn destination<'a>(request: &Request<'a>, path: &str, policy: Option<&'a StagePolicy>) -> Destination<'a> {
    let written = match policy {
        Some(StagePolicy { environment: None, .. }) => return Destination::Skipped,
        Some(policy) => policy.environment.as_ref(),
        None => request.settings.environment.as_ref(),
    };
    let mut environments = request.environments.iter();
    // A name that is written and does not exist is an error, even if an environment has the stage's own name.
    if let Some(written) = written {
        return match environments.find(|environment| environment.name == written.value) {
            Some(environment) => Destination::Environment(environment, written.origin),
            None => Destination::Undefined(written),
        };
    }
    match environments.find(|environment| environment.name.eq_ignore_ascii_case(last_part(path))) {
        Some(environment) => Destination::Environment(environment, request.settings.origin),
        None => Destination::Unlisted,
    }
}

fn finish(request: &Request<'_>, target: &mut Target) {
    let assembly = &request.deployment.assembly;
    target.name = match (&target.stages[..], &target.stacks[..]) {
        ([stage], stacks) if stacks.len() == assembly.stages[*stage].stacks.len() => {
            assembly.stages[*stage].path.clone()
        }
        ([], [stack]) => assembly.stacks[*stack].path.clone(),
        _ => target.environment.name.clone(),
    };
    target.url = target.url.take().or_else(|| request.settings.url.clone());
}

fn is_beside_pipeline(request: &Request<'_>, deployable: Deployable) -> bool {
    matches!(deployable, Deployable::Stack(_)) && !request.deployment.pipelines.is_empty()
}

fn unlisted(request: &Request<'_>, path: &str, deployable: Deployable) -> Diagnostic {
    let what = if matches!(deployable, Deployable::Stage(_)) { "stage" } else { "stack" };
    let short = last_part(path);
    let message = format!("{what} `{path}` has no environment");
    let help = format!("write `stages: {{ {short}: ENVIRONMENT }}`, or `{short}: skip` to omit it");
    Diagnostic::error(&CDK_STAGE_UNLISTED, request.settings.origin, message).with_help(help)
}
