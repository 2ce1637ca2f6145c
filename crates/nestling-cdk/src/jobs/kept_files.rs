//! Files of a step that GitLab keeps: artifacts for people, reports, caches. GitLab's patterns start at the root of the checkout,
//! CodeBuild's where the step starts; both read `**` as any depth and none.

use super::body::Body;
use super::files::{below, start_path};
use super::patterns::{from_start, is_outside};
use super::writer::Writer;
use crate::codepipeline::{Output, TestReport};
use crate::deployment::ScriptStep;
use crate::report::LineKind;

/// Reports that GitLab reads.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    junit: Vec<String>,
    /// GitLab's name of the format, and the files: a job has one coverage report.
    coverage: Option<(&'static str, String)>,
}

impl Reports {
    pub(crate) fn is_empty(&self) -> bool {
        self.junit.is_empty() && self.coverage.is_none()
    }

    /// Writes the keywords of `artifacts:reports`.
    pub(crate) fn write(self, keywords: &mut Body) {
        if !self.junit.is_empty() {
            keywords.texts("junit", self.junit);
        }
        if let Some((format, path)) = self.coverage {
            keywords.child("coverage_report", |report| {
                report.text("coverage_format", format).text("path", path);
            });
        }
    }
}

/// Returns the reports of a step; those that GitLab cannot read are lines of the report.
pub(crate) fn reports(job: &mut Writer<'_>, step: &ScriptStep) -> Reports {
    let start = start_path(job.request, step);
    let mut reports = Reports::default();
    for TestReport { format, files } in &step.spec.reports {
        let files = from_start(files);
        if is_outside(files) {
            job.note(
                LineKind::Setting,
                &format!("its report `{files}`: GitLab reads files of the checkout only"),
            );
            continue;
        }
        let path = below(&start, files);
        let format = match format.as_str() {
            "COBERTURAXML" => "cobertura",
            "JACOCOXML" => "jacoco",
            _ => {
                reports.junit.push(path);
                continue;
            }
        };
        if reports.coverage.is_some() {
            job.note(
                LineKind::Setting,
                &format!("its report `{files}`: GitLab reads one coverage report for each job"),
            );
        } else {
            reports.coverage = Some((format, path));
        }
    }
    reports
}

/// Returns the paths of an output, from the root of the checkout.
pub(crate) fn output_paths(start: &str, output: &Output) -> Vec<String> {
    let directory = below(start, from_start(&output.directory));
    if is_outside(&directory) {
        return Vec::new();
    }
    if output.is_all() {
        // Of the checkout itself nothing is new.
        return if directory.is_empty() { Vec::new() } else { vec![format!("{directory}/")] };
    }
    let files = output.files.iter().map(|file| from_start(file)).filter(|file| !is_outside(file));
    files.map(|file| below(&directory, file)).collect()
}

/// Writes `cache:` of a step.
pub(crate) fn cache(job: &mut Writer<'_>, step: &ScriptStep) {
    let start = start_path(job.request, step);
    let mut paths = Vec::new();
    for path in &step.spec.cache {
        let path = from_start(path);
        if is_outside(path) {
            let text = format!("its cache of `{path}`: GitLab caches paths of the checkout only");
            job.note(LineKind::Setting, &text);
        } else {
            paths.push(below(&start, path));
        }
    }
    if !paths.is_empty() {
        job.body.child("cache", |cache| _ = cache.text("key", "$CI_JOB_NAME_SLUG").texts("paths", paths));
    }
}
