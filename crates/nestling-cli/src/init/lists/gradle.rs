//! Gradle's `include(…)`, read without running it: no properties, no conditions.

use super::super::inventory::{Inventory, material};
use super::{List, Reader};
use nestling::listed::{GradleProject, gradle_projects};
use nestling::{ReadError, RepoPath};
use std::collections::BTreeSet;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for name in ["settings.gradle", "settings.gradle.kts"] {
        for dir in reader.directories_with(name) {
            let file = dir.child(name.as_bytes());
            let text = reader.text(&file)?;
            let is_open = is_open(&without_line_comments(&text));
            let mut members = included(reader.inventory, &dir, &text);
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

/// Returns the text without lines that only comment; `//` after code may be part of a string.
fn without_line_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// Returns the directories of the projects that a settings file includes. One that is only on the way to others counts if it has a
/// file of its own.
fn included(inventory: &Inventory, dir: &RepoPath, text: &str) -> BTreeSet<RepoPath> {
    let projects = gradle_projects(text);
    let parents = projects.iter().filter_map(|project| Some(project.path.rsplit_once(':')?.0));
    let on_the_way: BTreeSet<&str> = parents.collect();
    let directory = |project: &GradleProject| {
        let path = dir.join(&project.directory).ok().filter(|path| path != dir)?;
        let directory = inventory.directories.get(&path)?;
        let has_file = ["build.gradle", "build.gradle.kts"].iter().any(|name| directory.has(name));
        (has_file || !on_the_way.contains(project.path.as_str())).then_some(path)
    };
    projects.iter().filter_map(directory).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn projects_of_gradle_are_those_with_a_directory() {
        let text = "rootProject.name = 'x'\ninclude 'a', 'b:c'\n// include 'no'\ninclude(\":d\")\ninclude(\n  \"e\",\n  \
                    \"f\"\n)\nproject(':d').projectDir = file('moved/d')\nincludeBuild('../other')\ninclude 'g:h', 'gone'\n";
        let paths = ["a/x", "b/c/x", "no/x", "d/x", "moved/d/x", "e/x", "f/x", "g/build.gradle", "g/h/x"];
        let files = MemoryFiles::new(paths.map(|path| (path, "")));
        let inventory = Inventory::read(&files).unwrap();
        let found = included(&inventory, &RepoPath::root(), text);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["a", "b/c", "e", "f", "g", "g/h", "moved/d"]);
    }
}
