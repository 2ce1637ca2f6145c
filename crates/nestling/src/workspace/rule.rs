//! Rules of paths: those that make units of directories, and those that say which changes concern a unit.

use super::directory_globs::DirectoryGlobs;
use super::discover::Found;
use super::format;
use super::globs::{climbing_change, climbs, glob, glob_below, refused_exclusion};
use super::linked::Linked;
use super::literal_rules::{of_directory, of_file};
use super::unit::{PathRule, Sign, Stated};
use crate::workspace::idle_rules::{GLOB_UNMATCHED, KEY_UNUSED};
use crate::workspace::rules::GLOB;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{Located, Node};

/// A rule of the workspace with its globs compiled.
pub(crate) struct UnitRule {
    pub globs: DirectoryGlobs,
    /// The globs one by one, each with its place.
    pub patterns: Vec<(globset::Glob, Origin)>,
    pub origin: Origin,
    pub uses: Option<Node>,
    pub depends_on: Option<Node>,
    pub changes: Vec<Located<String>>,
}

impl UnitRule {
    pub(crate) fn check(written: &format::UnitRule, root: &RepoPath) -> Result<Self, Vec<Diagnostic>> {
        let node = &written.matches;
        let mut globs = Vec::new();
        let mut patterns = Vec::new();
        let mut problems = Vec::new();
        if node.items_or_self().is_empty() {
            let problem = Diagnostic::error(&HEADER, node.origin, "`match` is an empty list");
            problems.push(problem.with_help("such as `match: \"services/*\"`, or remove the rule"));
        }
        for text in node.items_or_self() {
            if text.as_str().is_some_and(|text| text.starts_with('!')) {
                problems.push(refused_exclusion(text.origin, "match"));
                continue;
            }
            match text.as_str().map(|text| DirectoryGlobs::parse_in(root, text)) {
                Some(Ok(glob)) => {
                    patterns.push((glob.clone(), text.origin));
                    globs.push(glob);
                }
                Some(Err(error)) => problems.push(Diagnostic::error(&GLOB, text.origin, error.to_string())),
                None => problems.push(
                    Diagnostic::error(
                        &HEADER,
                        text.origin,
                        "`match` must be a glob of directories, or a list of them",
                    )
                    .with_help("such as `match: \"services/*\"`"),
                ),
            }
        }
        let globs = DirectoryGlobs::new(&globs)
            .map_err(|error| vec![Diagnostic::error(&GLOB, node.origin, error.to_string())])?;
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            globs,
            patterns,
            origin: node.origin,
            uses: written.uses.clone(),
            depends_on: written.depends_on.clone(),
            changes: written.changes.clone(),
        })
    }
}

/// Warns of globs of rules that no directory matches.
pub(crate) fn unmatched<'r>(
    rules: impl Iterator<Item = &'r UnitRule>,
    found: &[(RepoPath, Found)],
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, rule) in rules.enumerate() {
        let of_rule = found.iter().filter(|(_, found)| found.rules.contains(&index));
        let directories: Vec<&RepoPath> = of_rule.map(|(directory, _)| directory).collect();
        for (glob, origin) in &rule.patterns {
            let matcher = DirectoryGlobs::new(std::slice::from_ref(glob));
            let is_matched = matcher.is_ok_and(|glob| directories.iter().any(|path| glob.matches(path)));
            if !is_matched {
                let message = format!("`{}` matches no directory, so it defines no unit", glob.glob());
                let problem = Diagnostic::warning(&GLOB_UNMATCHED, *origin, message);
                problems.push(problem.with_help(
                    "correct the glob: it matches directories, from the root; `*` matches one level, `**` any number of levels",
                ));
            }
        }
    }
    problems
}

/// Warns of rules without other keys whose directories are units by earlier rules, or by any rule that says more.
pub(crate) fn idle<'r>(
    rules: impl Iterator<Item = &'r UnitRule>,
    found: &[(RepoPath, Found)],
) -> Vec<Diagnostic> {
    let rules: Vec<&UnitRule> = rules.collect();
    let is_bare = |index: usize| {
        let rule = rules[index];
        rule.uses.is_none() && rule.depends_on.is_none() && rule.changes.is_empty()
    };
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate().filter(|(index, _)| is_bare(*index)) {
        let mut of_rule = found.iter().filter(|(_, found)| found.rules.contains(&index)).peekable();
        let is_unit_anyway = |(_, found): &(RepoPath, Found)| {
            found.rules.iter().any(|other| *other < index || (*other > index && !is_bare(*other)))
        };
        if of_rule.peek().is_some() && of_rule.all(is_unit_anyway) {
            let message = "a rule has no effect: other rules match the same directories";
            let problem = Diagnostic::warning(&KEY_UNUSED, rule.origin, message);
            problems.push(problem.with_help("remove it, or give it `use`, `depends_on` or `changes`"));
        }
    }
    problems
}

/// Reads one entry of a unit's `changes`: relative to the unit, `/` from the root, `!` to spare.
pub(crate) fn path_rule(
    root: &RepoPath,
    dir: &RepoPath,
    text: &Located<String>,
) -> Result<PathRule, Vec<Diagnostic>> {
    let written = &text.value;
    if climbs(written) {
        return Err(vec![climbing_change(text, root, dir)]);
    }
    let (sign, rest) = match written.strip_prefix('!') {
        Some(rest) => (Sign::Exclude, rest),
        None => (Sign::Include, written.as_str()),
    };
    let from_root = match rest.strip_prefix('/') {
        Some(rest) => glob_below(root, rest),
        None => glob_below(dir, rest),
    };
    let glob = glob(text, &from_root)?;
    Ok(PathRule { sign, glob, written: written.clone(), stated: Stated::Header, origin: text.origin })
}

/// The rules of what a unit is made from by way of links: the links, and what they lead to.
pub(crate) fn of_links(linked: &[Linked], origin: Origin) -> Vec<PathRule> {
    let rule = |linked: &Linked| match linked {
        Linked::File(path) => of_file(path, Stated::Header, origin),
        Linked::Directory(path) => of_directory(path, Stated::Header, origin),
    };
    linked.iter().filter_map(rule).collect()
}
