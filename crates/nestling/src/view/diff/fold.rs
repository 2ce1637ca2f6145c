//! Groups identical changes to several jobs. Changes are identical if they differ only in the name of the unit.

use super::{ChangedKey, Diff, JobId, KeyChange, with_copies};
use indexmap::IndexMap;
use nestling_gitlab::name::{UnitName, slug};

/// Placeholder of the unit's name where a change affects several units.
const UNIT: &str = "<unit>";
/// Placeholder of the slug of the unit's name.
const SLUG: &str = "<unit slug>";

/// A change with all jobs that it affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alike {
    /// The key that changes, with the lines.
    pub change: ChangedKey,
    /// The jobs by unit, in order.
    pub jobs: ByUnit,
}

/// A short name of jobs that were added or removed in several units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Same {
    /// The name within the unit, with the number of copies.
    pub short: String,
    /// The units; empty for a job of the workspace.
    pub units: Vec<UnitName>,
}

/// Jobs by unit.
pub(super) type ByUnit = IndexMap<Option<UnitName>, Vec<JobId>>;

/// Returns the changes of all jobs, the most frequent first.
pub(super) fn changes(diff: &Diff) -> Vec<Alike> {
    let mut exact: IndexMap<&ChangedKey, ByUnit> = IndexMap::new();
    for changed in &diff.changed {
        for key in &changed.keys {
            let jobs = exact.entry(key).or_default().entry(changed.job.unit.clone()).or_default();
            jobs.push(changed.job.clone());
        }
    }
    let mut groups: IndexMap<(ChangedKey, Lines), Alike> = IndexMap::new();
    for (change, jobs) in exact {
        // Lines that several units share are the same as they are: a word in them may only happen to contain a unit's name.
        let lines = if jobs.len() == 1 { Lines::OfUnit } else { Lines::Shared };
        let form = match (lines, jobs.keys().flatten().next()) {
            (Lines::OfUnit, Some(unit)) => neutral(change, unit),
            _ => change.clone(),
        };
        let alike = groups.entry((form, lines)).or_insert_with(|| Alike::new(change.clone()));
        for (unit, jobs) in jobs {
            alike.jobs.entry(unit).or_default().extend(jobs);
        }
    }
    let mut folded = Vec::new();
    for ((form, _), alike) in groups {
        // A change to one unit shows the unit's own lines; only several units share the placeholders.
        folded.push(if alike.jobs.len() == 1 { alike } else { Alike { change: form, ..alike } });
    }
    folded.sort_by_key(|alike| std::cmp::Reverse(alike.count()));
    folded
}

/// The lines of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Lines {
    /// They are the same in several units.
    Shared,
    /// They are those of one unit, and may contain its name.
    OfUnit,
}

/// Replaces the unit's name and its slug in the lines of a change by placeholders.
fn neutral(change: &ChangedKey, unit: &UnitName) -> ChangedKey {
    let slug = slug(unit.as_str());
    let without_names = |line: &String| {
        let line = line.replace(unit.as_str(), UNIT);
        // Replacing the empty string would put the placeholder between all characters.
        if slug.is_empty() { line } else { line.replace(&slug, SLUG) }
    };
    ChangedKey {
        removed: change.removed.iter().map(without_names).collect(),
        added: change.added.iter().map(without_names).collect(),
        ..change.clone()
    }
}

/// Returns a job's short name with the number of copies: `test ×3`.
pub(super) fn short_label(job: &JobId) -> String {
    with_copies(&job.short, job.copies)
}

/// Groups jobs by their short names, in the order of the first job of each.
pub(super) fn same(jobs: &[JobId]) -> Vec<Same> {
    let mut by_name: IndexMap<String, Vec<UnitName>> = IndexMap::new();
    for job in jobs {
        by_name.entry(short_label(job)).or_default().extend(job.unit.clone());
    }
    by_name.into_iter().map(|(short, units)| Same { short, units }).collect()
}

impl Alike {
    fn new(change: ChangedKey) -> Self {
        Self { change, jobs: ByUnit::new() }
    }

    /// Returns the number of jobs that GitLab creates.
    pub(super) fn count(&self) -> usize {
        JobId::total(self.jobs.values().flatten())
    }

    /// Returns `true` if the title names the only job.
    pub(super) fn is_of_one_job(&self) -> bool {
        self.jobs.values().map(Vec::len).sum::<usize>() == 1
    }

    /// Returns a title: `` `image` changes in 37 jobs of 12 units``.
    pub(super) fn title(&self) -> String {
        self.titled(|key| format!("`{key}`"), str::to_owned)
    }

    /// Returns the title, with the key and the job's name formatted by the caller.
    pub(super) fn titled(&self, key: impl Fn(&str) -> String, name: impl Fn(&str) -> String) -> String {
        let key = key(&self.change.key);
        let verb = match self.change.change {
            KeyChange::Added => "is added",
            KeyChange::Removed => "is removed",
            KeyChange::Changed => "changes",
        };
        if self.is_of_one_job()
            && let Some((unit, jobs)) = self.jobs.first()
        {
            return format!("{key} {verb} in {}", name(&full(unit.as_ref(), &short_label(&jobs[0]))));
        }
        let count = self.count();
        let units = self.jobs.keys().flatten().count();
        let of = match units {
            0 => String::new(),
            1 => " of 1 unit".to_owned(),
            units => format!(" of {units} units"),
        };
        format!("{key} {verb} in {count} jobs{of}")
    }
}

/// Returns a job's name with its unit.
pub(super) fn full(unit: Option<&UnitName>, short: &str) -> String {
    unit.map_or_else(|| short.to_owned(), |unit| format!("{unit}:{short}"))
}
