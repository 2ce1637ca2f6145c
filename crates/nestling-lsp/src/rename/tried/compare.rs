//! The comparison of a state with the one after a rename.

use super::Changes;
use crate::findings::Checked;
use crate::names::{Name, NameKind};
use crate::position;
use nestling::ide::{JobFacts, WorkspaceFacts};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::slug;
use nestling_gitlab::yaml::{Entry, Map, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Stands for the old name and for the new one where two states are compared.
const SAME: &str = "\u{1}";

/// Keys that say which jobs belong together; the others may follow from the name of a unit or of an environment.
const LINKS: [&str; 4] = ["needs", "dependencies", "extends", "on_stop"];

/// Makes strings from before and after a rename equal if they differ in the name only.
pub(super) struct Normal {
    /// The old name, the new one, and their slugs.
    names: Vec<String>,
    /// The old name of a unit and the new one.
    unit: Option<(String, String)>,
    /// Set for a name that others follow from, such as that of a resource group.
    is_derived_from: bool,
}

/// A finding by its rule, its place after the rename, its message, and the units and kinds of pipelines that it was found in.
type FindingKey = (&'static str, Option<(PathBuf, Option<usize>)>, Vec<String>);

/// The names that the jobs of one state have in a comparison, by their own names.
type JobNames<'a> = BTreeMap<&'a str, &'a str>;

impl Normal {
    pub(super) fn of(name: &Name, new_name: &str) -> Self {
        let written = [name.text.clone(), new_name.to_owned()];
        let mut names: Vec<String> = written.iter().map(|name| slug(name)).chain(written.clone()).collect();
        names.retain(|name| !name.is_empty());
        // The longer one may hold the other.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        let unit = (name.kind == NameKind::Unit).then(|| (name.text.clone(), new_name.to_owned()));
        let is_derived_from = matches!(name.kind, NameKind::Unit | NameKind::Environment);
        Self { names, unit, is_derived_from }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for name in &self.names {
            text = text.replace(name, SAME);
        }
        text
    }

    /// Returns the name that a unit has after the rename.
    fn unit_after<'a>(&'a self, name: &'a str) -> &'a str {
        match &self.unit {
            Some((old, new)) if old == name => new,
            _ => name,
        }
    }

    /// Refuses a change of what a unit depends on.
    pub(super) fn compare_units(
        &self,
        before: &WorkspaceFacts,
        after: &WorkspaceFacts,
    ) -> Result<(), String> {
        for old in &before.units {
            let name = &old.name;
            let Some(new) = after.unit(self.unit_after(name)) else {
                return Err(format!("the unit `{name}` is lost with this name"));
            };
            let old: BTreeSet<&str> = old.dependencies.iter().map(|name| self.unit_after(name)).collect();
            let new: BTreeSet<&str> = new.dependencies.iter().map(String::as_str).collect();
            if old != new {
                return Err(format!("the unit `{name}` depends on other units with this name"));
            }
        }
        Ok(())
    }

    /// Refuses a job that is lost, new, or another one.
    pub(super) fn compare_jobs(&self, before: &[JobFacts], after: &[JobFacts]) -> Result<(), String> {
        let before = self.by_name(before, |unit| self.unit_after(unit));
        let after = self.by_name(after, |unit| unit);
        let mut pairs: Vec<(&JobFacts, &JobFacts)> = Vec::new();
        for (key, jobs) in &before {
            let new = after.get(key).map(Vec::as_slice).unwrap_or_default();
            if let Some(lost) = jobs.get(new.len()) {
                return Err(format!(
                    "the job `{}` would be lost: with this name, it is merged with another or left out",
                    lost.name
                ));
            }
            pairs.extend(jobs.iter().copied().zip(new.iter().copied()));
        }
        for (key, jobs) in &after {
            let known = before.get(key).map(Vec::len).unwrap_or_default();
            if let Some(new) = jobs.get(known) {
                return Err(format!("the job `{}` would be a new one", new.name));
            }
        }
        // A link has to lead to the same job, by its new name.
        let old_names: JobNames<'_> =
            pairs.iter().map(|(old, new)| (old.name.as_str(), new.name.as_str())).collect();
        let new_names: JobNames<'_> = old_names.values().map(|name| (*name, *name)).collect();
        pairs.iter().try_for_each(|(old, new)| self.compare_job((old, &old_names), (new, &new_names)))
    }

    /// Returns the jobs by their units after the rename, and by their names in these.
    fn by_name<'a>(
        &'a self,
        jobs: &'a [JobFacts],
        unit: impl Fn(&'a str) -> &'a str,
    ) -> BTreeMap<(Option<&'a str>, String), Vec<&'a JobFacts>> {
        let mut by_name: BTreeMap<_, Vec<&JobFacts>> = BTreeMap::new();
        for job in jobs {
            let unit = job.unit.as_ref().map(|name| unit(name.as_str()));
            by_name.entry((unit, self.text(&job.short_name))).or_default().push(job);
        }
        by_name
    }

    fn compare_job(
        &self,
        (before, old_names): (&JobFacts, &JobNames<'_>),
        (after, new_names): (&JobFacts, &JobNames<'_>),
    ) -> Result<(), String> {
        let states = |job: &JobFacts| -> Vec<(String, String)> {
            job.kinds.iter().map(|kind| (kind.kind.name.clone(), self.text(&kind.state))).collect()
        };
        if states(before) != states(after) {
            return Err(format!("the job `{}` would be in other pipelines, or start otherwise", before.name));
        }
        let (old, new) = (self.keys(&before.body, old_names), self.keys(&after.body, new_names));
        let differs = old.keys().chain(new.keys()).find(|key| old.get(*key) != new.get(*key));
        match differs {
            Some(key) => Err(format!("`{key}` of the job `{}` would be another with this name", before.name)),
            None => Ok(()),
        }
    }

    /// Returns the strings of each keyword of a job that has to stay as it is.
    fn keys<'a>(&self, body: &'a Map, names: &JobNames<'_>) -> BTreeMap<&'a str, Vec<String>> {
        let kept =
            body.entries.iter().filter(|entry| !self.is_derived_from || LINKS.contains(&entry.key.text()));
        let of_entry = |entry: &'a Entry| {
            let mut strings = Vec::new();
            self.flatten(&entry.value, LINKS.contains(&entry.key.text()), names, &mut strings);
            (entry.key.text(), strings)
        };
        kept.map(of_entry).collect()
    }

    fn flatten(&self, node: &Node, is_link: bool, names: &JobNames<'_>, strings: &mut Vec<String>) {
        if let Some(map) = node.as_map() {
            // A job of another project or pipeline keeps its name.
            let is_link = is_link && !["project", "pipeline"].iter().any(|key| map.contains(key));
            for entry in &map.entries {
                let key = entry.key.text();
                strings.push(self.text(key));
                self.flatten(&entry.value, is_link || LINKS.contains(&key), names, strings);
            }
        } else if let Some(items) = node.as_seq() {
            strings.push("[".to_owned());
            items.iter().for_each(|item| self.flatten(item, is_link, names, strings));
            strings.push("]".to_owned());
        } else {
            let text = node.text().unwrap_or_default();
            let job = names.get(text).filter(|_| is_link);
            strings.push(job.map_or_else(|| self.text(text), ToString::to_string));
        }
    }

    /// Refuses a finding that was not there before. Those of a file that is moved count in its new place.
    pub(super) fn compare_findings(
        &self,
        before: &Checked,
        after: &Checked,
        changes: &Changes<'_>,
    ) -> Result<(), String> {
        let mut known: BTreeMap<FindingKey, usize> = BTreeMap::new();
        for problem in &before.problems {
            *known.entry(self.finding(before, problem, Some(changes))).or_default() += 1;
        }
        for problem in &after.problems {
            let key = self.finding(after, problem, None);
            let is_left = |path: &Path| changes.moved.is_some_and(|(from, _)| path.starts_with(from));
            if key.1.as_ref().is_some_and(|(path, _)| is_left(path)) {
                continue;
            }
            match known.get_mut(&key) {
                Some(count) if *count > 0 => *count -= 1,
                _ => {
                    let place = problem.labels.first().map(|label| after.sources.place(label.origin));
                    let place = place.map(|place| format!(" ({place})"));
                    let message = &problem.message;
                    return Err(format!("with this name, {message}{}", place.unwrap_or_default()));
                }
            }
        }
        Ok(())
    }

    /// Returns the key of a finding; of one from before the rename, as these changes make it.
    fn finding(&self, checked: &Checked, problem: &Diagnostic, changes: Option<&Changes<'_>>) -> FindingKey {
        let place = problem.labels.first().and_then(|label| {
            let origin = label.origin;
            let source = checked.sources.get(origin.file)?;
            let path = checked.root.join(checked.sources.path(origin.file));
            // A finding of the file as a whole stays at its beginning.
            let is_in_file = origin != Origin::file(origin.file);
            let offset = is_in_file.then(|| position::offset(&source.text, origin));
            Some(match changes {
                Some(changes) => {
                    (changes.path_after(&path), offset.map(|offset| changes.offset_after(&path, offset)))
                }
                None => (path, offset),
            })
        });
        let units = problem.units.iter().map(|unit| self.text(unit.as_str()));
        let kinds = problem.kinds.iter().map(|kind| kind.name.clone());
        let words = std::iter::once(self.text(&problem.message)).chain(units).chain(kinds);
        (problem.rule.id, place, words.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Edit;
    use nestling::Sources;
    use nestling::ide::plain_jobs;
    use nestling_gitlab::diagnostic::Severity;
    use nestling_gitlab::facts::PipelineFacts;
    use nestling_gitlab::instance::Gitlab;
    use nestling_gitlab::lint::Options;
    use std::sync::Arc;

    fn renamed() -> Normal {
        Normal::of(&Name::new(NameKind::Job, "build", 0..5), "compile")
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
        let edit = |start: usize| Edit { range: start..start + 5, text: "compile".to_owned() };
        let edits = BTreeMap::from([(PathBuf::from("/r/a.yml"), vec![edit(0), edit(14)])]);
        let changes = Changes { edits: &edits, moved: None };
        for (place, message, is_known) in [
            ((2, 15), "`compile` has 3 parts", true),
            ((2, 15), "`compile` has 4 parts", false),
            ((2, 13), "`compile` has 3 parts", false),
            ((1, 15), "`compile` has 3 parts", false),
        ] {
            let after = checked(text, place, message);
            let compared = renamed().compare_findings(&before, &after, &changes);
            assert_eq!(compared.is_ok(), is_known, "{place:?} {message}: {compared:?}");
        }
    }

    #[test]
    fn a_link_leads_to_the_same_job() {
        let jobs = |text: &str| {
            let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
            let facts = PipelineFacts::local(None, None, None);
            plain_jobs(".gitlab-ci.yml", text, &options, &facts, &Sources::default())
        };
        let before = jobs("build: { script: build }\ntest: { needs: [build], script: build }\n");
        for (need, is_same) in [("compile", true), ("build", false), ("test2", false)] {
            let after = format!("compile: {{ script: build }}\ntest: {{ needs: [{need}], script: build }}\n");
            let compared = renamed().compare_jobs(&before, &jobs(&after));
            assert_eq!(compared.is_ok(), is_same, "{need}: {compared:?}");
        }
    }
}
