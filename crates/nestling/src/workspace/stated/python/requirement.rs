//! Requirements as PEP 508 and requirements files write them, as far as they lead to a path.

/// A requirement: the name of a distribution, and the path that it is taken from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Requirement<'t> {
    /// As it is written.
    pub name: &'t str,
    /// From the directory of the manifest.
    pub path: Option<String>,
}

impl<'t> Requirement<'t> {
    /// Reads `name[extra] @ file:///${PROJECT_ROOT}/../other ; marker`, and the same in the form of pip's `-e`.
    pub(super) fn parse(text: &'t str) -> Self {
        let text = text.trim();
        if let Some(editable) = option(text, &["-e", "--editable"]) {
            let name = editable.rsplit_once("#egg=").map_or(editable, |(_, name)| name);
            return Self { name, path: path_of_url(editable) };
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
        let url = text[end..].split_once('@').map(|(_, url)| url.trim());
        Self { name: &text[..end], path: url.and_then(path_of_url) }
    }
}

/// Returns the name that indices compare: lower case, with one `-` for each run of `-`, `_` and `.` (PEP 503).
pub(super) fn normalized(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Returns the path that a line of a requirements file installs.
pub(super) fn path_of_line(line: &str) -> Option<String> {
    let line = without_comment(line);
    if option(line, &FILE_OPTIONS).is_some() {
        return None;
    }
    if let Some(editable) = option(line, &["-e", "--editable"]) {
        return path_of_url(editable);
    }
    let is_path = line.starts_with('.') || (line.contains('/') && !line.contains([':', '@', ' ']));
    if is_path { path_of_url(line) } else { Requirement::parse(line).path }
}

/// Returns the file that a line of a requirements file reads as well.
pub(super) fn file_of_line(line: &str) -> Option<&str> {
    option(without_comment(line), &FILE_OPTIONS).filter(|file| !file.contains("://"))
}

/// The options of a requirements file that read another.
const FILE_OPTIONS: [&str; 4] = ["-r", "--requirement", "-c", "--constraint"];

fn without_comment(line: &str) -> &str {
    if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or_default().trim() }
}

/// The value of an option, which is after a blank, a `=`, or at once after a single letter.
fn option<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| {
        let value = text.strip_prefix(name)?;
        let is_own_word = value.starts_with([' ', '\t', '=']) || name.len() == 2;
        is_own_word.then(|| value.trim_start_matches([' ', '\t', '=']).trim())
    })
}

/// The relative path that a URL or a path stands for. An absolute one is none of the repository's.
fn path_of_url(url: &str) -> Option<String> {
    let url = url.split(['#', ';']).next().unwrap_or_default().trim();
    let url = url.split('[').next().unwrap_or_default();
    let from_root =
        ["file:///${PROJECT_ROOT}/", "file://${PROJECT_ROOT}/", "${PROJECT_ROOT}/", "{root:uri}/"];
    if let Some(path) = from_root.iter().find_map(|root| url.strip_prefix(root)) {
        return Some(path.to_owned());
    }
    // Hatch's field for the directory above, which may be said several times.
    if let Some((fields, path)) = url.strip_prefix("{root").and_then(|rest| rest.split_once(":uri}/")) {
        let levels = fields.matches(":parent").count();
        return Some(format!("{}{path}", "../".repeat(levels)));
    }
    let path = url.strip_prefix("file:").unwrap_or(url);
    (!path.is_empty() && !path.starts_with('/') && !path.contains("://")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_requirement_is_found_in_every_tools_form() {
        let table = [
            ("core", "core", None),
            ("Core_Lib[fast]>=1,<2 ; python_version > '3.9'", "Core_Lib", None),
            ("core @ file:///${PROJECT_ROOT}/../core", "core", Some("../core")),
            ("core@file:../core ; os_name == 'posix'", "core", Some("../core")),
            ("core[fast] @ {root:uri}/../core", "core", Some("../core")),
            ("core @ {root:parent:parent:uri}/libs/core", "core", Some("../../libs/core")),
            ("core @ file:///opt/core", "core", None),
            ("core @ https://example.com/core.whl#sha256=1", "core", None),
            ("core @ git+ssh://git@example.com/core", "core", None),
            ("-e file:///${PROJECT_ROOT}/../core#egg=core", "core", Some("../core")),
        ];
        for (text, name, path) in table {
            let expected = Requirement { name, path: path.map(str::to_owned) };
            assert_eq!(Requirement::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_of_a_requirements_file_installs_a_directory_or_reads_a_file() {
        let table = [
            ("-e ../core", Some("../core")),
            ("-e../core[fast] # for all", Some("../core")),
            ("--editable=../core", Some("../core")),
            ("--editable ./core", Some("./core")),
            ("../core[fast] ; python_version > '3'", Some("../core")),
            ("libs/core", Some("libs/core")),
            ("-r ../requirements/base.txt", None),
            ("core @ file:../core", Some("../core")),
            ("requests==2.0", None),
            ("# -e ../core", None),
            ("--index-url https://example.com/simple", None),
            ("--extra-index-url=https://example.com", None),
            ("https://example.com/core.whl", None),
            ("-e git+https://example.com/core.git#egg=core", None),
            ("", None),
        ];
        for (line, path) in table {
            assert_eq!(path_of_line(line).as_deref(), path, "{line}");
        }
        let table = [
            ("-r ../requirements/base.txt # all", Some("../requirements/base.txt")),
            ("-c constraints.txt", Some("constraints.txt")),
            ("--requirement=more.txt", Some("more.txt")),
            ("-r https://example.com/base.txt", None),
            ("-e ../core", None),
        ];
        for (line, path) in table {
            assert_eq!(file_of_line(line), path, "{line}");
        }
    }

    #[test]
    fn names_are_compared_as_indices_compare_them() {
        for name in ["Shop.Core", "shop-core", "shop__core", "SHOP-_-core"] {
            assert_eq!(normalized(name), "shop-core");
        }
    }
}
