//! Gradle's `include(…)`, read without running it: no properties, no conditions.

use super::super::inventory::{Inventory, material};
use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Returns a regular expression of this file.
///
/// The pattern is a constant, and the tests compile each.
fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static INCLUDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"(?m)^[ \t]*include\b\s*\(?((?:\s*,?\s*(?:'[^']*'|\x22[^\x22]*\x22))+)"));
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"'([^']*)'|\x22([^\x22]*)\x22"));
static MOVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r#"project\(\s*['"](:[^'"]*)['"]\s*\)\.projectDir\s*=\s*(?:new File|file)\([^'"]*['"]([^'"]+)['"]"#)
});

/// Returns the first groups of all matches.
fn captures(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<String> {
    let Some(pattern) = pattern.as_ref() else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    found.map(|found| found.as_str().to_owned()).collect()
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for name in ["settings.gradle", "settings.gradle.kts"] {
        for dir in reader.directories_with(name) {
            let file = dir.child(name.as_bytes());
            let text = without_line_comments(&reader.text(&file)?);
            let is_open = is_open(&text);
            let mut members: BTreeSet<RepoPath> = included(&dir, &text)
                .into_iter()
                .map(|(_, path)| path)
                .filter(|path| *path != dir && reader.inventory.is_directory(path))
                .collect();
            if is_open {
                members.extend(with_code(reader.inventory, &dir));
            }
            lists.push(List {
                kind: "gradle",
                noun: "Gradle build",
                dir,
                file,
                members,
                excluded: BTreeSet::new(),
                is_open,
            });
        }
    }
    Ok(lists)
}

/// Returns the directories below a build that have code as Gradle lays it out, and are of no other build: one that computes its
/// projects may configure them at its root.
fn with_code(inventory: &Inventory, dir: &RepoPath) -> Vec<RepoPath> {
    let languages =
        ["src/main/java", "src/main/kotlin", "src/main/groovy", "src/test/java", "src/test/kotlin"];
    let has_code = |path: &RepoPath| {
        languages.iter().any(|code| path.join(code).is_ok_and(|code| inventory.is_directory(&code)))
    };
    let others = ["pom.xml", "gradlew", "settings.gradle", "settings.gradle.kts"];
    let below = inventory.directories.iter().filter(|(path, _)| *path != dir && path.is_in(dir));
    let bare = below.filter(|(path, directory)| {
        let is_logic = matches!(path.file_name(), b"buildSrc" | b"build-logic");
        !is_logic
            && !others.iter().any(|name| directory.has(name))
            && material(path).is_none()
            && has_code(path)
    });
    bare.map(|(path, _)| path.clone()).collect()
}

/// Returns true if an `include` is of more than strings: a loop, or a name with a variable.
fn is_open(settings: &str) -> bool {
    let is_computed = |line: &str| {
        let Some(rest) = line.trim_start().strip_prefix("include") else { return false };
        let argument = rest.trim_start_matches(['(', ' ', '\t']);
        let is_call = rest.starts_with([' ', '\t', '(']);
        is_call && !argument.is_empty() && (!argument.starts_with(['"', '\'']) || argument.contains('$'))
    };
    settings.lines().any(is_computed)
}

/// Returns the text without lines that only comment; what stands behind code may be part of a string.
fn without_line_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// Returns the directory of each project that a settings file includes, with its path such as `:libs:core`.
fn included(dir: &RepoPath, text: &str) -> Vec<(String, RepoPath)> {
    let names = captures(&INCLUDE, text).into_iter().flat_map(|list| captures(&QUOTED, &list));
    let mut projects: Vec<(String, RepoPath)> = names
        .filter_map(|name| {
            let path = name.trim_start_matches(':').replace(':', "/");
            Some((format!(":{}", name.trim_start_matches(':')), dir.join(path).ok()?))
        })
        .collect();
    let moved = MOVED.as_ref().map(|pattern| pattern.captures_iter(text));
    for found in moved.into_iter().flatten() {
        let (Some(name), Some(path)) = (found.get(1), found.get(2)) else { continue };
        let path = path.as_str().trim_start_matches("$rootDir/").trim_start_matches("${rootDir}/");
        if let Some(project) = projects.iter_mut().find(|(known, _)| known == name.as_str())
            && let Ok(path) = dir.join(path)
        {
            project.1 = path;
        }
    }
    projects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_of_gradle_are_read_in_every_spelling() {
        let text = "rootProject.name = 'x'\ninclude 'a', 'b:c'\n// include 'no'\ninclude(\":d\")\ninclude(\n  \"e\",\n  \
                    \"f\"\n)\nproject(':d').projectDir = file('moved/d')\nincludeBuild('../other')\n";
        let found: Vec<String> = included(&RepoPath::root(), text)
            .into_iter()
            .map(|(name, path)| format!("{name}={path}"))
            .collect();
        assert_eq!(found, [":a=a", ":b:c=b/c", ":d=moved/d", ":e=e", ":f=f"]);
    }
}
