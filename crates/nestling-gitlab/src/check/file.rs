//! A plain GitLab file as a pipeline, so that rules can be tried on what people write manually.

use super::yaml_types::dates;
use crate::configuration::header::interpolate;
use crate::configuration::{Configuration, RemoteIncludes, Surroundings, dropped_document, fold};
use crate::diagnostic::{Diagnostic, FileId, Origin, Sources, number};
use crate::name::{JobName, StageName};
use crate::pipeline::keywords::is_hidden;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::Changed;
use crate::pipeline::rules::{JOB_MAP, JOB_NAME};
use crate::pipeline::{Job, Pipeline};
use crate::yaml::rules::YAML_SYNTAX;
use crate::yaml::{self, Node, merge_keys};
use nestling_files::files::MemoryFiles;

/// GitLab's stages where a file lists none (<https://docs.gitlab.com/ci/yaml/#stages>).
const STAGES: [&str; 3] = ["build", "test", "deploy"];

/// Reads a whole `.gitlab-ci.yml` as [`read_configuration`] does, without further files: each `include` is left for
/// GitLab.
pub fn read_file(path: &str, text: &str, sources: &Sources) -> (Pipeline, Vec<Diagnostic>) {
    let no_files = MemoryFiles::default();
    let unknown = KnownVariables::default();
    let surroundings = Surroundings {
        files: &no_files,
        elsewhere: None,
        revisions: None,
        sources,
        variables: &unknown,
        changed: Changed::Unknown,
        defaults: None,
    };
    let file = sources.add(path, text);
    match yaml::parse_file(text, file) {
        Ok(documents) => {
            let (pipeline, problems, _) =
                configuration(documents, file, &surroundings, RemoteIncludes::Unread);
            (pipeline, problems)
        }
        Err(problems) => (Pipeline::default(), problems),
    }
}

/// Reads a whole `.gitlab-ci.yml`: local includes read, anchors, `extends`, `!reference` and `default` resolved, hidden jobs
/// gone. Problems are returned beside what can be read.
///
/// Of a key that is twice GitLab takes the last one, and so does this, with a warning; [`read_file`] refuses the file.
///
/// Other includes stay in the pipeline. What they may define is not known: a base or a reference that only they can hold
/// stays where it is, and so does the order of `stages` where this file lists none.
///
/// # Errors
/// The file is no YAML.
pub fn read_configuration(
    path: &str,
    text: &str,
    surroundings: &Surroundings<'_>,
    includes: RemoteIncludes,
) -> Result<ReadConfiguration, Vec<Diagnostic>> {
    let file = surroundings.sources.add(path, text);
    let (documents, mut problems) = yaml::parse_leniently(text, file)?;
    problems.extend(directive(text, file));
    let (pipeline, pipeline_problems, open) = configuration(documents, file, surroundings, includes);
    problems.extend(pipeline_problems);
    Ok((pipeline, problems, open))
}

/// A pipeline, its problems, and the places of `$[[ ]]` whose values are not known.
pub(crate) type ReadConfiguration = (Pipeline, Vec<Diagnostic>, Vec<Origin>);

/// Reports a directive. GitLab takes the file apart at its `---` before it reads the parts, and the directive is a part of its own.
fn directive(text: &str, file: FileId) -> Option<Diagnostic> {
    let mut numbered = (1..).zip(text.lines());
    let (line, directive) = numbered.find(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))?;
    if !directive.starts_with('%') {
        return None;
    }
    let origin = Origin::span(file, line, 1, number(directive.chars().count()));
    let problem = Diagnostic::error(&YAML_SYNTAX, origin, "GitLab cannot read a file with a directive");
    Some(problem.with_help("remove the line"))
}

fn configuration(
    documents: Vec<Node>,
    file: FileId,
    surroundings: &Surroundings<'_>,
    includes: RemoteIncludes,
) -> ReadConfiguration {
    let mut problems = Vec::new();
    let header = documents.first().filter(|_| documents.len() > 1);
    let spec = header.and_then(|header| header.as_map()?.entry("spec").cloned());
    let header = header.and_then(Node::as_map).filter(|header| header.contains("spec")).cloned();
    let (mut node, dropped) = pipeline_document(documents, Origin::file(file));
    problems.extend(dropped);
    problems.extend(merge_keys(&mut node).err().unwrap_or_default());
    let mut open = Vec::new();
    if let Some(header) = header {
        let interpolated = interpolate(&header, &mut node, None, None, surroundings, includes);
        problems.extend(interpolated.problems);
        open = interpolated.open;
    }
    problems.extend(blank_hidden_jobs(&node));
    problems.extend(hidden_dates(&node));
    let has_stages = node.get("stages").is_some_and(|stages| !stages.is_null());
    let (unit, unit_problems) = fold(vec![node], surroundings, includes);
    problems.extend(unit_problems);
    let listed: Vec<StageName> = unit.stages.iter().map(|stage| stage.name.clone()).collect();
    let customary = || STAGES.iter().filter_map(|stage| StageName::parse(stage).ok()).collect();
    // An include that is not read may list others.
    let is_customary = listed.is_empty() && unit.includes.is_empty() && !has_stages;
    let stages = if is_customary { customary() } else { listed };
    let mut jobs = Vec::new();
    for (name, job) in unit.jobs {
        match JobName::parse(&name) {
            Ok(name) => {
                jobs.push(Job { name, origin: job.origin, unit: None, environment: None, body: job.body });
            }
            Err(error) => problems.push(Diagnostic::error(&JOB_NAME, job.origin, error.to_string())),
        }
    }
    open.extend(unit.open);
    let Configuration { mut globals, workflow, includes, .. } = unit;
    globals.entries.extend(spec);
    (Pipeline { stages, workflow, globals, includes, jobs }, problems, open)
}

/// Reports dates in hidden jobs. Where a visible job has them too, they are reported once.
fn hidden_dates(node: &Node) -> Vec<Diagnostic> {
    let entries = node.as_map().map(|map| &map.entries).into_iter().flatten();
    let hidden = entries.filter(|entry| is_hidden(entry.key.text()));
    hidden.flat_map(|entry| dates(&entry.value)).collect()
}

/// Reports hidden jobs without content. What a file includes may add some.
fn blank_hidden_jobs(node: &Node) -> Vec<Diagnostic> {
    let has_includes = node.get("include").is_some();
    let entries = node.as_map().filter(|_| !has_includes).map(|map| &map.entries);
    let hidden = entries.into_iter().flatten().filter(|entry| is_hidden(entry.key.text()));
    hidden
        .filter(|entry| entry.value.is_blank())
        .map(|entry| {
            let message = format!("hidden job `{}` cannot be empty", entry.key.text());
            let problem = Diagnostic::error(&JOB_MAP, entry.key.origin, message);
            problem.with_help("remove it, or write its keywords below it")
        })
        .collect()
}

/// The document that GitLab reads: the second where the first is a `spec:` header, otherwise the first
/// (<https://docs.gitlab.com/ci/yaml/#spec>). It drops the others without a word.
fn pipeline_document(documents: Vec<Node>, whole: Origin) -> (Node, Option<Diagnostic>) {
    let header = documents.len() > 1 && documents[0].get("spec").is_some();
    let mut documents = documents.into_iter().skip(usize::from(header));
    let read = documents.next().unwrap_or_else(|| Node::plain(whole, ""));
    let dropped = dropped_document(documents, read.origin);
    (read, dropped)
}
