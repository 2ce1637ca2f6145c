//! An assembly by itself: its jobs as they would be if every stage went to an environment of its own name.

use crate::cdk::deployment::Deployment;
use crate::cdk::jobs::{self, Outcome, Unlisted};
use crate::cdk::settings::{Purpose, Settings};
use crate::changes::PipelineFacts;
use crate::workspace::{Catalogue, InstanceLimits};
use nestling_gitlab::diagnostic::Origin;

/// Writes the jobs of an assembly that no unit names. `origin` stands for the header that there is not.
pub fn alone(deployment: &Deployment, origin: Origin) -> Outcome {
    jobs::write(&jobs::Request {
        deployment,
        settings: &Settings::bare(origin),
        unit: None,
        directory: "",
        catalogue: &Catalogue::default(),
        pipeline: &PipelineFacts::local(None, None, None),
        evaluate: &|node, _| Ok(node.clone()),
        unlisted: Unlisted::OwnName,
        needs_limit: InstanceLimits::default().needs,
        purpose: Purpose::Deploy,
    })
}
