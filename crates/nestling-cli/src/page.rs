//! The preview as an HTML file.

use crate::exit::Failure;
use crate::io::Io;
use crate::output;
use crate::session::Session;
use nestling::{Plan, view};
use std::path::{Path, PathBuf};

/// Returns the file of `--open` without `--html`: always the same one, so that the disk does not fill up.
pub(crate) fn temporary() -> PathBuf {
    std::env::temp_dir().join("nestling-preview.html")
}

/// Writes the page and reports its path; `-` is standard output.
pub(crate) fn write(
    named: Option<&Path>,
    session: &Session,
    plan: &Plan,
    io: &mut Io,
) -> Result<Option<PathBuf>, Failure> {
    let html = view::html(plan).map_err(Failure::output)?;
    if named == Some(Path::new("-")) {
        io.data(html)?;
        return Ok(None);
    }
    let path = named.map_or_else(temporary, |file| session.directory().join(file));
    output::replace(&path, &html)?;
    io.talk(format_args!("wrote {}\n", named.unwrap_or(&path).display()));
    Ok(Some(path))
}
