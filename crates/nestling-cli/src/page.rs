//! The preview as an HTML file.

use crate::durations;
use crate::exit::Failure;
use crate::io::Io;
use crate::output;
use crate::session::Session;
use nestling::view::HtmlPage;
use nestling::{EmittedPart, Plan};
use std::path::{Path, PathBuf};

/// Returns the file of `--open` without `--html`: always the same one, so that the disk does not fill up.
pub(crate) fn temporary() -> PathBuf {
    std::env::temp_dir().join("nestling-preview.html")
}

/// Writes the page and reports its path; `-` is standard output.
pub(crate) fn write(
    named: Option<&Path>,
    page: &HtmlPage<'_>,
    session: &Session,
    io: &mut Io,
) -> Result<Option<PathBuf>, Failure> {
    let html = page.render().map_err(Failure::output)?;
    write_text(named.unwrap_or(&temporary()), &html, session, io)
}

/// Writes a page that is made, as [`write`] does.
pub(crate) fn write_text(
    file: &Path,
    html: &str,
    session: &Session,
    io: &mut Io,
) -> Result<Option<PathBuf>, Failure> {
    if file == Path::new("-") {
        io.data(html)?;
        return Ok(None);
    }
    let path = session.directory().join(file);
    output::replace(&path, html)?;
    io.message(format_args!("wrote {}\n", file.display()));
    Ok(Some(path))
}

/// Makes the page of a plan with the other kinds of pipelines and the difference to base, if there is a base.
pub(crate) fn make<'a>(
    session: &Session,
    plan: &'a Plan,
    durations: Option<&Path>,
    io: &mut Io,
) -> Result<HtmlPage<'a>, Failure> {
    let mut page = of_report(session, plan, &plan.parts(session.emit_options()))?;
    add_others(&mut page, session, plan)?;
    link(&mut page, session, plan);
    if let Some(file) = durations {
        page.add_durations(durations::read(&session.directory().join(file), file, plan, io)?);
    }
    Ok(page)
}

/// Adds the other kinds of pipelines, and the difference to base if there is a base.
pub(crate) fn add_others(page: &mut HtmlPage<'_>, session: &Session, plan: &Plan) -> Result<(), Failure> {
    if let Some(plans) = session.plan_around(plan, |other| page.add_kind(other))? {
        page.add_base(&plans.base, &plans.head);
    }
    Ok(())
}

/// Links source lines to the project's host. Called when all kinds are added.
pub(crate) fn link(page: &mut HtmlPage<'_>, session: &Session, plan: &Plan) {
    if let Some(links) = session.source_links(plan) {
        page.link_sources(&links.address);
        page.unlink_sources(&links.changed);
    }
}

/// Makes the page of a report: the pipeline that is generated, in the parts that it is written in, and nothing that has to be planned
/// for the page alone.
pub(crate) fn of_report<'a>(
    session: &Session,
    plan: &'a Plan,
    parts: &[EmittedPart],
) -> Result<HtmlPage<'a>, Failure> {
    let mut page = HtmlPage::new(plan);
    page.add_parts(plan, parts);
    if page.has_local_children() {
        page.read_children(session.project()?.files(), plan);
    }
    Ok(page)
}
