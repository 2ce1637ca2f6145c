//! Maven's `<modules>` and Gradle's `include(…)`, read without running either: no properties, no conditions.

use super::{List, Reader};
use nestling::{ReadError, RepoPath};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = maven(reader)?;
    lists.extend(gradle(reader)?);
    Ok(lists)
}

/// Returns a regular expression of this file.
///
/// The pattern is a constant, and the tests compile each.
fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static MODULE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"(?s)<module>\s*(.*?)\s*</module>"));
static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"(?s)<!--.*?-->"));
static INCLUDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"(?m)^[ \t]*include\b\s*\(?((?:\s*,?\s*(?:'[^']*'|\x22[^\x22]*\x22))+)"));
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"'([^']*)'|\x22([^\x22]*)\x22"));
static MOVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r#"project\(\s*['"](:[^'"]*)['"]\s*\)\.projectDir\s*=\s*(?:new File|file)\([^'"]*['"]([^'"]+)['"]"#)
});
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#"project\(\s*(?:path\s*[:=]\s*)?['"](:[^'"]+)['"]"#));
static COORDINATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"(?s)<artifactId>\s*([^<\s]+)\s*</artifactId>"));
static PARENT: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"(?s)<parent>.*?</parent>"));

/// Returns the first groups of all matches.
fn captures(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<String> {
    let Some(pattern) = pattern.as_ref() else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    found.map(|found| found.as_str().to_owned()).collect()
}

fn without(pattern: &LazyLock<Option<Regex>>, text: &str) -> String {
    pattern.as_ref().map_or_else(|| text.to_owned(), |pattern| pattern.replace_all(text, "").into_owned())
}

fn maven(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut modules: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    for dir in reader.directories_with("pom.xml") {
        let text = without(&COMMENT, &reader.text(&dir.child(b"pom.xml"))?);
        let listed = captures(&MODULE, &text);
        let paths = listed.iter().filter_map(|module| dir.join(module.trim_end_matches("/pom.xml")).ok());
        let known: BTreeSet<RepoPath> =
            paths.filter(|path| reader.inventory.is_file(&path.child(b"pom.xml"))).collect();
        if !listed.is_empty() {
            modules.insert(dir, known);
        }
    }
    let listed: BTreeSet<RepoPath> = modules.values().flatten().cloned().collect();
    let roots = modules.keys().filter(|dir| !listed.contains(dir));
    let list = |dir: &RepoPath| {
        let mut members = BTreeSet::new();
        let mut open = vec![dir.clone()];
        while let Some(next) = open.pop() {
            for module in modules.get(&next).into_iter().flatten() {
                if module != dir && members.insert(module.clone()) {
                    open.push(module.clone());
                }
            }
        }
        List {
            kind: "maven",
            noun: "Maven build",
            dir: dir.clone(),
            file: dir.child(b"pom.xml"),
            members,
            excluded: BTreeSet::new(),
            is_open: false,
        }
    };
    Ok(roots.map(list).collect())
}

fn gradle(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut lists = Vec::new();
    for name in ["settings.gradle", "settings.gradle.kts"] {
        for dir in reader.directories_with(name) {
            let file = dir.child(name.as_bytes());
            let text = without_line_comments(&reader.text(&file)?);
            let members: BTreeSet<RepoPath> = included(&dir, &text)
                .into_iter()
                .map(|(_, path)| path)
                .filter(|path| *path != dir && reader.inventory.is_directory(path))
                .collect();
            lists.push(List {
                kind: "gradle",
                noun: "Gradle build",
                dir,
                file,
                members,
                excluded: BTreeSet::new(),
                is_open: is_open(&text),
            });
        }
    }
    Ok(lists)
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

/// Returns the directories of the projects that a Gradle build file names by path, such as `project(":libs:core")`.
pub(in crate::init) fn project_references(root: &RepoPath, settings: &str, build: &str) -> Vec<RepoPath> {
    let projects = included(root, &without_line_comments(settings));
    let named = captures(&REFERENCE, &without_line_comments(build));
    named
        .iter()
        .filter_map(|name| Some(projects.iter().find(|(known, _)| known == name)?.1.clone()))
        .collect()
}

/// Returns the artifact of a `pom.xml`, and the artifacts that it names besides.
pub(in crate::init) fn artifact(pom: &str) -> (Option<String>, Vec<String>) {
    let plain = without(&COMMENT, pom);
    let own = captures(&COORDINATE, &without(&PARENT, &plain)).into_iter().next();
    let named = captures(&COORDINATE, &plain);
    let others = named.into_iter().filter(|name| Some(name) != own.as_ref()).collect();
    (own, others)
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
        let build = "dependencies {\n  implementation(project(\":b:c\"))\n  api project(path: ':a')\n}\n";
        let named: Vec<String> =
            project_references(&RepoPath::root(), text, build).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["b/c", "a"]);
    }

    #[test]
    fn the_artifact_of_a_pom_is_not_its_parents() {
        let pom = "<project><parent><artifactId>top</artifactId></parent><!-- <artifactId>no</artifactId> -->\
                   <artifactId>web</artifactId><dependencies><dependency><artifactId>core</artifactId>\
                   </dependency></dependencies></project>";
        let (own, named) = artifact(pom);
        assert_eq!(own.as_deref(), Some("web"));
        assert_eq!(named, ["top", "core"]);
    }
}
