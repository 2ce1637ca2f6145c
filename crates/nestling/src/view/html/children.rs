//! The pipelines that trigger jobs start, as far as their files are in the repository.

use super::data::PageChild;
use super::page_data::PageData;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::check::{KnownVariables, read_configuration};
use nestling_gitlab::configuration::{RemoteIncludes, Surroundings};
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::presence::{Changed, Creation, JobPresence};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// Returns the path of a local file of `trigger: include:`; `None` for a URL, and for a name with variables or globs.
pub(super) fn local_path(entry: &Node) -> Option<String> {
    let text = match entry.as_map() {
        Some(map) => local_entry(map)?,
        None => entry.text()?,
    };
    let is_plain = !text.contains(['$', '*']) && !text.contains("://");
    RepoPath::parse(text).ok().filter(|_| is_plain).map(|path| path.to_string())
}

fn local_entry(map: &Map) -> Option<&str> {
    map.get("local")?.text()
}

/// Returns the local files of the trigger jobs of all kinds.
pub(super) fn paths(data: &PageData) -> BTreeSet<&String> {
    data.tables
        .jobs
        .values()
        .filter_map(|job| job.trigger.as_ref())
        .flat_map(|trigger| &trigger.local)
        .collect()
}

/// Reads the files of child pipelines. One that is missing or no YAML gets no jobs: `check` reports it where it matters.
pub(super) fn read(data: &mut PageData, files: &dyn Files, facts: &PipelineFacts) {
    let wanted: Vec<String> = paths(data).into_iter().cloned().collect();
    for path in wanted {
        if let Some(child) = read_child(&path, files, facts) {
            data.children.insert(path, child);
        }
    }
}

fn read_child(path: &str, files: &dyn Files, facts: &PipelineFacts) -> Option<PageChild> {
    let bytes = files.read(&RepoPath::parse(path).ok()?).ok()??;
    let text = String::from_utf8_lossy(&bytes);
    let sources = Sources::default();
    let variables = KnownVariables::of_child(facts);
    let surroundings = Surroundings {
        files,
        elsewhere: None,
        revisions: None,
        sources: &sources,
        variables: &variables,
        changed: Changed::Unknown,
        defaults: None,
    };
    let (pipeline, ..) = read_configuration(path, &text, &surroundings, RemoteIncludes::Unread).ok()?;
    let creation = Creation::of(&variables);
    let mut child = PageChild { stages: Vec::new(), certain: 0, is_partial: !pipeline.includes.is_empty() };
    let listed = pipeline.stages.iter().map(StageName::as_str);
    let order = std::iter::once(StageName::PRE).chain(listed).chain([StageName::POST]);
    child.stages.extend(order.map(|stage| (stage.to_owned(), Vec::new())));
    for job in &pipeline.jobs {
        let presence = JobPresence::of(job.name.as_str(), &job.body, &creation.moment(true));
        let copies: Vec<String> = presence.copies().iter().map(|(copy, _)| copy.name.clone()).collect();
        // The page is one of several kinds of pipelines, so that rules are not evaluated.
        let is_never = job.body.get("when").and_then(Node::text) == Some("never");
        if !is_never && !["rules", "only", "except"].iter().any(|key| job.body.contains(key)) {
            child.certain += copies.len();
        }
        // A file that only GitLab reads may list the stage.
        match child.stages.iter_mut().find(|(stage, _)| stage == job.stage()) {
            Some((_, names)) => names.extend(copies),
            None => child.stages.push((job.stage().to_owned(), copies)),
        }
    }
    child.stages.retain(|(_, names)| !names.is_empty());
    Some(child)
}
