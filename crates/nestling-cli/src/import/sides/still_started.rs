//! Static children that the parent still starts: their jobs are compared as well.

use super::start::{forwarded_variables, is_awaited};
use super::{SidePipeline, Sides, set_variable};
use crate::import::includes::paths;
use crate::import::old::StaticChild;
use crate::import::place::{Place, Slot};
use crate::import::side::{SideJob, Surroundings, refusal};
use nestling::{Files, Job, Origin, RepoPath, Sources};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::yaml::{Map, Node, emit, parse_leniently};
use std::collections::BTreeMap;

/// The files of a child that is not read, among the keywords of its trigger job.
const FILES: &str = "files of its child";

impl Sides<'_> {
    /// Adds the jobs of a static child, each under the name of the trigger job as well.
    pub(super) fn add_started(
        &self,
        side: &mut SidePipeline,
        child: &StaticChild,
        trigger: &SideJob,
        surroundings: &Surroundings<'_>,
    ) {
        let variables = self.kind.child_variables();
        let configuration = &child.configuration;
        let workflow = surroundings.workflow(configuration, &variables);
        let outer = Guard::all([trigger.guard(), workflow]);
        let forwarded = forwarded_variables(&trigger.body);
        let mut jobs = BTreeMap::new();
        for job in &configuration.pipeline.jobs {
            let mut job = job.clone();
            for (name, value) in forwarded.into_iter().flat_map(Map::iter) {
                set_variable(&mut job.body, name, value.clone());
            }
            let position = configuration.stage_position(job.stage());
            let has_rules = configuration.has_workflow_rules();
            let mut made = surroundings.job(&job, &variables, has_rules, &outer, position);
            made.place = Place {
                parent: trigger.place.parent,
                child: Some((child.trigger.clone(), Slot::new(position, &job.body))),
                is_awaited: is_awaited(&trigger.body),
            };
            made.fails_pipeline = made.place.is_awaited && !trigger.may_fail();
            jobs.insert(job.name.to_string(), made);
        }
        side.unread.extend(configuration.pipeline.includes.iter().map(emit));
        if refusal(&jobs, !configuration.pipeline.includes.is_empty()).is_some() {
            return;
        }
        let named = jobs.into_iter().map(|(name, job)| (format!("{} > {name}", child.trigger), job));
        side.jobs.extend(named);
    }

    /// Adds the content of the local files of a child that is not read to its trigger job.
    pub(super) fn note_unread_files(&self, made: &mut SideJob, files: &dyn Files, job: &Job) {
        let Some(include) = job.body.get("trigger").and_then(|trigger| trigger.get("include")) else {
            return;
        };
        let mut texts = BTreeMap::new();
        let mut open: Vec<String> =
            include.items_or_self().iter().flat_map(|entry| paths(entry, files)).collect();
        while let Some(path) = open.pop() {
            if texts.contains_key(&path) {
                continue;
            }
            let content = RepoPath::parse(&path).ok().and_then(|path| files.read(&path).ok().flatten());
            let text = content.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            open.extend(included(&text, files));
            texts.insert(path, text);
        }
        if !texts.is_empty() {
            let text: Vec<String> = texts.into_iter().map(|(path, text)| format!("{path}\n{text}")).collect();
            made.body.set(FILES, Node::string(Origin::generated(), text.join("\n")));
        }
    }
}

/// Returns the local files that a configuration includes.
fn included(text: &str, files: &dyn Files) -> Vec<String> {
    let sources = Sources::default();
    let Ok((documents, _)) = parse_leniently(text, sources.add("included", text)) else { return Vec::new() };
    let includes = documents.iter().filter_map(|document| document.get("include"));
    includes.flat_map(Node::items_or_self).flat_map(|entry| paths(entry, files)).collect()
}
