//! Targets of the links in units: as a build reads them, their changes select the units.

use super::links::Links;
use super::literal_rules::{of_directory, of_file};
use super::unit::{PathRule, Stated};
use super::unit_claims::UnitClaims;
use super::{FILE_NAME, RootGlob, Workspace};
use nestling_files::files::ReadError;
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::diagnostic::Origin;
use std::collections::HashSet;

/// A path that a link leads to.
#[derive(Debug, Clone)]
pub(crate) struct LinkTarget {
    /// The link.
    pub link: RepoPath,
    /// The path itself, and all below it.
    pub globs: Vec<Glob>,
}

impl LinkTarget {
    fn new(Behind { link, path }: &Behind) -> Self {
        let rules = rules(path, Origin::generated());
        Self { link: link.clone(), globs: rules.into_iter().map(|rule| rule.glob).collect() }
    }

    pub(crate) fn matches(&self, path: &RepoPath) -> bool {
        self.globs.iter().any(|glob| glob.matches(path))
    }
}

/// A path with the link by which it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Behind {
    path: RepoPath,
    link: RepoPath,
}

/// Adds the targets of links to the paths that select units: each link selects the units that it would select if it changed.
///
/// # Errors
/// A link cannot be read.
pub(super) fn add(links: &Links<'_>, workspace: &mut Workspace) -> Result<(), ReadError> {
    let mut of_units: Vec<Vec<Behind>> = vec![Vec::new(); workspace.units.len()];
    let mut of_all = Vec::new();
    let claims = UnitClaims::new(&workspace.units);
    let are_matching =
        |globs: &[RootGlob], path: &RepoPath| globs.iter().any(|written| written.glob.matches(path));
    for link in links.paths() {
        // A `nestling.yml` selects by its content, whether it is a link or not.
        let counts = link.is_in(&workspace.root)
            && link.file_name() != FILE_NAME.as_bytes()
            && !are_matching(&workspace.ignore, link)
            && !workspace.is_of_nested(link);
        if !counts {
            continue;
        }
        let units = claims.of(link);
        let affects_all = are_matching(&workspace.everything, link);
        if units.is_empty() && !affects_all {
            continue;
        }
        let behind = behind(link, links)?;
        for (unit, _) in units {
            let elsewhere = behind.iter().filter(|behind| claims.owner(&behind.path) != Some(unit));
            of_units[unit].extend(elsewhere.cloned());
        }
        of_all.extend(behind.into_iter().filter(|_| affects_all));
    }
    for (unit, behind) in workspace.units.iter_mut().zip(of_units) {
        let origin = unit.declaration.origin();
        let rules = outermost(behind).into_iter().flat_map(|Behind { path, link }| {
            rules(&path, origin).into_iter().map(move |rule| PathRule { link: Some(link.clone()), ..rule })
        });
        // Before those that were written, which may spare some of it.
        unit.changes.splice(0..0, rules);
    }
    workspace.everything_links = outermost(of_all).iter().map(LinkTarget::new).collect();
    Ok(())
}

/// Follows a link, those on the way, and those below its target, as a program does that reads all that is there.
fn behind(start: &RepoPath, links: &Links<'_>) -> Result<Vec<Behind>, ReadError> {
    let mut behind = Vec::new();
    let mut seen: HashSet<&RepoPath> = HashSet::from([start]);
    let mut open = vec![start];
    while let Some(link) = open.pop() {
        // Nothing outside of the repository changes with a commit.
        let Ok(resolved) = links.resolve(link)? else { continue };
        open.extend(links.below(&resolved.path).filter(|below| seen.insert(*below)));
        let on_the_way = resolved.links.into_iter().skip(1);
        let paths = on_the_way.chain([resolved.path]);
        behind.extend(paths.map(|path| Behind { path, link: start.clone() }));
    }
    Ok(behind)
}

/// Returns the paths that are not below others of them.
fn outermost(mut behind: Vec<Behind>) -> Vec<Behind> {
    behind.sort_unstable();
    let mut outermost: Vec<Behind> = Vec::new();
    let mut kept: HashSet<RepoPath> = HashSet::new();
    for behind in behind {
        let mut above = std::iter::successors(Some(behind.path.clone()), RepoPath::parent);
        if !above.any(|above| kept.contains(&above)) {
            kept.insert(behind.path.clone());
            outermost.push(behind);
        }
    }
    outermost
}

/// Returns the rules of a path and of all below it, be it a file, a directory or nothing yet. Of a name that no glob can have,
/// they are those of the directory above.
fn rules(path: &RepoPath, origin: Origin) -> Vec<PathRule> {
    let mut above = std::iter::successors(Some(path.clone()), RepoPath::parent);
    let below = above.find_map(|path| of_directory(&path, Stated::Header, origin));
    of_file(path, Stated::Header, origin).into_iter().chain(below).collect()
}
