//! Built-in templates as files that an editor can open: written into the user's cache directory, for reading.

use nestling::ide::library_template;
use std::fs::{DirBuilder, OpenOptions, read_to_string, rename};
use std::io::{Result, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Prefix of the names of built-in templates.
const PREFIX: &str = "nestling/";

/// Returns the path at which a built-in template is written; `None` for another template, or without a cache directory.
pub(crate) fn path(template: &str) -> Option<PathBuf> {
    library_template(template)?;
    Some(directory()?.join(format!("{}.yml", template.strip_prefix(PREFIX)?)))
}

/// Returns the built-in template whose file this is.
pub(crate) fn template(path: &Path) -> Option<String> {
    let name = path.strip_prefix(directory()?).ok()?.to_str()?;
    Some(format!("{PREFIX}{}", name.strip_suffix(".yml")?))
}

/// Writes the file of a built-in template, if this is one and it is not there yet.
///
/// # Errors
/// The cache directory cannot be written.
pub(crate) fn write(path: &Path) -> Result<()> {
    let Some(text) = template(path).and_then(|name| library_template(&name)) else { return Ok(()) };
    if read_to_string(path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    // Nobody may write what the program brings with it: a change would have no effect.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o444).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    rename(&unfinished, path)
}

/// Returns the directory of the templates of this version.
fn directory() -> Option<PathBuf> {
    let of_variable =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = of_variable("XDG_CACHE_HOME").or_else(|| Some(of_variable("HOME")?.join(".cache")))?;
    Some(cache.join("nestling").join(format!("templates-{}", env!("CARGO_PKG_VERSION"))))
}
