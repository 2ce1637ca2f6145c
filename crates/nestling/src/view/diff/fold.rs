//! What changes alike in many jobs, told once. Two changes are alike when they differ only in the unit's own name.

use super::{Diff, JobId};
use indexmap::IndexMap;
use nestling_gitlab::name::{UnitName, slug};

/// What stands for the unit's name where several units change alike.
const UNIT: &str = "<unit>";
/// What stands for the slug of the unit's name.
const SLUG: &str = "<unit slug>";

/// A change with all jobs that it happens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alike {
    /// The key that changes.
    pub key: String,
    /// The lines that go.
    pub removed: Vec<String>,
    /// The lines that come.
    pub added: Vec<String>,
    /// The jobs by unit, in order.
    pub jobs: ByUnit,
}

/// Jobs under short names that came or went in several units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Same {
    /// The name within the unit.
    pub short: String,
    /// The units; empty for a job of the workspace.
    pub units: Vec<UnitName>,
}

/// Short names of jobs by unit.
pub(super) type ByUnit = IndexMap<Option<UnitName>, Vec<String>>;

/// The changes of all jobs, those that happen to most jobs first.
pub(super) fn changes(diff: &Diff) -> Vec<Alike> {
    let mut alike: IndexMap<(String, Vec<String>, Vec<String>), Alike> = IndexMap::new();
    for changed in &diff.changed {
        let unit = changed.job.unit.as_ref();
        let neutral = |lines: &[String]| lines.iter().map(|line| neutral(line, unit)).collect::<Vec<_>>();
        for key in &changed.keys {
            let found = (key.key.clone(), neutral(&key.removed), neutral(&key.added));
            let entry = alike.entry(found).or_insert_with(|| Alike {
                key: key.key.clone(),
                removed: key.removed.clone(),
                added: key.added.clone(),
                jobs: ByUnit::new(),
            });
            entry.jobs.entry(changed.job.unit.clone()).or_default().push(changed.job.short.clone());
        }
    }
    let mut folded: Vec<Alike> = alike.into_iter().map(|(neutral, alike)| worded(neutral, alike)).collect();
    folded.sort_by_key(|alike| std::cmp::Reverse(alike.count()));
    folded
}

/// One unit's change is told in its own words.
fn worded((_, removed, added): (String, Vec<String>, Vec<String>), alike: Alike) -> Alike {
    if alike.jobs.len() == 1 { alike } else { Alike { removed, added, ..alike } }
}

/// A line in which the unit's own name and slug are left open.
fn neutral(line: &str, unit: Option<&UnitName>) -> String {
    let Some(unit) = unit else { return line.to_owned() };
    let line = line.replace(unit.as_str(), UNIT);
    let slug = slug(unit.as_str());
    if slug.is_empty() { line } else { line.replace(&slug, SLUG) }
}

/// Jobs of the same short name together, in the order of the first.
pub(super) fn same(jobs: &[JobId]) -> Vec<Same> {
    let mut by_name: IndexMap<&str, Vec<UnitName>> = IndexMap::new();
    for job in jobs {
        by_name.entry(&job.short).or_default().extend(job.unit.clone());
    }
    by_name.into_iter().map(|(short, units)| Same { short: short.to_owned(), units }).collect()
}

impl Alike {
    /// How many jobs it happens to.
    pub(super) fn count(&self) -> usize {
        self.jobs.values().map(Vec::len).sum()
    }

    /// `` `image` changes in 37 jobs of 12 units``.
    pub(super) fn title(&self) -> String {
        self.titled(|key| format!("`{key}`"), str::to_owned)
    }

    /// [`Self::title`] with the key and a job's name written in other ways.
    pub(super) fn titled(&self, key: impl Fn(&str) -> String, name: impl Fn(&str) -> String) -> String {
        let key = key(&self.key);
        let verb = match (self.removed.is_empty(), self.added.is_empty()) {
            (true, false) => "is new",
            (false, true) => "is gone",
            _ => "changes",
        };
        let count = self.count();
        if let (1, Some((unit, jobs))) = (count, self.jobs.first()) {
            return format!("{key} {verb} in {}", name(&full(unit.as_ref(), &jobs[0])));
        }
        let units = self.jobs.keys().flatten().count();
        let of = match units {
            0 => String::new(),
            1 => " of 1 unit".to_owned(),
            units => format!(" of {units} units"),
        };
        format!("{key} {verb} in {count} jobs{of}")
    }
}

/// A job's name for people.
pub(super) fn full(unit: Option<&UnitName>, short: &str) -> String {
    unit.map_or_else(|| short.to_owned(), |unit| format!("{unit}:{short}"))
}

/// A count with its word.
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
