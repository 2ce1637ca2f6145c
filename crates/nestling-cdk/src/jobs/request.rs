//! The request for the jobs of an assembly.

use crate::assembly::StackId;
use crate::cli::{Cli, FETCHED, OF_PROJECT};
use crate::deployment::{Deployment, GraphNode, NodeId, PipelineId};
use crate::environment::TargetEnvironment;
use crate::id::Id;
use crate::rules::CDK_HEADER;
use crate::settings::CdkSettings;
use crate::shell::quoted;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Everything that jobs are written from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The graph of the assembly.
    pub deployment: &'a Deployment,
    /// The graph of the assembly at base, if it is available.
    pub base: Option<&'a Deployment>,
    /// Set if there is a base commit and its assembly is not available.
    pub is_base_unknown: bool,
    /// The unit's header.
    pub settings: &'a CdkSettings,
    /// The app's directory, from the root of the checkout; empty for the root.
    pub directory: &'a str,
    /// The environments that stages may be deployed to, in the order of the catalogue.
    pub environments: &'a [TargetEnvironment],
    /// Set for the pipeline of a merge request, which shows its changes to environments that it does not deploy to.
    pub is_merge_request: bool,
    /// Set for a scheduled pipeline.
    pub is_scheduled: bool,
    /// The words that tell this merge request or branch from others, such as its number: names of stacks that are to be its
    /// own have one of them.
    pub own_words: &'a [String],
    /// The subject of the tokens that GitLab gives the jobs of this pipeline; empty where nothing is to be said of it.
    pub token_subject: &'a str,
    /// The most needs that a job may have.
    pub needs_limit: usize,
}

impl<'a> Request<'a> {
    /// Returns the pipelines that are migrated: those that the header names, or all.
    ///
    /// The header names them by the whole construct path, by the beginning of it (all pipelines of a stack), or by the
    /// end of it; the first of these that fits any pipeline decides.
    pub(crate) fn chosen(&self) -> Vec<PipelineId> {
        let Some(wanted) = &self.settings.pipeline else {
            return Id::all(&self.deployment.pipelines).collect();
        };
        let wanted = &wanted.value;
        let exact = self.pipelines_that(|path| path == wanted);
        if !exact.is_empty() {
            return exact;
        }
        let beginning = format!("{wanted}/");
        let beginning_with = self.pipelines_that(|path| path.starts_with(&beginning));
        if !beginning_with.is_empty() {
            return beginning_with;
        }
        let end = format!("/{wanted}");
        self.pipelines_that(|path| path.ends_with(&end))
    }

    /// Returns `true` if this pipeline looks for drift, in place of everything else.
    pub(crate) fn looks_for_drift(&self) -> bool {
        self.is_scheduled && self.settings.drift
    }

    /// Returns `true` if a node belongs to a stage that waits for nothing outside of it.
    pub(crate) fn is_alone(&self, node: NodeId) -> bool {
        let stage = self.deployment.nodes[node].stage.map(|stage| &self.deployment.assembly.stages[stage]);
        stage.and_then(|stage| self.settings.stage(&stage.path)).is_some_and(|policy| policy.alone)
    }

    fn pipelines_that(&self, is_meant: impl Fn(&str) -> bool) -> Vec<PipelineId> {
        let pipelines = Id::each(&self.deployment.pipelines);
        pipelines.filter(|(_, path)| is_meant(path.as_str())).map(|(pipeline_id, _)| pipeline_id).collect()
    }

    /// Returns the CDK command line that jobs call.
    pub(crate) fn cli(&self) -> Cli {
        let settings = self.settings;
        // A newer schema has a warning of its own.
        let knows_schema = self.deployment.assembly.warnings.is_empty();
        Cli::of(&settings.cli, settings.locked_cli.as_ref(), knows_schema)
    }

    /// Returns the command line of a job without checkout: a program of the project does not exist.
    pub(crate) fn cli_without_checkout(&self) -> Cli {
        let own = self.cli();
        if !own.is_in_repository() {
            return own;
        }
        let knows_schema = self.deployment.assembly.warnings.is_empty();
        Cli::of(OF_PROJECT, self.settings.locked_cli.as_ref(), knows_schema)
    }

    /// Returns `true` if the command line must run in the app's directory: where it is a program of the project, or where the
    /// app's `cdk.json` says how it works.
    pub(crate) fn runs_in_app(&self) -> bool {
        !self.directory.is_empty() && self.needs_app()
    }

    /// Returns `true` if the command line reads files of the app.
    pub(crate) fn needs_app(&self) -> bool {
        let is_of_project = !self.cli().command.starts_with(FETCHED);
        is_of_project || !self.settings.app_settings.is_empty()
    }

    /// Returns the command that calls the command line with an assembly: `ACTION --app ASSEMBLY OPTIONS`.
    pub(crate) fn call(&self, action: &str, options: &str) -> String {
        let cli = self.cli().command;
        if !self.runs_in_app() {
            return format!("{cli} {action} --app {} {options}", self.assembly());
        }
        let written = self.settings.assembly.value.trim_end_matches('/');
        let assembly = match written.strip_prefix('/') {
            Some(from_root) => format!("\"$CI_PROJECT_DIR/{from_root}\""),
            None => written.trim_start_matches("./").to_owned(),
        };
        format!("(cd {} && {cli} {action} --app {assembly} {options})", quoted(self.directory))
    }

    /// Returns the assembly's directory, from the root of the checkout.
    pub(crate) fn assembly(&self) -> String {
        let written = self.settings.assembly.value.trim_end_matches('/');
        match (written.strip_prefix('/'), self.directory) {
            (Some(from_root), _) => from_root.to_owned(),
            (None, "") => written.trim_start_matches("./").to_owned(),
            (None, directory) => format!("{directory}/{}", written.trim_start_matches("./")),
        }
    }

    /// Names stacks on the CDK command line, each by itself: a pattern might match a stack of another stage, or of a pipeline
    /// whose approval nobody has given. Always beside `--exclusively`, without which the command takes what they depend on,
    /// or what depends on them, as well.
    pub(crate) fn selected(&self, stacks: &[StackId]) -> String {
        let stacks = stacks.iter().map(|stack| &self.deployment.assembly.stacks[*stack]);
        let words: Vec<String> = stacks.map(|stack| quoted(&stack.selector())).collect();
        words.join(" ")
    }

    /// Returns the region of a stack: its own, or else that of the pipeline that deploys it.
    pub(crate) fn region(&self, stack: StackId) -> Option<&'a str> {
        let deployment = self.deployment;
        let chosen = self.chosen();
        let of_pipeline = || {
            let mut nodes = deployment.nodes.iter().filter(|node| node.work.stack() == Some(stack));
            let pipeline = nodes.find_map(|node| node.pipeline.filter(|own| chosen.contains(own)))?;
            deployment.regions[pipeline.index()].as_deref()
        };
        deployment.assembly.stacks[stack].region.as_deref().or_else(of_pipeline)
    }

    /// Returns the parameters that nodes of the chosen pipelines give a stack.
    pub(crate) fn parameters(&self, stack: StackId) -> BTreeSet<&(String, String)> {
        let chosen = self.chosen();
        let is_chosen = |node: &&GraphNode| node.pipeline.is_none_or(|pipeline| chosen.contains(&pipeline));
        let nodes = self.deployment.nodes.iter().filter(|node| node.work.stack() == Some(stack));
        nodes.filter(is_chosen).flat_map(|node| &node.parameters).collect()
    }

    /// Returns the name of a node's job.
    pub(crate) fn node_name(&self, node: NodeId) -> String {
        let node = &self.deployment.nodes[node];
        self.name_in(node.pipeline, &node.name)
    }

    /// Returns a name in a pipeline: where several are migrated, after the label of its own.
    pub(crate) fn name_in(&self, pipeline: Option<PipelineId>, name: &str) -> String {
        let pipeline = pipeline.filter(|_| self.chosen().len() > 1);
        match pipeline.and_then(|pipeline| self.deployment.label(pipeline)) {
            Some(label) => format!("{label}.{name}"),
            None => name.to_owned(),
        }
    }
}

/// Returns the error of a header whose `pipeline` names none, or is the end of several.
pub(crate) fn unclear_pipeline(request: &Request<'_>) -> Option<Diagnostic> {
    let wanted = request.settings.pipeline.as_ref()?;
    let paths = &request.deployment.pipelines;
    let in_ticks = |pipeline: PipelineId| format!("`{}`", paths[pipeline].as_str());
    let chosen = request.chosen();
    let beginning = format!("{}/", wanted.value);
    let is_beginning = |pipeline: &PipelineId| paths[*pipeline].as_str().starts_with(&beginning);
    if chosen.len() > 1 && !chosen.iter().any(is_beginning) {
        let message = format!("several pipelines of the assembly end in `{}`", wanted.value);
        let known: Vec<String> = chosen.into_iter().map(in_ticks).collect();
        let problem = Diagnostic::error(&CDK_HEADER, wanted.origin, message);
        return Some(problem.with_help(format!("write one of {}", known.join(", "))));
    }
    if !chosen.is_empty() {
        return None;
    }
    let known: Vec<String> = Id::all(paths).map(in_ticks).collect();
    let help = match &known[..] {
        [] => "it has no pipeline; remove the line".to_owned(),
        known => format!("it has {}", known.join(", ")),
    };
    let message = format!("the assembly has no pipeline `{}`", wanted.value);
    Some(Diagnostic::error(&CDK_HEADER, wanted.origin, message).with_help(help))
}
