//! The environment catalogue: where deploys may go, and when.

use super::condition::{Condition, When};
use crate::changes::{As, PipelineFacts};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::facts::WalkedKind;
use nestling_gitlab::name::EnvironmentName;
use nestling_gitlab::yaml::{Map, Node};

/// The workspace's environments in the order written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    /// The entries by name.
    pub entries: IndexMap<EnvironmentName, Environment>,
}

/// An entry of the catalogue. Its strings may contain `${{ }}`, which is evaluated for each deploying job.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    /// Its key.
    pub name: EnvironmentName,
    /// Place of it in the file.
    pub origin: Origin,
    /// Conditions of the pipelines that deploy to it.
    pub when: When,
    /// Name in GitLab; `None` for the key and the unit's slug.
    pub title: Option<Node>,
    /// Keywords for the job's `environment:`, as written: `url`, `deployment_tier`, `auto_stop_in`, `action`,
    /// `kubernetes`.
    pub settings: Map,
    /// Keywords for the job itself: `resource_group`, `variables`, `tags`.
    pub job: Map,
    /// Start of a deploy.
    pub start: Start,
    /// The environment that has to be deployed to before.
    pub after: Option<After>,
    /// Stop of the environment.
    pub stop: Stop,
    /// Inputs for the templates that have them, while they render for this environment.
    pub inputs: Map,
    /// Effect of GitLab's deploy freeze.
    pub freeze: Freeze,
}

/// The environment before another one. Two are equal wherever they are written.
#[derive(Debug, Clone)]
pub(crate) struct After {
    /// Its name.
    pub environment: EnvironmentName,
    /// The place of the name.
    pub origin: Origin,
    /// Set if the later one is deployed to in pipelines whose variables keep this one out, too.
    pub optional: bool,
}

impl PartialEq for After {
    fn eq(&self, other: &Self) -> bool {
        (&self.environment, self.optional) == (&other.environment, other.optional)
    }
}

/// Stop of an environment.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// As its deploys say, if they do.
    AsDeployed,
    /// By this block, where a deploy does not say itself.
    Block(Map),
    /// Never by a job: `stop: false`, for environments that stay.
    Never,
}

impl Stop {
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Block(one), Self::Block(other)) => one.same_as(other),
            (Self::AsDeployed, Self::AsDeployed) | (Self::Never, Self::Never) => true,
            _ => false,
        }
    }

    /// The block, if there is one.
    pub(crate) fn block(&self) -> Option<&Map> {
        if let Self::Block(block) = self { Some(block) } else { None }
    }
}

/// Start of a deploy to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// By itself.
    Automatic,
    /// By a person.
    Manual(Blocking),
}

/// Effect of a manual deploy on the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocking {
    /// The pipeline passes without it.
    Optional,
    /// The pipeline stays blocked until it has run.
    Blocking,
}

/// Effect of a deploy freeze
/// (<https://docs.gitlab.com/user/project/releases/#prevent-unintentional-releases-by-setting-a-deploy-freeze>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freeze {
    /// Deploys hold off while `$CI_DEPLOY_FREEZE` is set.
    Respected,
    /// Deploys continue.
    Ignored,
}

impl Environment {
    /// Returns `true` if the jobs of a pipeline of these facts are sent to it.
    pub(crate) fn is_deployed_in(&self, facts: &PipelineFacts) -> bool {
        facts.may_deploy_to(self.name.as_str()) && self.when.holds(facts)
    }

    fn same_as(&self, other: &Self) -> bool {
        let titles = match (&self.title, &other.title) {
            (Some(a), Some(b)) => a.same_as(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        titles
            && (&self.name, &self.after) == (&other.name, &other.after)
            && (self.start, self.freeze) == (other.start, other.freeze)
            && self.when.same_as(&other.when)
            && self.settings.same_as(&other.settings)
            && self.job.same_as(&other.job)
            && self.inputs.same_as(&other.inputs)
            && self.stop.same_as(&other.stop)
    }
}

impl Catalogue {
    /// Returns `true` if two catalogues have the same entries, wherever they are written.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.values().zip(other.entries.values()).all(|(a, b)| a.same_as(b))
    }

    /// Returns a branch or a tag for each glob of an entry that no pipeline of these kinds meets.
    pub(crate) fn kinds(&self, known: &[WalkedKind]) -> impl Iterator<Item = As> {
        let conditions = self.entries.values().flat_map(|entry| &entry.when.any);
        let unmet = conditions.filter(|condition| !known.iter().any(|kind| condition.holds(&kind.facts)));
        unmet.filter_map(|condition| match condition {
            Condition::Branch(glob) => Some(As::Branch(sample(glob.glob().glob()))),
            Condition::Tag(glob) => Some(As::Tag(sample(glob.glob().glob()))),
            _ => None,
        })
    }

    /// The entry of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Environment> {
        self.entries.get(name)
    }

    /// The names in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(EnvironmentName::as_str)
    }
}

/// Returns a name that a glob matches, if nothing but `*` and `?` stand for others.
fn sample(glob: &str) -> String {
    glob.replace("**", "*").replace(['*', '?'], "x")
}
