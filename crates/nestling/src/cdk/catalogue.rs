//! The environment catalogue as plain data, for one unit and one pipeline.

use crate::changes::PipelineFacts;
use crate::environments::{CatalogueStrings, environment};
use crate::workspace::{Blocking, Catalogue, Condition, Environment, Freeze, Start, Stop};
use nestling_cdk::environment::{DeployStart, EarlierEnvironment, Keywords, TargetEnvironment};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};

/// The purpose of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The unit is deployed.
    Deploy,
    /// The unit is gone: what it deployed is destroyed, unless the header or the catalogue keeps it.
    TearDown,
}

/// The unit and the pipeline that an entry of the catalogue is evaluated for.
pub(crate) struct For<'a> {
    pub unit: Option<&'a UnitName>,
    pub pipeline: &'a PipelineFacts,
    pub texts: &'a CatalogueStrings<'a>,
    pub purpose: Purpose,
}

/// Returns the entries of a catalogue in order.
pub(crate) fn environments(catalogue: &Catalogue, of: &For<'_>) -> Vec<TargetEnvironment> {
    catalogue.entries.values().map(|entry| plain(entry, of)).collect()
}

fn plain(entry: &Environment, of: &For<'_>) -> TargetEnvironment {
    TargetEnvironment {
        name: entry.name.to_string(),
        origin: entry.origin,
        deployed: entry.is_deployed_in(of.pipeline),
        expressions: entry.when.expressions(of.pipeline).into_iter().map(str::to_owned).collect(),
        frozen: entry.freeze == Freeze::Respected,
        start: match entry.start {
            Start::Automatic => DeployStart::Automatic,
            Start::Manual(Blocking::Optional) => DeployStart::Manual,
            Start::Manual(Blocking::Blocking) => DeployStart::Blocking,
        },
        after: entry.after.as_ref().map(|after| EarlierEnvironment {
            environment: after.environment.to_string(),
            optional: after.optional,
        }),
        stops: stops(entry, of.purpose),
        keywords: keywords(entry, of),
    }
}

/// Environments that come and go with merge requests are destroyed with them; others are not by default, since GitLab
/// stops what a merged branch has deployed to (<https://docs.gitlab.com/ci/environments/#stopping-an-environment>).
///
/// The stacks of a removed unit belong to nobody any more: all of them are destroyed, once a person starts the job.
fn stops(entry: &Environment, purpose: Purpose) -> bool {
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

fn keywords(entry: &Environment, of: &For<'_>) -> Result<Keywords, Vec<Diagnostic>> {
    // Any action will do: with it, the job does not deploy, so `url` and `auto_stop_in` are left out.
    let mut accessing = Map::default();
    accessing.set("action", Node::string(entry.origin, "access"));
    let mut access = environment(&accessing, entry, of.unit, of.texts)?;
    access.remove("action");
    let mut job = Map::default();
    for (key, value) in entry.job.iter() {
        job.set(key, of.texts.evaluate(value, entry)?);
    }
    let stop = match entry.stop.block() {
        Some(block) => of.texts.evaluate(&Node::map(entry.origin, block.clone()), entry)?.as_map().cloned(),
        None => None,
    };
    let deployment = environment(&Map::default(), entry, of.unit, of.texts)?;
    Ok(Keywords { deployment, access, job, stop })
}
