//! The pipeline as YAML that GitLab reads back unchanged, with a comment at each job that says where it came from.

mod size;
mod factor;
mod split;
mod groups;
mod written;
mod header;
mod ordered;
mod lines;
mod output;
mod oversize;
mod router;
mod part;
mod files;
#[cfg(test)]
mod testing;

pub(crate) use files::UnitWeight;
pub(crate) use lines::job_lines;
pub use output::{EmitOptions, Emitted, EmittedFile, EmittedPart, Parts};
pub(crate) use size::of_node as size;
pub use size::parsed_size;
pub use split::PipelineLimits;

use crate::plan::Plan;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry, emit_map};
use written::Written;

/// The comments in the output.
///
/// [`EmitOptions`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// A header, and at each job where it came from.
    Origins,
    /// None, for the smallest file.
    None,
}

impl Plan {
    /// Writes the plan as GitLab takes it: in one file if that is small enough, else with shared bodies factored out, else as
    /// a router and its parts. The same plan and options give the same bytes on every machine.
    ///
    /// ```
    /// # use nestling::{MemoryFiles, PipelineFacts, Project};
    /// # let files = MemoryFiles::new([("nestling.yml", "workspace: {}"), ("api/nestling.yml", "build: { script: make }")]);
    /// # let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
    /// # let changes = project.changes()?;
    /// # let plan = project.plan(changes).run()?;
    /// let emitted = plan.emit(&nestling::EmitOptions::default());
    /// assert_eq!(emitted.files[0].path, "child-pipeline.yml");
    /// assert!(emitted.files[0].text.contains("api:build:"));
    /// # Ok::<(), nestling::Error>(())
    /// ```
    pub fn emit(&self, options: &EmitOptions) -> Emitted {
        files::files(self, &self.sources, &self.settings(options))
    }

    /// Returns the parts that [`Plan::emit`] would write, without writing them; none where one file contains the plan.
    /// [`EmittedPart`] has an example.
    pub fn parts(&self, options: &EmitOptions) -> Vec<EmittedPart> {
        files::parts_of(self, &self.settings(options))
    }

    /// Returns what [`Plan::emit`] would report: limits of GitLab that the files exceed, so that none may be written. Most plans are so
    /// small that nothing is written to find out.
    ///
    /// ```
    /// use nestling::{EmitOptions, PipelineLimits, testing::plan_files};
    ///
    /// let plan = plan_files([("nestling.yml", "workspace: {}"), ("api/nestling.yml", "build: { script: make, parallel: 3 }")])?;
    /// let mut options = EmitOptions::default();
    /// assert_eq!(plan.file_problems(&options), []);
    /// let mut limits = PipelineLimits::default();
    /// limits.jobs = 2;
    /// options.limits = Some(limits);
    /// assert_eq!(plan.file_problems(&options), plan.emit(&options).diagnostics);
    /// # Ok::<(), nestling::Error>(())
    /// ```
    pub fn file_problems(&self, options: &EmitOptions) -> Vec<Diagnostic> {
        files::problems(self, &self.sources, &self.settings(options))
    }

    /// Returns `true` if [`Plan::file_problems`] of this plan with the jobs of further units has nothing to report for certain. The jobs
    /// of each need those of no other unit.
    pub(crate) fn has_no_file_problems_with(&self, others: &[UnitWeight]) -> bool {
        let options = EmitOptions::default();
        files::are_harmless(self, others, &self.sources, &self.settings(&options))
    }

    fn settings<'o>(&self, options: &'o EmitOptions) -> output::Settings<'o> {
        output::Settings {
            comments: options.comments,
            file: &options.file,
            plan_job: &options.plan_job,
            parts: options.parts,
            limits: options.limits.unwrap_or_else(|| PipelineLimits::of(&self.workspace.gitlab)),
        }
    }
}

/// Writes the child pipeline. The same plan gives the same bytes on every machine.
pub(crate) fn emit(plan: &Plan, sources: &Sources, comments: Comments) -> String {
    let mut out = String::new();
    if comments == Comments::Origins {
        out += &header::of(plan);
        out.push('\n');
    }
    emit_pipeline(&mut out, &plan.pipeline, sources, comments);
    out
}

/// Writes a pipeline without the header of a plan.
pub(crate) fn emit_pipeline(out: &mut String, pipeline: &Pipeline, sources: &Sources, comments: Comments) {
    write_pipeline(out, &Written::whole(pipeline), sources, comments);
}

fn write_pipeline(out: &mut String, written: &Written<'_>, sources: &Sources, comments: Comments) {
    let mut first = true;
    for (key, node) in ordered::globals(written) {
        if !std::mem::take(&mut first) {
            out.push('\n');
        }
        emit_entry(out, &Key::new(node.origin, key), &node, 0);
    }
    for hidden in &written.hidden {
        out.push('\n');
        emit_map(out, &hidden.name, &ordered::by_custom(&hidden.body));
    }
    for job in &written.jobs {
        out.push('\n');
        if comments == Comments::Origins {
            header::comment(out, &sources.place(job.origin));
        }
        emit_map(out, job.name.as_str(), &ordered::by_custom(&job.body));
    }
}

fn body(job: &Job) -> Node {
    let entries = ordered::by_custom(&job.body).into_iter().cloned().collect();
    Node::map(job.origin, Map { entries })
}

/// The body of one job as it would be written.
#[cfg(test)]
pub(crate) fn emit_job(job: &Job) -> String {
    let mut map = Map::default();
    map.set(job.name.as_str(), body(job));
    nestling_gitlab::yaml::emit(&Node::map(job.origin, map))
}

#[cfg(test)]
mod tests;
