//! Groups identical changes to several jobs. Changes are identical if they differ only in the name of the unit.

use super::{ChangedKey, Diff, JobId, with_copies};
use indexmap::IndexMap;
use nestling_gitlab::name::{UnitName, slug};

/// Placeholder of the unit's name where a change affects several units.
const UNIT: &str = "<unit>";
/// Placeholder of the slug of the unit's name.
const SLUG: &str = "<unit slug>";

/// A change with all jobs that it affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alike {
    /// The key that changes.
    pub key: String,
    /// Removed lines.
    pub removed: Vec<String>,
    /// Added lines.
    pub added: Vec<String>,
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
    let mut by_neutral_form: IndexMap<(String, Vec<String>, Vec<String>), Alike> = IndexMap::new();
    for changed in &diff.changed {
        let unit = &changed.job.unit;
        for changed_key in &changed.keys {
            let ChangedKey { key, removed, added } = changed_key.clone();
            let removed_form = neutral(&removed, unit.as_ref());
            let added_form = neutral(&added, unit.as_ref());
            let alike = by_neutral_form
                .entry((key.clone(), removed_form, added_form))
                .or_insert_with(|| Alike { key, removed, added, jobs: ByUnit::new() });
            alike.jobs.entry(unit.clone()).or_default().push(changed.job.clone());
        }
    }
    let mut folded = Vec::new();
    for ((_, removed, added), alike) in by_neutral_form {
        // A change to one unit shows the unit's own lines; only several units share the placeholders.
        let of_one_unit = alike.jobs.len() == 1;
        folded.push(if of_one_unit { alike } else { Alike { removed, added, ..alike } });
    }
    folded.sort_by_key(|alike| std::cmp::Reverse(alike.count()));
    folded
}

/// Replaces the unit's name and its slug by placeholders.
fn neutral(lines: &[String], unit: Option<&UnitName>) -> Vec<String> {
    let Some(unit) = unit else { return lines.to_vec() };
    let slug = slug(unit.as_str());
    let mut neutral = Vec::new();
    for line in lines {
        let line = line.replace(unit.as_str(), UNIT);
        // Replacing the empty string would put the placeholder between all characters.
        neutral.push(if slug.is_empty() { line } else { line.replace(&slug, SLUG) });
    }
    neutral
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
        let key = key(&self.key);
        let verb = match (self.removed.is_empty(), self.added.is_empty()) {
            (true, false) => "is added",
            (false, true) => "is removed",
            _ => "changes",
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
