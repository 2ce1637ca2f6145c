//! A rename is tried before it is offered: the files with its edits make the same jobs, with the same needs, and no new finding.

use crate::documents::{Document, Documents};
use crate::edit::Edit;
use crate::findings::{Checked, try_file, try_workspace};
use crate::index::Index;
use crate::model::{Model, OpenFile};
use crate::names::{Name, NameKind};
use crate::plain::read_jobs;
use nestling::ide::{JobFacts, WorkspaceFacts};
use nestling_gitlab::name::slug;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Stands for the old name and for the new one where two states are compared.
const SAME: &str = "\u{1}";

/// Keys that say which jobs belong together; the others may follow from the name of a unit or of an environment.
const LINKS: [&str; 3] = ["needs", "dependencies", "extends"];

/// The changes of a rename.
pub(super) struct Changes<'a> {
    pub edits: &'a BTreeMap<PathBuf, Vec<Edit>>,
    pub moved: Option<&'a (PathBuf, PathBuf)>,
}

/// Makes texts from before and after a rename equal if they differ in the name only.
struct Normal {
    names: Vec<String>,
    /// Set for a name that others follow from, such as that of a resource group.
    is_derived_from: bool,
}

/// A finding by its file, rule and message, without the numbers of lines.
type FindingKey = (String, &'static str, String);

/// Refuses a rename that changes more than a name.
///
/// # Errors
/// Names the job, the unit or the finding.
pub(super) fn check(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    (name, new_name): (&Name, &str),
    changes: &Changes<'_>,
) -> Result<(), String> {
    let normal = Normal::of(name, new_name);
    let (before, after) = states(model, index, changes);
    let left = changes.moved.map(|(from, _)| from.as_path());
    if let Some(workspace) = &file.workspace {
        let tried =
            |documents: &Documents| try_workspace(documents, workspace, model.assemblies, model.memos);
        let (old, old_jobs) = tried(&before)?;
        let (new, new_jobs) = tried(&after).map_err(|error| format!("with this name, {error}"))?;
        normal.compare_units(&old.facts, &new.facts)?;
        normal.compare_jobs(&old_jobs, &new_jobs)?;
        normal.compare_findings(&old, &new, left)?;
    }
    for path in &index.plain {
        let jobs = |documents: &Documents| read_jobs(documents, &index.root, path);
        if let (Some(old), Some(new)) = (jobs(&before), jobs(&after)) {
            normal.compare_jobs(&old.jobs, &new.jobs)?;
        }
        if let (Some(old), Some(new)) = (try_file(&before, path), try_file(&after, path)) {
            normal.compare_findings(&old, &new, left)?;
        }
    }
    Ok(())
}

/// Returns the files before and after the edits, each with the same files open. A file that is moved stays where it was, too: nothing
/// uses it there any more.
fn states(model: &Model<'_>, index: &Index, changes: &Changes<'_>) -> (Documents, Documents) {
    let mut before = model.documents.clone();
    for path in changes.edits.keys() {
        open(model, index, path, &mut before);
    }
    let mut after = before.clone();
    for (path, edits) in changes.edits {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let Some(document) = after.open.get_mut(path) else { continue };
        for edit in edits {
            document.text.replace_range(edit.range.clone(), &edit.text);
        }
    }
    if let Some((from, to)) = changes.moved {
        for path in files_below(from) {
            let Some(text) = after.text(&path) else { continue };
            let target = path.strip_prefix(from).map_or(to.clone(), |inside| {
                if inside.as_os_str().is_empty() { to.clone() } else { to.join(inside) }
            });
            let Some(uri) = model.uri(&target) else { continue };
            after.open.insert(target, Document { uri, language: "yaml".to_owned(), version: 0, text });
        }
    }
    (before, after)
}

fn open(model: &Model<'_>, index: &Index, path: &Path, documents: &mut Documents) {
    if documents.open.contains_key(path) {
        return;
    }
    let (Some(uri), Some(file)) = (model.uri(path), index.file(path)) else { return };
    let text = index.files[file].text.clone();
    documents.open.insert(path.to_owned(), Document { uri, language: "yaml".to_owned(), version: 0, text });
}

/// Returns a file, or the files in a directory and in those below it.
fn files_below(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_owned()] };
    let entries = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !path.is_symlink());
    entries.flat_map(|path| files_below(&path)).collect()
}

impl Normal {
    fn of(name: &Name, new_name: &str) -> Self {
        let written = [name.text.clone(), new_name.to_owned()];
        let mut names: Vec<String> = written.iter().map(|name| slug(name)).chain(written.clone()).collect();
        names.retain(|name| !name.is_empty());
        // The longer one may hold the other.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self { names, is_derived_from: matches!(name.kind, NameKind::Unit | NameKind::Environment) }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for name in &self.names {
            text = text.replace(name, SAME);
        }
        text
    }

    /// Refuses a change of what a unit depends on.
    fn compare_units(&self, before: &WorkspaceFacts, after: &WorkspaceFacts) -> Result<(), String> {
        let units = |facts: &WorkspaceFacts| -> BTreeMap<String, (String, BTreeSet<String>)> {
            let of_unit = |unit: &nestling::ide::UnitFacts| {
                let dependencies = unit.dependencies.iter().map(|name| self.text(name)).collect();
                (self.text(&unit.name), (unit.name.clone(), dependencies))
            };
            facts.units.iter().map(of_unit).collect()
        };
        let (before, after) = (units(before), units(after));
        for (key, (name, dependencies)) in &before {
            let Some((_, new)) = after.get(key) else {
                return Err(format!("the unit `{name}` is lost with this name"));
            };
            if new != dependencies {
                return Err(format!("the unit `{name}` depends on other units with this name"));
            }
        }
        Ok(())
    }

    /// Refuses a job that is lost, new, or another one.
    fn compare_jobs(&self, before: &[JobFacts], after: &[JobFacts]) -> Result<(), String> {
        let (before, after) = (self.by_name(before), self.by_name(after));
        for (key, jobs) in &before {
            let new = after.get(key).map(Vec::as_slice).unwrap_or_default();
            if let Some(lost) = jobs.get(new.len()) {
                return Err(format!(
                    "the job `{}` would be lost: with this name, it is merged with another or left out",
                    lost.name
                ));
            }
            for (old, new) in jobs.iter().zip(new) {
                self.compare_job(old, new)?;
            }
        }
        for (key, jobs) in &after {
            let known = before.get(key).map(Vec::len).unwrap_or_default();
            if let Some(new) = jobs.get(known) {
                return Err(format!("the job `{}` would be a new one", new.name));
            }
        }
        Ok(())
    }

    fn by_name<'a>(&self, jobs: &'a [JobFacts]) -> BTreeMap<String, Vec<&'a JobFacts>> {
        let mut by_name: BTreeMap<String, Vec<&JobFacts>> = BTreeMap::new();
        for job in jobs {
            by_name.entry(self.text(job.name.as_str())).or_default().push(job);
        }
        by_name
    }

    fn compare_job(&self, before: &JobFacts, after: &JobFacts) -> Result<(), String> {
        let states = |job: &JobFacts| -> Vec<(String, String)> {
            job.kinds.iter().map(|kind| (kind.kind.name.clone(), self.text(&kind.state))).collect()
        };
        if states(before) != states(after) {
            return Err(format!("the job `{}` would be in other pipelines, or start otherwise", before.name));
        }
        let (old, new) = (self.keys(&before.body), self.keys(&after.body));
        let differs = old.keys().chain(new.keys()).find(|key| old.get(*key) != new.get(*key));
        match differs {
            Some(key) => Err(format!("`{key}` of the job `{}` would be another with this name", before.name)),
            None => Ok(()),
        }
    }

    /// Returns the strings of each keyword of a job that has to stay as it is.
    fn keys<'a>(&self, body: &'a Map) -> BTreeMap<&'a str, Vec<String>> {
        let kept =
            body.entries.iter().filter(|entry| !self.is_derived_from || LINKS.contains(&entry.key.text()));
        let of_entry = |entry: &'a nestling_gitlab::yaml::Entry| {
            let mut strings = Vec::new();
            self.flatten(&entry.value, &mut strings);
            (entry.key.text(), strings)
        };
        kept.map(of_entry).collect()
    }

    fn flatten(&self, node: &Node, strings: &mut Vec<String>) {
        if let Some(map) = node.as_map() {
            for entry in &map.entries {
                strings.push(self.text(entry.key.text()));
                self.flatten(&entry.value, strings);
            }
        } else if let Some(items) = node.as_seq() {
            strings.push("[".to_owned());
            items.iter().for_each(|item| self.flatten(item, strings));
            strings.push("]".to_owned());
        } else {
            strings.push(self.text(node.text().unwrap_or_default()));
        }
    }

    /// Refuses a finding that was not there before. Those of a file that is moved count in its new place.
    fn compare_findings(&self, before: &Checked, after: &Checked, left: Option<&Path>) -> Result<(), String> {
        let mut known: BTreeMap<FindingKey, usize> = BTreeMap::new();
        for problem in &before.problems {
            *known.entry(self.finding(before, problem)).or_default() += 1;
        }
        for problem in &after.problems {
            let place = problem.labels.first().map(|label| label.origin);
            let path = place.map(|origin| after.root.join(after.sources.path(origin.file)));
            if path.is_some_and(|path| left.is_some_and(|left| path.starts_with(left))) {
                continue;
            }
            match known.get_mut(&self.finding(after, problem)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => {
                    let place = place.map(|origin| format!(" ({})", after.sources.place(origin)));
                    let message = &problem.message;
                    return Err(format!("with this name, {message}{}", place.unwrap_or_default()));
                }
            }
        }
        Ok(())
    }

    fn finding(&self, checked: &Checked, problem: &nestling_gitlab::diagnostic::Diagnostic) -> FindingKey {
        let path = problem.labels.first().map(|label| checked.sources.path(label.origin.file));
        let message = self.text(&problem.message).replace(|c: char| c.is_ascii_digit(), "");
        (self.text(&path.unwrap_or_default()), problem.rule.id, message)
    }
}
