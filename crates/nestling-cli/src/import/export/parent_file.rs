//! `.gitlab-ci.yml` without Nestling's own jobs, and with the files of jobs.

use super::parts::JobsFile;
use super::pipelines::Pipelines;
use crate::exit::Failure;
use crate::import::includes::document;
use crate::import::old::{FILE, OldPipeline};
use crate::import::sides::Own;
use crate::import::stages::merged;
use crate::import::strings::strings;
use crate::import::text::Blocks;
use nestling::{Files, Job, Origin, RepoPath};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::{BTreeMap, BTreeSet};

/// The first line of each file of jobs.
const HEADER: &str = "# Written by `nestling export`: GitLab runs these jobs without Nestling.\n";

/// The files that are written, and those of which nothing is left.
#[derive(Debug, Default)]
pub(super) struct StaticFiles {
    pub written: BTreeMap<String, String>,
    pub deleted: BTreeSet<String>,
}

/// The parent whose child is written out.
pub(super) struct OldParent<'a> {
    pub files: &'a dyn Files,
    pub parent: &'a OldPipeline,
    pub own: &'a Own<'a>,
}

impl OldParent<'_> {
    /// Writes the files.
    ///
    /// # Errors
    /// Two jobs have one name, or a file with Nestling's jobs cannot be read.
    pub(super) fn files(&self, pipelines: &Pipelines) -> Result<StaticFiles, Failure> {
        self.refuse_names(pipelines)?;
        let mut files = StaticFiles::default();
        for file in &pipelines.files {
            for (path, text) in file.paths() {
                files.written.insert(path, format!("{HEADER}{text}"));
            }
        }
        let mut removed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for job in self.own.jobs() {
            let path = self.parent.sources.path(job.origin.file);
            let key = self.parent.key_of(job.name.as_str()).to_owned();
            removed.entry(path).or_default().insert(key);
        }
        for (path, keys) in removed.iter().filter(|(path, _)| path.as_str() != FILE) {
            let blocks = self.blocks(path)?;
            if blocks.keys().all(|key| keys.contains(key)) {
                files.deleted.insert(path.clone());
            } else {
                files.written.insert(path.clone(), blocks.without(keys, &[]));
            }
        }
        let root = self.root(removed.remove(FILE).unwrap_or_default(), pipelines, &files.deleted)?;
        files.written.insert(FILE.to_owned(), root);
        Ok(files)
    }

    fn blocks(&self, path: &str) -> Result<Blocks, Failure> {
        let content = RepoPath::parse(path).ok().map(|path| self.files.read(&path));
        let bytes = content.transpose().map_err(Failure::repository)?.flatten().unwrap_or_default();
        Ok(Blocks::read(&String::from_utf8_lossy(&bytes)))
    }

    /// Returns the text of `.gitlab-ci.yml`.
    fn root(
        &self,
        mut removed: BTreeSet<String>,
        pipelines: &Pipelines,
        deleted: &BTreeSet<String>,
    ) -> Result<String, Failure> {
        let blocks = self.blocks(FILE)?;
        let origin = Origin::generated();
        let stages = self.stages(pipelines)?;
        let stages = stages.into_iter().map(|stage| Node::string(origin, stage)).collect();
        let stages = entry("stages", &Node::seq(origin, stages)) + "\n";
        let kept = self.kept_includes(deleted);
        let includes = kept.into_iter().chain(pipelines.files.iter().flat_map(includes));
        let include = entry("include", &Node::seq(origin, includes.collect()));
        removed.insert("include".to_owned());
        let mut text = blocks.without(&removed, &[("stages", stages.clone())]);
        if !blocks.keys().any(|key| key == "stages") {
            text.insert_str(0, &stages);
        }
        Ok(format!("{}\n\n{include}", text.trim_end()))
    }

    /// Returns the includes that stay: not the component that runs Nestling, and not a file of which nothing is left.
    fn kept_includes(&self, deleted: &BTreeSet<String>) -> Vec<Node> {
        let Some(document) = document(self.files, FILE) else { return Vec::new() };
        let entries = document.get("include").filter(|node| !node.is_null()).map(Node::items_or_self);
        let is_kept = |include: &&Node| {
            let texts = strings(include);
            let is_deleted = texts.iter().any(|text| deleted.contains(text.trim_start_matches('/')));
            let is_component = include.get("component").is_some() && texts.concat().contains("nestling");
            !(is_deleted || is_component && self.own.is_empty())
        };
        entries.unwrap_or_default().iter().filter(is_kept).cloned().collect()
    }

    /// Returns the stages of the child in the place of that of the trigger job.
    fn stages(&self, pipelines: &Pipelines) -> Result<Vec<String>, Failure> {
        let merged = merged(&pipelines.stages).map_err(|_| {
            Failure::usage("the stages of different kinds of pipelines have different orders")
                .with_help("list them in `stages` of the workspace's `nestling.yml`")
        })?;
        let root = &self.parent.root;
        let is_own = |job: &&Job| self.own.has(job);
        let used: BTreeSet<&str> =
            root.pipeline.jobs.iter().filter(|job| !is_own(job)).map(Job::stage).collect();
        let start = self.own.jobs().filter(|job| job.body.contains("trigger")).map(Job::stage).last();
        let mut stages: Vec<String> = Vec::new();
        let mut has_child = false;
        for stage in root.pipeline.stages.iter().map(ToString::to_string) {
            if used.contains(stage.as_str()) && !merged.contains(&stage) {
                stages.push(stage.clone());
            }
            if start == Some(stage.as_str()) {
                stages.extend(merged.iter().cloned());
                has_child = true;
            }
        }
        if !has_child {
            stages.extend(merged);
        }
        Ok(stages)
    }

    /// GitLab would merge two jobs of one name.
    fn refuse_names(&self, pipelines: &Pipelines) -> Result<(), Failure> {
        let names = pipelines.files.iter().flat_map(|file| &file.jobs);
        let is_taken = |name: &&String| {
            self.parent.root.pipeline.job(name.as_str()).is_some_and(|job| !self.own.has(job))
        };
        match names.into_iter().find(is_taken) {
            None => Ok(()),
            Some(name) => {
                let message = format!("both `{FILE}` and the child have a job `{name}`");
                Err(Failure::usage(message).with_help("rename one of them: GitLab would merge the two"))
            }
        }
    }
}

/// Returns the includes of the parts of a file.
fn includes(file: &JobsFile) -> Vec<Node> {
    file.paths().iter().map(|(path, _)| include(path, file)).collect()
}

fn include(path: &str, file: &JobsFile) -> Node {
    let origin = Origin::generated();
    let mut include = Map::default();
    include.set("local", Node::string(origin, path));
    if !file.conditions.is_empty() {
        let rules = file.conditions.iter().map(|condition| {
            let mut rule = Map::default();
            rule.set("if", Node::string(origin, *condition));
            Node::map(origin, rule)
        });
        include.set("rules", Node::seq(origin, rules.collect()));
    }
    Node::map(origin, include)
}

fn entry(key: &str, value: &Node) -> String {
    let mut text = String::new();
    emit_entry(&mut text, &Key::new(Origin::generated(), key), value, 0);
    text
}
