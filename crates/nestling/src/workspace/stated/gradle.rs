//! Gradle: projects that a build's `settings.gradle` includes and that name each other, builds that it takes in, and scripts
//! that are applied (<https://docs.gradle.org/current/userguide/multi_project_builds.html>). No script is run: what is put
//! together by code is not seen.

mod script;
mod settings;

use super::manifest::Manifest;
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use regex::Regex;
use script::{Pattern, Script, literals_after};
pub(crate) use settings::Settings;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Both languages of scripts, the settings first.
pub(super) const FILES: [&str; 4] = ["settings.gradle", "settings.gradle.kts", "*.gradle", "*.gradle.kts"];

/// Project that is named by its path, as `project(":libs:core")` and `project(path: ':libs:core')` do.
static BY_PATH: Pattern =
    Pattern::new(|| Regex::new(r#"\bproject\s*\(\s*(?:path\s*[:=]\s*)?["'](:[^"'$]*)["']"#).ok());

/// `apply from: 'x'`, and the same in Kotlin.
static APPLY: Pattern = Pattern::new(|| Regex::new(r"\bapply\s*\(?\s*from\s*[:=]\s*").ok());

/// Project that is named by its accessor, as `projects.libs.core` does.
static BY_ACCESSOR: Pattern = Pattern::new(|| Regex::new(r"\bprojects((?:\.[A-Za-z_][A-Za-z0-9_]*)+)").ok());

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let settings: Vec<Manifest<Settings>> =
        FILES[..2].iter().flat_map(|name| reading.all(name, |text| Ok(Settings::parse(text)))).collect();
    let scripts: Vec<Manifest<Script>> =
        FILES[2..].iter().flat_map(|name| reading.all(name, |text| Ok(Script::new(text)))).collect();
    let mut builds: Vec<Build<'_>> = settings.iter().map(Build::new).collect();
    for script in &scripts {
        by_applied_scripts(script, nearest(&script.dir, &builds).map(|index| builds[index].root()), edges);
        if let Some(index) = nearest(&script.dir, &builds) {
            builds[index].add_unlisted(&script.dir);
        }
    }
    for script in &scripts {
        if let Some(index) = nearest(&script.dir, &builds) {
            by_projects(script, &builds[index], edges);
        }
    }
    for build in &builds {
        by_included_builds(build, &scripts, edges);
    }
}

/// The build that a directory is part of: that of the nearest settings above it, or one that lists it from elsewhere.
fn nearest(directory: &RepoPath, builds: &[Build<'_>]) -> Option<usize> {
    let indices = || 0..builds.len();
    let above = indices().filter(|index| directory.is_in(builds[*index].root()));
    let above = above.max_by_key(|index| builds[*index].root().as_bytes().len());
    above.or_else(|| indices().find(|index| builds[*index].lists(directory)))
}

/// A build: the settings, and the directories of its projects.
struct Build<'s> {
    settings: &'s Manifest<Settings>,
    /// Each path that is written, such as `:libs:core`, with its directory.
    projects: HashMap<&'s str, RepoPath>,
    listed: HashSet<RepoPath>,
    /// Directories with a script that no setting lists as it is written: code may include them, under any path.
    unlisted: BTreeSet<RepoPath>,
}

impl<'s> Build<'s> {
    fn new(settings: &'s Manifest<Settings>) -> Self {
        let directory = |path: &str, written: Option<&String>| {
            let usual = path.trim_start_matches(':').replace(':', "/");
            settings.dir.join(written.unwrap_or(&usual)).ok()
        };
        let projects = settings.content.projects.iter();
        let projects: HashMap<&str, RepoPath> = projects
            .filter_map(|(path, written)| Some((path.as_str(), directory(path, written.as_ref())?)))
            .collect();
        let listed = projects.values().cloned().collect();
        Self { settings, projects, listed, unlisted: BTreeSet::new() }
    }

    fn root(&self) -> &RepoPath {
        &self.settings.dir
    }

    fn lists(&self, directory: &RepoPath) -> bool {
        self.listed.contains(directory)
    }

    fn add_unlisted(&mut self, directory: &RepoPath) {
        if !self.lists(directory) && directory != self.root() {
            self.unlisted.insert(directory.clone());
        }
    }

    fn directories(&self) -> impl Iterator<Item = &RepoPath> {
        self.listed.iter().chain(&self.unlisted)
    }

    /// The directories that a project's path may mean: the one that is written, or those of the last name on it.
    fn by_path(&self, path: &str) -> Vec<&RepoPath> {
        if path == ":" {
            return vec![self.root()];
        }
        if let Some(directory) = self.projects.get(path) {
            return vec![directory];
        }
        let name = path.rsplit(':').next().unwrap_or_default();
        self.unlisted.iter().filter(|directory| directory.file_name() == name.as_bytes()).collect()
    }

    /// The project with the longest path that an accessor begins with: what follows is a property of the project.
    fn by_accessor(&self, accessor: &str) -> Option<&RepoPath> {
        let begins = |path: &str| {
            let rest = accessor.strip_prefix(&settings::accessor(path));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let matching = self.projects.iter().filter(|(path, _)| begins(path));
        matching.max_by_key(|(path, _)| path.len()).map(|(_, directory)| directory)
    }
}

/// Adds the projects that a script names.
fn by_projects(script: &Manifest<Script>, build: &Build<'_>, edges: &mut Edges<'_>) {
    let code = &script.content.code;
    let mentions = |pattern: &Pattern| -> Vec<(usize, String)> {
        let captures = pattern.iter().flat_map(|regex| regex.captures_iter(code));
        let named = captures.filter_map(|captures| captures.get(1));
        named.map(|name| (name.start(), name.as_str().to_owned())).collect()
    };
    for (start, path) in mentions(&BY_PATH) {
        for directory in build.by_path(&path) {
            edges.add(&script.dir, directory, || script.line_of(start));
        }
    }
    for (start, accessor) in mentions(&BY_ACCESSOR) {
        if let Some(directory) = build.by_accessor(&accessor) {
            edges.add(&script.dir, directory, || script.line_of(start));
        }
    }
}

/// Adds the scripts that one applies by a path, from its own directory or from the root of its build.
fn by_applied_scripts(script: &Manifest<Script>, root: Option<&RepoPath>, edges: &mut Edges<'_>) {
    for (start, path) in literals_after(&script.content.code, &APPLY) {
        let from_root = script::below_root(&path).zip(root);
        let applied = match from_root {
            Some((path, root)) => root.join(path),
            None => script.dir.join(script::without_own_directory(&path)),
        };
        if let Some(applied) = applied.ok().filter(|applied| !applied.as_bytes().contains(&b'$')) {
            edges.add_file(&script.dir, &applied, || script.line_of(start));
        }
    }
}

/// Adds the builds that settings take in: each project of the build may use their plugins and libraries. `buildSrc` is taken
/// in without a word.
fn by_included_builds(build: &Build<'_>, scripts: &[Manifest<Script>], edges: &mut Edges<'_>) {
    let settings = build.settings;
    let mut included = Vec::new();
    for (start, path) in &settings.content.included_builds {
        included.extend(settings.dir.join(path).ok().map(|directory| (directory, settings.line_of(*start))));
    }
    let own = settings.dir.child(b"buildSrc");
    if let Some(script) = scripts.iter().find(|script| script.dir == own) {
        included.push((own, script.line_of(0)));
    }
    for (directory, origin) in &included {
        for project in build.directories().chain([&settings.dir]) {
            edges.add(project, directory, || *origin);
        }
    }
}
