//! The environments that stages are deployed to, as plain data: the caller has evaluated its catalogue for the unit and for
//! this pipeline.

use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::Map;

/// An environment that stages may be deployed to.
#[derive(Debug, Clone)]
pub struct TargetEnvironment {
    /// Its name in the catalogue, which `stages` uses.
    pub name: String,
    /// Place where it is written.
    pub origin: Origin,
    /// Set if this pipeline deploys to it, as far as that is known before GitLab evaluates `expressions`.
    pub deployed: bool,
    /// Expressions of `rules:if` any of which must hold; none for always.
    pub expressions: Vec<String>,
    /// Set if a deploy freeze holds deploys back.
    pub frozen: bool,
    /// Start of a deploy.
    pub start: DeployStart,
    /// The environment that must be deployed to before.
    pub after: Option<EarlierEnvironment>,
    /// Set if a stop job destroys its stacks, unless the header decides.
    pub stops: bool,
    /// The keywords of its jobs, or the errors in them, which are reported only where a stage goes there.
    pub keywords: Result<Keywords, Vec<Diagnostic>>,
}

/// The environment before another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierEnvironment {
    /// Its name in the catalogue.
    pub environment: String,
    /// Set if the later one is deployed to in pipelines that conditions keep this one out of, too.
    pub optional: bool,
}

/// Start of a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeployStart {
    /// By itself.
    Automatic,
    /// By a person; the pipeline passes without it.
    Manual,
    /// By a person; the pipeline is blocked until then.
    Blocking,
}

/// The keywords of the jobs of an environment.
#[derive(Debug, Clone, Default)]
pub struct Keywords {
    /// `environment:` of the job that is the deployment.
    pub deployment: Map,
    /// `environment:` of every other job, to which it adds its `action`.
    pub access: Map,
    /// Keywords of the job itself: `variables`, `tags`, and `resource_group` for the deployment.
    pub job: Map,
    /// The `stop:` block that replaces `cdk destroy`.
    pub stop: Option<Map>,
}
