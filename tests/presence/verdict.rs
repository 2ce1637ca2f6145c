//! The jobs of a file by presence, where everything is known, in the judge's words.

use nestling_files::path::RepoPath;
use nestling_gitlab::check::read_file;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::matrix::{copies, selected_copies};
use nestling_gitlab::pipeline::need::{NeedSource, needs};
use nestling_gitlab::pipeline::presence::{
    Changed, Moment, Outcome, Reference, Start, Tree, presence_of, workflow_guard,
};
use nestling_gitlab::yaml::{Map, Node, parse_file};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// GitLab's verdict about a file in a context.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The jobs: name, start, `allow_failure`.
    Jobs(BTreeSet<(String, String, bool)>),
    NeedMissing,
    Empty,
    Workflow,
}

impl Verdict {
    /// Reads a row's verdict; `None` where GitLab refuses the file for what is not about presence.
    pub(crate) fn read(gitlab: &Value) -> Option<Self> {
        if let Some(jobs) = gitlab["jobs"].as_array() {
            let text = |job: &Value, key: &str| job[key].as_str().unwrap().to_owned();
            let job = |job: &Value| {
                (text(job, "name"), text(job, "start"), job["allow_failure"].as_bool().unwrap())
            };
            return Some(Self::Jobs(jobs.iter().map(job).collect()));
        }
        let message = gitlab["refused"].as_str().unwrap();
        [
            ("but '", Self::NeedMissing),
            ("prevented any jobs from being added", Self::Empty),
            ("filtered out by workflow rules", Self::Workflow),
        ]
        .into_iter()
        .find_map(|(part, verdict)| message.contains(part).then_some(verdict))
    }
}

impl Verdict {
    /// Reads what the judge says; `None` where it cannot say, or refuses what is not about presence.
    pub(crate) fn of_judge(said: &Value) -> Option<Self> {
        if let Some(jobs) = said["jobs"].as_object() {
            let job = |(name, job): (&String, &Value)| {
                let start = job["start"].as_str().unwrap().to_owned();
                (name.clone(), start, job["allow_failure"].as_bool().unwrap())
            };
            return Some(Self::Jobs(jobs.iter().map(job).collect()));
        }
        match said["error"].as_str().unwrap().split(':').next().unwrap() {
            "need-missing" => Some(Self::NeedMissing),
            "empty" => Some(Self::Empty),
            "workflow" => Some(Self::Workflow),
            _ => None,
        }
    }
}

/// A row's context, owned.
pub(crate) struct Circumstances {
    variables: KnownVariables,
    reference: String,
    is_tag: bool,
    is_merge_request: bool,
    source: String,
    files: Vec<RepoPath>,
    changed: Option<Vec<RepoPath>>,
    compared: BTreeMap<String, Vec<RepoPath>>,
}

impl Circumstances {
    fn read(context: &Value) -> Self {
        let text = |key: &str| context[key].as_str().unwrap().to_owned();
        let reference = text("ref");
        let is_tag = context["tag"].as_bool().unwrap();
        let is_merge_request = context["merge_request"].as_bool().unwrap_or(false);
        let source = text("source");
        let mut variables = BTreeMap::from([
            ("CI_PIPELINE_SOURCE".to_owned(), source.clone()),
            ("CI_DEFAULT_BRANCH".to_owned(), text("default_branch")),
            ("CI_COMMIT_REF_NAME".to_owned(), reference.clone()),
        ]);
        match (is_merge_request, is_tag) {
            (true, _) => {}
            (false, true) => drop(variables.insert("CI_COMMIT_TAG".to_owned(), reference.clone())),
            (false, false) => drop(variables.insert("CI_COMMIT_BRANCH".to_owned(), reference.clone())),
        }
        for (name, value) in context["variables"].as_object().unwrap() {
            match value.as_str() {
                Some(value) => drop(variables.insert(name.clone(), value.to_owned())),
                None => drop(variables.remove(name)),
            }
        }
        let compared = context["compare_paths"].as_object().into_iter().flatten();
        Self {
            variables: KnownVariables::exactly(variables),
            reference,
            is_tag,
            is_merge_request,
            source,
            files: paths(&context["files"]).unwrap_or_default(),
            changed: paths(&context["changed_paths"]),
            compared: compared.map(|(name, list)| (name.clone(), paths(list).unwrap())).collect(),
        }
    }

    fn changed(&self) -> Changed<'_> {
        self.changed.as_deref().map_or(Changed::Everything, Changed::Paths)
    }

    fn compared(&self, revision: &str) -> Changed<'_> {
        self.compared.get(revision).map_or(self.changed(), |paths| Changed::Paths(paths))
    }

    fn reference(&self) -> Reference<'_> {
        match (self.is_merge_request, self.is_tag) {
            (true, _) => Reference::MergeRequest,
            (false, true) => Reference::Tag(Some(&self.reference)),
            (false, false) => Reference::Branch(Some(&self.reference)),
        }
    }
}

fn paths(list: &Value) -> Option<Vec<RepoPath>> {
    let list = list.as_array()?;
    Some(list.iter().map(|path| RepoPath::parse(path.as_str().unwrap()).unwrap()).collect())
}

/// The jobs of a file by presence: everything is known, so nothing may be undecided.
pub(crate) fn verdict(text: &str, context: &Value) -> Verdict {
    let circumstances = Circumstances::read(context);
    let (pipeline, _) = read_file("case.yml", text, &Sources::default());
    let moment = Moment {
        variables: &circumstances.variables,
        reference: circumstances.reference(),
        source: Some(&circumstances.source),
        tree: Tree::Files(&circumstances.files),
        changed: circumstances.changed(),
        compared: &|revision| circumstances.compared(revision),
        workflow_rules: pipeline.workflow.contains("rules"),
    };
    if workflow_guard(&pipeline.workflow, file_variables(text).as_ref(), &moment) == Guard::Never {
        return Verdict::Workflow;
    }
    let mut jobs = Vec::new();
    for job in &pipeline.jobs {
        for copy in copies(job.name.as_str(), &job.body) {
            let presence = presence_of(&copy.name, &job.body, &copy.variables, &moment);
            let outcome = presence.certain().unwrap_or_else(|| panic!("{}: {presence:?}", copy.name));
            if let Outcome::Present { start, allow_failure } = outcome {
                jobs.push((copy.name, start, allow_failure, &job.body));
            }
        }
    }
    judged(&pipeline, jobs)
}

fn judged(pipeline: &Pipeline, jobs: Vec<(String, Start, bool, &Map)>) -> Verdict {
    let present: BTreeSet<&str> = jobs.iter().map(|(name, ..)| name.as_str()).collect();
    let copies_of = |name: &str| -> Vec<String> {
        match pipeline.job(name) {
            Some(job) => copies(name, &job.body).into_iter().map(|copy| copy.name).collect(),
            None => vec![name.to_owned()],
        }
    };
    for need in jobs.iter().flat_map(|(.., body)| needs(body).unwrap_or_default()) {
        let NeedSource::Job(name) = need.source else { continue };
        let as_written = |value: &str| Ok::<_, ()>(value.to_owned());
        let selected = need.matrix.and_then(|matrix| selected_copies(name, matrix, &as_written).unwrap());
        let wanted = selected.unwrap_or_else(|| copies_of(name));
        let is_met = wanted.iter().all(|copy| present.contains(copy.as_str()));
        if !need.optional && !is_met {
            return Verdict::NeedMissing;
        }
    }
    let stage = |body: &Map| body.get("stage").and_then(|stage| stage.text()).unwrap_or("test").to_owned();
    if jobs.iter().all(|(.., body)| matches!(stage(body).as_str(), ".pre" | ".post")) {
        return Verdict::Empty;
    }
    let shown = |start| match start {
        Start::OnSuccess => "automatic",
        Start::OnFailure => "on_failure",
        Start::Always => "always",
        Start::Manual => "manual",
        Start::Delayed => "delayed",
    };
    Verdict::Jobs(
        jobs.into_iter().map(|(name, start, fails, _)| (name, shown(start).to_owned(), fails)).collect(),
    )
}

/// `variables:` of the whole file.
fn file_variables(text: &str) -> Option<Node> {
    let document = parse_file(text, Sources::default().add("case.yml", text)).ok()?.into_iter().next()?;
    document.get("variables").cloned()
}
