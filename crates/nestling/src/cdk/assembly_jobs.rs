//! An assembly that no unit names: its jobs as they would be if every stage went to an environment of its own name.

use super::rendered::rendered;
use crate::workspace::InstanceLimits;
use nestling_cdk::deployment::Deployment;
use nestling_cdk::environment::{DeployStart, Keywords, TargetEnvironment};
use nestling_cdk::jobs;
use nestling_cdk::report::Report;
use nestling_cdk::settings::{CdkSettings, StagePolicy};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Located, Map, Node};

/// The jobs of an assembly that no unit names.
///
/// Made by [`assembly_jobs`], which has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct AssemblyJobs {
    /// The jobs, as a file of jobs.
    pub rendered: Node,
    /// The things that are not carried over.
    pub report: Report,
}

/// Returns the jobs of an assembly that no unit names, as if every stage were deployed to an environment of its own name.
/// `origin` replaces a header's.
///
/// ```
/// use nestling::{MemoryFiles, Origin, Sources, assembly_jobs};
/// use nestling_cdk::deployment;
///
/// let manifest = br#"{ "version": "55.0.0", "artifacts": { "Data": {
///     "type": "aws:cloudformation:stack", "displayName": "Data", "properties": { "templateFile": "Data.json" } } } }"#;
/// let files = MemoryFiles::new([("manifest.json", &manifest[..]), ("Data.json", &b"{}"[..])]);
/// let deployment = deployment::read(&files, "cdk.out", &Sources::default()).expect("the assembly is well-formed");
/// let written = assembly_jobs(&deployment, Origin::generated());
/// let text = nestling_gitlab::yaml::emit(&written.rendered);
/// assert!(text.contains("Data"), "{text}");
/// ```
pub fn assembly_jobs(deployment: &Deployment, origin: Origin) -> AssemblyJobs {
    let mut settings = CdkSettings::of_empty_header(origin);
    let mut environments = Vec::new();
    // Each has the name of a whole path: no two stages share one.
    for path in deployment.destinations() {
        let environment = Some(Located { origin, value: path.to_owned() });
        let policy = StagePolicy::of_environment(origin, environment);
        settings.stages.insert(path.to_owned(), policy);
        environments.push(of_own_name(path, origin));
    }
    let outcome = jobs::write(&jobs::Request {
        deployment,
        base: None,
        is_base_unknown: false,
        settings: &settings,
        directory: "",
        environments: &environments,
        is_merge_request: false,
        is_scheduled: false,
        own_words: &[],
        token_subject: "",
        needs_limit: InstanceLimits::default().needs,
    });
    let file = rendered(outcome.stages, outcome.jobs, origin).file;
    AssemblyJobs { rendered: file, report: outcome.report }
}

fn of_own_name(path: &str, origin: Origin) -> TargetEnvironment {
    let title = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let mut environment = Map::default();
    environment.set("name", Node::string(origin, title));
    let keywords = Keywords { deployment: environment.clone(), access: environment, ..Keywords::default() };
    TargetEnvironment {
        name: path.to_owned(),
        origin,
        deployed: true,
        expressions: Vec::new(),
        frozen: false,
        start: DeployStart::Automatic,
        after: None,
        stops: false,
        keywords: Ok(keywords),
    }
}
