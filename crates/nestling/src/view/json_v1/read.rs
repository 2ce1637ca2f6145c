//! Converts a plan to the format.

use super::{
    CdkLineV1, ChangesV1, CommitV1, DiagnosticV1, EnvironmentV1, JobEnvironmentV1, JobV1, LeftOutV1, NeedV1,
    OriginV1, PathV1, PipelineV1, PlaceV1, PlanV1, PresenceV1, ReasonV1, StartV1, UnitV1,
};
use crate::changes::{Change, Extent, Head, Obtained, Provenance};
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::select::{Reason, Verdict};
use crate::view::facts::{by_stage, deploys_to, short};
use crate::view::planned::{PlannedJob, Start, planned_jobs};
use crate::view::touched::{Starts, Touched, touched};
use crate::workspace::Unit;
use nestling_cdk::report::Report;
use nestling_git::History;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::need::{Need, NeedSource, needs};
use nestling_gitlab::pipeline::presence::{Start as When, State};

pub(super) fn plan(plan: &Plan, problems: &[Diagnostic], sources: &Sources) -> PlanV1 {
    PlanV1 {
        version: 1,
        nestling: env!("CARGO_PKG_VERSION").to_owned(),
        pipeline: pipeline(plan),
        base: plan.changes.base.as_ref().map(|base| CommitV1 {
            commit: Some(base.commit.to_string()),
            work_tree: false,
            provenance: base.found.to_string(),
            variable: variable(&base.found),
            fetched: base.obtained == Obtained::Fetched,
        }),
        head: head(&plan.changes.head),
        clone_depth: match plan.changes.history {
            History::Shallow { commits } => Some(commits),
            History::Complete => None,
        },
        changes: changes(&plan.changes.extent),
        whole: plan.whole,
        vars: plan
            .workspace
            .given_vars
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        units: plan.units().map(|unit| unit_v1(plan, unit, sources)).collect(),
        stages: by_stage(&plan.pipeline, planned_jobs(plan))
            .into_iter()
            .map(|(stage, _)| stage.to_owned())
            .collect(),
        jobs: planned_jobs(plan)
            .enumerate()
            .map(|(index, planned)| JobV1 {
                fingerprint: fingerprint_of_job(plan, index),
                not_reused: not_reused(plan, planned),
                ..job_v1(planned, sources)
            })
            .collect(),
        environments: touched(plan).into_iter().map(environment).collect(),
        cdk: plan.cdk_reports.iter().flat_map(|(unit, report)| cdk(unit, report, sources)).collect(),
        diagnostics: problems.iter().map(|problem| diagnostic(problem, sources)).collect(),
    }
}

fn pipeline(plan: &Plan) -> PipelineV1 {
    let facts = &plan.facts;
    PipelineV1 {
        description: facts.describe(),
        kind: facts.kind.as_str().to_owned(),
        source: facts.source.to_string(),
        branch: facts.branch.clone(),
        default_branch: facts.default_branch.clone(),
        tag: facts.tag.clone(),
        merge_request: facts.merge_request.as_ref().and_then(|request| request.iid.clone()),
    }
}

fn head(head: &Head) -> CommitV1 {
    let provenance = match head {
        Head::Commit { found, .. } => Some(found),
        Head::WorkTree { .. } => None,
    };
    CommitV1 {
        commit: head.commit().map(ToString::to_string),
        work_tree: matches!(head, Head::WorkTree { .. }),
        provenance: provenance.map_or_else(|| "the work tree".to_owned(), ToString::to_string),
        variable: provenance.and_then(variable),
        fetched: false,
    }
}

fn variable(provenance: &Provenance) -> Option<String> {
    match provenance {
        Provenance::Variable(name) => Some((*name).to_owned()),
        _ => None,
    }
}

fn changes(extent: &Extent) -> ChangesV1 {
    let (extent, reason, paths) = match extent {
        Extent::Paths(paths) => ("paths", None, paths.as_slice()),
        Extent::Everything(reason) => ("everything", Some(reason.to_string()), &[][..]),
        Extent::Nothing(reason) => ("nothing", Some(reason.to_string()), &[][..]),
    };
    ChangesV1 { extent: extent.to_owned(), reason, paths: paths.iter().map(path).collect() }
}

fn path(change: &Change) -> PathV1 {
    let Change { path, status } = change;
    PathV1 { path: path.to_json(), path_bytes: path.hex_unless_utf8(), status: status.to_string() }
}

fn unit_v1(plan: &Plan, unit: &Unit, sources: &Sources) -> UnitV1 {
    let verdict = plan.verdict(&unit.name);
    let word = match verdict {
        Verdict::Everything(_) => "everything",
        Verdict::Selected(_) => "selected",
        Verdict::Needed(_) => "needed",
        Verdict::Removed(_) => "removed",
        Verdict::Skipped => "skipped",
    };
    let left_out = plan.left_out.get(&unit.name).map(Vec::as_slice).unwrap_or_default();
    UnitV1 {
        name: unit.name.to_string(),
        directory: if unit.dir.is_root() { ".".to_owned() } else { unit.dir.to_json() },
        directory_bytes: unit.dir.hex_unless_utf8(),
        verdict: word.to_owned(),
        reasons: verdict.reasons().iter().map(reason).collect(),
        fingerprint: fingerprint_of_unit(plan, &unit.name),
        left_out: left_out
            .iter()
            .map(|left_out| LeftOutV1 { job: left_out.job.clone(), reason: left_out.reason.clone() })
            .collect(),
        origin: origin(unit.declaration.origin(), sources),
    }
}

fn reason(reason: &Reason) -> ReasonV1 {
    let mut reason_v1 = ReasonV1 {
        kind: kind(reason).to_owned(),
        text: reason.to_string(),
        path: None,
        path_bytes: None,
        through: Vec::new(),
        job: None,
    };
    match reason {
        Reason::OwnDirectory { path, .. }
        | Reason::Changes { path, .. }
        | Reason::Link { path, .. }
        | Reason::Definition { path, .. }
        | Reason::Template { path, .. }
        | Reason::WorkspaceFile { path, .. }
        | Reason::Unclaimed { path }
        | Reason::EverythingGlob { path, .. }
        | Reason::Moved { from: path, .. } => {
            reason_v1.path = Some(path.to_json());
            reason_v1.path_bytes = path.hex_unless_utf8();
        }
        Reason::DependsOn { chain } => reason_v1.through = chain.iter().map(ToString::to_string).collect(),
        Reason::DependedOn { unit } | Reason::MovedTo { unit } => reason_v1.through = vec![unit.to_string()],
        Reason::Owed(owed) => reason_v1.job = Some(owed.job.clone()),
        Reason::NeededBy { job } => reason_v1.job = Some(job.to_string()),
        _ => {}
    }
    reason_v1
}

/// Returns the stable identifier of a kind of reason.
pub(in crate::view) fn kind(reason: &Reason) -> &'static str {
    match reason {
        Reason::OwnDirectory { .. } => "own_directory",
        Reason::Changes { .. } => "changes",
        Reason::Link { .. } => "link",
        Reason::Moved { .. } => "moved",
        Reason::Definition { .. } => "definition",
        Reason::Template { .. } => "template",
        Reason::DependsOn { .. } => "depends_on",
        Reason::DependedOn { .. } => "depended_on",
        Reason::Deleted => "deleted",
        Reason::MovedTo { .. } => "moved_to",
        Reason::NeededBy { .. } => "needed_by",
        Reason::WorkspaceFile { .. } => "workspace_file",
        Reason::EverythingGlob { .. } => "everything_glob",
        Reason::Unclaimed { .. } => "unclaimed",
        Reason::Owed(_) => "owed",
        Reason::All(_) => "all",
        Reason::Asked => "asked",
    }
}

fn job_v1(planned: PlannedJob<'_>, sources: &Sources) -> JobV1 {
    let job = planned.job;
    JobV1 {
        name: job.name.to_string(),
        short_name: short(job).to_owned(),
        unit: job.unit.as_ref().map(ToString::to_string),
        stage: job.stage().to_owned(),
        start: match planned.start() {
            Start::Varies => "automatic",
            start => start.id(),
        }
        .to_owned(),
        presence: presence(planned, sources),
        copies: planned.count().possible,
        trigger: planned.trigger().map(str::to_owned),
        needs: needs(&job.body).map(|needs| needs.iter().map(need).collect()),
        environment: deploys_to(job).map(|environment| JobEnvironmentV1 {
            name: environment.name_text().to_owned(),
            action: environment.action().to_owned(),
            catalogue: job.environment.as_ref().map(ToString::to_string),
        }),
        fingerprint: None,
        not_reused: None,
        copy_names: copy_names(planned),
        origin: origin(job.origin, sources),
    }
}

fn copy_names(planned: PlannedJob<'_>) -> Vec<String> {
    let copies = planned.presence.copies().iter().map(|(copy, _)| copy.name.clone());
    copies.filter(|name| name != planned.job.name.as_str()).collect()
}

fn not_reused(plan: &Plan, planned: PlannedJob<'_>) -> Option<String> {
    match plan.reuse.get(&planned.job.name) {
        Some(JobReuse::Kept { why, .. }) => Some(why.clone()),
        Some(JobReuse::Reused(_)) | None => None,
    }
}

fn fingerprint_of_unit(plan: &Plan, unit: &UnitName) -> Option<String> {
    plan.fingerprints.as_ref()?.units.get(unit).map(ToString::to_string)
}

fn fingerprint_of_job(plan: &Plan, index: usize) -> Option<String> {
    plan.fingerprints.as_ref()?.jobs.get(index)?.as_ref().ok().map(ToString::to_string)
}

fn presence(planned: PlannedJob<'_>, sources: &Sources) -> PresenceV1 {
    let state = match planned.presence.state() {
        State::In => "in",
        State::Out => "out",
        State::Maybe => "maybe",
    };
    let start = planned.agreed_start().map(|start| match start {
        When::OnSuccess => "on_success",
        When::OnFailure => "on_failure",
        When::Always => "always",
        When::Manual => "manual",
        When::Delayed => "delayed",
    });
    PresenceV1 {
        state: state.to_owned(),
        start: start.filter(|_| !planned.is_out()).map(str::to_owned),
        starts: planned
            .conditional_starts()
            .into_iter()
            .map(|(condition, start)| StartV1 { start: start.id().to_owned(), condition })
            .collect(),
        condition: planned.condition(),
        rule: planned.deciding_rule().map(|origin| sources.place(origin)),
    }
}

fn need(need: &Need<'_>) -> NeedV1 {
    let (job, elsewhere) = match need.source {
        NeedSource::Job(job) => (Some(job), None),
        NeedSource::Pipeline { pipeline, job } => (job, Some(pipeline)),
        NeedSource::Project { project, job } => (job, Some(project)),
        NeedSource::Malformed => (None, None),
    };
    NeedV1 {
        job: job.map(str::to_owned),
        optional: need.optional,
        artifacts: need.artifacts,
        elsewhere: elsewhere.map(str::to_owned),
    }
}

fn environment(touched: Touched) -> EnvironmentV1 {
    EnvironmentV1 {
        name: touched.name,
        action: touched.action,
        tier: touched.tier,
        url: touched.url,
        job: touched.job.to_string(),
        unit: touched.unit.map(|unit| unit.to_string()),
        manual: touched.start == Starts::Manual,
        may_be_manual: touched.may_be_manual,
        condition: touched.condition,
    }
}

fn cdk<'a>(
    unit: &'a UnitName,
    report: &'a Report,
    sources: &'a Sources,
) -> impl Iterator<Item = CdkLineV1> + 'a {
    report.lines.iter().map(|line| CdkLineV1 {
        id: line.id(),
        unit: unit.to_string(),
        kind: line.kind.as_str().to_owned(),
        open: line.kind.is_open(),
        subject: line.subject.clone(),
        text: line.text.clone(),
        origin: origin(line.origin, sources),
    })
}

pub(super) fn diagnostic(problem: &Diagnostic, sources: &Sources) -> DiagnosticV1 {
    DiagnosticV1 {
        rule: problem.rule.id.to_owned(),
        severity: problem.severity.to_string(),
        message: problem.message.clone(),
        places: problem
            .labels
            .iter()
            .map(|label| PlaceV1 { origin: origin(label.origin, sources), text: label.text.clone() })
            .collect(),
        notes: problem.all_notes(),
        units: problem.units.iter().map(ToString::to_string).collect(),
        kinds: problem.kinds.iter().map(|kind| kind.id.clone()).collect(),
        help: problem.help.clone(),
    }
}

fn origin(origin: Origin, sources: &Sources) -> OriginV1 {
    let column = (origin.column > 0).then_some(origin.column);
    OriginV1 { path: sources.exact_path(origin.file), line: origin.line, column }
}
