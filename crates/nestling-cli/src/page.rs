//! The preview as an HTML file.

use crate::exit::{Exit, Failure};
use crate::io::Io;
use crate::output;
use crate::session::Session;
use anyhow::Context;
use nestling::view::HtmlPage;
use nestling::{EmitOptions, EmittedPart, Plan};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Returns the file of `--open` without `--html`: always the same one, so that the disk does not fill up.
pub(crate) fn temporary() -> PathBuf {
    std::env::temp_dir().join("nestling-preview.html")
}

/// Writes the page and reports its path; `-` is standard output.
pub(crate) fn write(
    named: Option<&Path>,
    page: &HtmlPage,
    session: &Session,
    io: &mut Io,
) -> Result<Option<PathBuf>, Failure> {
    let html = page.render().map_err(Failure::output)?;
    if named == Some(Path::new("-")) {
        io.data(html)?;
        return Ok(None);
    }
    let path = named.map_or_else(temporary, |file| session.directory().join(file));
    output::replace(&path, &html)?;
    io.talk(format_args!("wrote {}\n", named.unwrap_or(&path).display()));
    Ok(Some(path))
}

/// Makes the page of a plan with the other kinds of pipelines and the difference to base, if there is a base.
pub(crate) fn make(session: &Session, plan: &Plan, durations: Option<&Path>) -> Result<HtmlPage, Failure> {
    let mut page = of_report(session, plan, &plan.parts(&EmitOptions::default()))?;
    add_others(&mut page, session, plan)?;
    link(&mut page, session, plan);
    if let Some(file) = durations {
        page.add_durations(read_durations(&session.directory().join(file), file)?);
    }
    Ok(page)
}

/// Adds the other kinds of pipelines, and the difference to base if there is a base.
pub(crate) fn add_others(page: &mut HtmlPage, session: &Session, plan: &Plan) -> Result<(), Failure> {
    if let Some(plans) = session.plan_around(plan, |other| page.add_kind(other))? {
        page.add_base(&plans.base, &plans.head);
    }
    Ok(())
}

/// Links source lines to the project's host. Called when all kinds are added.
pub(crate) fn link(page: &mut HtmlPage, session: &Session, plan: &Plan) {
    if let Some(links) = session.source_links(plan) {
        page.link_sources(&links.address);
        page.unlink_sources(&links.changed);
    }
}

/// Makes the page of a report: the pipeline that is generated, in the parts that it is written in, and nothing that has to be planned
/// for the page alone.
pub(crate) fn of_report(session: &Session, plan: &Plan, parts: &[EmittedPart]) -> Result<HtmlPage, Failure> {
    let mut page = HtmlPage::new(plan);
    page.add_parts(plan, parts);
    if page.has_local_children() {
        page.read_children(session.project()?.files(), plan);
    }
    Ok(page)
}

/// A job of GitLab's API (<https://docs.gitlab.com/api/jobs/>).
#[derive(Debug, Deserialize)]
struct ApiJob {
    name: String,
    duration: Option<f64>,
}

/// The two forms of a file of durations: seconds by name, or the answer of the jobs API.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Durations {
    ByName(BTreeMap<String, f64>),
    Jobs(Vec<ApiJob>),
}

fn read_durations(path: &Path, shown: &Path) -> Result<BTreeMap<String, f64>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", shown.display())))?;
    let durations = serde_json::from_str(&text)
        .with_context(|| format!("`{}` has no job durations", shown.display()))
        .map_err(|error| {
            Failure { exit: Exit::Usage, ..Failure::output(error) }
                .with_help("a mapping of job names to seconds, or the list that GitLab's jobs API returns")
        })?;
    let mut by_name = BTreeMap::new();
    match durations {
        Durations::ByName(durations) => by_name = durations,
        Durations::Jobs(jobs) => {
            for job in jobs {
                // The list begins with the newest job; of retried ones the newest counts.
                let Some(duration) = job.duration else { continue };
                by_name.entry(job.name).or_insert(duration);
            }
        }
    }
    by_name.retain(|_, seconds| seconds.is_finite() && *seconds >= 0.0);
    Ok(by_name)
}
