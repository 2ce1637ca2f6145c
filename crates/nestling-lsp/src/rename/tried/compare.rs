//! The comparison of a state with the one after a rename.

use super::Changes;
use super::renaming::Renaming;
use crate::findings::{Checked, UnitJobs};
use crate::position;
use nestling::Sources;
use nestling::ide::{JobFacts, WorkspaceFacts};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Keys that say which jobs belong together; the others may follow from the name of a unit or of an environment.
const LINKS: [&str; 4] = ["needs", "dependencies", "extends", "on_stop"];

/// The place of something after the rename: the file, and the offset unless it is the file as a whole.
type Place = (PathBuf, Option<usize>);

/// The jobs that one place makes for a unit.
type JobKey<'a> = (Option<&'a str>, Option<Place>);

/// A finding but for its message: the rule, the place, the units and the kinds of pipelines.
type FindingKey<'a> = (&'static str, Option<Place>, Vec<&'a str>, Vec<&'a str>);

/// The names that jobs have after the rename, by those from before it.
type JobNames<'a> = BTreeMap<&'a str, &'a str>;

/// The jobs of both states by what they are known by: name and all.
struct Known<'a> {
    after: JobNames<'a>,
    /// The names of all jobs after the rename.
    all_after: BTreeSet<&'a str>,
}

/// A comparison of two states of the files under one rename.
pub(super) struct Comparison<'a> {
    pub renaming: Renaming,
    pub changes: &'a Changes<'a>,
    pub root: &'a Path,
}

impl Comparison<'_> {
    /// Returns the place of an origin: one from before the rename, as the changes move it.
    fn place(&self, sources: &Sources, origin: Origin, is_before: bool) -> Option<Place> {
        let source = sources.get(origin.file)?;
        let path = self.root.join(sources.path(origin.file));
        // A finding of the file as a whole stays at its beginning.
        let is_in_file = origin != Origin::file(origin.file);
        let offset = is_in_file.then(|| position::offset(&source.text, origin));
        if !is_before {
            return Some((path, offset));
        }
        Some((self.changes.path_after(&path), offset.map(|offset| self.changes.offset_after(&path, offset))))
    }

    /// Refuses a change of what a unit depends on.
    pub(super) fn compare_units(
        &self,
        before: &WorkspaceFacts,
        after: &WorkspaceFacts,
    ) -> Result<(), String> {
        for old in &before.units {
            let name = &old.name;
            let unit_after = |name| self.renaming.unit_after(name);
            let Some(new) = after.unit(unit_after(name)) else {
                return Err(format!("the unit `{name}` is lost with this name"));
            };
            let old: BTreeSet<&str> = old.dependencies.iter().map(|name| unit_after(name)).collect();
            let new: BTreeSet<&str> = new.dependencies.iter().map(String::as_str).collect();
            if old != new {
                return Err(format!("the unit `{name}` depends on other units with this name"));
            }
        }
        Ok(())
    }

    /// Refuses a job that is lost, new, or another one. A job is known by its unit and the place that makes it, so that no other can
    /// stand in for it.
    pub(super) fn compare_jobs(&self, before: &UnitJobs, after: &UnitJobs) -> Result<(), String> {
        let old_jobs = self.by_place(before, true);
        let mut new_jobs = self.by_place(after, false);
        let mut pairs: Vec<(&JobFacts, &JobFacts)> = Vec::new();
        for (key, jobs) in old_jobs {
            let candidates = new_jobs.entry(key).or_default();
            for job in jobs {
                let found = self.counterpart(job, candidates).ok_or_else(|| {
                    format!(
                        "the job `{}` would be lost: with this name, it is merged with another or left out",
                        job.name
                    )
                })?;
                pairs.push((job, candidates.remove(found)));
            }
        }
        if let Some(new) = new_jobs.values().flatten().next() {
            return Err(format!("the job `{}` would be a new one", new.name));
        }
        let after = pairs.iter().map(|(old, new)| (old.name.as_str(), new.name.as_str())).collect();
        let all_after = pairs.iter().map(|(_, new)| new.name.as_str()).collect();
        let known = Known { after, all_after };
        pairs.iter().try_for_each(|(old, new)| self.compare_job(old, new, &known))
    }

    fn by_place<'a>(
        &'a self,
        planned: &'a UnitJobs,
        is_before: bool,
    ) -> BTreeMap<JobKey<'a>, Vec<&'a JobFacts>> {
        let mut by_place: BTreeMap<_, Vec<&JobFacts>> = BTreeMap::new();
        for job in &planned.jobs {
            let unit = job.unit.as_ref().map(UnitName::as_str);
            let unit = if is_before { unit.map(|unit| self.renaming.unit_after(unit)) } else { unit };
            let place = self.place(&planned.sources, job.origin, is_before);
            by_place.entry((unit, place)).or_default().push(job);
        }
        by_place
    }

    /// Returns the position of the job that an old one has become.
    fn counterpart(&self, job: &JobFacts, candidates: &[&JobFacts]) -> Option<usize> {
        let same = candidates.iter().position(|new| new.short_name == job.short_name);
        same.or_else(|| {
            let mut names = candidates.iter().map(|new| &new.short_name);
            names.position(|name| self.renaming.makes(&job.short_name, name))
        })
    }

    fn compare_job(&self, before: &JobFacts, after: &JobFacts, known: &Known<'_>) -> Result<(), String> {
        let has_same_kinds = before.kinds.len() == after.kinds.len()
            && before
                .kinds
                .iter()
                .zip(&after.kinds)
                .all(|(old, new)| old.kind == new.kind && self.renaming.makes(&old.state, &new.state));
        if !has_same_kinds {
            return Err(format!("the job `{}` would be in other pipelines, or start otherwise", before.name));
        }
        // Other keywords may follow from the name of a unit or of an environment.
        let is_kept = |key: &str| !self.renaming.is_derived_from || LINKS.contains(&key);
        let entries = before.body.entries.iter().chain(&after.body.entries);
        for key in entries.map(|entry| entry.key.text()).filter(|key| is_kept(key)) {
            let is_same = match (before.body.get(key), after.body.get(key)) {
                (Some(old), Some(new)) => self.is_same(old, new, LINKS.contains(&key), known),
                _ => false,
            };
            if !is_same {
                return Err(format!("`{key}` of the job `{}` would be another with this name", before.name));
            }
        }
        Ok(())
    }

    /// Returns `true` for a value that is the same but for the name. A link leads to the same job, by its new name.
    fn is_same(&self, before: &Node, after: &Node, is_link: bool, known: &Known<'_>) -> bool {
        if let (Some(old), Some(new)) = (before.as_map(), after.as_map()) {
            return self.is_same_map(old, new, is_link, known);
        }
        if let (Some(old), Some(new)) = (before.as_seq(), after.as_seq()) {
            let mut pairs = old.iter().zip(new);
            return old.len() == new.len() && pairs.all(|(old, new)| self.is_same(old, new, is_link, known));
        }
        match (before.text(), after.text()) {
            (Some(old), Some(new)) if is_link => match known.after.get(old) {
                Some(name) => *name == new,
                None => !known.all_after.contains(new) && self.renaming.makes(old, new),
            },
            (Some(old), Some(new)) => self.renaming.makes(old, new),
            (None, None) => before.is_null() == after.is_null(),
            _ => false,
        }
    }

    fn is_same_map(&self, before: &Map, after: &Map, is_link: bool, known: &Known<'_>) -> bool {
        let mut pairs = before.entries.iter().zip(&after.entries);
        // A job of another project or pipeline keeps its name.
        let is_link = is_link && !["project", "pipeline"].iter().any(|key| before.contains(key));
        before.entries.len() == after.entries.len()
            && pairs.all(|(old, new)| {
                let key = old.key.text();
                let is_link = LINKS.contains(&key) || (is_link && key == "job");
                self.renaming.makes(key, new.key.text())
                    && self.is_same(&old.value, &new.value, is_link, known)
            })
    }

    /// Refuses a finding that was not there before. Those of a file that is moved count in its new place.
    pub(super) fn compare_findings(&self, before: &Checked, after: &Checked) -> Result<(), String> {
        let mut known: BTreeMap<FindingKey<'_>, Vec<&str>> = BTreeMap::new();
        for problem in &before.problems {
            let key = self.finding(before, problem, true);
            known.entry(key).or_default().push(&problem.message);
        }
        for problem in &after.problems {
            let key = self.finding(after, problem, false);
            let is_left = |path: &Path| self.changes.moved.is_some_and(|(from, _)| path.starts_with(from));
            if key.1.as_ref().is_some_and(|(path, _)| is_left(path)) {
                continue;
            }
            let messages = known.get_mut(&key);
            let found = messages.and_then(|messages| {
                let mut old = messages.iter();
                let position = old.position(|old| self.renaming.makes(old, &problem.message))?;
                Some(messages.remove(position))
            });
            if found.is_none() {
                let place = problem.labels.first().map(|label| after.sources.place(label.origin));
                let place = place.map(|place| format!(" ({place})"));
                let message = &problem.message;
                return Err(format!("with this name, {message}{}", place.unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn finding<'a>(
        &'a self,
        checked: &'a Checked,
        problem: &'a Diagnostic,
        is_before: bool,
    ) -> FindingKey<'a> {
        let first = problem.labels.first();
        let place = first.and_then(|label| self.place(&checked.sources, label.origin, is_before));
        let units = problem.units.iter().map(UnitName::as_str);
        let units: Vec<&str> = if is_before {
            let mut units: Vec<&str> = units.map(|unit| self.renaming.unit_after(unit)).collect();
            units.sort_unstable();
            units
        } else {
            units.collect()
        };
        let kinds = problem.kinds.iter().map(|kind| kind.name.as_str()).collect();
        (problem.rule.id, place, units, kinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Edit;
    use crate::names::{Name, NameKind};
    use nestling::ide::plain_jobs;
    use nestling_gitlab::diagnostic::Severity;
    use nestling_gitlab::facts::PipelineFacts;
    use nestling_gitlab::instance::Gitlab;
    use nestling_gitlab::lint::Options;
    use std::sync::Arc;

    /// Compares under a rename of `build` to `compile`, of which the edits begin at these offsets.
    fn compared(
        file: &str,
        edits: &[usize],
        compare: impl Fn(&Comparison<'_>) -> Result<(), String>,
    ) -> bool {
        let edit = |start: &usize| Edit { range: *start..start + 5, text: "compile".to_owned() };
        let edits = BTreeMap::from([(Path::new("/r").join(file), edits.iter().map(edit).collect())]);
        let changes = Changes { edits: &edits, moved: None };
        let renaming = Renaming::of(&Name::new(NameKind::Job, "build", 0..5), "compile");
        compare(&Comparison { renaming, changes: &changes, root: Path::new("/r") }).is_ok()
    }

    fn checked(text: &str, (line, column): (u32, u32), message: &str) -> Checked {
        let sources = Sources::default();
        let file = sources.add("a.yml", text);
        let mut rules = nestling::rules().into_iter();
        let rule = rules.find(|rule| rule.severities.contains(&Severity::Error)).unwrap();
        let problems = vec![Diagnostic::error(rule, Origin::span(file, line, column, 1), message)];
        Checked { root: PathBuf::from("/r"), workspace: None, facts: Arc::default(), sources, problems }
    }

    #[test]
    fn a_finding_is_known_at_its_place_after_the_edits_and_with_its_numbers() {
        let before = checked("build: 1\nx: { build: y }\n", (2, 13), "`build` has 3 parts");
        let text = "compile: 1\nx: { compile: y }\n";
        for (place, message, is_known) in [
            ((2, 15), "`compile` has 3 parts", true),
            ((2, 15), "`build` has 3 parts", true),
            ((2, 15), "`compile` has 4 parts", false),
            ((2, 13), "`compile` has 3 parts", false),
            ((1, 15), "`compile` has 3 parts", false),
        ] {
            let after = checked(text, place, message);
            let is_same =
                compared("a.yml", &[0, 14], |comparison| comparison.compare_findings(&before, &after));
            assert_eq!(is_same, is_known, "{place:?} {message}");
        }
    }

    #[test]
    fn a_link_leads_to_the_same_job() {
        let planned = |text: &str| {
            let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
            let facts = PipelineFacts::local(None, None, None);
            let sources = Sources::default();
            let jobs = plain_jobs(".gitlab-ci.yml", text, &options, &facts, &sources);
            UnitJobs { jobs, sources }
        };
        let before = planned("build: { script: build }\ntest: { needs: [build, late?], script: build }\n");
        for (need, rest, is_same) in [
            ("compile", "", true),
            ("build", "", false),
            ("test2", "", false),
            // A job of another place has the name.
            ("compile", "compile2: { script: build }\n", false),
        ] {
            let after = format!(
                "compile: {{ script: build }}\ntest: {{ needs: [{need}, late?], script: build }}\n{rest}"
            );
            let after = planned(&after);
            let is_known =
                compared(".gitlab-ci.yml", &[0, 41], |comparison| comparison.compare_jobs(&before, &after));
            assert_eq!(is_known, is_same, "{need} {rest}");
        }
    }
}
