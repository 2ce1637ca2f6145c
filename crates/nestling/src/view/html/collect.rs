//! Collects the data of the page from plans.

use super::data::{
    PageBase, PageCdkLine, PageChange, PageKeyChange, PageKind, PagePart, PageProblem, PageUnit,
    is_web_address,
};
use super::job::{JobReader, name_index, unit_index};
use super::kind_counts;
use super::page_data::PageData;
use super::tables::{Files, Tables};
use crate::emit::EmittedPart;
use crate::passed::JobReuse;
use crate::plan::Plan;
use crate::select::Verdict;
use crate::view::diff::{Diff, diff};
use crate::view::explain::nearest_reason;
use crate::view::facts::by_stage;
use crate::view::json_v1::reason_kind;
use crate::view::planned::planned_jobs;
use crate::view::tree::extent;
use crate::view::unclaimed::reported_provenance;
use crate::workspace::Unit;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::known::KnownVariables;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The maximal number of changed paths that are listed.
const PATHS: usize = 5_000;

/// The maximal number of skipped units with a reason each: the reasons of more would take longer than the plan.
const SKIPPED: usize = 2_000;

/// Adds the pipeline of one kind; the first one brings the change and the problems.
pub(super) fn add_kind(data: &mut PageData, plan: &Plan) {
    let is_first = data.kinds.is_empty();
    let tables = &mut data.tables;
    if is_first {
        data.dependencies = dependencies(plan, tables);
        data.change = change(plan, tables);
    }
    let mut reader = reader(plan);
    let jobs: Vec<usize> = planned_jobs(plan)
        .map(|planned| {
            let record = reader.job(planned, tables);
            tables.jobs.index(record)
        })
        .collect();
    if is_first {
        data.problems = problems(plan, &mut reader.files, tables);
        data.cdk = cdk(plan, &mut reader.files, tables);
    }
    let stages = by_stage(&plan.pipeline, planned_jobs(plan));
    let stages = stages.into_iter().map(|(stage, _)| tables.stages.index(stage.to_owned())).collect();
    let units = units(plan, tables, is_first);
    let kind = PageKind {
        description: plan.facts.describe(),
        extent: extent(plan),
        provenance: reported_provenance(plan).lines().map(str::to_owned).collect(),
        all: plan.workspace.units.len(),
        stages,
        units,
        count: kind_counts::count(data, &jobs),
        difference: data.kinds.first().map(|first| kind_counts::difference(data, first, &jobs)),
        jobs,
    };
    data.kinds.push(kind);
}

/// Adds the parts that the pipeline of the first kind is written in.
pub(super) fn add_parts(data: &mut PageData, plan: &Plan, parts: &[EmittedPart]) {
    for part in parts {
        let jobs = part.jobs.iter().filter_map(|index| plan.pipeline.jobs.get(*index));
        data.parts.push(PagePart {
            trigger: part.trigger.clone(),
            path: part.path.clone(),
            jobs: jobs.map(|job| name_index(job, &mut data.tables)).collect(),
        });
    }
}

fn reader(plan: &Plan) -> JobReader<'_> {
    JobReader {
        files: Files::new(&plan.sources),
        variables: KnownVariables::of_child(&plan.facts),
        jobs: plan.pipeline.jobs.iter().map(|job| (job.name.as_str(), job)).collect(),
    }
}

fn dependencies(plan: &Plan, tables: &mut Tables) -> Vec<Vec<usize>> {
    // The units come first, so that their indices are those of the list.
    for unit in plan.units() {
        unit_index(&unit.name, tables);
    }
    let mut dependencies = Vec::new();
    for unit in plan.units() {
        dependencies.push(unit.dependencies().map(|name| unit_index(name, tables)).collect());
    }
    dependencies
}

fn units(plan: &Plan, tables: &mut Tables, with_skipped: bool) -> Vec<PageUnit> {
    let mut units = Vec::new();
    let mut skipped = 0;
    for unit in plan.units() {
        let verdict = plan.verdict(&unit.name);
        if *verdict == Verdict::Skipped {
            skipped += 1;
            if with_skipped && skipped <= SKIPPED {
                units.push(skipped_unit(plan, unit, tables));
            }
            continue;
        }
        let left_out = plan.left_out.get(&unit.name).map(Vec::as_slice).unwrap_or_default();
        let reasons = verdict.reasons().iter();
        let fingerprints = plan.fingerprints.as_ref();
        units.push(PageUnit {
            unit: unit_index(&unit.name, tables),
            verdict: match verdict {
                Verdict::Everything(_) | Verdict::Selected(_) => "selected",
                Verdict::Needed(_) => "needed",
                Verdict::Removed(_) => "removed",
                Verdict::Skipped => "skipped",
            },
            reasons: reasons
                .map(|reason| (reason_kind(reason), tables.texts.index(reason.to_string())))
                .collect(),
            left_out: left_out
                .iter()
                .map(|left_out| (left_out.job.clone(), tables.texts.index(left_out.reason.clone())))
                .collect(),
            links: links(plan, unit),
            fingerprint: fingerprints.and_then(|prints| Some(prints.units.get(&unit.name)?.short())),
        });
    }
    units
}

fn skipped_unit(plan: &Plan, unit: &Unit, tables: &mut Tables) -> PageUnit {
    let nearest = nearest_reason(plan, unit);
    PageUnit {
        unit: unit_index(&unit.name, tables),
        verdict: "skipped",
        reasons: nearest.into_iter().map(|text| ("skipped", tables.texts.index(text))).collect(),
        left_out: Vec::new(),
        links: BTreeMap::new(),
        fingerprint: None,
    }
}

/// Returns the pages of the jobs that passed, as GitLab named them. A record is written by others, so nothing but a web URL
/// becomes a link.
fn links(plan: &Plan, unit: &Unit) -> BTreeMap<String, String> {
    let reused = plan.reuse.iter().filter_map(|(name, reuse)| match reuse {
        JobReuse::Reused(record) if record.unit == unit.name.as_str() => Some((name, &record.url)),
        _ => None,
    });
    let short = |name: &JobName| {
        let short = name.as_str().strip_prefix(unit.name.as_str()).and_then(|rest| rest.strip_prefix(':'));
        short.unwrap_or(name.as_str()).to_owned()
    };
    reused.filter(|(_, url)| is_web_address(url)).map(|(name, url)| (short(name), url.clone())).collect()
}

fn change(plan: &Plan, tables: &mut Tables) -> PageChange {
    let mut units_of: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for unit in plan.units() {
        let index = unit_index(&unit.name, tables);
        for path in plan.paths(&unit.name) {
            units_of.entry(path.as_bytes()).or_default().push(index);
        }
    }
    let changed = plan.changes.paths().unwrap_or_default();
    let mut paths = Vec::new();
    for change in changed.iter().take(PATHS) {
        let units = units_of.remove(change.path.as_bytes()).unwrap_or_default();
        paths.push((change.path.to_string(), change.status.to_string(), units));
    }
    let listed = |paths: &[nestling_files::path::RepoPath]| {
        paths.iter().take(PATHS).map(ToString::to_string).collect()
    };
    PageChange {
        more: changed.len().saturating_sub(paths.len()),
        paths,
        ignored: listed(&plan.selection.ignored),
        unclaimed: listed(&plan.selection.unclaimed),
    }
}

fn problems(plan: &Plan, files: &mut Files<'_>, tables: &mut Tables) -> Vec<PageProblem> {
    let mut problems = Vec::new();
    let mut by_place: HashMap<(usize, u32), Vec<usize>> = HashMap::new();
    for diagnostic in &plan.diagnostics {
        let mut places = Vec::new();
        for label in diagnostic.labels.iter().filter(|label| !label.origin.is_generated()) {
            let file = files.index(label.origin.file, tables);
            by_place.entry((file, label.origin.line)).or_default().push(problems.len());
            places.push((file, label.origin.line, label.text.clone()));
        }
        problems.push(page_problem(diagnostic, places));
    }
    if !problems.is_empty() {
        mark_jobs(plan, &by_place, &mut problems, files, tables);
    }
    problems
}

fn page_problem(diagnostic: &Diagnostic, places: Vec<(usize, u32, String)>) -> PageProblem {
    PageProblem {
        severity: diagnostic.severity.to_string(),
        rule: diagnostic.rule.id,
        url: diagnostic.rule.url(),
        message: diagnostic.message.clone(),
        places,
        notes: diagnostic.notes.clone(),
        help: diagnostic.help.clone(),
        jobs: Vec::new(),
    }
}

/// Adds to each problem the jobs that have a line of its places.
fn mark_jobs(
    plan: &Plan,
    by_place: &HashMap<(usize, u32), Vec<usize>>,
    problems: &mut [PageProblem],
    files: &mut Files<'_>,
    tables: &mut Tables,
) {
    for job in &plan.pipeline.jobs {
        let mut marked = HashSet::new();
        for line in crate::emit::job_lines(job, &plan.sources) {
            let place = (files.index(line.origin.file, tables), line.origin.line);
            marked.extend(by_place.get(&place).into_iter().flatten().copied());
        }
        for index in marked {
            // A line of a template is one of every unit that uses it; a problem may be one of a few.
            let units = &plan.diagnostics[index].units;
            if units.is_empty() || job.unit.as_ref().is_some_and(|unit| units.contains(unit)) {
                problems[index].jobs.push(name_index(job, tables));
            }
        }
    }
}

fn cdk(plan: &Plan, files: &mut Files<'_>, tables: &mut Tables) -> Vec<PageCdkLine> {
    let mut lines = Vec::new();
    for (unit, report) in &plan.cdk_reports {
        for line in &report.lines {
            lines.push(PageCdkLine {
                unit: unit_index(unit, tables),
                id: line.id(),
                kind: line.kind.as_str(),
                open: line.kind.is_open(),
                subject: line.subject.clone(),
                text: line.text.clone(),
                file: files.index(line.origin.file, tables),
                line: line.origin.line,
            });
        }
    }
    lines
}

/// Adds the difference between the plans of base and of head.
pub(super) fn add_base(data: &mut PageData, base: &Plan, head: &Plan) {
    let Diff { added, removed, changed, .. } = diff(base, head);
    let tables = &mut data.tables;
    let mut page = PageBase { title: base.changes.head.to_string(), ..PageBase::default() };
    let head_jobs = reader(head).jobs;
    let mut base_reader = reader(base);
    for job in added {
        page.added.extend(head_jobs.get(job.name.as_str()).map(|job| name_index(job, tables)));
    }
    for job in removed {
        let Some(job) = base_reader.jobs.get(job.name.as_str()).copied() else { continue };
        let lines = base_reader.lines(job, tables);
        let stage = tables.stages.index(job.stage().to_owned());
        page.removed.push((name_index(job, tables), stage, lines));
    }
    let mut known: HashMap<Vec<PageKeyChange>, usize> = HashMap::new();
    for job in changed {
        let keys: Vec<_> = job.keys.into_iter().map(|key| (key.key, key.removed, key.added)).collect();
        let index = *known.entry(keys.clone()).or_insert_with(|| {
            page.changes.push(keys);
            page.changes.len() - 1
        });
        let Some(job) = head_jobs.get(job.job.name.as_str()) else { continue };
        page.changed.push((name_index(job, tables), index));
    }
    data.base = Some(page);
}
