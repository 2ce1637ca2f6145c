//! The reports of `generate --report`: preview, plan, summary, code quality, and links on the job's page.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::invocation::Invocation;
use crate::place::from_root;
use crate::{output, report};
use nestling::Plan;
use nestling::view::{self, HtmlPage, json_v1};
use nestling_files::path::readable;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The file names, in the order of the contents in [`write`].
const FILES: [&str; 5] = ["plan.json", "preview.html", "summary.md", "codequality.json", "annotations.json"];

/// Returns the paths of all reports in a directory, existing or not.
pub(crate) fn paths(directory: &Path) -> [PathBuf; 5] {
    FILES.map(|name| directory.join(name))
}

/// Writes all reports to a directory, which is created if it is missing.
///
/// # Errors
/// The directory cannot be created, or a file cannot be written.
pub(crate) fn write(
    directory: &Path,
    start: &Path,
    plan: &Plan,
    page: &HtmlPage<'_>,
    environment: &ProcessEnvironment,
) -> Result<(), Failure> {
    let target = start.join(directory);
    let json = json_v1::plan_v1(plan);
    let json = serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n";
    let html = page.render().map_err(Failure::output)?;
    let markdown = readable(&view::markdown(plan)).into_owned();
    let codequality = report::codequality(&plan.diagnostics, &plan.sources);
    let [.., links] = &paths(&target);
    for (path, text) in paths(&target).iter().zip([json, html, markdown, codequality]) {
        output::replace(path, &text)?;
    }
    // In the end, since links are those of a directory that exists.
    output::replace(links, &annotations(&target, environment)?)
}

/// One entry of GitLab's report of annotations
/// (<https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations>).
#[derive(Serialize)]
struct Annotation {
    external_link: Link,
}

#[derive(Serialize)]
struct Link {
    label: &'static str,
    url: String,
}

const LINKS: [(&str, &str); 3] = [
    ("Preview of the child pipeline", "preview.html"),
    ("Summary: environments, units, jobs", "summary.md"),
    ("The plan as JSON", "plan.json"),
];

/// Returns the URL of the preview among the reports of this job; `None` outside of GitLab.
pub(crate) fn preview_url(directory: &Path, invocation: &Invocation<'_>) -> Option<String> {
    let job_url = invocation.environment.get("CI_JOB_URL")?;
    let path = inside_project(&invocation.directory().join(directory), invocation.environment)?;
    Some(format!("{job_url}/artifacts/file/{path}preview.html"))
}

/// Returns links to the artifacts of this job; none outside of GitLab, where artifacts have no URL.
fn annotations(directory: &Path, environment: &ProcessEnvironment) -> Result<String, Failure> {
    let mut sections: BTreeMap<&str, Vec<Annotation>> = BTreeMap::new();
    if let Some(job_url) = environment.get("CI_JOB_URL")
        && let Some(path) = inside_project(directory, environment)
    {
        let links = LINKS.map(|(label, file)| {
            let url = format!("{job_url}/artifacts/file/{path}{file}");
            Annotation { external_link: Link { label, url } }
        });
        sections.insert("Nestling", links.into());
    }
    Ok(serde_json::to_string_pretty(&sections).map_err(Failure::output)? + "\n")
}

/// Returns a directory's URL path from the project's root, with a slash at its end unless it is the root.
fn inside_project(directory: &Path, environment: &ProcessEnvironment) -> Option<String> {
    let root = Path::new(environment.get("CI_PROJECT_DIR")?);
    let mut path = String::new();
    for part in from_root(directory, root)?.components() {
        let Component::Normal(name) = part else { continue };
        path += &report::escaped(name.to_str()?);
        path.push('/');
    }
    Some(path)
}
