//! Globs of `ignore`, `everything` and `changes` that no file matches, or that change nothing for those that match.

use crate::select::directory_of;
use crate::workspace::idle_rules::{GLOB_UNMATCHED, KEY_UNUSED};
use crate::workspace::{Sign, Stated, UnitDirectories, Workspace};
use indexmap::IndexMap;
use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::{Glob, GlobIndex, RepoPath};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use std::collections::{HashMap, HashSet};

/// A glob in one of its meanings: one of a rule has one for each unit of the rule.
struct Meaning {
    kind: MeaningKind,
    /// The index of its [`Entry`].
    entry: usize,
}

#[derive(Clone, Copy)]
enum MeaningKind {
    Ignore,
    Everything,
    /// A rule of `changes` by its index in a unit.
    Change {
        unit: usize,
        rule: usize,
        sign: Sign,
    },
    /// The same text from the root, which may be what was meant.
    FromRoot,
}

/// A glob as it is written once, with what is known of it.
struct Entry {
    key: &'static str,
    written: String,
    origin: Origin,
    matches_file: bool,
    matches_directory: bool,
    matches_from_root: bool,
    /// A file that it matches is not ignored.
    counts: bool,
    /// It decides something for a file that it matches.
    decides: bool,
}

impl Entry {
    fn new(key: &'static str, written: &str, origin: Origin) -> Self {
        Self {
            key,
            written: written.to_owned(),
            origin,
            matches_file: false,
            matches_directory: false,
            matches_from_root: false,
            counts: false,
            decides: false,
        }
    }
}

/// Globs with the files that they match so far.
struct Matching<'a> {
    workspace: &'a Workspace,
    directories: UnitDirectories<'a>,
    index: GlobIndex<usize>,
    meanings: Vec<Meaning>,
    entries: Vec<Entry>,
    /// The entries by the directory that every match is in.
    dirs: HashMap<RepoPath, Vec<usize>>,
    /// The directories above those.
    above: HashSet<RepoPath>,
}

/// Warns of each glob that has no effect on any file.
pub(super) fn without_effect(files: &dyn Files, workspace: &Workspace) -> Result<Vec<Diagnostic>, ReadError> {
    let mut matching = Matching::new(workspace);
    files.walk(&mut |directory, entries| {
        if !matching.is_pending_in(directory) {
            return Walk::Skip;
        }
        for entry in entries {
            let path = directory.child(&entry.name);
            match entry.kind {
                EntryKind::Directory => matching.directory(&path),
                EntryKind::File | EntryKind::Symlink | EntryKind::Submodule => matching.file(&path),
            }
        }
        Walk::Descend
    })?;
    Ok(matching.entries.iter().filter_map(finding).collect())
}

impl<'a> Matching<'a> {
    fn new(workspace: &'a Workspace) -> Self {
        let mut matching = Self {
            workspace,
            directories: UnitDirectories::new(&workspace.units),
            index: GlobIndex::default(),
            meanings: Vec::new(),
            entries: Vec::new(),
            dirs: HashMap::new(),
            above: HashSet::new(),
        };
        for (key, kind, globs) in [
            ("ignore", MeaningKind::Ignore, &workspace.ignore),
            ("everything", MeaningKind::Everything, &workspace.everything),
        ] {
            for written in globs {
                let entry = matching.entries.len();
                matching.entries.push(Entry::new(key, written.glob.as_str(), written.origin));
                matching.add(&written.glob, kind, entry);
            }
        }
        matching.add_changes();
        matching
    }

    fn add_changes(&mut self) {
        let mut by_origin: IndexMap<Origin, usize> = IndexMap::new();
        for (unit_index, unit) in self.workspace.units.iter().enumerate() {
            for (rule_index, rule) in unit.changes.iter().enumerate() {
                // What a link brings in has the place of the unit. Nobody wrote it as a glob, or what manifests name.
                if rule.origin == unit.declaration.origin() || rule.stated == Stated::Manifest {
                    continue;
                }
                let next = self.entries.len();
                let entry = *by_origin.entry(rule.origin).or_insert(next);
                if entry == next {
                    self.entries.push(Entry::new("changes", &rule.written, rule.origin));
                }
                let kind = MeaningKind::Change { unit: unit_index, rule: rule_index, sign: rule.sign };
                self.add(&rule.glob, kind, entry);
                let bare = rule.written.trim_start_matches('!');
                if let (false, Ok(from_root)) = (bare.starts_with('/'), Glob::parse(bare)) {
                    self.add(&from_root, MeaningKind::FromRoot, entry);
                }
            }
        }
    }

    fn add(&mut self, glob: &Glob, kind: MeaningKind, entry: usize) {
        self.index.insert(glob, self.meanings.len());
        self.meanings.push(Meaning { kind, entry });
        let dir = directory_of(glob);
        self.above.extend(std::iter::successors(dir.parent(), RepoPath::parent));
        self.dirs.entry(dir).or_default().push(entry);
    }

    /// Returns `true` if a file in a directory, or below it, may show an effect of a glob that has none so far.
    fn is_pending_in(&self, directory: &RepoPath) -> bool {
        let is_pending = |dir: &RepoPath| {
            let entries = self.dirs.get(dir).map(Vec::as_slice).unwrap_or_default();
            entries.iter().any(|entry| !self.entries[*entry].decides)
        };
        self.above.contains(directory)
            || std::iter::successors(Some(directory.clone()), RepoPath::parent)
                .any(|directory| is_pending(&directory))
    }

    fn directory(&mut self, path: &RepoPath) {
        for meaning in self.index.matches(path) {
            let Meaning { kind, entry, .. } = &self.meanings[*meaning];
            if !matches!(kind, MeaningKind::FromRoot) {
                self.entries[*entry].matches_directory = true;
            }
        }
    }

    fn file(&mut self, path: &RepoPath) {
        let mut matching = self.index.matches(path).peekable();
        if matching.peek().is_none() {
            return;
        }
        let is_ignored = self.workspace.ignore.iter().any(|ignored| ignored.glob.matches(path));
        for meaning in matching {
            let Meaning { kind, entry, .. } = &self.meanings[*meaning];
            let decides = match *kind {
                MeaningKind::Ignore => true,
                MeaningKind::Everything => !is_ignored,
                MeaningKind::Change { unit, rule, sign } => {
                    !is_ignored && self.changes_verdict(path, unit, rule, sign)
                }
                MeaningKind::FromRoot => {
                    self.entries[*entry].matches_from_root = true;
                    continue;
                }
            };
            let entry = &mut self.entries[*entry];
            entry.matches_file = true;
            entry.counts |= !is_ignored;
            entry.decides |= decides;
        }
    }

    /// Returns `true` if a rule of `changes` turns what the rules before it say of a path.
    fn changes_verdict(&self, path: &RepoPath, unit: usize, rule: usize, sign: Sign) -> bool {
        let mut selects = self.directories.owner(path) == Some(unit);
        for earlier in self.workspace.units[unit].changes.iter().take(rule) {
            if earlier.glob.matches(path) {
                selects = earlier.sign == Sign::Include;
            }
        }
        selects != (sign == Sign::Include)
    }
}

fn finding(entry: &Entry) -> Option<Diagnostic> {
    if entry.decides {
        return None;
    }
    let Entry { key, written, origin, .. } = entry;
    let warning = |message: String| Diagnostic::warning(&GLOB_UNMATCHED, *origin, message);
    if !entry.matches_file {
        let bare = written.trim_start_matches('!');
        // A kind of files wherever they are, such as `**/*.md`: the first of them may be yet to come.
        if matches!(*key, "ignore" | "everything") && written.starts_with('*') && !entry.matches_directory {
            return None;
        }
        // What is wrong with its form is reported already.
        if Glob::parse(bare.trim_start_matches('/')).is_ok_and(|glob| !glob.lint().is_empty()) {
            return None;
        }
        let sign = &written[..written.len() - bare.len()];
        let message = format!("`{written}` of `{key}` matches no file");
        return Some(if entry.matches_directory {
            let message = format!("`{written}` of `{key}` matches a directory, but no file");
            warning(message).with_help(format!("did you mean `{}/**/*`?", written.trim_end_matches('/')))
        } else if entry.matches_from_root {
            let help =
                format!("did you mean `{sign}/{bare}`? without a leading slash it is relative to the unit");
            warning(message).with_help(help)
        } else {
            warning(message)
                .with_help("remove it, or correct it: `*` matches one level, `**/` any number of levels")
        });
    }
    let unused = |message: String| Diagnostic::warning(&KEY_UNUSED, *origin, message);
    if !entry.counts {
        return Some(
            unused(format!("every file that `{written}` of `{key}` matches is ignored"))
                .with_help("remove it, or narrow `ignore` of the workspace"),
        );
    }
    Some(if written.starts_with('!') {
        unused(format!("`{written}` excludes no file that would select the unit")).with_help("remove it")
    } else {
        unused(format!("`{written}` has no effect: the files that it matches select the unit already"))
            .with_help("remove it; to exclude files of the unit, write `!` and a glob")
    })
}
