//! The jobs of each kind of pipeline, written out.

use super::conditions::{Gate, MOST_PATTERNS};
use super::gates::Gates;
use super::jobs::Parent;
use super::loss::Losses;
use super::parts::{JobsFile, Parts};
use crate::exit::Failure;
use crate::import::kind::{Comparison, Kind, guard};
use crate::import::old::OldPipeline;
use crate::import::plans::Plans;
use crate::import::sides::Own;
use crate::import::tree::Tree;
use nestling::{Job, JobName, NOOP_JOB, PipelineFacts, PipelineLimits, Plan, Project};
use nestling_gitlab::facts::{PipelineSource, Policy, WalkedKind};
use nestling_gitlab::pipeline::guard::{Atom, Guard};
use nestling_gitlab::pipeline::need::needs;
use nestling_gitlab::pipeline::presence::workflow_guard;
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The directory of the files.
const DIRECTORY: &str = ".gitlab/nestling";

/// A kind of pipeline: the name of its file, and the condition under which that is included.
struct Written {
    file: &'static str,
    condition: &'static str,
}

/// The kinds of [`Kind::of_import`]. Each pipeline meets one of the conditions.
const KINDS: [Written; 5] = [
    Written { file: "merge-request", condition: "$CI_PIPELINE_SOURCE == \"merge_request_event\"" },
    Written {
        file: "default-branch",
        condition: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != \"schedule\"",
    },
    Written {
        file: "branch",
        condition: "$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != \"schedule\"",
    },
    Written { file: "tag", condition: "$CI_COMMIT_TAG" },
    Written { file: "schedule", condition: "$CI_PIPELINE_SOURCE == \"schedule\" && $CI_COMMIT_TAG == null" },
];

/// The jobs of all kinds.
#[derive(Debug, Default)]
pub(super) struct Pipelines {
    /// The files.
    pub files: Vec<JobsFile>,
    /// The stages of each kind.
    pub stages: Vec<Vec<String>>,
    /// The number of units.
    pub units: usize,
}

/// Everything that the jobs are made of.
pub(super) struct Making<'a> {
    pub tree: &'a Tree,
    pub default_branch: &'a str,
    /// The configuration that starts the child, and the jobs of it that do.
    pub old: &'a OldPipeline,
    pub own: &'a Own<'a>,
    pub parent: Parent<'a>,
}

impl Making<'_> {
    /// Writes the jobs of all kinds, each file once.
    ///
    /// # Errors
    /// The workspace has errors.
    pub(super) fn pipelines(&self, plans: &Plans<'_>, losses: &mut Losses) -> Result<Pipelines, Failure> {
        let mut pipelines = Pipelines::default();
        let kinds = Kind::of_import(self.default_branch);
        let [first, ..] = &kinds;
        let project = plans.project(&first.facts);
        let gates = Gates::of(&project, self.tree)?;
        pipelines.units = project.workspace().units().len();
        self.add_losses(&project, losses);
        let others = project.kinds()?;
        for (kind, written) in kinds.iter().zip(&KINDS) {
            if !self.starts(kind) {
                continue;
            }
            let plan = plans.of_kind(kind)?;
            let parts = self.parts(&plans.project(&kind.facts), &plan, kind, &gates, losses);
            pipelines.stages.push(plan.pipeline.stages.iter().map(ToString::to_string).collect());
            let names = plan.pipeline.jobs.iter().map(|job| job.name.to_string());
            let jobs: BTreeSet<String> = names.filter(|name| name != NOOP_JOB).collect();
            match pipelines.files.iter_mut().find(|file| file.parts == parts) {
                Some(file) => {
                    file.conditions.push(written.condition);
                    file.kinds.push(kind.name);
                }
                None => pipelines.files.push(JobsFile {
                    path: format!("{DIRECTORY}/{}.yml", written.file),
                    parts,
                    conditions: vec![written.condition],
                    kinds: vec![kind.name],
                    jobs,
                }),
            }
        }
        self.add_other_jobs(others, plans, losses)?;
        let is_complete = pipelines.stages.len() == KINDS.len();
        if let ([only], true) = (pipelines.files.as_mut_slice(), is_complete) {
            only.path = format!("{DIRECTORY}/jobs.yml");
            only.conditions.clear();
        }
        // A kind without jobs has no file.
        pipelines.files.retain(|file| !file.jobs.is_empty());
        Ok(pipelines)
    }

    /// Returns `true` if the parent can start the child in pipelines of a kind.
    fn starts(&self, kind: &Kind) -> bool {
        let root = &self.old.root;
        let variables = kind.root_variables();
        let creation = Kind::creation(&variables, kind.unknown_changes());
        let moment = creation.moment(root.has_workflow_rules());
        let variables = root.pipeline.globals.get("variables");
        let workflow = workflow_guard(&root.pipeline.workflow, variables, &moment);
        let can_be = |job: &Job| guard(job.name.as_str(), &job.body, &moment) != Guard::Never;
        workflow != Guard::Never && (self.own.is_empty() || self.own.jobs().all(can_be))
    }

    /// Adds what the trigger job decides about the child as a whole, and no job of a static pipeline does.
    fn add_losses_of_trigger(&self, losses: &mut Losses) {
        let root = &self.old.root;
        for job in self.own.jobs().filter(|job| job.body.contains("trigger")) {
            let name = job.name.as_str();
            let is_open = |kind: &Kind| {
                let variables = kind.root_variables();
                let creation = Kind::creation(&variables, kind.unknown_changes());
                is_condition(&guard(name, &job.body, &creation.moment(root.has_workflow_rules())))
            };
            if Kind::of_import(self.default_branch).iter().any(is_open) {
                losses.more(name, "its conditions: the jobs run without them");
            }
            if is_manual(&job.body) {
                losses.more(name, "it is manual: the jobs start automatically");
            }
            let text = |keyword: &str| job.body.get(keyword).and_then(Node::text).unwrap_or_default();
            if text("allow_failure") == "true" {
                losses.other(name, "`allow_failure`: a failure of the jobs fails the pipeline");
            }
            if job.body.contains("resource_group") {
                losses.other(name, "`resource_group`: the jobs of several pipelines run at the same time");
            }
            for need in needs(&job.body).unwrap_or_default() {
                let other =
                    need.job().filter(|other| !self.own.jobs().any(|own| own.name.as_str() == *other));
                if let Some(other) = other {
                    losses.other(
                        name,
                        &format!("`needs`: jobs with their own `needs` no longer wait for `{other}`"),
                    );
                }
            }
        }
    }

    /// Returns the jobs as YAML, in as few parts as GitLab reads.
    fn parts(
        &self,
        project: &Project<'_>,
        plan: &Plan,
        kind: &Kind,
        gates: &Gates,
        losses: &mut Losses,
    ) -> Vec<String> {
        let gates = gates.of_jobs(&plan.pipeline.jobs);
        let mut parts = Parts::new(PipelineLimits::default().objects);
        for job in plan.pipeline.jobs.iter().filter(|job| job.name.as_str() != NOOP_JOB) {
            let globs = gates.get(job.name.as_str()).cloned().flatten();
            let gate = self.gate(project, kind, globs, job.name.as_str(), losses);
            parts.add(job.name.as_str(), self.parent.body(job, &gate, losses));
        }
        parts.into_texts()
    }

    /// Returns the condition under which a pipeline of a kind has a job.
    fn gate(
        &self,
        project: &Project<'_>,
        kind: &Kind,
        globs: Option<BTreeSet<String>>,
        job: &str,
        losses: &mut Losses,
    ) -> Gate {
        let Some(globs) = globs else { return Gate::Open };
        if globs.len() > MOST_PATTERNS {
            let text = format!("its unit has more than {MOST_PATTERNS} patterns: its rules are repeated");
            losses.other(job, &text);
        }
        // `changes` always holds where GitLab has nothing to compare with.
        let is_compared = kind.comparison == Comparison::Paths;
        match project.policy() {
            Policy::All if is_compared => Gate::Open,
            Policy::All | Policy::None => Gate::Changes(globs),
            Policy::Changed if !is_compared => {
                losses.more(kind.name, "GitLab compares nothing there: all units run");
                Gate::Changes(globs)
            }
            Policy::Changed if project.workspace().unclaimed_selects_all() => Gate::Open,
            Policy::Changed => Gate::Changes(globs),
            Policy::Since(_) | Policy::Unpassed | Policy::SincePassed => {
                losses.more(kind.name, "GitLab compares with no older commit: all units run");
                if is_compared { Gate::Open } else { Gate::Changes(globs) }
            }
        }
    }

    /// Adds what is lost for the workspace as a whole.
    fn add_losses(&self, project: &Project<'_>, losses: &mut Losses) {
        let workspace = project.workspace();
        if workspace.ignores_paths() {
            losses.more("`ignore`", "`changes` has no exceptions: these paths select units");
        }
        for unit in workspace.units().filter(|unit| unit.excludes_paths()) {
            losses.more(unit.name.as_str(), "`changes` has no exceptions: paths behind `!` select it");
        }
        if workspace.unclaimed_selects_all() {
            losses.more("`unclaimed: everything`", "every change selects all units");
        }
        self.add_losses_of_trigger(losses);
        losses.other("new directories and manifests", "nothing adds jobs or paths for them");
        losses.other("deleted units", "nothing stops their environments");
        losses.other("new branches", "GitLab treats everything as changed in the first pipeline of a branch");
    }

    /// Pipelines of single branches and tags can have other jobs than those of their kind: conditions of templates and of the
    /// catalogue are decided when the file is written.
    fn add_other_jobs(
        &self,
        others: Vec<WalkedKind>,
        plans: &Plans<'_>,
        losses: &mut Losses,
    ) -> Result<(), Failure> {
        let kinds = Kind::of_import(self.default_branch);
        for other in others {
            let Some(kind) = kinds.get(self.kind_of(&other.facts)) else { continue };
            let of_kind = plans.of_kind(kind)?;
            let own = plans.of_other(&other.facts)?;
            let known: BTreeMap<&JobName, &Job> =
                of_kind.pipeline.jobs.iter().map(|job| (&job.name, job)).collect();
            let is_other =
                |job: &&Job| !known.get(&job.name).is_some_and(|known| known.body.same_as(&job.body));
            if let Some(job) = own.pipeline.jobs.iter().find(is_other) {
                let text = format!(
                    "other jobs than in pipelines of its kind, such as `{}`: they are not written",
                    job.name
                );
                losses.less(&other.name.name, &text);
            }
        }
        Ok(())
    }

    /// Returns the position of the kind of a pipeline among [`KINDS`].
    fn kind_of(&self, facts: &PipelineFacts) -> usize {
        match facts {
            facts if facts.merge_request.is_some() => 0,
            facts if facts.tag.is_some() => 3,
            facts if facts.source == PipelineSource::Schedule => 4,
            facts if facts.branch.as_deref() == Some(self.default_branch) => 1,
            _ => 2,
        }
    }
}

/// Returns `true` if a guard depends on more than the kind of pipeline, whose own variables are set.
fn is_condition(guard: &Guard) -> bool {
    match guard {
        Guard::Always | Guard::Never => false,
        Guard::Atom(Atom::IsSet(name) | Atom::IsPresent(name)) => !name.starts_with("CI_COMMIT_"),
        Guard::Atom(_) => true,
        Guard::Not(inner) => is_condition(inner),
        Guard::All(parts) | Guard::Any(parts) => parts.iter().any(is_condition),
    }
}
