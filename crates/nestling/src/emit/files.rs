//! The files that a plan is written to: one, or a router and its parts where one would be too large for GitLab.

use super::factor::{Hidden, factor};
use super::output::{Emitted, File, Parts, Settings};
use super::split::{self, Limits, Load};
use super::{Comments, emit, header, oversize, part, router, write_pipeline};
use crate::diagnostic::Sources;
use crate::pipeline::{Job, Pipeline};
use crate::plan::{Plan, noop_job};
use std::collections::BTreeSet;

/// A pipeline as it is written: shared bodies apart.
pub(crate) struct Written {
    pub pipeline: Pipeline,
    pub hidden: Vec<Hidden>,
}

/// Writes a plan so that GitLab takes it: as it is if it is small enough, else with shared bodies factored out, else in
/// parts. The same plan and settings give the same bytes.
pub fn files(plan: &Plan, sources: &Sources, settings: &Settings) -> Emitted {
    let mut emitted = written(plan, sources, settings);
    emitted.problems.extend(oversize::of_artifacts(&emitted.files, plan, &settings.limits));
    emitted
}

fn written(plan: &Plan, sources: &Sources, settings: &Settings) -> Emitted {
    let pipeline = &plan.pipeline;
    let one =
        |text| Emitted { files: vec![File { path: settings.file.clone(), text }], problems: Vec::new() };
    if settings.parts == Parts::Fewest {
        if Load::of(&pipeline.jobs).fits(&settings.limits) {
            return one(emit(plan, sources, settings.comments));
        }
        let written = factored(pipeline.clone());
        if load(&written).fits(&settings.limits) {
            return one(text(&header::of(plan), &written, sources, settings.comments));
        }
    }
    parts(plan, sources, settings)
}

fn parts(plan: &Plan, sources: &Sources, settings: &Settings) -> Emitted {
    let cut = match settings.parts {
        Parts::Exactly(count) => split::by_count(&plan.pipeline, count),
        Parts::Fewest => fewest(plan, &settings.limits),
    };
    let paths: Vec<String> = (1..=cut.len()).map(|number| part::path(&settings.file, number)).collect();
    let mut emitted = Emitted::default();
    let router = router::pipeline(plan, &paths, settings);
    let about = format!(
        "{}# Too much for one pipeline of GitLab's: the jobs are in {} parts.\n",
        header::of(plan),
        cut.len()
    );
    let written = Written { pipeline: router, hidden: Vec::new() };
    emitted
        .files
        .push(File { path: settings.file.clone(), text: text(&about, &written, sources, settings.comments) });
    for (number, (part, path)) in cut.iter().zip(paths).enumerate() {
        let written = part_written(plan, part, number == 0, &settings.limits);
        emitted.problems.extend(oversize::of_part(&written.pipeline, load(&written), &settings.limits));
        let mut text = part::first_line(number + 1, cut.len());
        if settings.comments == Comments::Origins {
            text.push('\n');
        }
        write_pipeline(&mut text, &written, sources, settings.comments);
        emitted.files.push(File { path, text });
    }
    emitted
}

/// Cuts a plan into as few parts as fit. How much of a part's bodies is shared shows only when it is cut, so a part that
/// turns out too large is cut again, a little smaller.
fn fewest(plan: &Plan, limits: &Limits) -> Vec<Vec<usize>> {
    let written = factored(plan.pipeline.clone());
    // Each part may have to hold every shared body.
    let shared: usize = written.hidden.iter().map(of_hidden).sum();
    let objects = limits.objects.saturating_sub(shared);
    let cut = |tenths: usize| {
        let objects = objects / 10 * tenths;
        split::by_limits(&written.pipeline, &Limits { objects, ..*limits })
    };
    let fits = |parts: &Vec<Vec<usize>>| {
        let mut numbered = parts.iter().enumerate();
        numbered.all(|(at, part)| load(&part_written(plan, part, at == 0, limits)).fits(limits))
    };
    (4..=10).rev().map(cut).find(fits).unwrap_or_else(|| cut(10))
}

/// A part as it is written: its shared bodies apart only where that is what makes it fit.
fn part_written(plan: &Plan, part: &[usize], first: bool, limits: &Limits) -> Written {
    let written = Written { pipeline: part_of(plan, part, first), hidden: Vec::new() };
    if load(&written).fits(limits) { written } else { factored(written.pipeline) }
}

fn of_hidden(hidden: &Hidden) -> usize {
    super::size::of_text(&hidden.name) + super::size::of_map(&hidden.body)
}

fn factored(mut pipeline: Pipeline) -> Written {
    let hidden = factor(&mut pipeline.jobs);
    Written { pipeline, hidden }
}

fn load(written: &Written) -> Load {
    let objects = written.hidden.iter().map(of_hidden).sum();
    Load::of(&written.pipeline.jobs) + Load { objects, ..Load::default() }
}

/// The jobs of a part with the stages that they use. What GitLab itself has to include goes into the first.
fn part_of(plan: &Plan, part: &[usize], first: bool) -> Pipeline {
    let whole = &plan.pipeline;
    let mut jobs: Vec<Job> = part.iter().map(|at| whole.jobs[*at].clone()).collect();
    let includes = if first { whole.includes.clone() } else { Vec::new() };
    if jobs.is_empty() && includes.is_empty() {
        jobs.extend(noop_job(&plan.workspace));
    }
    let used: BTreeSet<String> = jobs.iter().map(|job| job.stage().to_owned()).collect();
    let mut stages: Vec<_> =
        whole.stages.iter().filter(|stage| used.contains(stage.as_str())).cloned().collect();
    if stages.is_empty() {
        stages.extend(jobs.iter().find_map(|job| crate::name::StageName::parse(job.stage()).ok()));
    }
    Pipeline { stages, workflow: whole.workflow.clone(), includes, jobs }
}

fn text(about: &str, written: &Written, sources: &Sources, comments: Comments) -> String {
    let mut out = String::new();
    if comments == Comments::Origins {
        out.push_str(about);
        out.push('\n');
    }
    write_pipeline(&mut out, written, sources, comments);
    out
}
