//! The built-in library: templates that are part of the program.

use super::template_name::{spellings, template_name};
use include_dir::{Dir, File, include_dir};
use nestling_files::files::MemoryFiles;

/// The library that comes with the program; its names start with `nestling/`.
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Prefix of the names of built-in templates.
pub(crate) const LIBRARY_PREFIX: &str = "nestling/";

/// Returns the file of a built-in template, by its name without the prefix.
pub(super) fn library_file(name: &str) -> Option<&'static File<'static>> {
    spellings(name).into_iter().find_map(|path| LIBRARY.get_file(path))
}

/// The names of the built-in templates, sorted.
///
/// ```
/// assert!(nestling::library_names().contains(&"nestling/node".to_owned()));
/// ```
pub fn library_names() -> Vec<String> {
    let directories = LIBRARY.dirs().flat_map(Dir::files);
    let mut names: Vec<String> = LIBRARY
        .files()
        .chain(directories)
        .filter_map(|file| {
            let parent = file.path().parent()?.to_str()?;
            template_name(parent, file.path().file_name()?.to_str()?)
        })
        .filter(|name| !name.contains('/'))
        .map(|name| format!("{LIBRARY_PREFIX}{name}"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns the content of a built-in template.
///
/// ```
/// let text = nestling::ide::library_template("nestling/node").expect("it is built in");
/// assert!(text.contains("node_version:"));
/// ```
pub fn library_template(name: &str) -> Option<&'static str> {
    let inside = name.strip_prefix(LIBRARY_PREFIX)?;
    library_file(inside)?.contents_utf8()
}

/// The files of the built-in library: templates, their READMEs and their cases.
pub(crate) fn library_files() -> MemoryFiles {
    fn files(directory: &'static Dir<'static>, found: &mut Vec<(String, Vec<u8>)>) {
        let own = directory.files().map(|file| (file.path().display().to_string(), file.contents().to_vec()));
        found.extend(own);
        directory.dirs().for_each(|directory| files(directory, found));
    }
    let mut found = Vec::new();
    files(&LIBRARY, &mut found);
    MemoryFiles::new(found)
}
