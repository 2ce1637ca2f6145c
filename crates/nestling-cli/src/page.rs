//! The preview as a file of HTML.

use crate::exit::Failure;
use crate::io::Io;
use crate::output;
use crate::session::Session;
use nestling::{Plan, view};
use std::path::{Path, PathBuf};

/// The file of `--open` without `--html`: the same one every time, so that looking often fills no disk.
pub(crate) fn temporary() -> PathBuf {
    std::env::temp_dir().join("nestling-preview.html")
}

/// Writes the page and says where it is; `-` is standard output.
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
