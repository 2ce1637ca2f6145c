//! Rules of paths: those that make units of directories, and those that say which changes affect a unit.

use super::FILE_NAME;
use super::directory_globs::DirectoryGlobs;
use super::directory_rule::{DirectoryRule, Marker};
use super::discover::Found;
use super::format;
use super::globs::{climbing_change, climbs, glob, glob_below};
use super::linked::Linked;
use super::literal_rules::{of_directory, of_file};
use super::unit::{PathRule, Sign, Stated};
use crate::workspace::idle_rules::{GLOB_UNMATCHED, KEY_UNUSED};
use crate::workspace::rules::GLOB;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{Located, Map, Node};

/// A rule of the workspace with its globs compiled.
pub(crate) struct UnitRule {
    pub directories: DirectoryRule,
    /// The entries of `match`, each with its place.
    pub patterns: Vec<(MatchPattern, Origin)>,
    pub origin: Origin,
    pub uses: Option<Node>,
    pub depends_on: Option<Node>,
    pub changes: Vec<Located<String>>,
}

/// An entry of `match`.
#[derive(Debug, Clone)]
pub(crate) enum MatchPattern {
    /// A glob of directories.
    Included(globset::Glob),
    /// A glob of directories to leave out.
    Excluded(globset::Glob),
    /// A file that makes a unit of its directory.
    Marker(Marker),
}

impl UnitRule {
    pub(crate) fn check(written: &format::UnitRule, root: &RepoPath) -> Result<Self, Vec<Diagnostic>> {
        let node = &written.matches;
        let mut patterns = Vec::new();
        let mut problems = Vec::new();
        for entry in node.items_or_self() {
            match pattern(entry, root) {
                Ok(pattern) => patterns.push((pattern, entry.origin)),
                Err(problem) => problems.push(problem),
            }
        }
        let is_exception =
            |(pattern, _): &(MatchPattern, Origin)| matches!(pattern, MatchPattern::Excluded(_));
        if problems.is_empty() && patterns.iter().all(is_exception) {
            let message = match patterns.is_empty() {
                true => "`match` is an empty list",
                false => "`match` only excludes directories, so it defines no unit",
            };
            let problem = Diagnostic::error(&HEADER, node.origin, message);
            problems.push(problem.with_help("such as `match: \"services/*\"`, or remove the rule"));
        }
        let directories = directories(&patterns)
            .map_err(|error| vec![Diagnostic::error(&GLOB, node.origin, error.to_string())])?;
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            directories,
            patterns,
            origin: node.origin,
            uses: written.uses.clone(),
            depends_on: written.depends_on.clone(),
            changes: written.changes.clone(),
        })
    }
}

fn directories(patterns: &[(MatchPattern, Origin)]) -> Result<DirectoryRule, globset::Error> {
    let (mut included, mut excluded, mut markers) = (Vec::new(), Vec::new(), Vec::new());
    for (pattern, _) in patterns {
        match pattern {
            MatchPattern::Included(glob) => included.push(glob.clone()),
            MatchPattern::Excluded(glob) => excluded.push(glob.clone()),
            MatchPattern::Marker(marker) => markers.push(marker.clone()),
        }
    }
    let (included, excluded) = (DirectoryGlobs::new(&included)?, DirectoryGlobs::new(&excluded)?);
    Ok(DirectoryRule { included, excluded, markers })
}

/// Reads an entry of `match`.
fn pattern(entry: &Node, root: &RepoPath) -> Result<MatchPattern, Diagnostic> {
    if let Some(map) = entry.as_map() {
        return marker(map, entry.origin, root).map(MatchPattern::Marker);
    }
    let Some(text) = entry.as_str() else { return Err(malformed(entry.origin)) };
    let parsed = |text: &str| {
        DirectoryGlobs::parse_in(root, text)
            .map_err(|error| Diagnostic::error(&GLOB, entry.origin, error.to_string()))
    };
    match text.strip_prefix('!') {
        Some(text) => parsed(text).map(MatchPattern::Excluded),
        None => parsed(text).map(MatchPattern::Included),
    }
}

fn malformed(origin: Origin) -> Diagnostic {
    let message = "an entry of `match` must be a glob of directories, or `{ marker: FILE }`";
    Diagnostic::error(&HEADER, origin, message)
        .with_help("such as `match: \"services/*\"`, or `match: { marker: go.mod }`")
}

/// Reads `{ marker: FILE, in: GLOBS }`.
fn marker(map: &Map, origin: Origin, root: &RepoPath) -> Result<Marker, Diagnostic> {
    if let Some(entry) = map.entries.iter().find(|entry| !["marker", "in"].contains(&entry.key.text())) {
        let message = format!("unknown key `{}` of `match`", entry.key.text());
        let suggestion = Suggestion::among(entry.key.text(), ["marker", "in"]);
        let problem = Diagnostic::error(&HEADER, entry.key.origin, message);
        return Err(problem.with_help(suggestion.help_or("it has `marker` and `in`".to_owned())));
    }
    let file = map.get("marker").and_then(Node::as_str).ok_or_else(|| malformed(origin))?;
    let is_name = !file.is_empty() && !file.contains('/') && file != FILE_NAME;
    if !is_name || file.matches('*').count() > 1 || file.contains(['?', '[', '{']) {
        let message = format!("`{file}` is not the name of a file that can mark a unit");
        return Err(Diagnostic::error(&HEADER, origin, message).with_help(
            "write a name such as `go.mod`, in which one `*` stands for anything; name its directories with `in`",
        ));
    }
    let Some(within) = map.get("in") else { return Ok(Marker { file: file.to_owned(), within: None }) };
    let mut globs = Vec::new();
    for text in within.items_or_self() {
        let text = text.as_str().ok_or_else(|| malformed(text.origin))?;
        let glob = DirectoryGlobs::parse_in(root, text);
        globs.push(glob.map_err(|error| Diagnostic::error(&GLOB, within.origin, error.to_string()))?);
    }
    let globs = DirectoryGlobs::new(&globs)
        .map_err(|error| Diagnostic::error(&GLOB, within.origin, error.to_string()))?;
    Ok(Marker { file: file.to_owned(), within: Some(globs) })
}

/// Help for a glob of `match` that matches nothing.
const GLOB_HELP: &str = "correct the glob: it matches directories, from the root; `*` matches one level, `**` any number of levels";

/// Warns of entries of `match` that no directory matches.
pub(crate) fn unmatched<'r>(
    rules: impl Iterator<Item = &'r UnitRule>,
    found: &[(RepoPath, Found)],
    marked: &[(RepoPath, usize, Vec<u8>)],
    excluded: &[(usize, RepoPath)],
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, rule) in rules.enumerate() {
        let of_rule = found.iter().filter(|(_, found)| found.rules.contains(&index));
        let directories: Vec<&RepoPath> = of_rule.map(|(directory, _)| directory).collect();
        let left_out: Vec<&RepoPath> =
            excluded.iter().filter(|(rule, _)| *rule == index).map(|(_, directory)| directory).collect();
        for (pattern, origin) in &rule.patterns {
            let message = match pattern {
                MatchPattern::Included(glob) => {
                    // What is left out has been matched.
                    let is_matched = matches_any(glob, directories.iter().chain(&left_out).copied());
                    (!is_matched).then(|| {
                        (format!("`{}` matches no directory, so it defines no unit", glob.glob()), GLOB_HELP)
                    })
                }
                MatchPattern::Excluded(glob) => {
                    let is_matched = matches_any(glob, left_out.iter().copied());
                    (!is_matched).then(|| {
                        (format!("`!{}` excludes no directory of this rule", glob.glob()), GLOB_HELP)
                    })
                }
                MatchPattern::Marker(marker) => {
                    let mut marks = marked.iter().filter(|(_, rule, _)| *rule == index);
                    let is_marked = marks.any(|(directory, _, name)| marker.marks(directory, name));
                    let message = format!("no directory contains `{}`, so it defines no unit", marker.file);
                    (!is_marked).then_some((message, "correct the name of the file, or the globs of `in`"))
                }
            };
            let Some((message, help)) = message else { continue };
            problems.push(Diagnostic::warning(&GLOB_UNMATCHED, *origin, message).with_help(help));
        }
    }
    problems
}

fn matches_any<'p>(glob: &globset::Glob, mut directories: impl Iterator<Item = &'p RepoPath>) -> bool {
    let matcher = DirectoryGlobs::new(std::slice::from_ref(glob));
    matcher.is_ok_and(|glob| directories.any(|path| glob.matches(path)))
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
    let written = written.clone();
    Ok(PathRule { sign, glob, written, stated: Stated::Header, link: None, origin: text.origin })
}

/// The rules of what a unit is made from through links: the links, and what they lead to.
pub(crate) fn of_links(linked: &[Linked], origin: Origin) -> Vec<PathRule> {
    let first = linked.iter().find_map(|linked| match linked {
        Linked::File(path) => Some(path.clone()),
        Linked::Directory(_) => None,
    });
    let rule = |linked: &Linked| match linked {
        Linked::File(path) => of_file(path, Stated::Header, origin),
        Linked::Directory(path) => of_directory(path, Stated::Header, origin),
    };
    let rules = linked.iter().filter_map(rule);
    rules.map(|rule| PathRule { link: first.clone(), ..rule }).collect()
}
