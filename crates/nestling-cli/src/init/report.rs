//! The report of `init`: found, proposed, not understood, no unit.

use super::findings::Remark;
use super::inventory::Inventory;
use super::lists::List;
use super::own_templates::{DIRECTORY, OwnTemplate};
use super::units::Units;
use super::workspace_file::{self, UnitRule};
use nestling::RepoPath;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The parts of the report.
pub(super) struct Report<'r> {
    pub inventory: &'r Inventory,
    pub lists: &'r [List],
    pub units: &'r Units,
    pub rules: &'r [UnitRule],
    /// Jobs and files that the units lack, with the reason.
    pub notes: Vec<Remark>,
    pub not_understood: Vec<Remark>,
    pub no_unit: Vec<Remark>,
    /// True if there is a workspace already, which is kept: what it does not have is proposed.
    pub is_kept: bool,
    /// True if each line names what led to it.
    pub explain: bool,
}

/// The number of directories that a line names before it counts the others.
const NAMED: usize = 3;

impl Report<'_> {
    /// Writes the four parts.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("Found\n");
        self.add_found(&mut text);
        text.push_str("\nProposed\n");
        self.add_proposed(&mut text);
        if !self.notes.is_empty() {
            self.add_remarks(&mut text, &self.notes);
        }
        text.push_str("\nNot understood\n");
        self.add_remarks(&mut text, &self.not_understood);
        text.push_str("\nNo unit\n");
        self.add_remarks(&mut text, &self.no_unit);
        text
    }

    fn add_found(&self, text: &mut String) {
        let mut lines: Vec<(String, Vec<RepoPath>)> = Vec::new();
        for list in self.lists {
            let line = format!("{} in {}, {}", list.noun, list.file, count(list.members.len(), "member"));
            lines.push((line, list.members.iter().cloned().collect()));
        }
        for (kind, _) in self.inventory.counts() {
            let markers: Vec<RepoPath> =
                self.inventory.of_kind(kind).map(|(dir, marker)| dir.child(marker.as_bytes())).collect();
            lines.push((format!("{}: {}", kind.noun, named(&markers)), markers));
        }
        if lines.is_empty() {
            let files = count(self.inventory.file_count, "file");
            let _ = writeln!(text, "  {files}, and none that marks a project");
        }
        for (line, paths) in lines {
            let _ = writeln!(text, "  {line}");
            if self.explain && (paths.len() > NAMED || line.contains("member")) {
                paths.iter().for_each(|path| {
                    let _ = writeln!(text, "    {path}");
                });
            }
        }
    }

    fn add_proposed(&self, text: &mut String) {
        if self.rules.is_empty() {
            let reason = match self.is_kept {
                true => ": nestling.yml is kept, and has each unit",
                false if self.inventory.is_blank() => "",
                false => ": a directory becomes a unit by a `nestling.yml` with its jobs",
            };
            let _ = writeln!(text, "  nothing{reason}");
        }
        for rule in self.rules {
            let templates: Vec<&str> =
                rule.uses.iter().map(|used| OwnTemplate::shown(&used.template)).collect();
            let _ = writeln!(
                text,
                "  {}: {}, {}, {}",
                if self.explain { rule.patterns.join(", ") } else { some(&rule.patterns) },
                templates.join(" and "),
                count(rule.dirs.len(), "unit"),
                self.jobs(&rule.dirs),
            );
            if self.explain {
                self.explain_rule(text, rule);
            }
        }
        if self.is_kept && !self.rules.is_empty() {
            if self
                .rules
                .iter()
                .flat_map(|rule| &rule.uses)
                .any(|used| OwnTemplate::named(&used.template).is_some())
            {
                let _ = writeln!(text, "  nestling.yml is kept: its `templates:` must have {DIRECTORY}");
            }
            text.push_str("  nestling.yml is kept: add to its `units:`\n");
            for line in workspace_file::rules_text(self.rules).lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
    }

    fn jobs(&self, dirs: &[RepoPath]) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for job in dirs.iter().flat_map(|dir| &self.units[dir].jobs) {
            *counts.entry(job).or_default() += 1;
        }
        if counts.is_empty() {
            return "no jobs: a change selects the units that depend on it".to_owned();
        }
        let each = |(job, number): (&str, usize)| match (number, dirs.len()) {
            (number, all) if number == all => job.to_owned(),
            (number, _) => format!("{job} ({number})"),
        };
        format!("jobs {}", counts.into_iter().map(each).collect::<Vec<_>>().join(", "))
    }

    fn explain_rule(&self, text: &mut String, rule: &UnitRule) {
        for dir in &rule.dirs {
            let unit = &self.units[dir];
            let files: Vec<String> = unit.reasons().iter().map(ToString::to_string).collect();
            let jobs = if unit.jobs.is_empty() { "none".to_owned() } else { unit.jobs.join(", ") };
            let dir = if dir.is_root() { ".".to_owned() } else { dir.to_string() };
            let _ = writeln!(text, "    {dir}: because of {}; jobs: {jobs}", files.join(", "));
            unit.versions.iter().for_each(|version| {
                let _ = writeln!(text, "      {version}");
            });
        }
        for used in rule.uses.iter().filter(|used| !used.inputs.is_empty()) {
            for (name, value) in &used.inputs {
                let template = OwnTemplate::shown(&used.template);
                let _ = writeln!(text, "    {name}: {value}, an input of {template}");
            }
        }
        for glob in &rule.changes {
            let _ = writeln!(text, "    a change to {} selects them", glob.trim_start_matches('/'));
        }
    }

    fn add_remarks(&self, text: &mut String, remarks: &[Remark]) {
        let mut groups: BTreeMap<&str, Vec<RepoPath>> = BTreeMap::new();
        for remark in remarks {
            groups.entry(&remark.reason).or_default().push(remark.path.clone());
        }
        if groups.is_empty() {
            text.push_str("  nothing\n");
        }
        for (reason, paths) in groups {
            if self.explain && paths.len() > NAMED {
                let _ = writeln!(text, "  {reason}:");
                paths.iter().for_each(|path| {
                    let _ = writeln!(text, "    {}", shown(path));
                });
            } else {
                let _ = writeln!(text, "  {}: {reason}", named(&paths));
            }
        }
    }
}

/// Returns the first paths, and the number of the others.
fn named(paths: &[RepoPath]) -> String {
    some(&paths.iter().map(shown).collect::<Vec<_>>())
}

fn some(paths: &[String]) -> String {
    let first: Vec<&str> = paths.iter().take(NAMED).map(String::as_str).collect();
    match paths.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{} and {more} more", first.join(", ")),
        _ => first.join(", "),
    }
}

fn shown(path: &RepoPath) -> String {
    if path.is_root() { ".".to_owned() } else { path.to_string() }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
