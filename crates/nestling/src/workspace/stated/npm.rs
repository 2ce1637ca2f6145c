//! npm, pnpm and Yarn: packages of one workspace that name each other, and dependencies by path
//! (<https://docs.npmjs.com/cli/using-npm/workspaces>, <https://pnpm.io/workspaces>).

use super::manifest::{self, Manifest};
use super::members::Members;
use super::{Edges, Reading};
use crate::workspace::member_globs::{MemberGlobs, PackageGlobs, PnpmWorkspace, without_mark};
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use serde::Deserialize;
use std::collections::HashMap;

/// As much of `package.json` as states dependencies.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    name: Option<String>,
    workspaces: Option<PackageGlobs>,
    dependencies: IndexMap<String, String>,
    dev_dependencies: IndexMap<String, String>,
    peer_dependencies: IndexMap<String, String>,
    optional_dependencies: IndexMap<String, String>,
}

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let packages =
        reading.all("package.json", |text| Ok(serde_json::from_str::<Package>(without_mark(text))?));
    let pnpm = reading.all("pnpm-workspace.yaml", manifest::yaml::<PnpmWorkspace>);
    let by_npm = packages.iter().filter_map(|package| {
        let globs = MemberGlobs::of_packages(package.content.workspaces.as_ref()?);
        Some(Members { root: package.dir.clone(), globs })
    });
    let by_pnpm = pnpm.iter().filter_map(|workspace| {
        let globs = MemberGlobs::of_pnpm(&workspace.content)?;
        Some(Members { root: workspace.dir.clone(), globs })
    });
    for root in by_npm.chain(by_pnpm) {
        let members: Vec<&Manifest<Package>> =
            below(&packages, &root.root).filter(|it| root.holds(&it.dir)).collect();
        let named: HashMap<&str, &RepoPath> =
            members.iter().filter_map(|it| Some((it.content.name.as_deref()?, &it.dir))).collect();
        for member in &members {
            for (name, wanted) in dependencies(&member.content) {
                if let Some(to) = local_name(name, wanted).and_then(|name| named.get(name)) {
                    edges.add(&member.dir, to, || member.place(name));
                }
            }
        }
    }
    for package in &packages {
        for (name, wanted) in dependencies(&package.content) {
            if let Some(to) = local_path(wanted).and_then(|path| package.dir.join(path).ok()) {
                edges.add(&package.dir, &to, || package.place(name));
            }
        }
    }
}

/// The packages in a directory and below it, in order. They are adjacent, except others between the directory's
/// own and the rest: `a-b` comes before `a/b`.
fn below<'p>(
    packages: &'p [Manifest<Package>],
    dir: &RepoPath,
) -> impl Iterator<Item = &'p Manifest<Package>> {
    let own = packages.binary_search_by(|package| package.dir.cmp(dir)).ok().filter(|_| !dir.is_root());
    let rest = if dir.is_root() {
        packages
    } else {
        let below = packages.partition_point(|package| package.dir < dir.child(b""));
        let rest = packages.get(below..).unwrap_or_default();
        &rest[..rest.partition_point(|package| package.dir.is_in(dir))]
    };
    own.map(|at| &packages[at]).into_iter().chain(rest)
}

fn dependencies(package: &Package) -> impl Iterator<Item = (&str, &str)> {
    [
        &package.dependencies,
        &package.dev_dependencies,
        &package.peer_dependencies,
        &package.optional_dependencies,
    ]
    .into_iter()
    .flatten()
    .map(|(name, wanted)| (name.as_str(), wanted.as_str()))
}

/// The path that a dependency is taken from, relative to its package. pnpm takes one after `workspace:`, too.
fn local_path(wanted: &str) -> Option<&str> {
    let in_workspace = wanted.strip_prefix("workspace:").filter(|path| path.starts_with('.'));
    let by_kind = ["file:", "link:", "portal:"].iter().find_map(|kind| wanted.strip_prefix(kind));
    in_workspace.or(by_kind)
}

/// The package of the workspace that a dependency could mean. Whether the versions agree is not asked: where they do
/// not, it refers to the package of a registry, and one selects more than needed.
fn local_name<'a>(name: &'a str, wanted: &'a str) -> Option<&'a str> {
    if wanted.starts_with("npm:") {
        return None;
    }
    let Some(alias) = wanted.strip_prefix("workspace:") else { return Some(name) };
    // `workspace:other@*` names another package than the key does.
    match alias.rfind('@') {
        Some(at) if at > 0 => Some(&alias[..at]),
        _ => Some(name),
    }
}
