//! The files that a plan is written to: one, or a router and its parts where one would be too large for GitLab.

use super::groups::groups;
use super::output::{Emitted, EmittedFile, EmittedPart, Parts, Settings};
use super::split::{self, Load, PipelineLimits};
use super::written::{Written, of_hidden};
use super::{Comments, emit, header, oversize, part, router, write_pipeline};
use crate::plan::{Plan, add_stage, move_to_uses, noop_beside};
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::name::StageName;
use nestling_gitlab::parallel::parallel_map;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::presence::JobPresence;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Writes a plan so that GitLab takes it: as it is if it is small enough, else with shared bodies factored out, else in
/// parts. The same plan and settings give the same bytes.
pub(super) fn files(plan: &Plan, sources: &Sources, settings: &Settings<'_>) -> Emitted {
    let mut emitted = written(plan, sources, settings);
    emitted.diagnostics.extend(oversize::of_artifacts(&emitted.files, plan, &settings.limits));
    move_to_uses(plan, &mut emitted.diagnostics);
    emitted
}

/// Returns the diagnostics of [`files`]. Nothing is cut and written for a plan that cannot have any.
pub(super) fn problems(plan: &Plan, sources: &Sources, settings: &Settings<'_>) -> Vec<Diagnostic> {
    if are_harmless(plan, &[], sources, settings) {
        return Vec::new();
    }
    files(plan, sources, settings).diagnostics
}

/// Returns `true` if [`files`] of a plan with further units has no diagnostics for certain.
pub(super) fn are_harmless(
    plan: &Plan,
    others: &[UnitWeight],
    sources: &Sources,
    settings: &Settings<'_>,
) -> bool {
    settings.parts == Parts::Fewest && Jobs::of(plan).are_harmless(others, sources, &settings.limits)
}

/// The weight of a unit's jobs in the files that they are written to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct UnitWeight {
    load: Load,
    /// Bytes that their text does not exceed.
    text: usize,
    /// Set if one starts a child pipeline of its own.
    starts_child: bool,
}

impl UnitWeight {
    pub(crate) fn of(jobs: &[(&Job, &JobPresence)], sources: &Sources) -> Self {
        Self {
            load: jobs.iter().map(|(job, _)| Load::of(job)).sum(),
            text: jobs.iter().map(|(job, _)| oversize::job_bound(job, sources)).sum(),
            starts_child: jobs.iter().any(oversize::starts_child),
        }
    }
}

fn written(plan: &Plan, sources: &Sources, settings: &Settings<'_>) -> Emitted {
    let jobs = Jobs::of(plan);
    match jobs.division(settings) {
        Division::Whole => one_file(settings, emit(plan, sources, settings.comments)),
        Division::Factored(written) => {
            one_file(settings, text(&header::of(plan), &written, sources, settings.comments))
        }
        Division::Parts(cut) => emit_parts(&jobs, parts(cut, settings), sources, settings),
    }
}

/// Returns the parts of a plan without writing them; none where one file contains it.
pub(super) fn parts_of(plan: &Plan, settings: &Settings<'_>) -> Vec<EmittedPart> {
    match Jobs::of(plan).division(settings) {
        Division::Whole | Division::Factored(_) => Vec::new(),
        Division::Parts(cut) => parts(cut, settings),
    }
}

fn parts(cut: Vec<Vec<usize>>, settings: &Settings<'_>) -> Vec<EmittedPart> {
    let of = cut.len();
    let mut parts = Vec::new();
    for (index, jobs) in cut.into_iter().enumerate() {
        let number = index + 1;
        let trigger = router::trigger_name(number, of);
        parts.push(EmittedPart { trigger, path: part::path(settings.file, number), jobs });
    }
    parts
}

fn one_file(settings: &Settings<'_>, text: String) -> Emitted {
    let file = EmittedFile { path: settings.file.to_owned(), text };
    Emitted { files: vec![file], ..Emitted::default() }
}

/// The files that a plan is divided into.
enum Division<'a> {
    /// One, with the jobs as they are.
    Whole,
    /// One, with shared bodies factored out.
    Factored(Written<'a>),
    /// A router and parts with these jobs.
    Parts(Vec<Vec<usize>>),
}

/// The jobs of a plan, weighed once.
struct Jobs<'a> {
    plan: &'a Plan,
    loads: Vec<Load>,
}

impl<'a> Jobs<'a> {
    fn of(plan: &'a Plan) -> Self {
        Self { plan, loads: plan.pipeline.jobs.iter().map(Load::of).collect() }
    }

    /// Returns the fewest files that fit, or as many parts as the settings say.
    fn division(&self, settings: &Settings<'_>) -> Division<'a> {
        if let Parts::Exactly(count) = settings.parts {
            return Division::Parts(split::by_count(&self.groups(), &self.loads, count));
        }
        if self.all().fits(&settings.limits) {
            return Division::Whole;
        }
        let written = Written::whole(&self.plan.pipeline).factored();
        if written.load().fits(&settings.limits) {
            return Division::Factored(written);
        }
        Division::Parts(self.fewest(&written, &settings.limits))
    }

    /// Returns `true` if the files of the jobs, and of those of other units that need none of them, are within all limits, however
    /// they are divided.
    fn are_harmless(&self, others: &[UnitWeight], sources: &Sources, limits: &PipelineLimits) -> bool {
        let text: usize = others.iter().map(|weight| weight.text).sum();
        let bound = oversize::text_bound(self.plan, sources) + text;
        let load: Load = others.iter().map(|weight| weight.load).sum();
        if (self.all() + load).fits(limits) {
            return bound <= limits.artifact;
        }
        let groups = self.groups();
        bound + (groups.len() + others.len() + 1) * oversize::PART <= limits.artifact
            && oversize::too_deep(self.plan).is_empty()
            && groups.iter().all(|group| Load::of_some(&self.loads, group).fits(limits))
            && others.iter().all(|weight| weight.load.fits(limits) && !weight.starts_child)
    }

    fn all(&self) -> Load {
        self.loads.iter().copied().sum()
    }

    /// Returns the groups of jobs that stay together. If a hidden job needs a job, so does every job that extends it, so the groups
    /// are made from the jobs before `extends` is resolved.
    fn groups(&self) -> Vec<Vec<usize>> {
        groups(&self.plan.pipeline)
    }

    /// Cuts a plan into as few parts as fit. How much of a part's bodies is shared shows only when it is cut, so a part
    /// that turns out too large is cut again, a little smaller.
    fn fewest(&self, written: &Written<'_>, limits: &PipelineLimits) -> Vec<Vec<usize>> {
        let groups = self.groups();
        let loads: Vec<Load> = written.jobs.iter().map(|job| Load::of(job)).collect();
        // Each part may have to contain every shared body.
        let shared: usize = written.hidden.iter().map(of_hidden).sum();
        let objects = limits.objects.saturating_sub(shared);
        let cut = |tenths: usize| {
            let objects = objects / 10 * tenths;
            split::by_limits(&groups, &loads, &PipelineLimits { objects, ..*limits })
        };
        let fits = |parts: &Vec<Vec<usize>>| {
            let mut numbered = parts.iter().enumerate();
            numbered.all(|(number, part)| self.part(part, number == 0, limits).1.fits(limits))
        };
        // As they are, the jobs of all groups that fit alone can be cut so that each part fits.
        let as_they_are = || split::by_limits(&groups, &self.loads, limits);
        (4..=10).rev().map(cut).find(fits).unwrap_or_else(as_they_are)
    }

    /// A part as it is written, with its load: its shared bodies apart only where that is what makes it fit.
    fn part(&self, part: &[usize], first: bool, limits: &PipelineLimits) -> (Written<'a>, Load) {
        let load = Load::of_some(&self.loads, part);
        let written = part_of(self.plan, part, first);
        if load.fits(limits) {
            return (written, load);
        }
        let written = written.factored();
        let load = written.load();
        (written, load)
    }
}

fn emit_parts(
    jobs: &Jobs<'_>,
    parts: Vec<EmittedPart>,
    sources: &Sources,
    settings: &Settings<'_>,
) -> Emitted {
    let mut emitted = Emitted::default();
    let router = router::pipeline(jobs.plan, &parts, settings);
    let about = format!(
        "{}# Too large for one pipeline: the jobs are in {} parts.\n",
        header::of(jobs.plan),
        parts.len()
    );
    let text_of_router = text(&about, &Written::whole(&router), sources, settings.comments);
    emitted.files.push(EmittedFile { path: settings.file.to_owned(), text: text_of_router });
    emitted.diagnostics.extend(oversize::too_deep(jobs.plan));
    let numbered: Vec<(usize, &EmittedPart)> = parts.iter().enumerate().collect();
    let written = parallel_map(&numbered, |(index, part)| {
        let (written, load) = jobs.part(&part.jobs, *index == 0, &settings.limits);
        let problem = oversize::of_part(&written, load, &settings.limits);
        let mut text = part::first_line(index + 1, parts.len());
        if settings.comments == Comments::Origins {
            text.push('\n');
        }
        write_pipeline(&mut text, &written, sources, settings.comments);
        (text, problem)
    });
    for ((text, problem), part) in written.into_iter().zip(&parts) {
        emitted.diagnostics.extend(problem);
        emitted.files.push(EmittedFile { path: part.path.clone(), text });
    }
    emitted.parts = parts;
    emitted
}

/// The jobs of a part with the stages that they use. What GitLab itself has to include goes into the first.
fn part_of<'p>(plan: &'p Plan, part: &[usize], first: bool) -> Written<'p> {
    let whole = &plan.pipeline;
    let mut jobs: Vec<Cow<'p, Job>> = part.iter().map(|index| Cow::Borrowed(&whole.jobs[*index])).collect();
    let includes = if first { whole.includes.as_slice() } else { &[] };
    if includes.is_empty() {
        // Each part is a pipeline of its own to GitLab.
        let others = part.iter().map(|index| (&whole.jobs[*index], &plan.presence[*index]));
        let noop = noop_beside(others, &plan.workspace, &plan.removed, &plan.selection, &plan.defaults);
        jobs.extend(noop.map(Cow::Owned));
    }
    let used: BTreeSet<&str> = jobs.iter().map(|job| job.stage()).collect();
    let mut stages: Vec<_> =
        whole.stages.iter().filter(|stage| used.contains(stage.as_str())).cloned().collect();
    // The job that does nothing may be in a stage that no other job uses.
    if let Some(noop) = jobs.get(part.len()) {
        add_stage(&mut stages, noop.stage());
    }
    if stages.is_empty() {
        stages.extend(jobs.iter().find_map(|job| StageName::parse(job.stage()).ok()));
    }
    Written { stages, workflow: &whole.workflow, includes, jobs, hidden: Vec::new() }
}

fn text(about: &str, written: &Written<'_>, sources: &Sources, comments: Comments) -> String {
    let mut out = String::new();
    if comments == Comments::Origins {
        out.push_str(about);
        out.push('\n');
    }
    write_pipeline(&mut out, written, sources, comments);
    out
}
