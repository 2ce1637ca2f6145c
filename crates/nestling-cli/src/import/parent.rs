//! The new `.gitlab-ci.yml`: what stays, and the two jobs that plan and start the child.

use super::candidate::{Candidate, Owner, child_index};
use super::division::Division;
use super::includes::{Includes, document, paths};
use super::obstacle::{BRANCHES, MERGE_REQUEST, TAG};
use super::old::{FILE, OldPipeline};
use super::raw::References;
use super::unit::Composition;
use crate::init::plan_and_run;
use nestling::{Files, Origin};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::{BTreeMap, BTreeSet};

/// The files of the old configuration as they are afterwards.
#[derive(Debug, Default)]
pub(super) struct ParentFiles {
    /// The new text of files that are kept.
    pub written: BTreeMap<String, String>,
    /// Files of which nothing is left.
    pub deleted: BTreeSet<String>,
}

/// The first lines of a trigger job without `needs`, which a rule of `check` would ask for.
const WAITING_RUN: &str = "\
# Without `needs`, it waits for the jobs of earlier stages, as jobs of units did before.
# nestling: allow(parent-needs)
nestling:run:
";

/// The parts of the new parent.
pub(super) struct NewParent<'a> {
    pub candidates: &'a [Candidate],
    pub division: &'a Division,
    pub composition: &'a Composition,
    pub old: &'a OldPipeline,
    pub includes: &'a Includes,
    pub references: &'a References,
    pub files: &'a dyn Files,
}

impl NewParent<'_> {
    /// Writes the files.
    pub(super) fn files(&self) -> ParentFiles {
        let mut removed = self.moved_keys();
        self.add_unused(&mut removed);
        let mut files = ParentFiles { deleted: self.child_files(), ..ParentFiles::default() };
        for (path, keys) in removed.iter().filter(|(path, _)| path.as_str() != FILE) {
            let Some(blocks) = self.references.blocks.get(path) else { continue };
            if keys.is_empty() {
                continue;
            }
            let is_gone = |key: &str| keys.contains(key) || self.is_overridden(path, key);
            if blocks.keys().all(is_gone) {
                files.deleted.insert(path.clone());
            } else {
                files.written.insert(path.clone(), blocks.without(keys, &[]));
            }
        }
        let included: BTreeSet<String> =
            files.deleted.iter().filter(|path| self.includes.get(path).is_some()).cloned().collect();
        self.drop_includes(&included, &removed, &mut files);
        let root = files.written.entry(FILE.to_owned()).or_default();
        root.push('\n');
        root.push_str(&self.jobs());
        files
    }

    /// Returns `true` for a keyword of an included file that says nothing: the root's file has it as well, and wins.
    fn is_overridden(&self, path: &str, key: &str) -> bool {
        let overridden = ["stages", "image", "services", "cache", "before_script", "after_script"];
        let is_included_by_root = self.includes.get(path).is_some_and(|included| included.by == FILE);
        let root = self.references.blocks.get(FILE);
        let is_in_root = root.is_some_and(|root| root.keys().any(|known| known == key));
        overridden.contains(&key) && is_included_by_root && is_in_root
    }

    /// Returns the keys of the jobs that moved, by file.
    fn moved_keys(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys: BTreeMap<String, BTreeSet<String>> =
            BTreeMap::from([(FILE.to_owned(), BTreeSet::new())]);
        for (candidate, reason) in self.candidates.iter().zip(&self.division.reasons) {
            if candidate.owner == Owner::Root && reason.is_none() {
                keys.entry(candidate.file.clone()).or_default().insert(candidate.key.clone());
            }
        }
        keys
    }

    /// Adds the hidden keys that only moved jobs were made of.
    fn add_unused(&self, removed: &mut BTreeMap<String, BTreeSet<String>>) {
        let moved: Vec<String> = removed.values().flatten().cloned().collect();
        let used_by_moved = self.references.reached(moved.iter().map(String::as_str));
        let is_moved = |path: &str, key: &str| removed.get(path).is_some_and(|keys| keys.contains(key));
        let mut kept: Vec<&str> = Vec::new();
        for (path, blocks) in &self.references.blocks {
            kept.extend(blocks.keys().filter(|key| !key.starts_with('.') && !is_moved(path, key)));
        }
        // A hidden key that nobody uses is kept, and what it extends as well: without that GitLab would refuse the file.
        for (path, blocks) in &self.references.blocks {
            let is_unused = |key: &&str| key.starts_with('.') && !used_by_moved.contains(*key);
            kept.extend(blocks.keys().filter(is_unused).filter(|key| !is_moved(path, key)));
        }
        let still_used = self.references.reached(kept);
        let mut unused: Vec<(String, String)> = Vec::new();
        for (path, blocks) in &self.references.blocks {
            let hidden = blocks.keys().filter(|key| key.starts_with('.'));
            let unused_here = hidden.filter(|key| used_by_moved.contains(key) && !still_used.contains(key));
            unused.extend(unused_here.map(|key| (path.clone(), key.to_owned())));
        }
        for (path, key) in unused {
            removed.entry(path).or_default().insert(key);
        }
    }

    /// Returns the files of the static children that moved, which nothing else includes.
    fn child_files(&self) -> BTreeSet<String> {
        let is_moved = |name: &str| {
            let mut pairs = self.candidates.iter().zip(&self.division.reasons);
            pairs.any(|(job, reason)| job.owner == Owner::Root && job.name == name && reason.is_none())
        };
        let (moved, kept): (Vec<_>, Vec<_>) =
            self.old.children.iter().partition(|child| is_moved(&child.trigger));
        let kept: BTreeSet<String> =
            kept.iter().flat_map(|child| &child.files).map(ToString::to_string).collect();
        let files = moved.iter().flat_map(|child| &child.files).map(ToString::to_string);
        let generated = self.old.generated.as_ref().map(ToString::to_string);
        let is_own = |path: &String| {
            !kept.contains(path) && self.includes.get(path).is_none() && generated.as_ref() != Some(path)
        };
        files.filter(is_own).collect()
    }

    /// Takes the blocks out of the root's file, and the includes of files that are no longer there.
    fn drop_includes(
        &self,
        deleted: &BTreeSet<String>,
        removed: &BTreeMap<String, BTreeSet<String>>,
        files: &mut ParentFiles,
    ) {
        let mut including: BTreeSet<String> =
            deleted.iter().filter_map(|path| Some(self.includes.get(path)?.by.clone())).collect();
        including.insert(FILE.to_owned());
        for path in including.iter().filter(|path| !deleted.contains(*path)) {
            let Some(blocks) = self.references.blocks.get(path) else { continue };
            let mut keys = removed.get(path).cloned().unwrap_or_default();
            let replaced = self.include_without(path, deleted);
            if replaced.as_deref() == Some("") {
                keys.insert("include".to_owned());
            }
            let replaced: Vec<(&str, String)> = replaced.into_iter().map(|text| ("include", text)).collect();
            files.written.insert(path.clone(), blocks.without(&keys, &replaced));
        }
    }

    /// Returns the `include` of a file without some files; `None` if it has none of them.
    fn include_without(&self, path: &str, deleted: &BTreeSet<String>) -> Option<String> {
        let document = document(self.files, path)?;
        let include = document.get("include")?;
        let entries = include.items_or_self();
        let is_kept = |entry: &&Node| {
            let paths = paths(entry, self.files);
            paths.is_empty() || paths.iter().any(|path| !deleted.contains(path))
        };
        let kept: Vec<Node> = entries.iter().filter(is_kept).cloned().collect();
        if kept.len() == entries.len() {
            return None;
        }
        if kept.is_empty() {
            return Some(String::new());
        }
        let mut text = String::new();
        let key = Key::new(include.origin, "include");
        emit_entry(&mut text, &key, &Node::seq(include.origin, kept), 0);
        text.push('\n');
        Some(text)
    }

    /// Returns the two jobs, as `init` writes them, in the stages and for the kinds of pipelines of the old configuration.
    fn jobs(&self) -> String {
        let order = &self.division.order;
        let rules = self.rules();
        let origin = Origin::generated();
        let mut stage = String::new();
        emit_entry(&mut stage, &Key::new(origin, "stage"), &Node::string(origin, order.stage.as_str()), 2);
        let mut inherit = "  inherit:\n    default: [interruptible, retry, tags]\n".to_owned();
        if self.has_git_settings() {
            inherit.push_str("    variables: false           # some would change what is checked out\n");
        }
        let mut jobs = plan_and_run()
            .replacen("  stage: plan\n", &format!("  stage: .pre\n{inherit}{rules}"), 1)
            .replacen("  stage: run\n", &format!("{stage}{rules}"), 1);
        if order.waits {
            let without = jobs.lines().filter(|line| !line.starts_with("  needs: [\"nestling:plan\"]"));
            jobs = without.map(|line| line.to_owned() + "\n").collect();
            jobs = jobs.replacen("nestling:run:\n", WAITING_RUN, 1);
        }
        let parent_id = "    PARENT_PIPELINE_ID: $CI_PIPELINE_ID\n";
        let mut forwarded = parent_id.to_owned();
        for (name, parent_name) in self.composition.forwarded().names() {
            if name != "CI_PIPELINE_ID" {
                forwarded.push_str(&format!("    {parent_name}: ${name}\n"));
            }
        }
        jobs = jobs.replacen(parent_id, &forwarded, 1);
        let forward = "    strategy: depend\n    forward:\n      pipeline_variables: true  # those of a manual run reach the jobs, as before\n";
        jobs.replacen("    strategy: depend\n", forward, 1)
    }

    fn has_git_settings(&self) -> bool {
        let variables = self.old.root.pipeline.globals.get("variables").and_then(Node::as_map);
        let mut names = variables.into_iter().flat_map(Map::iter).map(|(name, _)| name.to_owned());
        names.any(|name| name.starts_with("GIT_"))
    }

    /// Returns the rules of both jobs: they are in the kinds of pipelines that moved jobs can be in.
    fn rules(&self) -> String {
        let moved = || {
            let pairs = self.candidates.iter().zip(&self.division.reasons);
            pairs
                .filter(|(job, reason)| reason.is_none() && child_index(job, self.old).is_none())
                .map(|(job, _)| job)
        };
        let is_possible =
            |kinds: &[usize]| kinds.iter().any(|kind| moved().any(|job| job.is_possible(*kind)));
        let has_workflow = self.old.root.has_workflow_rules();
        let merge_requests = is_possible(&[MERGE_REQUEST]);
        let mut kept_out = Vec::new();
        if !merge_requests {
            kept_out.push("$CI_MERGE_REQUEST_IID");
        }
        // A schedule, or a person, starts pipelines of branches and tags as well, which may have other jobs.
        if !is_possible(&[TAG]) {
            kept_out.push("$CI_COMMIT_TAG && $CI_PIPELINE_SOURCE == \"push\"");
        }
        if !is_possible(&BRANCHES) {
            kept_out.push("$CI_COMMIT_BRANCH && $CI_PIPELINE_SOURCE == \"push\"");
        }
        // Without rules a job is in the pipelines of branches and tags, if `workflow` has none either.
        let is_customary =
            if has_workflow { kept_out.is_empty() } else { kept_out == ["$CI_MERGE_REQUEST_IID"] };
        if is_customary {
            return String::new();
        }
        let mut rules = "  rules:                       # the pipelines that had jobs of units\n".to_owned();
        for condition in kept_out {
            rules.push_str(&format!("    - if: {condition}\n      when: never\n"));
        }
        rules + "    - when: on_success\n"
    }
}
