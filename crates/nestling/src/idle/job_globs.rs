//! Globs of jobs that no file matches: GitLab reads them from the root of the repository, also in a unit.

use crate::select::matched;
use crate::workspace::Workspace;
use crate::workspace::idle_rules::GLOB_UNMATCHED;
use indexmap::IndexMap;
use nestling_files::files::{Files, ReadError};
use nestling_files::path::Glob;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// A glob as it is written, with the unit of the job that has it.
type Use = (Option<UnitName>, String);

/// The globs of jobs by the place where they are written: a template has a place once for all of its units.
#[derive(Debug, Default)]
pub(super) struct JobGlobs {
    entries: IndexMap<(Origin, &'static str), BTreeSet<Use>>,
}

impl JobGlobs {
    /// Adds the globs of a job.
    pub(super) fn add(&mut self, job: &Job) {
        let rules = job.body.get("rules").and_then(Node::as_seq).unwrap_or_default();
        let bodies = rules.iter().filter_map(Node::as_map);
        for body in bodies.chain(job.body.get("only").and_then(Node::as_map)) {
            self.add_lists(job, body);
        }
    }

    /// Adds the globs of others, as if they were added here in their order.
    pub(super) fn merge(&mut self, other: &Self) {
        for (place, uses) in &other.entries {
            self.entries.entry(*place).or_default().extend(uses.iter().cloned());
        }
    }

    fn add_lists(&mut self, job: &Job, body: &Map) {
        for key in ["changes", "exists"] {
            let Some(list) = body.get(key) else { continue };
            // Files of another project.
            if list.get("project").is_some() {
                continue;
            }
            for node in list.get("paths").unwrap_or(list).items_or_self() {
                let Some(text) = node.as_str().filter(|text| !text.contains('$')) else { continue };
                let entry = self.entries.entry((node.origin, key)).or_default();
                entry.insert((job.unit.clone(), text.to_owned()));
            }
        }
    }

    /// Returns the globs of `changes` of units' jobs, each with its place.
    pub(super) fn changes(&self) -> impl Iterator<Item = (Origin, &UnitName, &str)> {
        let entries = self.entries.iter().filter(|((_, key), _)| *key == "changes");
        entries.flat_map(|((origin, _), uses)| {
            uses.iter().filter_map(|(unit, text)| Some((*origin, unit.as_ref()?, text.as_str())))
        })
    }

    /// Warns of each glob that matches no file in any unit that has it.
    pub(super) fn unmatched(
        &self,
        files: &dyn Files,
        workspace: &Workspace,
        sources: &Sources,
    ) -> Result<Vec<Diagnostic>, ReadError> {
        let texts = self.entries.values().flatten().map(|(_, text)| text.clone());
        let matched_texts = matched(files, texts)?;
        let is_matched = |(_, text): &&Use| matched_texts.get(text).is_none_or(|matched| matched.file);
        let unmatched: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, uses)| !uses.iter().any(|written| is_matched(&written)))
            .collect();
        let below_units = unmatched
            .iter()
            .flat_map(|(_, uses)| uses.iter())
            .filter_map(|written| below_unit(workspace, written));
        let below_units = matched(files, below_units)?;
        let mut problems = Vec::new();
        for ((origin, key), uses) in unmatched {
            let Some(written) = uses.first() else { continue };
            let meant = uses
                .iter()
                .filter_map(|written| below_unit(workspace, written))
                .find(|text| below_units.get(text).is_some_and(|matched| matched.file));
            // A component of another project asks for what only some repositories have.
            if meant.is_none() && workspace.is_vendored(&sources.path(origin.file)) {
                continue;
            }
            let is_directory = matched_texts.get(&written.1).is_some_and(|matched| matched.directory);
            problems.extend(finding(workspace, *origin, key, written, meant, is_directory));
        }
        Ok(problems)
    }
}

/// Returns the glob as it is written from the root, if it was meant from the unit.
fn below_unit(workspace: &Workspace, (unit, text): &Use) -> Option<String> {
    let unit = workspace.units.iter().find(|known| Some(&known.name) == unit.as_ref())?;
    let bare = text.trim_start_matches("./").trim_start_matches('/');
    (!unit.dir.is_root()).then(|| format!("{}/{bare}", unit.dir))
}

fn finding(
    workspace: &Workspace,
    origin: Origin,
    key: &str,
    (unit, text): &Use,
    meant: Option<String>,
    is_directory: bool,
) -> Option<Diagnostic> {
    // What is wrong with its form is reported already.
    let is_misleading = Glob::parse(text).is_ok_and(|glob| !glob.lint().is_empty());
    if meant.is_none() && (is_misleading || text.starts_with('*')) {
        return None;
    }
    let own = workspace.units.iter().find(|known| Some(&known.name) == unit.as_ref());
    let is_own = own.is_none_or(|unit| unit.declaration.origin().file == origin.file);
    // A template asks for what only some units have.
    if key == "exists" && meant.is_none() && (is_directory || !is_own) {
        return None;
    }
    let message = format!("`{text}` of `{key}` matches no file");
    let warning = Diagnostic::warning(&GLOB_UNMATCHED, origin, message);
    let warning = warning.with_note("GitLab reads it from the root of the repository");
    let warning = if let Some(unit) = unit { warning.for_unit(unit) } else { warning };
    Some(match meant {
        Some(meant) => warning.with_help(format!("did you mean `{meant}`?")),
        None if is_directory => {
            warning.with_help(format!("did you mean `{}/**/*`?", text.trim_end_matches('/')))
        }
        None => {
            warning.with_help("remove it, or correct it: `*` matches one level, `**/` any number of levels")
        }
    })
}
