//! Where each CDK stage goes: entries of the environment catalogue, each with the stacks that it gets.

use super::request::{Request, Unlisted};
use crate::cdk::deployment::{Deployment, Node};
use crate::cdk::rules::CDK_HEADER;
use crate::cdk::rules::CDK_STAGE_UNLISTED;
use crate::cdk::settings::{Purpose, StagePolicy};
use crate::environments::LeftOut;
use crate::workspace::rules::ENVIRONMENT_UNDEFINED;
use crate::workspace::{Condition, Environment, Stop};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, did_you_mean};
use nestling_gitlab::yaml::Located;
use std::collections::{BTreeMap, BTreeSet};

/// An environment that stacks of the assembly are deployed to.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// How jobs of the whole are called: the stage's path, or the environment where it is several.
    pub name: String,
    /// The entry of the catalogue; `None` where an assembly is looked at by itself.
    pub entry: Option<&'a Environment>,
    /// Where the header sends it there.
    pub origin: Origin,
    /// Its stages.
    pub stages: Vec<usize>,
    /// The stacks that nodes of the chosen pipelines work on, those of its stages included. Never empty.
    pub stacks: Vec<usize>,
    /// The stacks among them that its stop job destroys: those of stages that are stopped. Empty where it has none.
    pub destroyed: Vec<usize>,
    /// The address, as the header has it.
    pub url: Option<&'a Located<String>>,
    /// The role, as the header has it.
    pub role: Option<&'a Located<String>>,
    /// Whether this pipeline deploys it.
    pub deployed: bool,
}

/// What places are: a stage of the assembly, or a stack of the app itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A stage.
    Stage(usize),
    /// A stack without one.
    Stack(usize),
}

/// The targets, and the target of each place. A place without target is left out.
#[derive(Debug, Default)]
pub(crate) struct Targets<'a> {
    pub all: Vec<Target<'a>>,
    of: BTreeMap<Place, usize>,
}

impl<'a> Targets<'a> {
    /// The target of a place.
    pub(crate) fn of(&self, place: Place) -> Option<usize> {
        self.of.get(&place).copied()
    }
}

/// Sends every stage and every stack of the deployment to its environment.
pub(crate) fn targets<'a>(
    request: &Request<'a>,
    left_out: &mut Vec<LeftOut>,
    problems: &mut Vec<Diagnostic>,
) -> Targets<'a> {
    let mut targets = Targets::default();
    let chosen = request.chosen();
    let is_chosen = |node: &Node| node.pipeline.is_none_or(|pipeline| chosen.contains(&pipeline));
    for (place, Placed { path, origin, stacks }) in places(request.deployment, is_chosen) {
        let policy = request.settings.stage(path).map(|(_, policy)| policy);
        match destination(request, path, policy) {
            Destination::Entry(entry, origin) => {
                put(&mut targets, request, (place, &stacks), Some(entry), policy, origin);
            }
            Destination::Own => put(&mut targets, request, (place, &stacks), None, policy, origin),
            Destination::Skipped => {
                left_out.push(LeftOut { job: path.to_owned(), reason: "`stages` leaves it out".to_owned() });
            }
            Destination::Unknown(None) if is_beside_pipeline(request, place) => left_out.push(LeftOut {
                job: path.to_owned(),
                reason: "it is in no pipeline, and `stages` does not name it".to_owned(),
            }),
            Destination::Unknown(problem) => {
                problems.push(problem.unwrap_or_else(|| unlisted(request, path, place)));
            }
        }
    }
    problems.extend(unknown_stages(request));
    for target in &mut targets.all {
        finish(request, target);
    }
    targets
}

enum Destination<'a> {
    Entry(&'a Environment, Origin),
    /// An environment called after the stage: an assembly looked at by itself.
    Own,
    Skipped,
    Unknown(Option<Diagnostic>),
}

fn destination<'a>(request: &Request<'a>, path: &str, policy: Option<&'a StagePolicy>) -> Destination<'a> {
    let written = match policy {
        Some(policy) => match &policy.environment {
            None => return Destination::Skipped,
            written => written.as_ref(),
        },
        None => request.settings.environment.as_ref(),
    };
    if let Some(written) = written {
        return match request.catalogue.get(&written.value) {
            Some(entry) => Destination::Entry(entry, written.origin),
            None => Destination::Unknown(Some(undefined(request, written))),
        };
    }
    let short = path.rsplit('/').next().unwrap_or(path);
    let same = request.catalogue.entries.values().find(|e| e.name.as_str().eq_ignore_ascii_case(short));
    match (same, request.unlisted) {
        (Some(entry), _) => Destination::Entry(entry, request.settings.origin),
        (None, Unlisted::OwnName) => Destination::Own,
        (None, Unlisted::Refuse) => Destination::Unknown(None),
    }
}

/// A place of the assembly, and the stacks of it that nodes work on.
struct Placed<'a> {
    path: &'a str,
    origin: Origin,
    stacks: BTreeSet<usize>,
}

/// Every place that these nodes of the deployment have stacks of.
fn places(deployment: &Deployment, is_meant: impl Fn(&Node) -> bool) -> BTreeMap<Place, Placed<'_>> {
    let mut places: BTreeMap<Place, Placed<'_>> = BTreeMap::new();
    for node in deployment.nodes.iter().filter(|node| is_meant(node)) {
        let Some(stack_index) = node.work.stack() else { continue };
        let stack = &deployment.assembly.stacks[stack_index];
        let (place, path, origin) = match stack.stage {
            Some(stage_index) => {
                let stage = &deployment.assembly.stages[stage_index];
                (Place::Stage(stage_index), &stage.path, stage.origin)
            }
            None => (Place::Stack(stack_index), &stack.path, stack.origin),
        };
        let placed = places.entry(place).or_insert(Placed { path, origin, stacks: BTreeSet::new() });
        placed.stacks.insert(stack_index);
    }
    places
}

fn put<'a>(
    targets: &mut Targets<'a>,
    request: &Request<'a>,
    (place, stacks): (Place, &BTreeSet<usize>),
    entry: Option<&'a Environment>,
    policy: Option<&'a StagePolicy>,
    origin: Origin,
) {
    let same = |target: &Target<'_>| {
        entry.is_some() && target.entry.map(|entry| &entry.name) == entry.map(|entry| &entry.name)
    };
    let at = targets.all.iter().position(same).unwrap_or_else(|| {
        targets.all.push(Target {
            name: String::new(),
            entry,
            origin,
            stages: Vec::new(),
            stacks: Vec::new(),
            destroyed: Vec::new(),
            url: None,
            role: None,
            deployed: true,
        });
        targets.all.len() - 1
    });
    let target = &mut targets.all[at];
    target.url = target.url.or_else(|| policy?.url.as_ref());
    target.role = target.role.or_else(|| policy?.role.as_ref());
    let by_default = || entry.is_some_and(|entry| comes_down(entry, request.purpose));
    if policy.and_then(|policy| policy.stop).unwrap_or_else(by_default) {
        target.destroyed.extend(stacks);
    }
    target.stacks.extend(stacks);
    if let Place::Stage(stage) = place {
        target.stages.push(stage);
    }
    targets.of.insert(place, at);
}

/// Environments that come and go with merge requests are destroyed with them; others are not by default, since GitLab
/// stops what a merged branch has deployed to (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).
///
/// What a unit that is gone has left behind is nobody's any more: all of it is destroyed, once a person says so.
fn comes_down(entry: &Environment, purpose: Purpose) -> bool {
    match entry.stop {
        Stop::Block(_) => true,
        Stop::Never => false,
        Stop::AsDeployed if purpose == Purpose::TearDown => true,
        Stop::AsDeployed => {
            entry.when.any.iter().any(|condition| matches!(condition, Condition::MergeRequest))
                || entry.settings.contains("auto_stop_in")
        }
    }
}

fn finish<'a>(request: &Request<'a>, target: &mut Target<'a>) {
    let assembly = &request.deployment.assembly;
    target.name = match (&target.stages[..], &target.stacks[..], target.entry) {
        ([stage], stacks, _) if stacks.len() == assembly.stages[*stage].stacks.len() => {
            assembly.stages[*stage].path.clone()
        }
        ([], [stack], _) => assembly.stacks[*stack].path.clone(),
        (_, _, Some(entry)) => entry.name.to_string(),
        (stages, _, None) => {
            stages.first().map_or_else(String::new, |stage| assembly.stages[*stage].path.clone())
        }
    };
    target.url = target.url.or(request.settings.url.as_ref());
    target.role = target.role.or(request.settings.role.as_ref());
    target.deployed = target.entry.is_none_or(|entry| entry.when.holds(request.pipeline));
}

fn undefined(request: &Request<'_>, written: &Located<String>) -> Diagnostic {
    let message = format!("there is no environment `{}` in the catalogue", written.value);
    let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, written.origin, message);
    match did_you_mean(&written.value, request.catalogue.names()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help("add it to `workspace: { environments: … }` in the root's `nestling.yml`"),
    }
}

/// A stack beside a pipeline that nobody mentions stays as it was: deployed by hand.
fn is_beside_pipeline(request: &Request<'_>, place: Place) -> bool {
    matches!(place, Place::Stack(_)) && !request.deployment.pipelines.is_empty()
}

fn unlisted(request: &Request<'_>, path: &str, place: Place) -> Diagnostic {
    let what = if matches!(place, Place::Stage(_)) { "stage" } else { "stack" };
    let short = path.rsplit('/').next().unwrap_or(path);
    let message = format!("nothing says where the {what} `{path}` is deployed to");
    let help = format!("write `stages: {{ {short}: ENVIRONMENT }}`, or `{short}: skip` to leave it out");
    Diagnostic::error(&CDK_STAGE_UNLISTED, request.settings.origin, message).with_help(help)
}

/// Keys under `stages` that are near a stage of the assembly and name none. One that is far from all may be a stage
/// of another synth, such as a review app's.
fn unknown_stages(request: &Request<'_>) -> Vec<Diagnostic> {
    // A key may name a stage of a pipeline that is not chosen.
    let places = places(request.deployment, |_| true);
    let paths: Vec<&str> = places.values().map(|placed| placed.path).collect();
    let names: Vec<&str> = paths.iter().map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
    let unknown = |key: &str| !paths.contains(&key) && !names.contains(&key);
    let stages = request.settings.stages.iter().filter(|(key, _)| unknown(key));
    stages
        .filter_map(|(key, policy)| {
            let near = did_you_mean(key, names.iter().copied())?;
            let message = format!("the assembly has no stage `{key}`");
            let problem = Diagnostic::warning(&CDK_HEADER, policy.origin, message);
            Some(problem.with_help(format!("did you mean `{near}`?")))
        })
        .collect()
}
