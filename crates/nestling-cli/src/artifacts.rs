//! What `generate --report` leaves for people: the preview, the plan, a summary, links on the job's page.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::place::from_root;
use crate::{output, report};
use anyhow::Context;
use nestling::Plan;
use nestling::view::{self, json_v1};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// What they are called, in the order of their texts in [`write`].
const FILES: [&str; 5] = ["plan.json", "preview.html", "summary.md", "codequality.json", "annotations.json"];

/// The reports of a folder, whether they are there or not.
pub(crate) fn paths(folder: &Path) -> [PathBuf; 5] {
    FILES.map(|name| folder.join(name))
}

/// Writes all reports into a folder, which is made where it is missing.
///
/// # Errors
/// The folder or a file cannot be written.
pub(crate) fn write(
    folder: &Path,
    start: &Path,
    plan: &Plan,
    environment: &ProcessEnvironment,
) -> Result<(), Failure> {
    let target = start.join(folder);
    std::fs::create_dir_all(&target)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))
        .map_err(Failure::output)?;
    let json = json_v1::plan_v1(plan);
    let json = serde_json::to_string_pretty(&json).map_err(Failure::output)? + "\n";
    let html = view::html(plan).map_err(Failure::output)?;
    let markdown = view::markdown(plan);
    let codequality = report::codequality(&plan.diagnostics, &plan.sources);
    let texts = [json, html, markdown, codequality, annotations(&target, environment)?];
    paths(&target).into_iter().zip(texts).try_for_each(|(path, text)| output::replace(&path, &text))
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

/// The links to the artifacts of this very job; none outside of GitLab, where they have no address.
fn annotations(folder: &Path, environment: &ProcessEnvironment) -> Result<String, Failure> {
    let base = environment.get("CI_JOB_URL").zip(inside_project(folder, environment));
    let links: Vec<Annotation> = base.map_or_else(Vec::new, |(job, path)| {
        let link = |(label, file): (&'static str, &str)| {
            let url = format!("{job}/artifacts/file/{path}{file}");
            Annotation { external_link: Link { label, url } }
        };
        LINKS.map(link).into()
    });
    let sections: BTreeMap<&str, Vec<Annotation>> =
        if links.is_empty() { BTreeMap::new() } else { BTreeMap::from([("Nestling", links)]) };
    Ok(serde_json::to_string_pretty(&sections).map_err(Failure::output)? + "\n")
}

/// The folder's path from the project's root, as addresses write it, with a slash at its end unless it is the root.
fn inside_project(folder: &Path, environment: &ProcessEnvironment) -> Option<String> {
    let root = Path::new(environment.get("CI_PROJECT_DIR")?);
    let mut path = String::new();
    for part in from_root(folder, root)?.components() {
        let Component::Normal(name) = part else { continue };
        path += &report::escaped(name.to_str()?);
        path.push('/');
    }
    Some(path)
}
