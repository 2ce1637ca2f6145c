//! Python: members of uv's workspaces, and dependencies by path as uv, Poetry, PDM, Hatch and pip write them
//! (<https://docs.astral.sh/uv/concepts/projects/workspaces/>, <https://python-poetry.org/docs/dependency-specification/>,
//! <https://pip.pypa.io/en/stable/reference/requirements-file-format/>).

mod requirement;

use super::manifest::{Manifest, Unreadable};
use super::members::Members;
use super::{Edges, Reading};
use crate::workspace::member_globs::MemberGlobs;
use nestling_files::path::RepoPath;
use requirement::{Requirement, normalized};
use std::collections::HashMap;
use toml::{Table, Value};

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let projects = reading
        .all("pyproject.toml", |text| text.parse::<Table>().map_err(|error| Unreadable::toml(&error, text)));
    let workspaces: Vec<Workspace<'_>> =
        projects.iter().filter_map(|root| Workspace::of(root, &projects)).collect();
    for project in &projects {
        let holds_it = |workspace: &&Workspace<'_>| workspace.members.holds(&project.dir);
        let workspace = workspaces.iter().filter(holds_it).max_by_key(|workspace| &workspace.members.root);
        by_uv(project, workspace, edges);
        by_poetry(project, edges);
        for requirement in requirements(&project.content) {
            add(project, requirement.path.as_deref(), requirement.name, edges);
        }
    }
    let files = reading.all("requirements*.txt", |_| Ok(()));
    for file in &files {
        by_requirements(file, &files, edges);
    }
}

/// Adds what a requirements file installs, with the files that it reads and what those install.
fn by_requirements(file: &Manifest<()>, files: &[Manifest<()>], edges: &mut Edges<'_>) {
    let mut read: Vec<&Manifest<()>> = vec![file];
    let mut next = 0;
    while let Some(reading) = read.get(next).copied() {
        next += 1;
        for line in reading.text.lines() {
            let installed = requirement::path_of_line(line).and_then(|path| reading.dir.join(path).ok());
            if let Some(installed) = installed {
                edges.add(&file.dir, &installed, || reading.place(line));
            }
            let other = requirement::file_of_line(line).and_then(|path| reading.dir.join(path).ok());
            let Some(other) = other else { continue };
            edges.add_file(&file.dir, &other, || reading.place(line));
            let known = files.iter().find(|file| file.path == other);
            read.extend(known.filter(|known| read.iter().all(|read| read.path != known.path)));
        }
    }
}

/// Adds that a manifest's directory needs what is at a path from it, as the line with some text states.
fn add<T>(manifest: &Manifest<T>, path: Option<&str>, text: &str, edges: &mut Edges<'_>) {
    if let Some(needed) = path.and_then(|path| manifest.dir.join(path).ok()) {
        edges.add(&manifest.dir, &needed, || manifest.place(text));
    }
}

/// A workspace of uv.
struct Workspace<'m> {
    members: Members,
    /// The directories of the members, by their normalized names.
    named: HashMap<String, &'m RepoPath>,
    /// The sources that members take over from the root.
    sources: Option<&'m Table>,
    root: &'m Manifest<Table>,
}

impl<'m> Workspace<'m> {
    /// Returns the workspace that a project opens, if it opens one.
    fn of(root: &'m Manifest<Table>, projects: &'m [Manifest<Table>]) -> Option<Self> {
        let globs = MemberGlobs::of_uv(&root.content)?;
        let members = Members { root: root.dir.clone(), globs };
        let named = projects.iter().filter(|project| members.holds(&project.dir));
        let named = named.filter_map(|project| Some((name_of(&project.content)?, &project.dir))).collect();
        Some(Self { members, named, sources: table(&root.content, &["tool", "uv", "sources"]), root })
    }
}

/// Adds what uv takes from the workspace and from paths: by the project's own sources, and by those of the workspace's
/// root for the dependencies that have none of their own.
fn by_uv(project: &Manifest<Table>, workspace: Option<&Workspace<'_>>, edges: &mut Edges<'_>) {
    let own = table(&project.content, &["tool", "uv", "sources"]);
    for (name, source) in own.into_iter().flatten() {
        for needed in sources_of(project, name, source, workspace) {
            edges.add(&project.dir, &needed, || project.place(name));
        }
    }
    let Some(workspace) = workspace else { return };
    let Some(inherited) = workspace.sources else { return };
    for requirement in requirements(&project.content) {
        let is_it = |(name, _): &(&String, &Value)| normalized(name) == normalized(requirement.name);
        if own.into_iter().flatten().any(|source| is_it(&source)) {
            continue;
        }
        for (name, source) in inherited.iter().filter(is_it) {
            for needed in sources_of(workspace.root, name, source, Some(workspace)) {
                edges.add(&project.dir, &needed, || project.place(requirement.name));
            }
        }
    }
}

/// The directories that a source in a manifest means: one, or one for each of several markers.
fn sources_of(
    manifest: &Manifest<Table>,
    name: &str,
    source: &Value,
    workspace: Option<&Workspace<'_>>,
) -> Vec<RepoPath> {
    let mut needed = Vec::new();
    for source in one_or_several(source) {
        let path = source.get("path").and_then(Value::as_str);
        needed.extend(path.and_then(|path| manifest.dir.join(path).ok()));
        if source.get("workspace").and_then(Value::as_bool) == Some(true) {
            let member = workspace.and_then(|workspace| workspace.named.get(&normalized(name)));
            needed.extend(member.map(|directory| (*directory).clone()));
        }
    }
    needed
}

/// Adds the path dependencies of Poetry's own tables.
fn by_poetry(project: &Manifest<Table>, edges: &mut Edges<'_>) {
    let Some(poetry) = table(&project.content, &["tool", "poetry"]) else { return };
    let groups = table(poetry, &["group"]).into_iter().flat_map(Table::values);
    let in_groups = groups.filter_map(|group| group.get("dependencies")?.as_table());
    let own = ["dependencies", "dev-dependencies"].into_iter().filter_map(|key| table(poetry, &[key]));
    for (name, value) in own.chain(in_groups).flatten() {
        for constraint in one_or_several(value) {
            add(project, constraint.get("path").and_then(Value::as_str), name, edges);
        }
    }
}

/// All requirements of a project that are written as PEP 508 has them, those of groups, extras and the build too.
fn requirements(project: &Table) -> Vec<Requirement<'_>> {
    let lists = |path: &[&str]| table(project, path).into_iter().flat_map(Table::values);
    let single = [(&["project"][..], "dependencies"), (&["build-system"], "requires")];
    let single = single.into_iter().filter_map(|(path, key)| table(project, path)?.get(key));
    let grouped = [
        &["project", "optional-dependencies"][..],
        &["dependency-groups"],
        &["tool", "pdm", "dev-dependencies"],
    ];
    let by_uv = table(project, &["tool", "uv"]).and_then(|uv| uv.get("dev-dependencies"));
    let all = single.chain(grouped.into_iter().flat_map(lists)).chain(by_uv);
    all.flat_map(|list| strings(Some(list))).map(Requirement::parse).collect()
}

/// The normalized name of a project.
fn name_of(project: &Table) -> Option<String> {
    let standard = table(project, &["project"]).and_then(|project| project.get("name"));
    let name = standard.or_else(|| table(project, &["tool", "poetry"])?.get("name"));
    name?.as_str().map(normalized)
}

/// The table at a path of keys.
fn table<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Table> {
    path.iter().try_fold(table, |table, key| table.get(*key)?.as_table())
}

/// The strings of a list; nothing where it is none.
fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A value, or each of a list's.
fn one_or_several(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
